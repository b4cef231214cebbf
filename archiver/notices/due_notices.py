"""Decides which conditions are due for a notice: a new one at once, a known one once a day, the end of one once.

They are remembered by their keys, such as `stale`, `fault/TokenRefused`, `alert/3` or `gap/17/2`. Two more keys are no
conditions: the end of a long pause, and the notice of a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from archiver.health.conditions import CONDITIONS, ConditionKind, Notice
from archiver.reminders import due_reminders

PAUSE, DAILY = "pause/", "daily/"
"""A long pause that has ended; the notice of a day."""

NOTICED = frozenset(row.kind for row in CONDITIONS if row.notice is not Notice.NEVER)
"""The conditions of which notices are given: what the user cannot wait to hear until they look."""

LASTING = (*(row.kind for row in CONDITIONS if row.notice is Notice.ONCE), PAUSE, DAILY)
"""How the keys begin of what is said once and not every day: nobody can mend it, or it is no trouble."""


class DueNotices(NamedTuple):
    """The notices to give now, and what to remember for the next time."""

    say: tuple[str, ...]
    over: tuple[str, ...]
    known: dict[str, datetime]
    """Key → when it was last reported."""
    is_remembered: bool = True
    """Whether the archive could remember that these are reported."""


def due_notices(present: Iterable[str], known: Mapping[str, datetime], *, now: datetime) -> DueNotices:
    """The notices due for the keys present, given those reported before; `now` is aware."""
    present_keys = set(present)
    reminders = due_reminders(present_keys, known, now=now, once=LASTING)
    # A notice that saving has stopped gives the error as its reason, so the error counts as reported too.
    reasons = [key for key in present_keys if ConditionKind.STALE in reminders.say and is_fault(key)]
    return DueNotices(reminders.say, reminders.over, reminders.known | dict.fromkeys(reasons, now))


def is_fault(key: str) -> bool:
    """Whether this is the key of an error that keeps rounds from going through."""
    return key.startswith(f"{ConditionKind.FAULT}/")


def keeps_from_saving(key: str) -> bool:
    """Whether nothing is saved while the condition of this key lasts."""
    return key == ConditionKind.STALE or is_fault(key)


def has_kind(keys: Iterable[str], *kinds: str) -> bool:
    """Whether any of these keys is of one of these kinds."""
    return any(key.partition("/")[0] in kinds for key in keys)
