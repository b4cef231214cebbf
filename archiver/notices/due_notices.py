"""Decides which troubles are due for a notice: a new one at once, a known one once a day, the end of one once.

A trouble is a key, such as `stale`, `fault/TokenRefused`, `alert/3` or `gap/17/2`: its kind, then which one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from archiver.reminders import due_reminders

STALE = "stale"
"""No good round for as long as the settings allow."""
FINDINGS = "findings"
"""The last whole verification found something wrong."""
REMOTE = "remote"
"""`[notify] urls` are set, and the library that reaches them is missing."""
FAULT, ALERT, HINT, GAP, LOST = "fault/", "alert/", "hint/", "gap/", "lost/"
"""The error that keeps rounds from going through; an open high alert about a departure; one about phrases or dates; a
gap; a file that was given up."""
UNREAD = "unread/"
"""A chat that no round has looked at for as long as the settings allow, while others were read."""
PACE, DUE, PAUSE, DAILY = "pace/", "due/", "pause/", "daily/"
"""A chat in which more is written than a list shows between two saves; a deadline of today or tomorrow; a long pause
that has ended; the notice of a day."""

LASTING = (GAP, LOST, PACE, DUE, PAUSE, DAILY)
"""Kinds that are reported once and not every day: nobody can mend them, or they are no trouble."""


class DueNotices(NamedTuple):
    """The notices to give now, and what to remember for the next time."""

    say: tuple[str, ...]
    over: tuple[str, ...]
    known: dict[str, datetime]
    """Key → when it was last reported."""
    is_remembered: bool = True
    """Whether the archive could remember that these are reported."""


def due_notices(present: Iterable[str], known: Mapping[str, datetime], *, now: datetime) -> DueNotices:
    """The notices due for the troubles present, given those reported before; `now` is aware."""
    present_keys = set(present)
    reminders = due_reminders(present_keys, known, now=now, once=LASTING)
    # A notice that saving has stopped gives the error as its reason, so the error counts as reported too.
    reasons = [key for key in present_keys if STALE in reminders.say and key.startswith(FAULT)]
    return DueNotices(reminders.say, reminders.over, reminders.known | dict.fromkeys(reasons, now))


def count_of_kind(kind: str, keys: Collection[str]) -> int:
    """How many of these troubles are of one kind."""
    return sum(key.startswith(kind) for key in keys)
