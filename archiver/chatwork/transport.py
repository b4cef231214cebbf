"""Sends one GET request to the API, with token, budget and retries, and returns what its reply means.

The only code that holds the token, which goes to the host of the base URL and nowhere else: no redirect is followed,
no `.netrc` read, no cookie kept. There is no way to send anything but GET. A reply that was cut, that is no JSON or
of another shape is requested again and never becomes data.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from gettext import gettext as _
from http.client import HTTPException
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

import requests
import urllib3.exceptions

from archiver.chatwork import allowed_urls, exchange_deadline, models, reply_headers
from archiver.chatwork.exchange_deadline import ExchangeDeadline, watch_session
from archiver.chatwork.reply_headers import ReplyDates
from archiver.corrected_clock import CorrectedClock
from archiver.errors import BudgetSpent, NotUnderstood, NotVisible, Refused, ServerFailed, TokenRefused, Unreachable
from archiver.records import KEPT_HEADERS, Reply


class AnsweringService(NamedTuple):
    """Where replies come from."""

    address: str
    certificate: str | None
    """The name in the certificate; None without TLS, or where the connection was closed before it was read."""
    issuer: str | None
    """The organisation that issued the certificate, or the issuer's name."""


def answering_service(address: str, raw: object) -> AnsweringService:
    """The service of a response whose body (`raw`) was not read yet."""
    connection = getattr(raw, "connection", None)
    peer: dict[str, Any] = getattr(getattr(connection, "sock", None), "getpeercert", dict)() or {}
    parts = (peer.get(side, ()) for side in ("subject", "issuer"))
    subject, issuer = ({kind: name for part in side for kind, name in part} for side in parts)
    alternative = next((name for _kind, name in peer.get("subjectAltName", ())), None)
    return AnsweringService(
        address,
        subject.get("commonName", alternative),
        issuer.get("organizationName", issuer.get("commonName")),
    )


