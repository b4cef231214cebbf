"""One GET request to the API: token, budget, retry; gives what the reply was understood to say.

The only code that holds the token. It goes to the host of the base URL and nowhere else: no redirect is
followed, no `.netrc` read, no cookie kept. There is no way to send anything but GET. A reply that was cut, that
is no JSON or of another shape is asked for again and never becomes data.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from gettext import gettext as _
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import TypeVar
from urllib.parse import urlencode

import requests
import urllib3.exceptions

from archiver.chatwork import allowed_urls, json_body, ratelimit
from archiver.errors import (
    BudgetSpent,
    ChatworkError,
    NotUnderstood,
    NotVisible,
    Refused,
    TokenRefused,
    Unreachable,
)
from archiver.records import KEPT_HEADERS, Reply

PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds before each retry of a fault; there are no more retries than pauses."""

LONGEST_PAUSE = 30.0
"""Seconds that a pause with its jitter may last."""

SHORTEST = 1.0
"""Seconds that a request is given, however near the deadline is."""

MOST_REFUSALS = 3
"""How often the end of the window is waited for after a 429, for one request."""

_RANDOM = random.SystemRandom()
_CHUNK = 2**16

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReplyLimits:
    """How long and how large a reply may be: seconds, bytes after content decoding."""

    connect: float = 10.0
    read: float = 30.0
    """Between two arrivals."""
    total: float = 60.0
    size: int = 64 * 2**20

    def within(self, seconds: float | None) -> ReplyLimits:
        """These, but no longer than so many seconds (None: no end), though a second at least is given."""
        if seconds is None:
            return self
        most = max(seconds, SHORTEST)
        return replace(self, connect=min(self.connect, most), read=min(self.read, most), total=min(self.total, most))


def jitter() -> float:
    """Some seconds, so that several programs do not all come back at once."""
    return _RANDOM.uniform(0.5, 3.0)


