"""Requests time stamps (RFC 3161) for seals that wait for one or whose stamps end, and for exports; keeps good ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_bytes
from typing import TYPE_CHECKING, NamedTuple

from archiver import errors
from archiver.app import App
from archiver.evidence.chain import digest_bytes
from archiver.evidence.stamps import roots, timestamp
from archiver.evidence.stamps.reply_claims import stamp_end
from archiver.evidence.stamps.roots import OWNER_REASONS, StampRefused
from archiver.evidence.stamps.timestamp import Authority, TimestampClaims
from archiver.store import seals
from archiver.store.archive import Archive, Reading
from archiver.store.time_text import from_text, to_text
from archiver.store.working import stamp_queue
from archiver.store.working.stamp_queue import DueStamp, NewestStamp, StampFacts

if TYPE_CHECKING:
    from archiver.export.stamps import StampService

RENEW_BEFORE = timedelta(days=90)
"""How long before the end of a certificate the newest seal is stamped anew."""

RENEW_AGAIN = timedelta(days=30)
"""An authority may still use the old certificate: then it is tried again after this time."""

WARN_BEFORE = timedelta(days=365)
"""How long before the end `archive status --full` begins to say it."""


class StampLife(NamedTuple):
    """The newest stamp of an authority, and when what stands behind it ends."""

    authority: str
    stamped: datetime
    followers: frozenset[str]
    """Other authorities with a stamp over a seal that holds the record of its arrival, made before its end."""
    ends: datetime
    is_key: bool
    """Whether a key that counts as too short ends first, and not a certificate."""


def stamp_lives(reading: Reading) -> list[StampLife]:
    """The newest stamp of each authority, as far as its file and the end of its certificates can be read."""
    return [life for stamp in stamp_queue.newest_stamps(reading) if (life := _life(reading, stamp)) is not None]


def ending(lives: Sequence[StampLife], now: datetime, within: timedelta) -> list[StampLife]:
    """Those that end within a time and that no other authority carries on whose newest stamp lasts longer."""
    ended = (one for one in lives if one.ends - now <= within)
    return [one for one in ended if not any(two.authority in one.followers and two.ends > one.ends for two in lives)]


def is_renewal_due(reading: Reading, now: datetime) -> bool:
    """Whether a stamp has to be carried on now by a new seal with a new stamp."""
    lives = stamp_lives(reading)
    return bool(ending(lives, now, RENEW_BEFORE)) and now - max(one.stamped for one in lives) >= RENEW_AGAIN


def _life(reading: Reading, stamp: NewestStamp) -> StampLife | None:
    folder = reading.home / seals.FOLDER
    try:
        reply = (folder / stamp.file).read_bytes()
        kept_roots = stamp_queue.kept_roots(reading.home, stamp.authority).encode("latin-1")
    except OSError:
        return None  # a verification says which file is missing
    end = stamp_end(reply, kept_roots)
    if end is None:
        return None
    earliest = end.earliest(to_text(stamp.time))
    ends, followers = from_text(earliest), stamp_queue.authorities_after(reading, stamp, until=earliest)
    return StampLife(stamp.authority, stamp.time, followers, ends, earliest != end.certificate)


AUTHORITY_SECONDS = 60.0
"""How long one authority may be asked within a round; the rest is left to the next round."""

REQUESTS_LIMIT = 20
"""Requests to one authority within a round, so that years of old seals do not reach it all at once."""

VAIN_REQUESTS_LIMIT = 2
"""Failed requests in a row after which an authority is not asked any more."""

SEAL_CHANGED = "seal"
"""The reason for a seal whose file was changed: it is not stamped."""

_NEVER_ASKED = frozenset(("roots", "unsupported", *OWNER_REASONS))
"""Reasons that are the same for every seal of an authority."""


class StampOutcome(NamedTuple):
    """The outcome for one seal at one authority: its time, or why it waits."""

    seal: int
    authority: str
    time: datetime | None
    reason: str | None


@dataclass(slots=True)
class _Turn:
    """One authority's turn: the seals to be stamped, and the outcomes so far."""

    authority: Authority
    dues: Sequence[DueStamp]
    stamped: list[tuple[DueStamp, TimestampClaims]] = field(default_factory=list)
    refused: list[tuple[DueStamp, str]] = field(default_factory=list)
    changed: list[DueStamp] = field(default_factory=list)
    """Seals whose files are not what was sealed."""
    in_vain: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the authority is not to be asked any more."""
        return self.in_vain >= VAIN_REQUESTS_LIMIT or bool(self.refused and self.refused[-1][1] in _NEVER_ASKED)

    def left(self) -> list[DueStamp]:
        """The seals that still wait, those not asked about included."""
        done = {due for due, _ in self.stamped} | set(self.changed)
        return [due for due in self.dues if due not in done]


def request_stamps(app: App, *, at_once: bool = False, seconds: float | None = AUTHORITY_SECONDS) -> list[StampOutcome]:
    """Request stamps from each authority: for all of its waiting seals as soon as one is due. The outcomes by seal.

    `at_once`: also for seals whose pause is not over, and without limit; `seconds`: how long for each authority
    (None: until all are asked). Raises StorageError; a failing authority raises nothing.
    """
    names = [one.name for one in app.authorities]
    if not names and not at_once:
        return []
    due_names = {
        one.authority for one in app.archive.read(stamp_queue.due_stamps, names, app.now(), include_paused=at_once)
    }
    if not due_names and not at_once:
        return []
    _adopt_stamps(app)
    limit = None if at_once else REQUESTS_LIMIT
    turns = [_take_turn(app, one, seconds, limit) for one in app.authorities if one.name in due_names]
    return sorted(outcome for turn in turns for outcome in _outcomes(turn))


def clock_difference(app: App) -> timedelta | None:
    """The time of a stamp minus this computer's, by the first authority that gives one; nothing is kept of it."""
    for authority in app.authorities:
        with suppress(StampRefused):
            stamped = timestamp.request_stamp(token_bytes(32), authority, now=app.chatwork.transport.clock.own)
            return timedelta(seconds=stamped.offset_seconds)
    return None


