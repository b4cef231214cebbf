"""The search of 会話: it finds what `archive search` finds, shows where, and explains what it cannot understand."""

from __future__ import annotations

from pathlib import Path
from re import findall
from urllib.parse import quote

import pytest

from tests.support.archives.maker import ROOM, ArchiveMaker, hidden_story, message_object, story
from tests.support.viewer.client import Browser, open_viewer, page_of
from tests.support.viewer.page_text import words_of


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


def test_pages_lead_to_every_hit_once_the_newest_first(browser: Browser) -> None:
    """Fifty at a time."""
    pages = [*browser.pages("/conversations?q=" + quote("納品"), r'rel="next" href="([^"]+)"')]

    assert "120 messages" in pages[0]
    assert [str(number) for number in range(1119, 999, -1)] == [hit for page in pages for hit in hits(page)]


def test_a_deletion_is_said_also_after_the_plan_hid_the_message(tmp_path: Path) -> None:
    """Among the hits, in the conversation, and as a number on the first page."""
    maker = hidden_story(tmp_path / "home")
    maker.archive.close()
    with open_viewer(maker.home) as browser:
        found, edited = (words_of(browser.get(f"/conversations?q=has:{one}")) for one in ("delete", "edit"))
        talk = browser.get(f"/room/{ROOM}")

    assert "Deletion hidden by the plan" in found
    assert "Edit hidden by the plan" in edited
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

    page = words_of(page_of(maker.home, "/conversations?q=has:delete"))

    assert "(text never seen) Deletion" in page
