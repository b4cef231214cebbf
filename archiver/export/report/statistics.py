"""Goes through the messages of a case once and keeps the few figures and places that the chapters need."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field

from archiver.export.report.input import ReportInput
from archiver.records import Message, State

LAST_EXCHANGE = 2
"""So many of the last messages count as the last exchange, of each side."""

CHANGED, FILE, LAST = "変更", "ファイル", "最後のやり取り"
"""Why a message belongs into an excerpt."""

_CHANGED = frozenset({State.EDITED, State.DELETED, State.MISSING})


@dataclass
class MessageStatistics:
    """What one pass over the messages told."""

    count: int = 0
    states: Counter[State] = field(default_factory=Counter)
    first: Message | None = None
    last: Message | None = None
    last_reply: Message | None = None
    """The counterpart's last message."""
    own_edits: int = 0
    """Messages of the owner that were edited or deleted."""
    saved_before: int = 0
    """Messages saved at or before the counterpart's last reply was sent; all, if there was no reply."""
    sides: Counter[tuple[State, str]] = field(default_factory=Counter)
    """Messages by state and by whose they are (`Case.role`)."""
    side_of: dict[int, str] = field(default_factory=dict)
    """Of the messages of which an event tells: No. → whose it is."""
    excerpt_reasons: dict[str, str] = field(default_factory=dict)
    """Messages that belong into an excerpt by rule: id → why."""

    @property
    def saved_after(self) -> int:
        """Messages saved later than that."""
        return self.count - self.saved_before


def survey_messages(case: ReportInput) -> MessageStatistics:
    """Look at every message of every room."""
    statistics = MessageStatistics()
    event_numbers = {event.no for event in case.events}
    with_files = {one.message_id for one in case.attachments}
    saved = array("d")
    ends: list[list[Message]] = []
    for room in case.rooms:
        latest: dict[bool, list[Message]] = {}
        for message in room.messages():
            _count_message(statistics, case, message)
            if message.no in event_numbers:
                statistics.side_of[message.no] = case.role(message.account_id)
            saved.append(message.first_seen.timestamp())
            if message.state in _CHANGED or (message.texts and message.texts[0].update_time > 0):
                statistics.excerpt_reasons[message.message_id] = CHANGED
            elif message.message_id in with_files:
                statistics.excerpt_reasons[message.message_id] = FILE
            own = message.account_id == case.owner_id
            latest[own] = [*latest.get(own, [])[1 - LAST_EXCHANGE :], message]
        ends.append([one for side in latest.values() for one in side])
    for message in (one for end in ends for one in end):
        statistics.excerpt_reasons.setdefault(message.message_id, LAST)
    last = statistics.last_reply
    statistics.saved_before = (
        statistics.count if last is None else sum(at <= last.send_time.timestamp() for at in saved)
    )
    return statistics


def _count_message(statistics: MessageStatistics, case: ReportInput, message: Message) -> None:
    statistics.count += 1
    statistics.states[message.state] += 1
    statistics.sides[message.state, case.role(message.account_id)] += 1
    if statistics.first is None or message.send_time < statistics.first.send_time:
        statistics.first = message
    if statistics.last is None or message.send_time >= statistics.last.send_time:
        statistics.last = message
    if case.is_counterpart(message.account_id):
        if statistics.last_reply is None or message.send_time >= statistics.last_reply.send_time:
            statistics.last_reply = message
    elif message.account_id == case.owner_id and message.state in _CHANGED:
        statistics.own_edits += 1
