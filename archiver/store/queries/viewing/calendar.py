"""A room by days: its messages counted, the first one at a date, and the pauses in which nobody looked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from archiver.evidence.looks import LATEST_LOOKS, LookStretch, limit_of, pauses_in
from archiver.records import MessageId, Pause, begin_of_day
from archiver.store.archive import Reading
from archiver.store.queries.looks_and_gaps import STRETCHES, read_stretches
from archiver.store.time_text import sent_at, to_text
from archiver.store.working.last_lists import running_looks

_DAY = 86_400
_AHEAD = 9 * 3_600
"""Seconds by which Tokyo is ahead of UTC."""

_SENT = "FROM message INDEXED BY message_sent WHERE room_id = ? AND send_time >= ? AND send_time < ?"
_BY_DAY = f"SELECT (send_time + {_AHEAD}) / {_DAY}, count(*) {_SENT} GROUP BY 1"
_COUNT = f"SELECT count(*) {_SENT}"
_ENDS = "SELECT send_time FROM message INDEXED BY message_sent WHERE room_id = ? AND send_time > 0 ORDER BY send_time"


def day_counts(reading: Reading, room: int, first: date, end: date) -> dict[date, int]:
    """The number of messages of each day from the first one on, `end` excluded; days without any are left out."""
    rows = reading.driver.execute(_BY_DAY, (room, _seconds(first), _seconds(end)))
    return {date(1970, 1, 1) + timedelta(days=day): count for day, count in rows}


def span_counts(reading: Reading, room: int, spans: Iterable[tuple[date, date]]) -> list[int]:
    """The number of messages of each span of days, its end excluded."""
    bounds = ((room, _seconds(first), _seconds(end)) for first, end in spans)
    return [reading.driver.execute(_COUNT, one).fetchone()[0] for one in bounds]


def first_and_last_time(reading: Reading, room: int) -> tuple[datetime, datetime] | None:
    """When the first and the last message of a room were sent; None if no time is known of any."""
    rows = [reading.driver.execute(f"{_ENDS} {order} LIMIT 1", (room,)).fetchone() for order in ("ASC", "DESC")]
    first, last = (None if row is None else sent_at(row[0]) for row in rows)
    return None if first is None or last is None else (first, last)


def _seconds(day: date) -> int:
    return int(begin_of_day(day).timestamp())


AROUND = 500
"""Messages before the found position that are checked too: ids rise with time nearly always, not always."""

_NEXT = "SELECT position, send_time FROM message WHERE room_id = ? AND position >= ? ORDER BY position LIMIT 1"
_POSITIONS = (
    "SELECT (SELECT min(position) FROM message WHERE room_id = ?1),"
    " (SELECT max(position) FROM message WHERE room_id = ?1)"
)
_BEFORE = "SELECT position, send_time FROM message WHERE room_id = ? AND position < ? ORDER BY position DESC LIMIT ?"


def first_on_or_after(reading: Reading, room: int, at: datetime) -> MessageId | None:
    """The first message of a room, in the order of the ids, that was sent at a time or later; None if none was."""
    seconds = int(at.timestamp())
    nearest = _bisect_position(reading, room, seconds)
    while True:
        end = 2**63 - 1 if nearest is None else nearest
        sooner = [pos for pos, sent in reading.driver.execute(_BEFORE, (room, end, AROUND)) if sent >= seconds]
        if not sooner:
            return None if nearest is None else MessageId(str(nearest))
        nearest = sooner[-1]


def _bisect_position(reading: Reading, room: int, seconds: int) -> int | None:
    """A position whose message is late enough while the one before is not; None if even the last is too early."""
    low, high = reading.driver.execute(_POSITIONS, (room,)).fetchone()
    if low is None:
        return None
    last = high
    while low <= high:
        middle = (low + high) // 2
        position, sent = reading.driver.execute(_NEXT, (room, middle)).fetchone()
        if sent >= seconds:
            last, high = position, middle - 1
        else:
            low = position + 1
    _position, sent = reading.driver.execute(_NEXT, (room, last)).fetchone()
    return last if sent >= seconds else None


_OF_ROOM = "FROM window WHERE room_id = :room"
_LATEST = f"{STRETCHES} ORDER BY window.seq DESC LIMIT {LATEST_LOOKS}"
_AROUND = f"{STRETCHES} AND window.seq BETWEEN :start AND :end ORDER BY window.seq"
_LAST_UPTO = "SELECT seq, {time} " + _OF_ROOM + " AND seq <= :seq ORDER BY seq DESC LIMIT 1"
_NEXT_AFTER = f"SELECT min(seq) {_OF_ROOM} AND seq > :seq"
_END = 2**63 - 1
_AFTER_ALL = "~"


def pauses_between(reading: Reading, room: int, since: datetime | None, until: datetime | None) -> list[Pause]:
    """A room's pauses that begin after `since` and not after `until`, oldest first; None means no bound."""
    pauses = _pauses_around(reading, room, since, until)
    return [one for one in pauses if (since is None or since < one.start) and (until is None or one.start <= until)]


def pauses_touching(reading: Reading, room: int, since: datetime, until: datetime) -> list[Pause]:
    """A room's pauses that overlap a period, oldest first."""
    pauses = _pauses_around(reading, room, since, until)
    return [one for one in pauses if one.end > since and one.start < until]


def _pauses_around(reading: Reading, room: int, since: datetime | None, until: datetime | None) -> Iterator[Pause]:
    looks = running_looks(reading).get(room)
    running = [] if looks is None else [LookStretch(looks.first, looks.last, looks.intervals)]
    latest = [*read_stretches(reading, _LATEST, room=room)][::-1] + running
    start = 0 if since is None else _last_seq_before(reading, room, "observed_at", to_text(since))
    end = _END if until is None else _seq_after(reading, room, to_text(until))
    around = [*read_stretches(reading, _AROUND, room=room, start=start, end=end), *running]
    return (Pause(*pause) for pause in pauses_in(around, limit_of(latest)))


def _seq_after(reading: Reading, room: int, until: str) -> int:
    """The first row of a room whose looks began after a time."""
    last = _last_seq_before(reading, room, "coalesce(first, observed_at)", until + _AFTER_ALL)
    (found,) = reading.driver.execute(_NEXT_AFTER, {"room": room, "seq": last}).fetchone()
    return _END if found is None else int(found)


def _last_seq_before(reading: Reading, room: int, time: str, bound: str) -> int:
    """The last row of a room whose time is before a bound, by halving: times never decrease along the entries."""
    query = _LAST_UPTO.format(time=time)
    low, high = 0, reading.driver.execute("SELECT coalesce(max(seq), 0) FROM window").fetchone()[0]
    while low < high:
        middle = (low + high + 1) // 2
        row = reading.driver.execute(query, {"room": room, "seq": middle}).fetchone()
        if row is None or row[1] < bound:
            low = middle
        else:
            high = row[0] - 1
    row = reading.driver.execute(query, {"room": room, "seq": low}).fetchone()
    return 0 if row is None else int(row[0])
