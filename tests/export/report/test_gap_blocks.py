"""Gaps and pauses stand between the right messages, each once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, strategies

from archiver.export.report.message_block import GapBlocks
from archiver.records import Conversation, Gap, Pause
from tests.support.reports import report_inputs, sample_conversation
from tests.support.reports.sample_conversation import at, message_id


def placed(room: Conversation, *, pauses: bool = True) -> list[str]:
    """Numbers of messages and first words of breaks, in the order in which they are printed."""
    breaks = GapBlocks(room, pauses=pauses)
    titles = []
    for message in room.messages():
        titles += [block.text.split(" ")[0].split("(")[0] for block in breaks.before(message)]
        titles.append(f"{message.no}")
    return [*titles, *(block.text.split(" ")[0].split("(")[0] for block in breaks.rest())]


def room(count: int, gaps: tuple[Gap, ...] = (), pauses: tuple[Pause, ...] = ()) -> Conversation:
    messages = [report_inputs.plain_message("本文", number) for number in range(1, count + 1)]
    return replace(report_inputs.room_of_messages(messages), gaps=gaps, pauses=pauses)


def gap(number: int, after: int | None, before: int) -> Gap:
    start = None if after is None else message_id(after)
    return Gap(sample_conversation.ROOM, number, start, message_id(before), None, at(before), None, "window")


def test_each_stands_where_it_was() -> None:
    """A gap at the beginning, one in the middle, one at the end, and a pause before the message that ended it."""
    gaps = (gap(1, None, 1), gap(2, 2, 3), gap(3, 4, 9))

    titles = placed(room(4, gaps, (Pause(at(3.5), at(3.8)), Pause(at(50), at(60)))))

    assert [
        "保存できなかった期間",
        "1",
        "2",
        "保存できなかった期間",
        "3",
        "確認していない時間帯",
        "4",
        "確認していない時間帯",
        "保存できなかった期間",
    ] == titles


def test_without_pauses_only_gaps_are_shown() -> None:
    """An excerpt leaves pauses to chapter 9."""
    assert ["1", "保存できなかった期間", "2"] == placed(room(2, (gap(1, 1, 2),), (Pause(at(0), at(1)),)), pauses=False)


@given(after=strategies.lists(strategies.integers(0, 12), max_size=6))
def test_each_is_shown_once(after: list[int]) -> None:
    """However gaps lie, none is lost and none is told twice."""
    gaps = tuple(gap(number, one or None, one + 1) for number, one in enumerate(after))

    assert len(after) == placed(room(10, gaps)).count("保存できなかった期間")