def _take_turn(app: App, authority: Authority, seconds: float | None, limit: int | None) -> _Turn:
    turn = _Turn(authority, app.archive.read(stamp_queue.due_stamps, [authority.name], app.now(), include_paused=True))
    until = None if seconds is None else time.monotonic() + seconds
    pem = [roots.der_to_pem(der) for der in authority.roots]
    for due in turn.dues[:limit]:
        if turn.is_over or (until is not None and time.monotonic() >= until):
            break
        _ask_one(app.archive, turn, due, pem, app.now)
    _remember_turn(app, turn)
    return turn


def _ask_one(archive: Archive, turn: _Turn, due: DueStamp, pem: Sequence[str], now: Callable[[], datetime]) -> None:
    data = _seal_bytes(archive, due)
    if data is None:
        turn.changed.append(due)
        return
    try:
        stamped = timestamp.request_stamp(data, turn.authority, now=now)
    except StampRefused as error:
        turn.refused.append((due, error.reason))
        turn.in_vain += 1
        return
    turn.in_vain = 0
    turn.stamped.append((due, stamped.token))
    facts = StampFacts(stamped.token.time, stamped.token.root, now(), stamped.offset_seconds)
    stamp_queue.keep_stamp(archive, due, stamped.reply, facts, pem=pem)


