"""What vouches for the texts of a message: the entry of each, the seal that it lies in, third parties' times."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from archiver.store.archive import Reading, driver_connection
from archiver.store.timestamps import from_text


class HeldStamp(NamedTuple):
    """A stamp that is held."""

    authority: str
    at: datetime
    """The token's own time."""


class Proof(NamedTuple):
    """The entry of one text, and what covers it."""

    seq: int
    digest: str
    seal: int | None
    """The number of the seal; None: it lies in none yet."""
    day: str | None
    """Of the seal, in Tokyo."""
    times: tuple[HeldStamp, ...]


class RoomEnd(NamedTuple):
    """What is known of a room behind its last message."""

    read_at: datetime | None
    """When its list was last read; None: never."""
    sealed: int
    """The number of the last sealed entry; 0: none is."""


_VERSIONS = (
    "SELECT e.seq, e.digest FROM message_version v JOIN entry e ON e.seq = v.seq"
    " WHERE v.room_id = ? AND v.position = ? ORDER BY v.number"
)
_SEAL = "SELECT number, day FROM seal WHERE first <= ?1 AND last >= ?1"
_TIMES = "SELECT authority, time FROM stamp WHERE seal = ? AND state = 'stamped' ORDER BY time, authority"
_READ_AT = "SELECT observed_at FROM window WHERE room_id = ? ORDER BY seq DESC LIMIT 1"
_SEALED = "SELECT last FROM seal ORDER BY number DESC LIMIT 1"


def proofs(reading: Reading, room: int, position: int) -> list[Proof]:
    """Of each text of a message, in the order of its versions."""
    rows = driver_connection(reading.sql).execute(_VERSIONS, (room, position)).fetchall()
    return [_proof(reading, seq, digest) for seq, digest in rows]


def room_end(reading: Reading, room: int) -> RoomEnd:
    """When a room was last read, and how far all is sealed."""
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
