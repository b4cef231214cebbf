"""Gaps and pauses stand where they belong and claim no more than is known."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

from archiver.records import Gap, Message, MessageId, Pause, Watch
from archiver.render.gap_breaks import GapBreaks, closing_pauses, gap_text, pause_text, usual_interval_lines
from tests.support.reports.sample_conversation import DAY, ROOM, at, long, message_id, sample

WINDOW = Gap(ROOM, 2, message_id(2), message_id(4), at(1), at(3), 23, "window")


def titles(html: str) -> list[str]:
    return re.findall("<b>(.*?)</b>", html)


def page_order(gaps: list[Gap], pauses: list[Pause], messages: list[Message]) -> list[str]:
    """Numbers of the messages and titles of the breaks, in the order of the page."""
    breaks = GapBreaks(gaps, pauses)
    found = []
    for message in messages:
        found += [title for html in breaks.before(message) for title in titles(html)]
        found.append(f"{message.no}")
    return found + [title for html in breaks.rest() for title in titles(html)]


def numbered(*numbers: int) -> list[Message]:
    return [message for message in long(6).messages() if message.no in numbers]


def test_a_gap_stands_between_its_ends() -> None:
    """It comes directly before the first message after it."""
    actual = page_order([WINDOW], [], numbered(1, 2, 4, 5))

    assert ["1", "2", "保存できなかった期間", "4", "5"] == actual


def test_messages_got_later_stand_inside_the_gap() -> None:
    """A gap with messages in it has a visible end too."""
    actual = page_order([WINDOW], [], numbered(2, 3, 4))

    assert ["2", "保存できなかった期間", "3", "保存できなかった期間の終わり", "4"] == actual


def test_the_gap_before_the_first_reading_has_its_own_name() -> None:
    """What was there before the archive began is not called a loss."""
    first = WINDOW._replace(after=None, before=message_id(1), start=None, reason="first_sync")

    actual = page_order([first], [], numbered(1, 2))

    assert ["一覧では取得できなかった期間", "1", "2"] == actual


def test_an_end_without_a_time_shows_the_one_that_its_id_tells() -> None:
    """Marked as derived; an id of the old kind tells none. A time that is known is never replaced."""
    untimed = WINDOW._replace(after=MessageId("1876543210987654321"), start=None, end=None)

    actual, known = gap_text(untimed._replace(before=MessageId("5"))), gap_text(WINDOW)

    assert actual.startswith("2024-08-17 15:32 ごろ(IDからの推定) から 時刻不明 まで")
    assert "推定)" not in known


def test_breaks_after_the_last_message_are_shown() -> None:
    """Nothing is dropped because nothing follows it."""
    pause = Pause(at(DAY), at(2 * DAY))

    actual = page_order([WINDOW], [pause], numbered(1))

    assert ["1", "確認していない時間帯", "保存できなかった期間"] == actual


def test_a_gap_says_both_ends_how_much_and_why() -> None:
    """Times, ids, the estimate and the cause, in words."""
    actual = gap_text(WINDOW)

    assert (
        "2026-11-05 10:15:33 から 2026-11-05 10:17:33 まで"
        f"(メッセージID {message_id(2)} と メッセージID {message_id(4)} の間)。"
        "Chatworkの表示する件数との差から、およそ23件と見積もられます。"
        "前回の取得から次の取得までに、一覧で一度に取得できる100件を超えるメッセージがあったためです。"
    ) == actual


def test_an_unknown_number_is_not_guessed() -> None:
    """Without an estimate none is printed, and an unknown reason is shown as it is."""
    untimed = WINDOW._replace(start=None, end=None, after=None, before=MessageId("5"))
    unknown = untimed._replace(missing=None, reason="\u202e?")

    actual = gap_text(unknown)

    assert "チャットの始まりから 時刻不明 まで" in actual
    assert "件数は分かりません。理由: [U+202E]?" in actual


def test_a_pause_without_a_gap_cost_only_former_texts() -> None:
    """It is said that all messages were got later, as nothing tells otherwise."""
    actual = pause_text(Pause(at(DAY), at(2 * DAY)), [WINDOW])

    assert actual.endswith(
        "まで。メッセージは後で取得済み。この間に書かれ、この間に変えられた、または消されたメッセージの元の文面と、この間に重ねて変えられた途中の文面は、分かりません。"
    )


def test_a_pause_with_a_gap_in_it_claims_nothing() -> None:
    """A gap in the same time means that messages may be lost."""
    actual = pause_text(Pause(at(2), at(DAY)), [WINDOW])

    assert "メッセージは後で取得済み" not in actual
    assert "保存できていないものがあります" in actual


def test_many_gaps_keep_their_order() -> None:
    """Gaps are told by place, whatever order they come in."""
    later = WINDOW._replace(number=3, after=message_id(5), before=MessageId(f"{int(message_id(6))}"))

    actual = page_order([later, WINDOW], [], numbered(2, 4, 5, 6))

    assert ["2", "保存できなかった期間", "4", "5", "保存できなかった期間", "6"] == actual


def test_what_is_usual_is_said_from_ten_looks_on() -> None:
    """Of fewer nobody can say how far apart they usually are."""
    few, enough = (Watch(at(0), at(90), looks, usual=timedelta(minutes=5)) for looks in (9, 10))

    assert [] == list(usual_interval_lines([(ROOM, few)]))
    assert "ふだんの確認の間隔: おおむね5分ごと。" in "".join(usual_interval_lines([(ROOM, enough)]))


def test_the_time_before_a_closing_is_a_time_without_a_look() -> None:
    """From the last list to the moment at which the room could not be opened, if it is longer than what is none."""
    room = dataclasses.replace(sample(), watch=Watch(at(0), at(90), 10), inaccessible_since=at(90 + 61))

    assert [Pause(at(90), at(151))] == list(closing_pauses(room))
    assert [] == list(closing_pauses(dataclasses.replace(room, inaccessible_since=at(90 + 60))))
    assert [] == list(closing_pauses(dataclasses.replace(room, inaccessible_since=None)))
    assert [] == list(closing_pauses(room, at(90)))  # the period told had ended by then
