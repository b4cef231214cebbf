"""Decides when something known is said again: a new thing at once, a known one once a day, its end once.

Pure: times come in, nothing is stored here. A time that lies well ahead (the clock was set back) counts as never.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

REPEAT_AFTER = timedelta(days=1)

CLOCK_TOLERANCE = timedelta(minutes=5)
"""So far ahead a time may lie without the clock having been set back: the corrected clocks of two rounds differ."""


@dataclass(frozen=True, slots=True)
class DueReminders:
    """What to say now, and what to remember for the next time."""

    say: tuple[str, ...]
    """Keys of what is new, or was said a day ago and is still there."""
    over: tuple[str, ...]
    """Keys of what was said before and has ended."""
    known: dict[str, datetime]
    """Key → when it was last said."""


def due_reminders(
    present: Iterable[str],
    known: Mapping[str, datetime],
    *,
    now: datetime,
    in_order: Iterable[str] = ("",),
    once: tuple[str, ...] = (),
) -> DueReminders:
    """The reminders due for the keys that are present, given those said before; `now` is aware.

    `in_order` are prefixes of keys that were looked at: one below them that is not present has ended, while any
    other may still be there. `once` are prefixes of keys that are said once and not every day.
    """
    present_keys = set(present)
    over = {key for key in known.keys() - present_keys if key.startswith(tuple(in_order))}
    say = sorted(key for key in present_keys if _is_to_say(key, known.get(key), now, once))
    remembered = {key: at for key, at in known.items() if key in present_keys or not (key in over or is_due(at, now))}
    return DueReminders(tuple(say), tuple(sorted(over)), remembered | dict.fromkeys(say, now))


def is_due(said_at: datetime | None, now: datetime) -> bool:
    """Whether a thing is to be said that was last said then; None: it is new."""
    return said_at is None or not -CLOCK_TOLERANCE <= now - said_at < REPEAT_AFTER


def _is_to_say(key: str, said_at: datetime | None, now: datetime, once: tuple[str, ...]) -> bool:
    return said_at is None if key.startswith(once) else is_due(said_at, now)
