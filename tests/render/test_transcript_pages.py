"""Transcripts in pages: every reference followable, the index complete; their gaps, times and style."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.export.html import write
from archiver.export.verify_page import verify_page
from archiver.records import Conversation, FileId, Gap, Message, MessageId, Pause, Watch
from archiver.render import times
from archiver.render.gap_breaks import GapBreaks, closing_pauses, gap_text, usual_interval_lines
from archiver.render.page_templates import SHEET, style_sheet
from archiver.render.transcript_pages import PAGE_BYTES, PAGE_MESSAGES, Transcript
from archiver.report_language import report_language
from tests.support.cases import cases_of
from tests.support.html_safety import read_html
from tests.support.reports.sample_conversation import CLIENT, DAY, ROOM, at, empty, file, link, long, message_id, sample


def pages(conversation: Conversation) -> dict[str, str]:
    """Every page by its name."""
    transcript = Transcript(conversation, link)
    sheets = list(transcript.pages())
    return {sheet.name: transcript.finished_page(sheet) for sheet in sheets}


def index(conversation: Conversation) -> str:
    transcript = Transcript(conversation, link)
    assert list(transcript.pages())
    return transcript.index_section()


def test_pages_hold_every_message_once_and_in_order() -> None:
    """Together the pages hold what the conversation holds."""
    made = pages(long(1234))

    actual = [number for page in made.values() for number in re.findall(r"<summary>No\.(\d+)<", page)]

    assert [f"{number}" for number in range(1, 1235)] == actual
    assert [f"R{ROOM}-0001.html", f"R{ROOM}-0002.html", f"R{ROOM}-0003.html"] == list(made)


@pytest.mark.drawn
@pytest.mark.parametrize("body", ["あ" * 65_535, "<" * 65_535, "a" * 2_000, "あ"])
def test_pages_are_below_four_hundred_kilobytes(body: str) -> None:
    """Long messages are fewer to a page, one of the longest has a page of its own."""
    actual = max(len(page.encode()) for page in pages(long(700 if len(body) < 9 else 300, body)).values())

    assert actual < 400_000


def test_a_message_larger_than_a_page_is_shown_whole() -> None:
    """Nothing is cut off to keep the size; the page is larger then."""
    made = pages(long(3, "<" * 65_535))

    assert 3 == len(made)
    assert all(65_535 <= page.count("&lt;") for page in made.values())


def test_a_file_replaced_under_its_id_leads_to_its_own_bytes() -> None:
    """Its message shows what was sent with it; each content has its number, its name and its link."""
    (post,) = long(1, "[download:7]movie01.mp4[/download]").messages()
    sent, later = (
        file(number, post.message_id, file_id=FileId(7), stored_as=f"files/F-000{number}.mp4") for number in (1, 2)
    )
    files = (sent, later._replace(replaced_at=at(DAY)))
    room = dataclasses.replace(long(0), messages=lambda: iter([post]), attachments=files)

    (page,) = pages(room).values()

    links = re.findall(r'href="\.\./files/(F-000\d)\.mp4"[^>]*>(F-000\d)</a>', page)
    assert [("F-0001", "F-0001"), ("F-0001", "F-0001"), ("F-0002", "F-0002")] == links
    assert re.search("F-0001</a> <bdi>movie01.*F-0002</a> <bdi>movie02.*差し替えを2026-.*に確認", page)


def test_pages_lead_to_each_other() -> None:
    """First, previous, next, last and the index; where there is none, there is no link."""
    first, second, third = pages(long(2 * PAGE_MESSAGES + 1)).values()

    actual = [
        [href for href in read_html(page).hrefs if "#m" not in href and not href.startswith("http")][:5]
        for page in (first, second, third)
    ]

    page_1, page_2, page_3, listed, search = (
        f"R{ROOM}-0001.html", f"R{ROOM}-0002.html", f"R{ROOM}-0003.html", f"index.html#room{ROOM}", "index.html#search"
    )  # fmt: skip
    assert [
        [page_2, page_3, listed, search, page_2],
        [page_1, page_1, page_3, page_3, listed],
        [page_1, page_2, listed, search, page_1],
    ] == actual


@pytest.mark.drawn
def test_replies_lead_to_their_message_on_any_page() -> None:
    """Back and forth across pages, and to Chatwork itself where the record does not hold the message."""
    back = f"[rp aid={CLIENT} to={ROOM}-{message_id(1)}]"
    forth = f"[rp aid={CLIENT} to={ROOM}-{message_id(1000)}]"
    nowhere = f"[rp aid={CLIENT} to={ROOM}-5] [rp aid={CLIENT} to={ROOM}-9000000000000000000]"
    nowhere += f"[rp aid={CLIENT} to={ROOM}-1876543210987654321]"
    elsewhere = f"[rp aid={CLIENT} to=42-7]"

    made = pages(long(1000, back + forth + nowhere + elsewhere))

    ids = {name: set(read_html(page).ids) for name, page in made.items()}
    inside = {href for page in made.values() for href in read_html(page).hrefs if "#m1" in href}
    assert {f"R{ROOM}-0001.html#m{message_id(1)}", f"{list(made)[-1]}#m{message_id(1000)}"} == inside
    assert all(href.partition("#")[2] in ids[href.partition("#")[0]] for href in inside)
    first = made[f"R{ROOM}-0001.html"]
    assert f"https://www.chatwork.com/#!rid{ROOM}-9000000000000000000" in read_html(first).hrefs
    assert "メッセージID 9000000000000000000(この記録にありません)" in first
    assert "メッセージID 1876543210987654321(この記録にありません) 2024-08-17 15:32 ごろ(IDからの推定)" in first
    assert "メッセージID 5(この記録にありません)" in first
    assert "9000000000000000000(この記録にありません) 2" not in first  # no message can have this id
    assert "別のチャット(ルームID 42)のメッセージID 7" in first
    assert not any(0xFDD0 <= ord(character) <= 0xFDEF for character in first)


def test_a_day_is_named_where_it_begins_and_again_on_the_next_page() -> None:
    """Headings are days in Japan; a page that begins within a day says so."""
    first, second = list(pages(long(PAGE_MESSAGES + 1)).values())

    actual = [re.findall(r'<h2 class="tiny" id="(.*?)">(.*?)</h2>', page) for page in (first, second)]

    assert [[("d2026-11-05", "2026年11月5日(木)")], [("d2026-11-05", "2026年11月5日(木)(続き)")]] == actual


def test_a_day_that_comes_twice_has_one_anchor() -> None:
    """Messages follow their ids; where their times do not, the day is named again without a second anchor."""
    first, second, third = long(3).messages()
    between = second._replace(send_time=at(DAY))

    (page,) = pages(dataclasses.replace(long(0), messages=lambda: iter([first, between, third]))).values()

    assert 3 == page.count('<h2 class="tiny"')
    assert [] == read_html(page).faults
    assert len(read_html(page).ids) == len(set(read_html(page).ids))


def test_the_index_leads_to_every_day_by_month() -> None:
    """Each day once, with its number of messages, to the page on which it begins."""
    made = re.sub(r"\s+", " ", index(long(2500)))

    assert '<a href="R123456789-0001.html#d2026-11-05">2026年11月</a> 2500件' in made
    assert '<a href="R123456789-0003.html#d2026-11-06">11月6日(金)</a> 1262件' in made


def test_an_empty_room_has_a_page_that_says_so() -> None:
    """No message is a statement too."""
    (page,) = pages(empty()).values()

    assert "この期間に、保存されたメッセージはありません。" in page
    assert "メッセージなし" in page
    assert [] == read_html(page).faults


def test_messages_are_asked_for_once_and_not_kept() -> None:
    """A room is read in one pass, a page at a time: the second page is not made before it is asked for."""
    taken = []

    def messages() -> Iterator[Message]:
        for message in long(3 * PAGE_MESSAGES).messages():
            taken.append(message.no)
            yield message

    sheets = Transcript(dataclasses.replace(long(0), messages=messages), link).pages()

    next(sheets)

    assert PAGE_MESSAGES + 1 == len(taken)
    assert 3 == 1 + len(list(sheets))
    assert 3 * PAGE_MESSAGES == len(taken)


def test_the_end_must_be_known_before_a_page_is_finished() -> None:
    """Asking too early is a mistake in the program and says so."""
    transcript = Transcript(long(3), link)

    with pytest.raises(RuntimeError):
        transcript.index_section()


def test_the_limit_leaves_room_for_the_head() -> None:
    """The head, the style and the navigation fit between the cut and 0.4 MB."""
    (page,) = pages(empty()).values()

    assert len(page.encode()) + PAGE_BYTES < 400_000


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


EVENING = datetime(2026, 11, 5, 15, 0, 1, 999_000, tzinfo=UTC)


def test_the_day_is_the_one_in_tokyo() -> None:
    """Three in the afternoon in UTC is already the next day there."""
    actual = (times.day_text(EVENING), times.clock_time(EVENING), times.local_time(EVENING), times.iso_time(EVENING))

    assert ("2026年11月6日(金)", "00:00:01", "2026-11-06 00:00:01", "2026-11-06T00:00:01+09:00") == actual


def test_a_short_time_in_english_is_whole() -> None:
    """On an English page the day comes first and the year last: nothing is cut off a name of a month."""
    before = EVENING - timedelta(minutes=1)
    with report_language("en"):
        assert "00:00 JST" == times.short_time(EVENING, EVENING)
        assert "5 November, 23:59 JST" == times.short_time(before, EVENING)
    assert "11-05 23:59" == times.short_time(before, EVENING)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1793841273, "2026-11-05 10:14:33"),
        (0, "1970-01-01 09:00:00"),
        (99999999999999, "99999999999999"),
        (10**19 - 1, "9999999999999999999"),
    ],
)
def test_typed_times_may_be_no_dates(seconds: int, expected: str) -> None:
    """A number from a tag is shown as a time if it is one, and as it is otherwise."""
    actual = times.typed_time(seconds)

    assert expected == actual


def test_the_last_hour_of_all_does_not_fail() -> None:
    """A made-up time at the end of the calendar is shown, not raised."""
    actual = times.local_time(datetime.max.replace(tzinfo=UTC))

    assert "9999-12-31 23:59:59" == actual


def test_a_short_time_names_the_day_only_if_it_is_another() -> None:
    """Today is the day in Japan, which begins at three in the afternoon in UTC."""
    before = EVENING - timedelta(minutes=1)

    assert ("00:00", "11-05 23:59") == (times.short_time(EVENING, EVENING), times.short_time(before, EVENING))
    assert "2026-11-05 23:59" == times.minute_text(before)


@pytest.mark.parametrize(("seconds", "words"), cases_of(__file__, "an_interval_is_in_the_largest_unit_that_divides"))
def test_an_interval_is_in_the_largest_unit_that_divides_it(seconds: int, words: str) -> None:
    """As the settings write it: `90s`, `5m`."""
    assert words == times.interval_words(timedelta(seconds=seconds))


@pytest.mark.parametrize("name", ["R123456789-0001.html", "index.html", "verify.html"])
def test_a_page_looks_as_the_application_does(name: str, tmp_path: Path) -> None:
    """Its colours are the tokens and nothing else names one; no rule is without its use, no class without a rule."""
    write(sample(), tmp_path, link)
    (tmp_path / "verify.html").write_bytes(verify_page())
    page = (tmp_path / name).read_text(encoding="utf-8")
    style, body = page.partition("<style>")[2].partition("</style>")[0], page.partition("<body")[2]

    assert style.startswith(style_sheet(("1",), ()).strip())
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", style)) <= set(re.findall(r"#[0-9a-f]{3,6}\b", SHEET.read_text("utf-8")))
    used = {one for found in re.findall(r'class="([^"]*)"', body) for one in found.split()}
    assert used - {"solo"} <= set(re.findall(r"\.([a-z][\w-]*)", style))
    assert "url(" not in style
    assert "@import" not in style


def test_only_rules_for_what_a_page_has_are_taken() -> None:
    """Of a rule one selector is enough; within a condition too, and what is denied is not needed."""
    assert ".pill" in style_sheet(("4",), ("pill",))
    assert ".banner" not in style_sheet(("4",), ("pill",))
    assert ":root{color-scheme" in style_sheet(("1",), ())