def _remember_turn(app: App, turn: _Turn) -> None:
    """Put seals back in the queue: with a longer pause if the authority gave no stamp, else for the next round."""
    if turn.changed:
        stamp_queue.record_failure(app.archive, turn.changed, reason=SEAL_CHANGED, at=app.now())
    left = turn.left()
    if not turn.refused:
        stamp_queue.end_pauses(app.archive, left)
    elif turn.stamped:
        stamp_queue.end_pauses(app.archive, left)
        fresh = [DueStamp(due.seal, due.authority) for due, _ in turn.refused]
        stamp_queue.record_failure(app.archive, fresh, reason=turn.refused[-1][1], at=app.now())
    else:
        stamp_queue.record_failure(app.archive, left, reason=turn.refused[-1][1], at=app.now())


def _outcomes(turn: _Turn) -> list[StampOutcome]:
    """The outcome for each seal; one that was not asked about has the reason of the last refusal."""
    last = turn.refused[-1][1] if turn.refused else None
    name, reasons = turn.authority.name, {due.seal.number: reason for due, reason in turn.refused}
    return [
        *(StampOutcome(due.seal.number, name, token.time, None) for due, token in turn.stamped),
        *(StampOutcome(due.seal.number, name, None, SEAL_CHANGED) for due in turn.changed),
        *(StampOutcome(due.seal.number, name, None, reasons.get(due.seal.number, last)) for due in turn.left()),
    ]


# --- stamps that lie there without a row -----------------------------------------------------


def _adopt_stamps(app: App) -> None:
    """Add a row for each good stamp whose file is there without one; bad ones are requested again."""
    unlisted = app.archive.read(stamp_queue.unlisted_stamps)
    if not unlisted:
        return
    pinned = {one.name: one.roots for one in app.authorities}
    for due in unlisted:
        try:
            reply = (app.archive.home / seals.FOLDER / due.file).read_bytes()
        except OSError:
            continue
        token = _check_stamp(app.archive, due, reply, pinned.get(due.authority, ()))
        if token is not None:
            stamp_queue.adopt_stamp(app.archive, due, reply, StampFacts(token.time, token.root), at=app.now())


def _check_stamp(archive: Archive, due: DueStamp, reply: bytes, pinned: Sequence[bytes]) -> TimestampClaims | None:
    """The claims of a stamp, if it is valid by the roots pinned now or those kept beside it."""
    data = _seal_bytes(archive, due)
    try:
        root_certificates = roots.pem_to_der(stamp_queue.kept_roots(archive.home, due.authority))
    except OSError:
        return None
    except ValueError:
        root_certificates = ()
    if data is None:
        return None
    try:
        return timestamp.check_stamp(reply, data, list(dict.fromkeys([*root_certificates, *pinned])))
    except StampRefused:
        return None


def _seal_bytes(archive: Archive, due: DueStamp) -> bytes | None:
    """The bytes of a seal's file; None if they are not what was sealed."""
    try:
        data = (archive.home / seals.FOLDER / due.seal.name).read_bytes()
    except OSError:
        return None
    return data if digest_bytes(data) == due.seal.sha256 else None


def stamp_service(app: App) -> StampService | None:
    """The stamp service for a package of this archive; None if no authority is configured.

    Stamps for seals are requested first, and an authority that gave none is not asked again. Nothing is raised if an
    authority fails or the archive cannot be written: the export reports what is missing.
    """
    if not app.authorities:
        return None
    from archiver.export.stamps import StampService  # here, as most rounds make no export

    silent: set[str] = set()

    def ask_for_seals() -> None:
        with suppress(errors.StorageError):
            outcomes = request_stamps(app, at_once=True)
            came = {one.authority for one in outcomes if one.time is not None}
            silent.update({one.authority for one in outcomes if one.reason != SEAL_CHANGED} - came)

    def stamp(data: bytes) -> Iterator[tuple[str, bytes]]:
        for authority in app.authorities:
            if authority.name not in silent:
                with suppress(StampRefused):
                    yield authority.name, timestamp.request_stamp(data, authority, now=app.now).reply

    return StampService(
        {authority.name: authority.roots for authority in app.authorities},
        ask_for_seals,
        stamp,
        {authority.name: authority.is_offered for authority in app.authorities},
    )
