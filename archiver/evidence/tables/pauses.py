"""The rows of `pauses.csv` and `pauses.jsonl`, made of entries: times in which nobody looked at a room.

They are judged by the readings that the package holds. Standard library only and Python 3.8 syntax, because this
module is also handed out inside packages.
"""

from __future__ import annotations

from datetime import datetime
from typing import Iterator, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import Look, Sightings
from archiver.evidence.look_coding import decode_intervals
from archiver.evidence.pauses import SECOND, LookStretch, limit_of, pauses_in
from archiver.evidence.tables.cells import jst_of

PAUSES = "pauses.jsonl"
PAUSE_HEADER = (
    "チャット(ルームID)", "最後に見た日時(日本時間)", "次に見た日時(日本時間)", "確認していない時間(秒)",
    "これより長い間を数える(秒)",
)  # fmt: skip


class PauseRow(NamedTuple):
    """A time in which nobody looked at a room, from one look to the next."""

    room_id: int
    begun: str
    ended: str
    seconds: int
    limit: int
    """A time without a look counts if it is longer than so many seconds."""


def pause_rows(rooms: Mapping[int, Sightings]) -> Iterator[PauseRow]:
    """The pauses of each room, by room and time."""
    for room in sorted(rooms):
        stretches = [_look_stretch(look) for look in rooms[room].looks]
        limit = limit_of(stretches)
        for begun, ended in pauses_in(stretches, limit):
            yield PauseRow(room, _look_text(begun), _look_text(ended), (ended - begun) // SECOND, limit // SECOND)


def _look_stretch(look: Look) -> LookStretch:
    return LookStretch(_look_time(look.first), _look_time(look.last), decode_intervals(look.coded))


def pause_cells(row: PauseRow) -> list[object]:
    """The cells of a row of `pauses.csv`."""
    return [row.room_id, jst_of(row.begun), jst_of(row.ended), row.seconds, row.limit]


def pause_object(row: PauseRow) -> dict[str, object]:
    """The object of a line of `pauses.jsonl`; times RFC 3339 UTC."""
    return {
        "room_id": row.room_id,
        "from": row.begun,
        "to": row.ended,
        "seconds": row.seconds,
        "longer_than": row.limit,
    }


def _look_time(at: str) -> datetime:
    return datetime.fromisoformat(at[:-1])


def _look_text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds") + "Z"
