"""Statistics of a case's messages, collected for the chapters in one pass."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field

from archiver.export.report.input import ReportInput
from archiver.records import Message, State

LAST_EXCHANGE = 2
"""Messages of each side that count as the last exchange."""

CHANGED, FILE, LAST = "変更", "ファイル", "最後のやり取り"
"""The reasons why a message belongs in an excerpt."""

_CHANGED = frozenset({State.EDITED, State.DELETED, State.MISSING})


@dataclass
class MessageStatistics:
    """The statistics of one pass over the messages."""

    count: int = 0
    states: Counter[State] = field(default_factory=Counter)
    first: Message | None = None
    last: Message | None = None
    last_reply: Message | None = None
    """The counterpart's last message that is no notice of Chatwork's own system."""
    own_edits: int = 0
    """Messages of the owner that were edited or deleted."""
    saved_before: int = 0
    """Messages saved at or before the sending of the counterpart's last reply; all, if there was no reply."""
    sides: Counter[tuple[State, str]] = field(default_factory=Counter)
    """Messages by state and side of the author (`ReportInput.role`)."""
    side_of: dict[int, str] = field(default_factory=dict)
    """No. of a message with an event → the side of its author."""
    excerpt_reasons: dict[str, str] = field(default_factory=dict)
    """Id of a message that belongs in an excerpt by rule → the reason."""

    @property
    def saved_after(self) -> int:
        """Messages saved after the sending of the counterpart's last reply."""
        return self.count - self.saved_before


def survey_messages(case: ReportInput) -> MessageStatistics:
    """The statistics over every message of every room."""
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
    if case.is_counterpart(message.account_id) and not message.is_notice:
        if statistics.last_reply is None or message.send_time >= statistics.last_reply.send_time:
            statistics.last_reply = message
    elif message.account_id == case.owner_id and message.state in _CHANGED:
        statistics.own_edits += 1
