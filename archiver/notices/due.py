"""Pure: which troubles are to be noticed now: a new one at once, a known one once a day, the end of one once.

A trouble is a key, such as `stale`, `fault/TokenRefused`, `alert/3` or `gap/17/2`: its kind, then which one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from archiver.rounds.due import is_to_say

STALE = "stale"
"""No good round for as long as the settings allow."""
FINDINGS = "findings"
"""The last whole verification found something wrong."""
REMOTE = "remote"
"""Other places to be told at are named, and the library that reaches them is missing."""
FAULT, ALERT, HINT, GAP, LOST = "fault/", "alert/", "hint/", "gap/", "lost/"
"""Why no round went through; an open high alert that somebody or something is going; one about words or dates; a gap;
a file that was given up."""
UNREAD = "unread/"
"""A chat that no round has looked at for as long as the settings allow, while others were read."""
PACE, DUE, PAUSE, DAILY = "pace/", "due/", "pause/", "daily/"
"""A chat in which more is written than a list shows between two saves; a deadline of today or tomorrow; a long pause
that has ended; the notice of a day."""

LASTING = (GAP, LOST, PACE, DUE, PAUSE, DAILY)
"""What nobody can mend, or what is no trouble, is said once and not every day; `status` and packages keep saying it."""


class DueNotices(NamedTuple):
    """What to say now, and what to remember for the next time."""

    say: tuple[str, ...]
    over: tuple[str, ...]
    known: dict[str, datetime]
    """Key → when it was last said."""
    kept: bool = True
    """Whether it could be remembered that this is said."""


def judge(present: Iterable[str], known: Mapping[str, datetime], *, now: datetime) -> DueNotices:
    """Troubles that there are now against those that were said before; `now` is aware."""
    there = set(present)
    say = sorted(key for key in there if _is_due(key, known.get(key), now))
    kept = {key: at for key, at in known.items() if key in there}
    over = sorted(known.keys() - there)
    told = [*say, *(key for key in there if STALE in say and key.startswith(FAULT))]  # which is the reason of that stop
    return DueNotices(tuple(say), tuple(over), kept | dict.fromkeys(told, now))


def of_kind(kind: str, keys: Collection[str]) -> int:
    """How many of these troubles are of one kind."""
    return sum(key.startswith(kind) for key in keys)


def _is_due(key: str, said: datetime | None, now: datetime) -> bool:
    return said is None if key.startswith(LASTING) else is_to_say(said, now)
