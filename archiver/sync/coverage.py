"""Pure: what one more window means for the stretch of a room that was seen without a hole.

A window is Chatwork's newest 100 messages. Whether it joins the last stretch is decided by ids alone; the
counter only estimates how many messages a gap holds (chatwork-api §15, 6 and 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.store.queries.current_state import WindowCoverage

WINDOW = 100
"""The most messages that a list shows (chatwork-api §2.1)."""

LOSSES = frozenset({"window", "inaccessible", "list"})
"""Reasons of gaps that leave the archive incomplete; the others tell what Chatwork never showed it."""

PLAN_SHOWS = timedelta(days=30)
"""What is younger than this is hidden by no plan: the free one shows 40 days (chatwork-api §0.2, 9)."""


@dataclass(frozen=True, slots=True)
class NewGap:
    """A gap that a window opens: after the position `after` (None = the room's beginning), before `before`."""

    after: int | None
    before: int
    missing: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class WindowVerdict:
    """How a window lies to what was covered before."""

    joins: bool
    """Nothing can lie between the last stretch and this window."""
    beginning: bool
    """The window shows the room from its beginning: every gap is closed."""
    hole: NewGap | None = None
    emptied: bool = False
    """An empty list in a room whose messages are known: an event, not a mass deletion."""


JOINED, WHOLE = WindowVerdict(joins=True, beginning=False), WindowVerdict(joins=True, beginning=True)


def judge(
    shown: Sequence[int],
    *,
    rows: int,
    limited: bool,
    message_num: int | None,
    new: int,
    covered: WindowCoverage,
    known: bool,
    lacking: bool,
    shut: bool,
    at: datetime,
) -> WindowVerdict:
    """Judge the positions a list showed (ascending) at a time.

    `rows` is how long the list was as it came (an id may stand in it twice), `limited` the free-plan header,
    `message_num` Chatwork's counter if known, `new` how many shown messages were not held, `known` whether messages of
    the room are held that should be shown. `lacking` says that a short list leaves out such a message: it is not the
    whole room, whatever its length says. `shut` says that the room could not be opened at some time since the last
    reading.
    """
    if not shown:
        return WindowVerdict(joins=True, beginning=not limited and not known, emptied=known and not limited)
    cut_by_plan = limited and rows < WINDOW
    if not limited and not lacking and _is_whole(rows, len(shown), message_num, covered):
        return WHOLE
    if covered.newest is not None and shown[0] <= covered.newest:
        return JOINED
    if cut_by_plan and covered.read_at is not None and abs(at - covered.read_at) <= PLAN_SHOWS:
        return JOINED  # whatever was posted since is too young to be hidden
    missing = None if message_num is None else _missing(message_num, new, len(shown), covered)
    # A full list is cut by its length: what it does not reach was not hidden, it was overrun.
    reason = _reason(cut_by_plan or (limited and covered.read_at is None), covered, lacking=lacking, shut=shut)
    return WindowVerdict(joins=False, beginning=False, hole=NewGap(covered.newest, shown[0], missing, reason))


def _is_whole(rows: int, count: int, message_num: int | None, covered: WindowCoverage) -> bool:
    """Whether so many messages are a whole room: fewer rows than a list can show, or exactly as many as there are."""
    return rows < WINDOW or (covered.newest is None and message_num is not None and message_num <= count)


def _missing(message_num: int, new: int, count: int, covered: WindowCoverage) -> int | None:
    """An estimate of how many messages a gap holds; None if the counter was not known before."""
    if covered.newest is None:
        return max(0, message_num - count)
    return None if covered.message_num is None else max(0, message_num - covered.message_num - new)


def _reason(hidden: bool, covered: WindowCoverage, *, lacking: bool, shut: bool) -> str:
    """A word of docs/reference/tables.md; what the reply itself tells comes before what was so in between."""
    if hidden:
        return "plan"
    if covered.read_at is None:
        return "first_sync"
    if lacking:
        return "list"
    return "inaccessible" if shut else "window"
