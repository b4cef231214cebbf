"""The page of one message, what stands around it, and where a page goes on."""

from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies
from PIL import Image

from archiver.cli.reading.search import tell_messages
from archiver.records import Observation
from archiver.store.queries import people as avatars
from archiver.store.queries.people import names_over_time
from archiver.store.queries.viewing.message_summaries import transcript_messages
from archiver.web.context import cursor_text, parse_cursor
from tests.support.archives.maker import CLIENT, ROOM, ArchiveMaker, at, file_object, message_object, story
from tests.support.html_safety import read_html
from tests.support.viewer.client import Browser, open_viewer, page_of


def test_an_edit_that_left_the_text_as_it_was_does_not_say_that_it_changed(chat: ArchiveMaker) -> None:
    """Chatwork's time of the edit alone is another; both sentences together would contradict each other."""
    chat.sync([message_object(7, "同じ")])
    chat.sync([message_object(7, "同じ", update_time=1_794_000_000)], changed={7: "edited"}, minutes=9)

    html = page_of(chat.home, f"/room/{ROOM}/message/7")

    assert "only the time of the edit changed" in html
    assert "the text changed" not in html


def test_a_removed_file_is_no_changed_text(chat: ArchiveMaker) -> None:
    """Chatwork itself put another box in the post of the file."""
    box = "[info][title][dtext:file_{}][/title]{}[/info]"
    chat.sync([message_object(7, box.format("uploaded", "[download:7]a.zip (1 KB)[/download]"))])
    chat.sync([message_object(7, box.format("deleted", "a.zip"))], minutes=9)

    html = page_of(chat.home, f"/room/{ROOM}/message/7")

    assert "Chatwork came to show the file or task as deleted." in html
    assert "the text changed" not in html


def test_the_source_is_shown_with_its_tags(chat: ArchiveMaker) -> None:
    """Tags as typed, nothing hidden, nothing active."""
    chat.sync([message_object(7, "[info]<script>alert(1)</script>\u202e[/info]\ud83d")])

    html = page_of(chat.home, f"/room/{ROOM}/message/7")

    assert (
        '<pre lang="ja">[info]&lt;script&gt;alert(1)&lt;/script&gt;<i class="u">[U+202E]</i>[/info]'
        '<i class="u">[U+D83D]</i></pre>' in html
    )
    assert "from the list of messages" in html


def test_very_many_versions_have_several_pages(chat: ArchiveMaker) -> None:
    """The earlier changes are on the next page; every change is on one."""
    for number in range(40):
        text = f"{number} " + "とても長いメッセージ" * 400
        message = message_object(7, text, update_time=1_794_000_000 + number)
        chat.sync([message], changed={7: "edited" if number else "present"}, minutes=number + 1)

    with open_viewer(chat.home) as browser:
        pages = [*browser.pages(f"/room/{ROOM}/message/7", r'<a href="([^"]+)#compare">Earlier changes</a>')]

    assert max(len(page.encode()) for page in pages) <= 400_000
    numbers = re.findall(r"<h3>Change (\d+) of 39</h3>", "".join(pages))
    assert [f"{number}" for number in range(39, 0, -1)] == numbers


def test_with_three_texts_no_two_parts_of_the_page_have_one_name(tmp_path: Path) -> None:
    """The middle text stands in two comparisons; whoever jumps from part to part can tell them apart."""
    maker = story(tmp_path / "home")
    edited = message_object(2, "三つ目の文面", sent=1, update_time=int(at(200).timestamp()))
    maker.sync([edited], changed={2: "edited"}, minutes=300)
    maker.archive.close()
    page = page_of(maker.home, f"/room/{ROOM}/message/2")

    named = re.findall(r'<section [^>]*aria-label="([^"]*)"', page)
    assert 4 == page.count('<div class="side">')
    assert len(named) == len(set(named))


FACE = "https://example.com/a.png"


