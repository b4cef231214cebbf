"""The page about a chat: every description and name with its time; what is found besides messages."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from archiver.records import Enclosure, MessageId
from archiver.store import user_statements
from archiver.web.talk import people
from tests.support.archives.maker import ROOM, at, story
from tests.support.viewer.client import Browser, open_viewer, spoken
from tests.support.viewer.page_text import words_of


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two descriptions after none, the first with hostile characters, and a screenshot with a note."""
    maker = story(tmp_path_factory.mktemp("about") / "home")
    maker.room("動画編集_田中様", minutes=300, description="単価 1本5,000円 <script>alert(1)</script>\u202e")
    maker.room("短くした名前", minutes=310, description="単価 1本3,000円")
    added = Enclosure(
        0, "screenshot", "契約画面.png", 9, "ab" * 32, at(320), note="仮払いの画面", message_id=MessageId("3")
    )
    with maker.archive.writing() as writing:
        user_statements.add_enclosure(writing, "job1", added, at=at(320))
    maker.archive.close()
    return maker.home


def way(page: str, kind: str) -> str:
    """The link of the first thing of a kind that was found beside messages."""
    found = re.findall(
        rf'<a class="hit" href="([^"]+)"(?:(?!</a>).)*<span class="pill ">{kind}</span>', page, re.DOTALL
    )
    return unescape(found[0])


def test_all_descriptions_stand_there_with_their_times(browser: Browser) -> None:
    """The latest is first, and untrusted text is escaped."""
    page = browser.get(f"/room/{ROOM}/about")

    text = words_of(page)
    first, second = spoken("2026-11-05 15:00"), spoken("2026-11-05 15:10")
    assert f"Description 2 of 2 since {second} 単価 1本3,000円" in text
    assert f"since {first}; another one was seen at {second} 単価 1本5,000円" in text
    assert text.index("3,000円") < text.index("5,000円")
    assert "<script>alert" not in page
    assert "[U+202E]" in page
    assert f"短くした名前 since {spoken('2026-11-05 15:10')} 動画編集_田中様 since {spoken('2026-11-05 10:00')}" in text


def test_a_found_description_leads_to_it(browser: Browser) -> None:
    """An earlier one too, which stands at the head of the page then."""
    page = browser.get(way(browser.get("/conversations?q=" + quote("5,000円")), "description").partition("#")[0])

    assert "5,000円" in page
    assert "3,000円" not in page


def test_what_the_user_added_is_found(browser: Browser) -> None:
    """With its name; the page of its job, which the viewer has not, shows it."""
    assert "契約画面.png" in words_of(browser.get("/conversations?q=" + quote("仮払い")))


def test_a_found_file_and_a_found_task_lead_to_their_lines(browser: Browser) -> None:
    """The list of files narrowed to the name; the list of tasks from this one on."""
    files = browser.get(way(browser.get("/conversations?q=" + quote("画面.png")), "file"))
    address, _, anchor = way(browser.get("/conversations?q=" + quote("字幕")), "task").partition("#")

    assert "画面.png" in files
    assert "passwd" not in files
    assert f'id="{anchor}"' in browser.get(address)


def test_long_descriptions_come_on_several_pages(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One always fits; the others follow."""
    monkeypatch.setattr(people, "DESCRIPTIONS_LIMIT", 10)
    with open_viewer(home) as browser:
        first, older = browser.pages(f"/room/{ROOM}/about")

    assert ("3,000円" in first, "5,000円" in first) == (True, False)
    assert ("3,000円" in older, "5,000円" in older) == (False, True)
