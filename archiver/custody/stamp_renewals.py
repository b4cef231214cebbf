"""Judges when the newest seal has to be stamped anew, because what stands behind its stamps ends (RFC 4998, 5.2).

A new seal over the records of the stamps that came before holds the SHA-256 of each token; its own stamp, made with a
certificate that lasts longer, carries them all on. A busy archive does that every day without asking; this is for one
in which nothing happens any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver.evidence.stamps.certificate_ends import stamp_end
from archiver.store import seals
from archiver.store.archive import Reading
from archiver.store.time_text import from_text, to_text
from archiver.store.working import stamp_queue, stamp_reply_files
from archiver.store.working.stamp_queue import NewestStamp

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
    return [one for one in lives if one.ends - now <= within and not any(_carries_on(other, one) for other in lives)]


def is_renewal_due(reading: Reading, now: datetime) -> bool:
    """Whether a stamp has to be carried on now by a new seal with a new stamp."""
    lives = stamp_lives(reading)
    return bool(ending(lives, now, RENEW_BEFORE)) and now - max(one.stamped for one in lives) >= RENEW_AGAIN


def _carries_on(later: StampLife, earlier: StampLife) -> bool:
    """Whether a stamp of another authority took over in time, and the newest of that one lasts longer."""
    return later.authority in earlier.followers and later.ends > earlier.ends


def _life(reading: Reading, stamp: NewestStamp) -> StampLife | None:
    folder = reading.home / seals.FOLDER
    try:
        reply = (folder / stamp.file).read_bytes()
        roots = stamp_reply_files.kept_roots(reading.home, stamp.authority).encode("latin-1")
    except OSError:
        return None  # a verification says which file is missing
    end = stamp_end(reply, roots)
    if end is None:
        return None
    earliest = end.earliest(to_text(stamp.time))
    ends, followers = from_text(earliest), stamp_queue.authorities_after(reading, stamp, until=earliest)
    return StampLife(stamp.authority, stamp.time, followers, ends, earliest != end.certificate)
