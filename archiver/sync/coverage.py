"""Pure: what one more window means for the stretch of a room that was seen without a hole.

A window is Chatwork's newest 100 messages. Whether it joins the last stretch is decided by ids alone; the
counter only estimates how many messages a gap holds (chatwork-api §15, 6 and 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archiver.store.queries.known import Covered

WINDOW = 100
"""The most messages that a list shows (chatwork-api §2.1)."""


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
    hole: Hole | None
    emptied: bool = False
    """An empty list in a room whose messages are known: an event, not a mass deletion."""


def judge(
    shown: Sequence[int], *, limited: bool, message_num: int | None, new: int, covered: Covered, known: bool
) -> Verdict:
    """Judge the positions a list showed (ascending).

    `limited` is the free-plan header, `message_num` Chatwork's counter if known, `new` how many shown
    messages were not held, `known` whether any message of the room is held.
    """
    if not shown:
        return Verdict(joins=True, beginning=not limited and not known, hole=None, emptied=known and not limited)
    if not limited and len(shown) < WINDOW:
        return Verdict(joins=True, beginning=True, hole=None)
    if covered.newest is None:
        return _first(shown, limited=limited, message_num=message_num)
    if shown[0] <= covered.newest:
        return Verdict(joins=True, beginning=False, hole=None)
    missing = None
    if message_num is not None and covered.message_num is not None:
        missing = max(0, message_num - covered.message_num - new)
    reason = "plan" if limited and len(shown) < WINDOW else "window"
    return Verdict(joins=False, beginning=False, hole=Hole(covered.newest, shown[0], missing, reason))


def _first(shown: Sequence[int], *, limited: bool, message_num: int | None) -> Verdict:
    """The first window with messages: what lies before it cannot be listed, unless the counter says nothing does."""
    if message_num is not None and message_num <= len(shown) and not limited:
        return Verdict(joins=True, beginning=True, hole=None)
    missing = None if message_num is None else max(0, message_num - len(shown))
    reason = "plan" if limited else "first_sync"
    return Verdict(joins=False, beginning=False, hole=Hole(None, shown[0], missing, reason))