class Transport:
    """Asks one API with one token, politely; not for several threads at once.

    Settable at any time: `deadline` (a wait that would pass it raises BudgetSpent at once, a retry that would
    is not made, and no reply is waited for past it), `reserve` (requests of each window left to the person's other
    tools) and `on_wait` (told of each wait for the budget before it begins). To be read: `requests` (sent so far),
    `unparsed` (replies not understood so far), `clock_offset` (the server's clock minus ours, the largest seen),
    `budget`, and `tally` (whether anybody else uses it).
    """

    def __init__(
        self,
        session: requests.Session,
        *,
        token: Callable[[], str],
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        base_url: str = allowed_urls.BASE_URL,
        reserve: int = 60,
        budget: ratelimit.Budget | None = None,
        on_wait: Callable[[timedelta], None] | None = None,
        jitter: Callable[[], float] = jitter,
        limits: ReplyLimits = ReplyLimits(),
    ) -> None:
        """Take over a session: from now on it keeps no cookies. Raises BadBaseUrl; asks for no token yet."""
        self._base, loopback = allowed_urls.checked(base_url)
        self._session = session
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        if loopback:  # a proxy would send the token off this computer
            self._session.trust_env = False
        self._ask_token = token
        self._token = ""
        self._now = now
        self._sleep = sleep
        self._jitter = jitter
        self._limits = limits
        self.reserve = reserve
        self.on_wait = on_wait
        self.deadline: datetime | None = None
        self.budget = budget or ratelimit.Budget()
        self.tally = ratelimit.OtherCalls()
        self.requests = 0
        self.unparsed = 0
        self.clock_offset: timedelta | None = None

    def get(self, path: str, params: Mapping[str, str | int], understand: Callable[[Reply], T]) -> T:
        """Ask for a path below the base URL; the answer is what `understand` makes of the reply.

        `understand` is given replies of status 200 and 204 only and raises NotUnderstood for what it cannot
        use, which counts as a fault. Raises TokenRefused, NotVisible, Refused or BudgetSpent at once, and
        Unreachable or NotUnderstood when all retries have failed.
        """
        target = f"{path}?{urlencode(params)}" if params else path
        self._take_token()
        pauses = iter(PAUSES)
        refusals = 0
        refused = False
        while True:
            self._keep_to_budget(target, refused=refused)
            try:
                return self._judge(self._exchange(target), understand)
            except _TooManyCalls:
                refusals += 1
                if refusals > MOST_REFUSALS:
                    raise BudgetSpent(path=target) from None
                refused = True
            except (Unreachable, NotUnderstood) as error:
                self.unparsed += isinstance(error, NotUnderstood)
                pause = next(pauses, None)
                if pause is None or not self._pause(pause):
                    raise
                refused = False

    def _take_token(self) -> None:
        """Ask for the token once; what cannot stand in a header is refused without being sent or shown."""
        if not self._token:
            token = self._ask_token()
            if not token or not all("!" <= sign <= "~" for sign in token):
                raise TokenRefused()
            self._token = token

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request; being its auth also keeps `.netrc` out."""
        request.headers["x-chatworktoken"] = self._token
        return request

    def _keep_to_budget(self, target: str, *, refused: bool) -> None:
        """Wait once if the window has no call left for us, or right after a refusal."""
        wait = ratelimit.wait(self.budget, self._now(), self.reserve)
        if not wait and not refused:
            return
        wait += timedelta(seconds=self._jitter())
        if not self._has_time(wait):
            raise BudgetSpent(path=target)
        if self.on_wait is not None:
            self.on_wait(wait)
        self._sleep(wait.total_seconds())

    def _pause(self, seconds: float) -> bool:
        """Pause before a retry; False, without pausing, if there is no time left for it."""
        seconds = min(seconds + self._jitter(), LONGEST_PAUSE)
        if not self._has_time(timedelta(seconds=seconds)):
            return False
        self._sleep(seconds)
        return True

    def _has_time(self, wait: timedelta) -> bool:
        return self.deadline is None or self._now() + wait <= self.deadline

    def _left(self) -> float | None:
        """Seconds until the deadline; None without one."""
        return None if self.deadline is None else (self.deadline - self._now()).total_seconds()

    def _exchange(self, target: str) -> Reply:
        """Send one request and read its reply; every fault on the way is one of our errors."""
        try:
            return self._send(target)
        except (OSError, HTTPException, urllib3.exceptions.HTTPError) as error:
            fault = _fault(target, error)
        raise fault  # out here, so that it does not carry the library's error, which carries the token

    def _send(self, target: str) -> Reply:
        started = time.monotonic()  # of real sockets, whatever clock the archive is given
        limits = self._limits.within(self._left())
        self.requests += 1
        self.budget, self.tally = self.budget.spend(), self.tally.spend()
        with self._session.get(
            self._base + target,
            auth=self._sign,
            stream=True,
            allow_redirects=False,
            timeout=(limits.connect, limits.read),
        ) as response:
            told = response.headers
            headers = {name: told[name] for name in sorted(KEPT_HEADERS) if name in told}
            self._observe(headers, response.status_code)
            self._check_status(target, response.status_code)
            body = self._body(target, response, started, limits)
        return Reply(target, response.status_code, body, headers, self._now())

    def _observe(self, headers: Mapping[str, str], status: int) -> None:
        """Learn from the headers, before a slow body can make them old."""
        now = self._now()
        self.budget = self.budget.observe(headers, now, refused=status == 429)
        self.tally = self.tally.observe(headers)
        offset = ratelimit.clock_offset(headers, now)
        if offset is not None and (self.clock_offset is None or abs(offset) > abs(self.clock_offset)):
            self.clock_offset = offset

    def _check_status(self, target: str, status: int) -> None:
        """Raise what the status alone decides, whatever the body is."""
        if status == 401:
            self._token = ""  # the user may store a new one while we run
            raise TokenRefused()
        if status == 429:
            raise _TooManyCalls()
        if status >= 500:
            raise Unreachable(path=target, detail=_("server error {status}").format(status=status))
        if status not in (200, 204) and status < 400:
            raise NotUnderstood(path=target, detail=_("status {status}").format(status=status))

    def _body(self, target: str, response: requests.Response, started: float, limits: ReplyLimits) -> bytes:
        """The whole body as it arrives, within the limits; one cut short raises a library's error."""
        body = bytearray()
        while part := response.raw.read1(_CHUNK, decode_content=True):
            body += part
            if len(body) > limits.size:
                raise NotUnderstood(path=target, detail=_("the reply is too large"))
            if time.monotonic() - started > limits.total:
                raise Unreachable(path=target, detail=_("the reply took too long"))
        return bytes(body)

    def _judge(self, reply: Reply, understand: Callable[[Reply], T]) -> T:
        """What a whole reply says, or the error that it is."""
        if reply.status in (200, 204):
            return understand(reply)
        texts = json_body.error_texts(reply.body)
        if reply.status in (403, 404):
            # A page of somebody in between must not look as if a room or a message had gone.
            if texts is None and not reply.limited:
                detail = _("status {status} without Chatwork's own error text").format(status=reply.status)
                raise NotUnderstood(path=reply.path, detail=detail)
            raise NotVisible(path=reply.path, status=reply.status, reply=reply)
        detail = json_body.printable("; ".join(texts or ()).replace(self._token, "***"))
        raise Refused(path=reply.path, status=reply.status, detail=detail or _("no reason given"))


class _TooManyCalls(Exception):
    """Status 429."""


def _fault(target: str, error: Exception) -> ChatworkError:
    """Our error for a library's, without its text: that may hold addresses, and its request the token."""
    match error:
        case requests.Timeout() | urllib3.exceptions.TimeoutError() | TimeoutError():
            return Unreachable(path=target, detail=_("no answer in time"))
        case requests.exceptions.SSLError() | urllib3.exceptions.SSLError():
            return Unreachable(path=target, detail=_("no secure connection"))
        case requests.exceptions.ProxyError():
            return Unreachable(path=target, detail=_("the proxy cannot be reached"))
        case urllib3.exceptions.HTTPError() | HTTPException():
            return NotUnderstood(path=target, detail=_("the reply was cut short"))
        case _:
            return Unreachable(path=target, detail=_("no connection"))
