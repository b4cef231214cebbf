"""The proof of a message's texts: the entry of each, the seal that covers it, and its time stamps."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from archiver.store.archive import Reading
from archiver.store.engine import driver_connection
from archiver.store.time_text import from_text


class HeldStamp(NamedTuple):
    """A time stamp that was received."""

    authority: str
    at: datetime
    """The time in the token."""


class Proof(NamedTuple):
    """The entry of one text with the seal and time stamps that cover it."""

    seq: int
    digest: str
    seal: int | None
    """The number of the seal; None if the entry is not sealed yet."""
    day: str | None
    """The day of the seal in Tokyo."""
    times: tuple[HeldStamp, ...]


class RoomEnd(NamedTuple):
    """How far a room was read and the archive was sealed."""

    read_at: datetime | None
    """When the room's list was last read; None if never."""
    sealed: int
    """The number of the last sealed entry; 0 if none is."""


_VERSIONS = (
    "SELECT e.seq, e.digest FROM message_version v JOIN entry e ON e.seq = v.seq"
    " WHERE v.room_id = ? AND v.position = ? ORDER BY v.number"
)
_SEAL = "SELECT number, day FROM seal WHERE first <= ?1 AND last >= ?1"
_TIMES = "SELECT authority, time FROM stamp WHERE seal = ? AND state = 'stamped' ORDER BY time, authority"
_READ_AT = "SELECT observed_at FROM window WHERE room_id = ? ORDER BY seq DESC LIMIT 1"
_SEALED = "SELECT last FROM seal ORDER BY number DESC LIMIT 1"


def proofs(reading: Reading, room: int, position: int) -> list[Proof]:
    """The proof of each text of a message, in the order of its versions."""
    rows = driver_connection(reading.sql).execute(_VERSIONS, (room, position)).fetchall()
    return [_proof(reading, seq, digest) for seq, digest in rows]


def room_end(reading: Reading, room: int) -> RoomEnd:
    """When a room was last read, and how far the archive is sealed."""
    source = driver_connection(reading.sql)
    read_at, sealed = source.execute(_READ_AT, (room,)).fetchone(), source.execute(_SEALED).fetchone()
    return RoomEnd(from_text(read_at[0]) if read_at else None, sealed[0] if sealed else 0)


def _proof(reading: Reading, seq: int, digest: str) -> Proof:
    source = driver_connection(reading.sql)
    seal = source.execute(_SEAL, (seq,)).fetchone()
    if seal is None:
        return Proof(seq, digest, None, None, ())
    times = (HeldStamp(authority, from_text(at)) for authority, at in source.execute(_TIMES, (seal[0],)))
    return Proof(seq, digest, seal[0], seal[1], tuple(times))
