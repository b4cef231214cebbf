"""Asks the authorities for the stamps that seals wait for, checks each at once, and keeps what is good.

An authority that is down, or answers nonsense, never fails a run: the seal waits, and the next runs ask again. The
newest seal comes first: each seal names the one before, so its stamp holds for all the earlier ones too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from archiver.app import App
from archiver.evidence.chain import file_digest
from archiver.evidence.stamps import roots, timestamp
from archiver.evidence.stamps.timestamp import Authority, Stamped, StampRefused, TimestampClaims
from archiver.store import seals
from archiver.store.archive import Archive
from archiver.store.working import stamp_files, stamp_queue
from archiver.store.working.stamp_queue import DueStamp, Got

SECONDS = 60.0
"""How long one authority may be asked within a round; what is left is the next round's."""

MOST = 20
"""Requests to one authority within a round: years of old seals must not come upon it all at once."""

IN_VAIN = 2
"""Requests in vain, one after the other, after which an authority is left alone."""

SEAL_CHANGED = "seal"
"""Why a seal is not stamped that has not the bytes it was closed with: a stamp must not stand on others."""

_NEVER_ASKED = ("roots", "unsupported")
"""Reasons that will be the same for every seal."""


class StampOutcome(NamedTuple):
    """What became of one seal at one authority: its time, or why it waits."""

    seal: int
    authority: str
    time: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class StampReport:
    """The seals that were asked about, by number."""

    outcomes: tuple[StampOutcome, ...] = ()
    waiting: int = 0
    """Seals that lack a stamp of a configured authority now."""

    @property
    def came(self) -> int:
        """How many stamps came."""
        return sum(one.time is not None for one in self.outcomes)


@dataclass(slots=True)
class _Turn:
    """One authority's turn: the seals it is asked about, and what became of them."""

    authority: Authority
    dues: Sequence[DueStamp]
    came: list[tuple[DueStamp, TimestampClaims]] = field(default_factory=list)
    failed: list[tuple[DueStamp, str]] = field(default_factory=list)
    changed: list[DueStamp] = field(default_factory=list)
    """Their files are not what was sealed."""
    in_vain: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the authority is left alone now."""
        return self.in_vain >= IN_VAIN or bool(self.failed and self.failed[-1][1] in _NEVER_ASKED)

    def left(self) -> list[DueStamp]:
        """Those that wait on, the ones not asked about included."""
        done = {due for due, _ in self.came} | set(self.changed)
        return [due for due in self.dues if due not in done]


def ask(app: App, *, at_once: bool = False, seconds: float | None = SECONDS) -> StampReport:
    """Ask each authority about the seals that wait for it, all that wait once one of them is due.

    `at_once`: also those whose pause is not over, and however many; `seconds`: how long for each authority (None:
    until all are asked). Raises StorageError, and nothing for an authority's sake.
    """
    names = [one.name for one in app.authorities]
    if not names and not at_once:
        return StampReport()
    with app.archive.reading() as reading:
        due = {one.authority for one in stamp_queue.waiting(reading, names, app.now(), all=at_once)}
    if not due and not at_once:
        return StampReport()
    _adopt(app)
    most = None if at_once else MOST
    turns = [_turn(app, one, seconds, most) for one in app.authorities if one.name in due]
    with app.archive.reading() as reading:
        waiting = stamp_queue.unstamped(reading, names)
    return StampReport(tuple(sorted(outcome for turn in turns for outcome in _outcomes(turn))), waiting)


def _turn(app: App, authority: Authority, seconds: float | None, most: int | None) -> _Turn:
    with app.archive.reading() as reading:
        turn = _Turn(authority, stamp_queue.waiting(reading, [authority.name], app.now(), all=True))
    until = None if seconds is None else time.monotonic() + seconds
    pem = [roots.der_to_pem(der) for der in authority.roots]
    for due in turn.dues[:most]:
        if turn.is_over or (until is not None and time.monotonic() >= until):
            break
        _ask_one(app.archive, turn, due, pem, app.now)
    _remember(app, turn)
    return turn


def _ask_one(archive: Archive, turn: _Turn, due: DueStamp, pem: Sequence[str], now: Callable[[], datetime]) -> None:
    data = _bytes(archive, due)
    if data is None:
        turn.changed.append(due)
        return
    try:
        got = timestamp.stamp(data, turn.authority, now=now)
    except StampRefused as error:
        turn.failed.append((due, error.reason))
        turn.in_vain += 1
        return
    turn.in_vain = 0
    turn.came.append((due, got.token))
    stamp_queue.keep(archive, due, got.reply, _got(got, at=now()), pem=pem)


def _remember(app: App, turn: _Turn) -> None:
    """Who gave nothing rests, longer each time; who gave something is asked on in the next round."""
    if turn.changed:
        stamp_queue.failed(app.archive, turn.changed, reason=SEAL_CHANGED, at=app.now())
    left = turn.left()
    if not turn.failed:
        stamp_queue.goes_on(app.archive, left)
    elif turn.came:
        stamp_queue.goes_on(app.archive, left)
        fresh = [DueStamp(due.seal, due.authority) for due, _ in turn.failed]
        stamp_queue.failed(app.archive, fresh, reason=turn.failed[-1][1], at=app.now())
    else:
        stamp_queue.failed(app.archive, left, reason=turn.failed[-1][1], at=app.now())


def _outcomes(turn: _Turn) -> list[StampOutcome]:
    """What became of each seal; one that was not asked about waits for the reason of the last that was."""
    last = turn.failed[-1][1] if turn.failed else None
    name, reasons = turn.authority.name, {due.seal.number: reason for due, reason in turn.failed}
    return [
        *(StampOutcome(due.seal.number, name, token.time, None) for due, token in turn.came),
        *(StampOutcome(due.seal.number, name, None, SEAL_CHANGED) for due in turn.changed),
        *(StampOutcome(due.seal.number, name, None, reasons.get(due.seal.number, last)) for due in turn.left()),
    ]


# --- stamps that lie there without a row -----------------------------------------------------


def _adopt(app: App) -> None:
    """Give a row to each good stamp whose file is there already; what is not good is asked for again."""
    with app.archive.reading() as reading:
        found = stamp_queue.unlisted(reading)
    if not found:
        return
    pinned = {one.name: one.roots for one in app.authorities}
    for due in found:
        token = _checked(app.archive, due, pinned.get(due.authority, ()))
        if token is not None:
            stamp_queue.adopt(app.archive, due, Got(token.time, token.root))


def _checked(archive: Archive, due: DueStamp, pinned: Sequence[bytes]) -> TimestampClaims | None:
    """What a stamp's file says, if it is good by the roots pinned now or those kept beside it."""
    data = _bytes(archive, due)
    try:
        reply = (archive.home / seals.FOLDER / due.file).read_bytes()
        kept = roots.pem_to_der(stamp_files.roots(archive.home, due.authority))
    except OSError:
        return None
    except ValueError:
        kept = ()
    if data is None:
        return None
    try:
        return timestamp.check(reply, data, list(dict.fromkeys([*kept, *pinned])))
    except StampRefused:
        return None


def _bytes(archive: Archive, due: DueStamp) -> bytes | None:
    """A seal's file, if it has the bytes that were sealed."""
    try:
        data = (archive.home / seals.FOLDER / due.seal.name).read_bytes()
    except OSError:
        return None
    return data if file_digest(data) == due.seal.sha256 else None


def _got(got: Stamped, *, at: datetime) -> Got:
    return Got(got.token.time, got.token.root, at, got.offset_seconds)
