"""Pure: what one more window means for the stretch of a room that was seen without a hole.

A window is Chatwork's newest 100 messages. Whether it joins the last stretch is decided by ids alone; the
counter only estimates how many messages a gap holds (chatwork-api §15, 6 and 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.store.queries.known import Covered

WINDOW = 100
"""The most messages that a list shows (chatwork-api §2.1)."""

PLAN_SHOWS = timedelta(days=30)
"""What is younger than this is hidden by no plan: the free one shows 40 days (chatwork-api §0.2, 9)."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A gap that a window opens: after the position `after` (None = the room's beginning), before `before`."""

    after: int | None
    before: int
    missing: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a window lies to what was covered before."""

    joins: bool
    """Nothing can lie between the last stretch and this window."""
    beginning: bool
    """The window shows the room from its beginning: every gap is closed."""
    hole: Hole | None = None
    emptied: bool = False
    """An empty list in a room whose messages are known: an event, not a mass deletion."""


JOINED, WHOLE = Verdict(joins=True, beginning=False), Verdict(joins=True, beginning=True)


def judge(
    shown: Sequence[int],
    *,
    limited: bool,
    message_num: int | None,
    new: int,
    covered: Covered,
    known: bool,
    at: datetime,
) -> Verdict:
    """Judge the positions a list showed (ascending) at a time.

    `limited` is the free-plan header, `message_num` Chatwork's counter if known, `new` how many shown
    messages were not held, `known` whether messages of the room are held that should be shown.
    """
    if not shown:
        return Verdict(joins=True, beginning=not limited and not known, emptied=known and not limited)
    cut_by_plan = limited and len(shown) < WINDOW
    if not limited and len(shown) < WINDOW:
        return WHOLE
    if not limited and covered.newest is None and message_num is not None and message_num <= len(shown):
        return WHOLE
    if covered.newest is not None and shown[0] <= covered.newest:
        return JOINED
    if cut_by_plan and covered.read_at is not None and abs(at - covered.read_at) <= PLAN_SHOWS:
        return JOINED  # whatever was posted since is too young to be hidden
    missing = None if message_num is None else _missing(message_num, new, len(shown), covered)
    hole = Hole(covered.newest, shown[0], missing, _reason(limited, covered))
    return Verdict(joins=False, beginning=False, hole=hole)


def _missing(message_num: int, new: int, count: int, covered: Covered) -> int | None:
    """An estimate of how many messages a gap holds; None if the counter was not known before."""
    if covered.newest is None:
        return max(0, message_num - count)
    return None if covered.message_num is None else max(0, message_num - covered.message_num - new)


def _reason(limited: bool, covered: Covered) -> str:
    """`plan`, `window` (too much was posted between two readings) or `first_sync`."""
    if limited:
        return "plan"
    return "first_sync" if covered.read_at is None else "window"