def picture() -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def files_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A picture, a text that pretends to be one, a file that was lost, a preview of each; one face is held."""
    maker = ArchiveMaker(tmp_path_factory.mktemp("around") / "home")
    maker.me()
    maker.contract()
    maker.account(CLIENT, "田中")
    body = "[preview id=11 ht=100][download:12]x[/download][preview id=13 ht=9][preview id=99 ht=9][To:7654321]"
    maker.sync([message_object(1, body), message_object(2, "ファイル", sent=1), message_object(3, "別の人", account=5)])
    image_bytes = picture()
    maker.file(file_object(11, "画面.png", len(image_bytes), message_id=2), image_bytes)
    maker.file(file_object(12, "画面2.png", 3, message_id=2), b"abc")
    maker.file(file_object(13, "lost.png", 5, message_id=2), None)
    payload: dict[str, object] = {
        "object": {"account_id": CLIENT, "name": "田中", "avatar_image_url": FACE},
        "state": "present",
    }
    maker.append([Observation("account", f"account/{ROOM}/{CLIENT}", payload | {"source": "list"}, ROOM)], minutes=3)
    avatars.record_download(maker.archive, FACE, image_bytes, next_at=at(5))
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        yield browser


def test_a_picture_is_shown_small_and_leads_to_its_file(files_browser: Browser) -> None:
    """Judged by its bytes: what only has the name of a picture has none."""
    found = read_html(_talk(files_browser))

    assert {f"/room/{ROOM}/file/11/small"} == {one for one in found.sources if "/file/" in one}
    assert f"/room/{ROOM}/file/11/look" in found.hrefs
    assert f"/room/{ROOM}/file/12" in found.hrefs


def test_what_is_not_held_leads_nowhere(files_browser: Browser) -> None:
    """A lost file and one that was never listed keep their numbers."""
    html = _talk(files_browser)

    unsaved = (f"/room/{ROOM}/file/13", f"/room/{ROOM}/file/99")
    assert not [href for href in read_html(html).hrefs if href.startswith(unsaved)]
    assert "ファイルID 13" in html
    assert "ファイルID 99" in html


def test_a_face_that_is_held_is_shown(files_browser: Browser) -> None:
    """People without a picture have the first character of the name."""
    html = _talk(files_browser)

    assert 1 == html.count('<img src="/face/')
    assert re.search('<span class="face h1 " aria-hidden="true">田</span>', html)


def test_people_are_called_as_last_shown(files_browser: Browser) -> None:
    """In what addresses them."""
    assert '<b class="to">To: 田中</b>' in _talk(files_browser)


def _talk(browser: Browser) -> str:
    html = browser.get(f"/room/{ROOM}")
    return html[html.index('<ol class="msgs"') : html.index("</ol>\n</div>\n<p")]


def test_who_is_mentioned_goes_by_the_name_of_that_time(chat: ArchiveMaker, capsys: pytest.CaptureFixture[str]) -> None:
    """A closed account's mark stands in what was written after it was seen, and not before."""
    maker = chat
    maker.room("動画")
    maker.account(CLIENT, "田中")
    first, later = (message_object(n, f"{n}番目 [piconname:{CLIENT}]さん", sent=sent) for n, sent in ((1, 5), (2, 130)))
    maker.sync([first], minutes=6)
    maker.account(CLIENT, "田中(解約済)", minutes=121)
    maker.sync([first, later], minutes=140)
    with maker.archive.reading() as reading:
        tell_messages(transcript_messages(reading, ROOM), names_over_time(reading, ROOM))

    page = page_of(maker.home, f"/room/{ROOM}").partition('class="flow"')[2]

    for shown in (capsys.readouterr().out, page):
        named = re.findall(r"(\d)番目 (?:<[^>]+>)*(田中(?:\(解約済\))?)", shown)
        assert [("1", "田中"), ("2", "田中(解約済)")] == named


INTEGERS = strategies.integers(-(2**63), 2**63 - 2)


@given(strategies.lists(INTEGERS, min_size=1, max_size=4))
def test_there_and_back(place: list[int]) -> None:
    """Every place that the archive can name."""
    assert place == parse_cursor(cursor_text(place), len(place))


@given(strategies.text())
def test_anything_else_is_the_beginning_or_numbers_that_fit(text: str) -> None:
    """SQLite takes what is let through, and one more."""
    found = parse_cursor(text, 1)

    assert found is None or sqlite3.connect(":memory:").execute("SELECT ?", (found[0] + 1,)).fetchone()


@pytest.mark.parametrize("text", ["", ".", "1.", "1.2.3", "9223372036854775807", "٣", "1e3", "1\n", "+1", "9" * 5000])
def test_no_place(text: str) -> None:
    """Too few, too many, too large, no digits."""
    assert parse_cursor(text, 2 if text != "1.2.3" else 4) is None
