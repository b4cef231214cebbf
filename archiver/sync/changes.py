"""Pure: compares received objects with known ones, and a list of messages with the range read without a gap.

States what differs, never why. A list is Chatwork's newest 100 messages: whether it joins the last range is decided by
ids alone; the counter only estimates how many messages a gap holds (chatwork-api §15, 6 and 8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver.evidence.history import REMOVED_BOX, is_box_removal
from archiver.records import JsonObject, KnownMessage, State
from archiver.records.conversation import first_id_after
from archiver.store.queries.current_state import KnownObject, WindowCoverage
from archiver.store.received_facts_and_record_forms import (
    DELETED,
    account_id_of,
    body_of,
    edited_at,
    fingerprint,
    text_digest,
)


@dataclass(frozen=True, slots=True)
class Change:
    """A changed message that becomes an entry, and how it is counted."""

    position: int
    object: JsonObject
    state: State
    counted: str | None
    """`new`, `edited`, `deleted`, or None for a change that is not counted."""


@dataclass(frozen=True, slots=True)
class Differences:
    """Objects of one kind that differ from what is known, by id."""

    new: dict[int, JsonObject] = field(default_factory=dict)
    changed: dict[int, JsonObject] = field(default_factory=dict)
    gone: tuple[int, ...] = ()

    @property
    def new_and_changed(self) -> dict[int, JsonObject]:
        """New and changed objects together."""
        return self.new | self.changed


def state_of(received: JsonObject, known: KnownMessage | None, *, loses_item: bool = False) -> State:
    """The state of a received message, given what was known of it before.

    `[deleted]` is a deletion whether or not `update_time` moved (chatwork-api §15, 4); a text that differs
    from the last one is an edit even when `update_time` says otherwise; once edited stays edited. `loses_item`: it
    differs only as Chatwork's box of a file or task became that of a removed one, which is no edit.
    """
    body = body_of(received)
    if body == DELETED:
        return State.DELETED
    if known is not None and (loses_item or (edited_at(received) > 0 and _is_known(received, known))):
        return State.EDITED if known.was_edited else State.PRESENT
    if edited_at(received) > 0:
        return State.EDITED
    if known is not None and (known.was_edited or known.text_digest not in ("", text_digest(body))):
        return State.EDITED
    return State.PRESENT


def _is_known(received: JsonObject, known: KnownMessage) -> bool:
    return fingerprint("message", received) == known.fingerprint


def compare_message(
    position: int, received: JsonObject, known: KnownMessage | None, last_body: Callable[[int], str]
) -> Change | None:
    """Compare a received message with what is known; None if nothing differs. `last_body` gives its text before."""
    if known is None:
        return Change(position, received, state_of(received, known), "new")
    body = body_of(received)
    loses_item = REMOVED_BOX.search(body) is not None and is_box_removal(last_body(position), body, edited_at(received))
    state = state_of(received, known, loses_item=loses_item)
    if state is known.state and _is_known(received, known):
        return None
    return Change(position, received, state, None if loses_item else _count_name(received, state, known))


def _count_name(received: JsonObject, state: State, known: KnownMessage) -> str | None:
    if state is State.DELETED:
        return "deleted" if known.state is not State.DELETED and known.text_digest else None
    if not _is_known(received, known):
        return "edited"
    return None  # shown again, unchanged


def compare_messages(
    received: Mapping[int, JsonObject], known: Mapping[int, KnownMessage], last_body: Callable[[int], str]
) -> list[Change]:
    """The changes of all received messages, by position."""
    found = (compare_message(one, received[one], known.get(one), last_body) for one in sorted(received))
    return [change for change in found if change is not None]


def absent_messages(received: Iterable[int], known: Mapping[int, KnownMessage]) -> list[int]:
    """Known messages inside the range of a list that are not in it, oldest first."""
    return sorted(known.keys() - set(received))


def compare_objects(
    kind: str, received: Mapping[int, JsonObject], known: Mapping[int, KnownObject], *, complete: bool
) -> Differences:
    """Compare members, tasks or files with what is known; only a complete list shows that one is gone."""
    new = {ident: element for ident, element in received.items() if ident not in known}
    changed = {
        ident: element
        for ident, element in received.items()
        if ident in known and (known[ident].gone or known[ident].fingerprint != fingerprint(kind, element))
    }
    gone = sorted(ident for ident, mark in known.items() if not mark.gone and ident not in received) if complete else []
    return Differences(new, changed, tuple(gone))


def people_in(objects: Sequence[JsonObject], fields: Sequence[str] = ("account",)) -> dict[int, JsonObject]:
    """The account objects inside the objects of a list, the last one of each person."""
    found: dict[int, JsonObject] = {}
    for received in objects:
        for name in fields:
            account = received.get(name)
            if isinstance(account, dict) and account_id_of(account):
                found[account_id_of(account)] = account
    return found


WINDOW = 100
"""The most messages that a list shows (chatwork-api §2.1)."""

LOSSES = frozenset({"window", "inaccessible", "list"})
"""Reasons of gaps by which a run is incomplete; messages in the others (`plan`, `first_sync`) no list of it showed."""

PLAN_SHOWS_AT_LEAST = timedelta(days=30)
"""No plan hides messages younger than this: the free one shows 40 days (chatwork-api §0.2, 9)."""


class NewGap(NamedTuple):
    """A gap that a window opens: after the position `after` (None = the room's beginning), before `before`."""

    after: int | None
    before: int
    missing: int | None
    reason: str


class WindowVerdict(NamedTuple):
    """How a window relates to what was covered before."""

    joins: bool
    """Whether nothing can lie between the last range and this window."""
    beginning: bool
    """Whether the window shows the room from its beginning, so that every gap is closed."""
    gap: NewGap | None = None
    emptied: bool = False
    """Whether the list is empty though messages of the room are known: an event, not a mass deletion."""


JOINED, WHOLE = WindowVerdict(joins=True, beginning=False), WindowVerdict(joins=True, beginning=True)


def judge_window(
    positions: Sequence[int],
    *,
    rows: int,
    limited: bool,
    message_num: int | None,
    new: int,
    covered: WindowCoverage,
    known: bool,
    lacking: bool,
    was_inaccessible: bool,
    at: datetime,
) -> WindowVerdict:
    """Judge the positions (ascending) of the messages in a list received at a time.

    `rows` is the length of the list as received (an id may be in it twice), `limited` the free-plan header,
    `message_num` Chatwork's counter if known, `new` how many listed messages are new, `known` whether messages of the
    room are saved that should be listed. `lacking` means that a short list leaves out such a message, so that it is not
    the whole room, whatever its length. `was_inaccessible` means that the room could not be opened at some time since
    the last reading.
    """
    if not positions:
        risen = (message_num or 0) - (covered.message_num or 0)
        if (
            limited and covered.newest is not None and covered.message_num is not None and risen > 0
        ):  # so many were posted and hidden since then
            hidden = NewGap(covered.newest, first_id_after(at - PLAN_SHOWS_AT_LEAST), risen, "plan")
            return WindowVerdict(joins=False, beginning=False, gap=hidden)
        return WindowVerdict(joins=True, beginning=not limited and not known, emptied=known and not limited)
    cut_by_plan = limited and rows < WINDOW
    if not limited and not lacking and _is_whole(rows, len(positions), message_num, covered):
        return WHOLE
    if covered.newest is not None and positions[0] <= covered.newest:
        return JOINED
    if cut_by_plan and covered.read_at is not None and abs(at - covered.read_at) <= PLAN_SHOWS_AT_LEAST:
        return JOINED  # whatever was posted since then is too young to be hidden
    missing = None if message_num is None else _estimate_missing(message_num, new, len(positions), covered)
    # A full list is cut by its length: older messages were pushed out of it, not hidden.
    reason = _gap_reason(cut_by_plan, covered, lacking=lacking, was_inaccessible=was_inaccessible)
    return WindowVerdict(joins=False, beginning=False, gap=NewGap(covered.newest, positions[0], missing, reason))


def _is_whole(rows: int, count: int, message_num: int | None, covered: WindowCoverage) -> bool:
    """Whether so many messages are a whole room: fewer rows than a list can show, or exactly as many as there are."""
    return rows < WINDOW or (covered.newest is None and message_num is not None and message_num <= count)


def _estimate_missing(message_num: int, new: int, count: int, covered: WindowCoverage) -> int | None:
    """An estimate of the number of messages in a gap; None if the counter was not known before."""
    if covered.newest is None:
        return max(0, message_num - count)
    return None if covered.message_num is None else max(0, message_num - covered.message_num - new)


def _gap_reason(hidden: bool, covered: WindowCoverage, *, lacking: bool, was_inaccessible: bool) -> str:
    """The reason of a gap (docs/reference/tables.md); the reply itself counts before what happened in between."""
    if hidden:
        return "plan"
    if covered.read_at is None:
        return "first_sync"
    if lacking:
        return "list"
    return "inaccessible" if was_inaccessible else "window"