RETRY_PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before each retry after an error; there are no more retries than pauses."""

RETRY_JITTER = 0.25
"""The part of the jitter that a pause before a retry gets."""

PATIENCE = timedelta(seconds=10)
"""How long one request is tried again."""

SHORTEST_SECONDS = 1.0
"""Seconds that a request gets at least, however near the deadline is."""

REFUSALS_LIMIT = 3
"""How often one request waits for the end of the window after a 429."""

_RANDOM = random.SystemRandom()
_CHUNK = 2**16

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReplyLimits:
    """How long a reply may take, in seconds, and how large it may be, in bytes after content decoding."""

    connect: float = 10.0
    answer: float = 10.0
    """The longest time without a byte before the headers have come: a host that takes connections and is silent."""
    read: float = 30.0
    """The longest time between two chunks of a body that has begun."""
    total: float = 60.0
    """The longest time of a request with its whole reply, headers included."""
    size: int = 64 * 2**20

    def within(self, seconds: float | None) -> ReplyLimits:
        """These limits, but no longer than so many seconds (None: no end) and at least a second."""
        if seconds is None:
            return self
        return self._cut(*[max(seconds, SHORTEST_SECONDS)] * 4)

    def of_a_probe(self) -> ReplyLimits:
        """These limits, but no longer than a host is waited for that failed just now."""
        return self._cut(3.0, 3.0, 10.0, self.total)

    def _cut(self, connect: float, answer: float, read: float, total: float) -> ReplyLimits:
        return replace(
            self,
            connect=min(self.connect, connect),
            answer=min(self.answer, answer),
            read=min(self.read, read),
            total=min(self.total, total),
        )


def jitter() -> float:
    """A random number of seconds, so that several programs do not all come back at once."""
    return _RANDOM.uniform(0.5, 3.0)


class Transport:
    """Sends requests to one API with one token, within its budget; not for several threads at once.

    Settable at any time: `deadline` (a wait that would pass it raises BudgetSpent at once, a retry that would
    is not made, and no reply is waited for past it), `may_wait` (whether the budget is waited for at all), `reserve`
    (requests of each window left to the person's other tools), `on_wait` (called with each wait for the budget
    before it begins) and `take_turn` (how long each request waits for its turn, where others share one limit a second).
    To be read: `requests` (sent), `unparsed` (replies not understood), both since a run began, `dates` (which
    replies of the run have Chatwork's time), `service` (who gave the last reply; None before the first), `budget`,
    and `tally` (whether anybody else uses it).

    `begins_with_probe`, settable too: somebody else has just found that the host fails, so a run begins with a probe.
    `host_fails`: the last request failed for good, with no connection, no answer in time or an error of the server.
    Until the host answers again, or it is set back, each request is a probe of one try, so that an outage is over soon.
    """

    def __init__(
        self,
        session: requests.Session,
        *,
        token: Callable[[], str],
        clock: CorrectedClock,
        sleep: Callable[[float], None],
        base_url: str = allowed_urls.BASE_URL,
        reserve: int = 60,
        budget: reply_headers.Budget | None = None,
        on_wait: Callable[[timedelta], None] | None = None,
        jitter: Callable[[], float] = jitter,
        limits: ReplyLimits = ReplyLimits(),
    ) -> None:
        """Take over a session, which from now on keeps no cookies; the token is not read yet. Raises BadBaseUrl."""
        self._base, self.is_local = allowed_urls.check_base_url(base_url)
        self._session = watch_session(session)
        if self.is_local:  # a proxy would send the token off this computer
            self._session.trust_env = False
        self._ask_token = token
        self._token = ""
        self.clock = clock
        self._now = clock.own  # waits and deadlines go on evenly while the correction changes
        self._sleep = sleep
        self._jitter = jitter
        self._limits = limits
        self.reserve = reserve
        self.on_wait = on_wait
        self.take_turn: Callable[[], timedelta] = timedelta
        self.deadline: datetime | None = None
        self.may_wait = True
        self.budget = budget or reply_headers.Budget()
        self.tally = reply_headers.OtherCalls()
        self.requests = 0
        self.unparsed = 0
        self.host_fails = False
        self.begins_with_probe = False
        self.dates = ReplyDates(clock)
        self.service: AnsweringService | None = None

    def time_to_wait(self) -> timedelta:
        """How long to wait until the allowance has calls for us again; 0: it has."""
        return reply_headers.time_to_wait(self.budget, self.clock.own(), self.reserve)

    def get(self, path: str, params: Mapping[str, str | int], understand: Callable[[Reply], T]) -> T:
        """Request a path below the base URL and return what `understand` makes of the reply.

        `understand` is given replies of status 200 and 204 only and raises NotUnderstood for what it cannot
        use, which counts as an error. Raises TokenRefused, NotVisible, Refused or BudgetSpent at once, and
        Unreachable or NotUnderstood when all retries have failed.
        """
        target = f"{path}?{urlencode(params)}" if params else path
        self._take_token()
        pauses = iter(() if self.host_fails else RETRY_PAUSES)
        until: datetime | None = None
        refusals = 0
        refused = False
        while True:
            self._keep_to_budget(target, refused=refused)
            self._wait_for_turn(target)
            begun = self._now()
            try:
                return self._interpret(self._exchange(target), understand)
            except _TooManyCalls:
                refusals += 1
                if refusals > REFUSALS_LIMIT:
                    raise BudgetSpent(path=target) from None
                refused, until = True, None
            except (Unreachable, NotUnderstood) as error:
                self.unparsed += isinstance(error, NotUnderstood)
                pause, until = next(pauses, None), until or begun + PATIENCE
                if pause is None or not self._pause(pause, until):
                    self.host_fails |= isinstance(error, Unreachable)
                    raise
                refused = False

    @property
    def window_end(self) -> datetime | None:
        """When the present window of the budget ends by Chatwork's clock; None: not known."""
        return None if self.budget.reset is None else self.budget.reset + (self.clock.offset or timedelta())

    def hurry(self) -> None:
        """Wait for no budget, and try a request once until one is answered, since somebody waits."""
        self.host_fails, self.may_wait = True, False

    def forget_token(self) -> None:
        """Forget the token until the next request, so that no idle process holds it."""
        self._token = ""

    def token_digest(self, digest: Callable[[str], str]) -> str:
        """What a digest makes of the token in use; empty if none is. Nothing else learns anything of it."""
        return digest(self._token) if self._token else ""

    def _take_token(self) -> None:
        """Get the token once; one that cannot be in a header raises TokenRefused without being sent or shown."""
        if not self._token:
            token = self._ask_token()
            if not token or not all("!" <= character <= "~" for character in token):
                raise TokenRefused()
            self._token = token

    @cached_property
    def _request(self) -> requests.PreparedRequest:
        """The request of the base URL, without the token. Preparing one takes as long as the exchange with the host.

        It has an `auth`, which keeps `.netrc` out.
        """
        return self._session.prepare_request(requests.Request("GET", self._base, auth=lambda request: request))

    def _prepare(self, target: str) -> requests.PreparedRequest:
        """The request of a target, with the token."""
        request = self._request.copy()
        request.url = f"{(request.url or '').rstrip('/')}{target}"
        request.headers["x-chatworktoken"] = self._token
        return request

    def _keep_to_budget(self, target: str, *, refused: bool) -> None:
        """Wait once if the window has no call left for us, or after a refusal. Raises BudgetSpent."""
        wait = reply_headers.time_to_wait(self.budget, self._now(), self.reserve)
        if not wait and not refused:
            return
        wait += timedelta(seconds=self._jitter())
        if not self.may_wait or not self._has_time(wait):
            raise BudgetSpent(path=target)
        if self.on_wait is not None:
            self.on_wait(wait)
        self._sleep(wait.total_seconds())

    def _wait_for_turn(self, target: str) -> None:
        """Wait for this request's turn. Raises BudgetSpent if it comes after the deadline."""
        wait = self.take_turn()
        if wait:
            if not self._has_time(wait):
                raise BudgetSpent(path=target)
            self._sleep(wait.total_seconds())

    def _pause(self, seconds: float, until: datetime) -> bool:
        """Pause before a retry that begins by `until`; False, without pausing, if there is no time left for it."""
        seconds += self._jitter() * RETRY_JITTER
        pause = timedelta(seconds=seconds)
        if not self._has_time(pause) or self._now() + pause > until:
            return False
        self._sleep(seconds)
        return True

    def _has_time(self, wait: timedelta) -> bool:
        return self.deadline is None or self._now() + wait <= self.deadline

    def _seconds_left(self) -> float | None:
        """Seconds until the deadline; None without one."""
        return None if self.deadline is None else (self.deadline - self._now()).total_seconds()

    def _exchange(self, target: str) -> Reply:
        """Send one request and read its reply; every error on the way becomes one of ours."""
        try:
            limits = (self._limits.of_a_probe() if self.host_fails else self._limits).within(self._seconds_left())
            with ExchangeDeadline(limits.total) as deadline:  # of real sockets, whatever clock the archive is given
                return self._send(target, limits, deadline)
        except (OSError, HTTPException, urllib3.exceptions.HTTPError) as error:
            chatwork_error = exchange_deadline.error_of(target, error)
        raise chatwork_error  # outside the `except`, so that it carries neither the library's error nor the token

    def _send(self, target: str, limits: ReplyLimits, deadline: ExchangeDeadline) -> Reply:
        self.requests += 1
        self.budget, self.tally = self.budget.spend(), self.tally.spend()
        request = self._prepare(target)
        # The settings of proxies and certificates, which the system may change while a daemon runs.
        settings = self._session.merge_environment_settings(request.url, {}, True, None, None)
        timeout = (limits.connect, limits.answer)
        with self._session.send(request, timeout=timeout, allow_redirects=False, **settings) as response:
            deadline.let_reads_wait(limits.read)
            received = response.headers
            headers = {name: received[name] for name in sorted(KEPT_HEADERS) if name in received}
            self._observe(headers, response.status_code)
            own = self._now()
            self._check_status(target, response.status_code)
            self.service = answering_service(self._base, response.raw)
            body = self._read_body(target, response, limits.size, deadline)
        date = self.dates.date(headers, body, own)
        return Reply(target, response.status_code, body, headers, date or self.clock(), dated=date is not None)

    def _observe(self, headers: Mapping[str, str], status: int) -> None:
        """Update the budget from the headers, before a slow body can make them old."""
        self.host_fails &= status >= 500
        self.budget = self.budget.observe(headers, self._now(), refused=status == 429)
        self.tally = self.tally.observe(headers)

    def _check_status(self, target: str, status: int) -> None:
        """Raise the error that the status alone means, whatever the body is."""
        if status == 401:
            self._token = ""  # the user may store a new one while we run
            raise TokenRefused()
        if status == 429:
            raise _TooManyCalls()
        if status >= 500:
            raise ServerFailed(
                path=target, detail=_("server error {status}, perhaps maintenance").format(status=status)
            )
        if status not in (200, 204) and status < 400:
            raise NotUnderstood(path=target, detail=_("status {status}").format(status=status))

    def _read_body(
        self, target: str, response: requests.Response, size_limit: int, deadline: ExchangeDeadline
    ) -> bytes:
        """The whole body, read within the limits; one that is cut short raises an error of the library."""
        body = bytearray()
        while part := response.raw.read1(_CHUNK, decode_content=True):
            body += part
            if len(body) > size_limit:
                raise NotUnderstood(path=target, detail=_("the reply is too large"))
            deadline.check()
        return bytes(body)

    def _interpret(self, reply: Reply, understand: Callable[[Reply], T]) -> T:
        """What `understand` makes of a complete reply; raises the error that another status means."""
        if reply.status in (200, 204):
            return understand(reply)
        texts = models.error_texts(reply.body)
        if reply.status in (403, 404):
            # A page of a proxy in between must not look as if a room or a message had gone.
            if texts is None and not reply.limited:
                detail = _("status {status} without Chatwork's own error text").format(status=reply.status)
                raise NotUnderstood(path=reply.path, detail=detail)
            raise NotVisible(path=reply.path, status=reply.status, reply=reply)
        detail = allowed_urls.printable("; ".join(texts or ()).replace(self._token, "***"))
        raise Refused(path=reply.path, status=reply.status, detail=detail or _("no reason given"))


class _TooManyCalls(Exception):
    """Raised for status 429, too many requests."""
