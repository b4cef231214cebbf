"""Gaps and pauses stand where they belong and claim no more than is known."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

from archiver.records import Gap, Message, MessageId, Pause, Watch
from archiver.render.gap_breaks import GapBreaks, closing_pauses, gap_text, usual_interval_lines
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


def test_an_unknown_number_is_not_guessed() -> None:
    """Without an estimate none is printed, and an unknown reason is shown as it is."""
    untimed = WINDOW._replace(start=None, end=None, after=None, before=MessageId("5"))
    unknown = untimed._replace(missing=None, reason="\u202e?")

    actual = gap_text(unknown)

    assert "チャットの始まりから 時刻不明 まで" in actual
    assert "件数は分かりません。理由: [U+202E]?" in actual


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
