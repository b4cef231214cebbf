"""The pauses in which nobody looked at a room, within a period, without decoding every look.

The same pauses as `queries.last_looks.watch` finds, and those between looks that no entry has yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archiver.evidence.pauses import LATEST_LOOKS, LookStretch, limit_of, pauses_in
from archiver.records import Pause
from archiver.store.archive import Reading
from archiver.store.queries.last_looks import STRETCHES, read_stretches
from archiver.store.time_text import to_text
from archiver.store.working.last_lists import running_looks

_OF_ROOM = "FROM window WHERE room_id = :room"
_LATEST = f"{STRETCHES} ORDER BY window.seq DESC LIMIT {LATEST_LOOKS}"
_AROUND = (
    f"{STRETCHES} AND window.seq "
    f"BETWEEN coalesce((SELECT max(seq) {_OF_ROOM} AND observed_at < :since), 0) "
    f"AND coalesce((SELECT min(seq) {_OF_ROOM} AND coalesce(first, observed_at) > :until), 9223372036854775807) "
    "ORDER BY window.seq"
)
_BEFORE_ALL, _AFTER_ALL = "", "~"


def pauses_between(reading: Reading, room: int, since: datetime | None, until: datetime | None) -> list[Pause]:
    """A room's pauses that begin after `since` and not after `until`, oldest first; None means no bound."""
    pauses = _pauses_around(reading, room, since, until)
    return [one for one in pauses if (since is None or since < one.start) and (until is None or one.start <= until)]


def pauses_touching(reading: Reading, room: int, since: datetime, until: datetime) -> list[Pause]:
    """A room's pauses that overlap a period, oldest first."""
    pauses = _pauses_around(reading, room, since, until)
    return [one for one in pauses if one.end > since and one.start < until]


def _pauses_around(reading: Reading, room: int, since: datetime | None, until: datetime | None) -> Iterator[Pause]:
    running = _running_stretch(reading, room)
    latest = [*read_stretches(reading, _LATEST, room=room)][::-1] + running
    bounds = {
        "since": _BEFORE_ALL if since is None else to_text(since),
        "until": _AFTER_ALL if until is None else to_text(until),
    }
    around = [*read_stretches(reading, _AROUND, room=room, **bounds), *running]
    return (Pause(*pause) for pause in pauses_in(around, limit_of(latest)))


def _running_stretch(reading: Reading, room: int) -> list[LookStretch]:
    """The looks that no entry has yet."""
    looks = running_looks(reading).get(room)
    return [] if looks is None else [LookStretch(looks.first, looks.last, looks.intervals)]
