"""The heartbeat: calls `[notify] ping` after a round that read all that was due, so that a service notices silence.

Where the address is one of healthchecks.io or of its software, it is called at the start too, and told of failures with
the exit code (healthchecks.io/docs/http_api, "Pinging API"). The body holds counts only. The address is a secret.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.structures import CaseInsensitiveDict

from archiver import errors
from archiver.chatwork.allowed_urls import is_loopback, proxies_to
from archiver.chatwork.exchange_deadline import NETWORK_ERRORS, ExchangeDeadline, watch_session
from archiver.rounds.run_log import COUNTS
from archiver.settings.model import Settings
from archiver.settings.token import INDIRECT_PREFIXES, read_secret
from archiver.store.archive import Archive
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import LastPing
from archiver.sync.report import SyncReport

PATIENCE = 8.0
"""Seconds that one call may take."""

INTERVAL = timedelta(minutes=5)
"""Between two calls, counted in whole minutes: a job that runs every five minutes begins a second late at times."""

_UUID = re.compile(r"/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/?\Z", re.IGNORECASE)
HEALTHCHECKS_HOST = "hc-ping.com"

HEADERS: CaseInsensitiveDict[str | bytes] = CaseInsensitiveDict(
    {"Content-Type": "text/plain", "User-Agent": "chatwork-archiver"}
)

NOT_ASKED = (errors.ArchiveInUse, errors.NoContract, errors.UsageError)
"""Errors of a run that was none: another one is at work, or the command was called wrongly."""


@dataclass(frozen=True, slots=True)
class PingAddress:
    """An address to call; a secret, so no `repr` shows it."""

    url: str = field(repr=False)

    @property
    def takes_states(self) -> bool:
        """Whether it understands `/start`, `/fail`, exit codes and `rid`."""
        parts = urlsplit(self.url)
        return parts.hostname == HEALTHCHECKS_HOST or bool(_UUID.search(parts.path))

    def call_url(self, state: str, run_id: str) -> str:
        """The URL for a state: `start`, `fail` or an exit code; the plain address if it takes no states."""
        if not self.takes_states:
            return self.url
        parts = urlsplit(self.url)
        query = "&".join(filter(None, [parts.query, f"rid={run_id}"]))
        return urlunsplit((parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/{state}", query, ""))


def parse_address(url: str) -> PingAddress | None:
    """The address; None unless it is https, or http to this computer."""
    if not re.fullmatch(r"[!-~]+", url) or re.search(r"[\\<>\"#]", url):
        return None
    try:
        parts = urlsplit(url)
        is_usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    return PingAddress(url) if is_usable and is_safe else None


def read_address(settings: Settings, environ: Mapping[str, str]) -> PingAddress | None:
    """The address of the settings, read from where it lies; None if there is none that can be used."""
    entry = settings.notify.ping
    if entry.startswith(INDIRECT_PREFIXES):
        try:
            entry = read_secret(settings.home, entry, environ)
        except (errors.SettingsError, ValueError, RuntimeError):  # no path at all, or a home of nobody
            return None
    return parse_address(entry)


def has_read_what_was_due(report: SyncReport) -> bool:
    """Whether a run read every room that was due; one that cannot be opened is no reason for silence."""
    return report.has_room_list and not report.left_over and all(one.failed is None for one in report.rooms)


def counts_text(report: SyncReport) -> str:
    """The body of a call: `rooms=3 new=12 edited=0 …`; no name, no id, no text."""
    counts = {name: sum(getattr(room, name) for room in report.rooms) for name in COUNTS}
    return " ".join(f"{name}={number}" for name, number in {"rooms": len(report.rooms), **counts}.items())


class Heartbeat:
    """The calls of one round: `begin` before it, then `succeed`, `fail` or nothing. None of them raises or waits long.

    How the last call went is remembered, so that a failure is said once and not at each try.
    """

    def __init__(self, settings: Settings, environ: Mapping[str, str], *, now: Callable[[], datetime]) -> None:
        """Read the address, unless a call was made within the last five minutes; `now`: the corrected clock."""
        self._home, self._now = settings.home, now
        self._run_id = str(uuid.uuid4())
        self._begun: Thread | None = None
        is_wanted = bool(settings.notify.ping) and is_due(self._last_ping(), now())
        self._address = read_address(settings, environ) if is_wanted else None
        self._is_unusable = is_wanted and self._address is None

    def begin(self) -> None:
        """Tell that a round begins, without waiting for the answer."""
        if self._address is not None and self._address.takes_states:
            url = self._address.call_url("start", self._run_id)
            self._begun = Thread(target=call, args=(url, ""), daemon=True)
            self._begun.start()

    def end(self, report: SyncReport | None, error: errors.ArchiverError | None, *, has_code: bool = True) -> None:
        """Tell how a round ended: all that was due was read, or it failed, which only who takes states is told.

        `has_code`: the command ends with the error's exit code.
        """
        if error is not None and not isinstance(error, NOT_ASKED):
            if self._address is not None and self._address.takes_states:
                self._call(str(error.code) if has_code else "fail", "")
        elif report is not None and has_read_what_was_due(report):
            self._call("0", counts_text(report))

    def _call(self, state: str, body: str) -> None:
        if self._is_unusable:
            self._remember(is_taken=False)
        if self._address is None:
            return
        if self._begun is not None:
            self._begun.join(PATIENCE)  # or the start might arrive after the end
        self._remember(is_taken=call(self._address.call_url(state, self._run_id), body))

    def _last_ping(self) -> LastPing | None:
        with suppress(errors.ArchiverError), closing(Archive(self._home)) as archive:
            return archive.read(remembered_values.LAST_PING.recall)
        return None

    def _remember(self, *, is_taken: bool) -> None:
        with suppress(errors.ArchiverError), closing(Archive(self._home)) as archive, archive.writing() as writing:
            before = remembered_values.LAST_PING.recall(writing)
            remembered_values.LAST_PING.remember(writing, next_ping(before, self._now(), is_taken=is_taken))


def try_address(settings: Settings, environ: Mapping[str, str]) -> bool | None:
    """Call the address once outside a round, as an entry of its log where it has one; None: none is set."""
    if not settings.notify.ping:
        return None
    address = read_address(settings, environ)
    return address is not None and call(address.call_url("log", str(uuid.uuid4())), "test=yes")


def is_due(last: LastPing | None, now: datetime) -> bool:
    """Whether five minutes have passed since the last call; a time that lies ahead counts as never."""
    if last is None:
        return True
    since = now.replace(second=0, microsecond=0) - last.at.replace(second=0, microsecond=0)
    return not timedelta() <= since < INTERVAL


def next_ping(before: LastPing | None, now: datetime, *, is_taken: bool) -> LastPing:
    """What to remember of a call: when it was, and since when none is taken."""
    if is_taken:
        return LastPing(now, None)
    since = before.failing_since if before is not None and before.failing_since is not None else now
    return LastPing(now, min(since, now))


def call(url: str, body: str, *, patience: float = PATIENCE) -> bool:
    """POST a body; return whether it was taken. Nothing of the address is ever part of an error or a log line."""
    try:
        with ExchangeDeadline(patience), watch_session(requests.Session()) as session:
            session.headers = HEADERS
            with session.post(
                url, body.encode(), allow_redirects=False, stream=True, timeout=patience, proxies=proxies_to(url)
            ) as response:
                return 200 <= response.status_code < 300
    except (*NETWORK_ERRORS, OSError, ValueError):
        return False
