"""Transcripts in pages: cut where they should be, every reference followable, the index complete."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest

from archiver.records import Conversation, FileId, Message
from archiver.render.transcript_pages import PAGE_BYTES, PAGE_MESSAGES, Transcript
from tests.support.html_safety import read_html
from tests.support.reports.sample_conversation import CLIENT, DAY, ROOM, at, empty, file, link, long, message_id


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
