"""Chapter 9 is always there, also when nothing is missing; gaps and pauses stand between the right messages, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, strategies

from archiver.export.pdf.blocks import Bullets
from archiver.export.report import changes_and_limits, report_and_consultation
from archiver.export.report.changes_and_limits import LONGEST, MAX_NAMED
from archiver.export.report.excerpt import GapBlocks
from archiver.export.report.message_statistics import ReportInput
from archiver.records import Conversation, Gap, Pause, WrongClock
from tests.support.reports import report_inputs, sample_conversation
from tests.support.reports.report_inputs import page_1
from tests.support.reports.sample_conversation import at, message_id


def items(case: ReportInput) -> list[str]:
    (bullets,) = changes_and_limits.limits(case).blocks
    assert isinstance(bullets, Bullets)
    return list(bullets.items)


@pytest.mark.parametrize("profile", ["support", "lawyer", "court"])
@pytest.mark.parametrize("rooms", [[], [sample_conversation.empty()], [sample_conversation.sample()]])
def test_it_is_in_every_report(profile: str, rooms: list[Conversation]) -> None:
    """Whatever the case, the chapter is printed with what this kind of record can never hold."""
    report = report_and_consultation.build_report(report_inputs.case(rooms, profile=profile))

    (chapter,) = (one for one in report.chapters if one.title == "9 取得できなかったもの・記録の限界")
    (bullets,) = chapter.blocks
    assert isinstance(bullets, Bullets)
    assert ("取得と", "音声・", "外部の", "取得は") == tuple(one[:3] for one in bullets.items)[-4:]


def test_nothing_missing_is_said_too() -> None:
    """A whole record says that there is no gap, no pause and no lost file."""
    sentences = items(report_inputs.case([report_inputs.room(["一"])]))

    assert "保存できなかった期間: ありません。" in sentences
    assert "確認していない時間帯: 15分を超えるものはありません。" in sentences
    assert "取得した一覧のファイルで、保存できなかったもの: ありません。" in sentences


def test_lists_that_chatwork_cuts_are_named() -> None:
    """There may be more, and nobody can tell; nothing is said where no list is at its cap."""
    sentences = [
        sentence
        for sentence in items(report_inputs.case(truncated_lists=((5, "files"), (6, "done"))))
        if "上限" in sentence
    ]

    assert ["ルームID 5: ファイルの一覧は、", "ルームID 6: 完了したタスクの一覧は、"] == [
        sentence.partition("人ごと")[0] for sentence in sentences
    ]
    assert not [sentence for sentence in items(report_inputs.case()) if "上限" in sentence]


def test_many_pauses_and_files_are_counted() -> None:
    """The longest pauses are named one by one and the others summed up; so many lost files are counted."""
    pauses = tuple(Pause(at(600 * number), at(600 * number) + timedelta(hours=2)) for number in range(MAX_NAMED + 5))
    files = tuple(report_inputs.file(number, message_id(1), sha256=None) for number in range(1, MAX_NAMED + 4))
    room = replace(report_inputs.room(["一"]), pauses=pauses, attachments=files)

    sentences = items(report_inputs.case([room]))

    assert "確認していない時間帯: ほかに35回(合計およそ2日22時間)。" in sentences
    assert LONGEST == sum("まで。" in one for one in sentences)
    assert "保存できなかったファイル: ほか3点(第7章)。" in sentences


def test_chats_that_nobody_looked_at_in_one_time_are_counted_once() -> None:
    """Three chats are read one after the other: one night is one time, though each chat's ends at another second."""
    rooms = [
        replace(report_inputs.room(["一"]), pauses=tuple(Pause(at(one), at(one + 1440)) for one in nights))
        for nights in ([number * 1440 + chat / 60 for number in range(LONGEST + 4)] for chat in range(3))
    ]
    case = report_inputs.case(rooms)

    assert f"時間が{LONGEST + 4}回(最長およそ24時間)" in page_1(case)["この報告書の範囲"]
    assert "確認していない時間帯: ほかに4回(合計およそ4日)。" in items(case)


def test_when_the_clock_was_wrong_is_said() -> None:
    """How far, which way and when; and how many replies had no time of Chatwork's. Nothing is said of a right clock."""
    wrong = (
        WrongClock(at(0), at(60), timedelta(hours=9)),
        WrongClock(at(120), at(120), -timedelta(minutes=2)),
        WrongClock(at(180), at(180), timedelta(days=365)),
    )
    sentences = items(report_inputs.case(wrong_clocks=wrong, undated_replies=3))

    clocks = [sentence.partition("この間、")[2].partition("。")[0] for sentence in sentences if "この間、" in sentence]
    assert [
        "パソコンの時計がおよそ9時間進んでいました",
        "パソコンの時計がおよそ2分遅れていました",
        "パソコンの時計がおよそ365日進んでいました",
    ] == clocks
    assert 1 == sum("応答のうち3件" in sentence for sentence in sentences)
    assert not [sentence for sentence in items(report_inputs.case()) if "時計" in sentence]


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
