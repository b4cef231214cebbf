"""The search of 会話: it finds what `archive search` finds, shows where, and explains what it cannot understand."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from re import findall, sub
from urllib.parse import quote

import pytest

from tests.support.archives.maker import CLIENT, ROOM, ArchiveMaker, hidden_story, message_object, story
from tests.support.viewer.client import Browser, open_viewer


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the story, with 120 more messages and one of hostile characters."""
    maker: ArchiveMaker = story(tmp_path_factory.mktemp("search") / "home")
    messages = [message_object(number, f"第{number}話の納品です") for number in range(1000, 1120)]
    messages.append(message_object(2000, "<script>赤い</script>\u202e文字 C++で100%: 完了\n二行目"))
    maker.sync(messages, minutes=300)
    maker.archive.close()
    return maker.home


def hits(page: str) -> list[str]:
    """The ids of the messages that are shown, in their order."""
    return findall(rf'class="hit" href="/room/{ROOM}\?at=(\d+)', page)


def words(page: str) -> str:
    """What is read."""
    return sub(r"\s+", " ", unescape(sub("<[^>]*>", "", page)))


def test_a_vanished_text_is_found_marked_and_said_to_be_one(browser: Browser) -> None:
    """With the way to its place in the conversation."""
    page = browser.get("/conversations?q=" + quote("払え"))

    assert ["3"] == hits(page)
    assert "今回の分は<mark>払え</mark>ません" in page
    assert "「削除」表示に変わった" in page
    assert "text before the change to “deleted”" in page
    assert f'href="/room/{ROOM}?at=3&amp;q={quote("払え")}#m3"' in page


def test_an_earlier_text_is_said_to_be_one(browser: Browser) -> None:
    """An edit hides nothing."""
    page = browser.get("/conversations?q=" + quote("残り お願い"))

    assert "<mark>残り</mark>3本も<mark>お願い</mark>します。" in page
    assert "earlier text" in page


def test_pages_lead_to_every_hit_once_the_newest_first(browser: Browser) -> None:
    """Fifty at a time."""
    found: list[str] = []
    page = browser.get("/conversations?q=" + quote("納品"))
    assert "120 messages" in page
    while True:
        found += hits(page)
        older = findall(r'rel="next" href="([^"]+)"', page)
        if not older:
            break
        page = browser.get(unescape(older[0]))

    assert [str(number) for number in range(1119, 999, -1)] == found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("C++", ["2000"]),
        ("100%", ["2000"]),
        (":", ["2000", "1"]),
        ("has:delete", ["4", "3"]),
        ("has:edit", ["2"]),
        ("has:delete has:edit", []),
        ("has:link", ["1"]),
        (f"from:{CLIENT} has:delete", ["3"]),
        ("from:yamada", ["4"]),
        (f"room:{ROOM} お願い", ["2", "1"]),
        ("は after:2026-11-06", []),
        ("は before:2026-11-05 has:delete", ["3"]),
        ("has:delete -払え", ["4"]),
    ],
)
def test_operators_narrow_a_search(browser: Browser, words: str, expected: list[str]) -> None:
    """What is no operator is searched as it stands."""
    assert expected == hits(browser.get("/conversations?q=" + quote(words)))


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("q=%22" + quote("請求"), "no second one to close it"),
        ("q=has:photo", "Known: file, link, task, edit, delete"),
        ("q=-from:a", "only words and phrases"),
        ("q=room:", "There is nothing to look for"),
        ("q=%22%22", "There is nothing to look for"),
        ("q=after:tomorrow", "“tomorrow” is not understood for after:"),
    ],
)
def test_what_cannot_be_understood_is_explained_beside_the_kept_words(
    browser: Browser, address: str, sentence: str
) -> None:
    """Calmly: the page is there, and nothing that was typed is lost."""
    page = browser.get("/conversations?" + address)

    assert sentence in words(page)
    assert 'role="alert"' in page
    if address.startswith("q=%22" + quote("請求")):
        assert 'value="&#34;請求"' in page


def test_a_hostile_text_stays_text(browser: Browser) -> None:
    """In the box, in the title and among the hits."""
    page = browser.get("/conversations?q=" + quote("<script>"))
    assert "<script>" not in page

    page = browser.get("/conversations?q=" + quote("赤い"))
    assert "&lt;script&gt;<mark>赤い</mark>&lt;/script&gt;[U+202E]文字" in page


@pytest.mark.parametrize(
    "address", ["q=%00", "q=%ED%A0%80", "q=" + "a" * 9_000, "q=a&older=x", "q=a&older=-1.99999999999999999999", "q=%20"]
)
def test_odd_addresses_give_a_page(browser: Browser, address: str) -> None:
    """Never an error."""
    assert "</main>" in browser.get("/conversations?" + address)


def test_a_search_without_hits_shows_how(browser: Browser) -> None:
    """With examples that are links."""
    page = browser.get("/conversations?q=" + quote("ありえない語"))

    assert 'href="/conversations?q=has%3Adelete"' in page
    assert '<details class="fold" open>' in page
    assert [] == hits(page)


def test_the_talk_stays_beside_the_hits(browser: Browser) -> None:
    """A hit opens in it, and the way out leads to the list of chats beside the same talk."""
    page = browser.get(f"/room/{ROOM}?at=3&q=" + quote("払え"))

    assert 'id="m3" tabindex="-1"' in page
    assert ["3"] == hits(page)
    assert 'aria-current="true"' in page
    assert f'href="/room/{ROOM}#newest">Stop' in page


def test_files_and_tasks_stand_below_with_a_way_to_them(browser: Browser) -> None:
    """What is no message is not among the hits."""
    page = browser.get("/conversations?q=" + quote("字幕"))

    assert [] == hits(page)
    assert "<mark>字幕</mark>の修正" in page
    assert f'href="/room/{ROOM}/tasks?older=0.56.0#task55"' in page


def test_a_deletion_is_said_also_after_the_plan_hid_the_message(tmp_path: Path) -> None:
    """Among the hits, in the conversation, and as a number on the first page."""
    maker = hidden_story(tmp_path / "home")
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        found, edited = (
            words(browser.get("/conversations?q=has:delete")),
            words(browser.get("/conversations?q=has:edit")),
        )
        talk = browser.get(f"/room/{ROOM}")

    assert "「削除」表示に変わった プランの制限で見えない text before the change to “deleted”" in found
    assert "編集済み プランの制限で見えない" in edited
    assert "It was shown as deleted." in talk
    assert 3 <= talk.count("Hidden by the limits of the plan now")


def test_a_message_deleted_before_it_was_saved_is_not_said_to_have_changed(tmp_path: Path) -> None:
    """Nobody saw a text of it."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.room("案件")
    maker.contract("job1", platform="crowdworks")
    maker.sync([message_object(1, "[deleted]")], changed={1: "deleted"})
    maker.archive.close()

    with open_viewer(maker.home) as viewer:
        page = words(viewer.get("/conversations?q=has:delete"))

    assert "保存時点で「削除」表示(文面は不明)" in page
    assert "に変わった" not in page
