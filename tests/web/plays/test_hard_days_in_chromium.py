"""Days on which something is in the way, played in a real Chromium, in Japanese and in English."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from archiver.cli.language_and_help import set_language
from archiver.store.queries.contracts import contracts
from archiver.web.console_context import ConsoleContext
from tests.support.console.application import open_chromium, open_tab, serve_application
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.player import Player
from tests.support.console.saved_archive import save, set_up
from tests.support.terminals.terminal import TOKEN
from tests.support.viewer.chromium_tab import NEEDED

SIDES = [
    pytest.param("ja", 360, id="japanese-narrow", marks=pytest.mark.drawn),
    pytest.param("en", 1280, id="english-wide"),
]
"""Language and width."""

pytestmark = [NEEDED, pytest.mark.slow, pytest.mark.parametrize(("language", "width"), SIDES)]

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]+")
OF_CHATWORK = re.compile(
    "動画編集_田中様|記事作成チーム|田中|佐藤|メッセージ|フリーランス[・]トラブル110番|仮払い|契約書面|契約途中終了リクエスト|日本語|解約済"
)
"""What stays Japanese on an English page: names of chats, people, an office and a language; a platform's own terms."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all."""
    with open_chromium() as browser:
        yield browser


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> Iterator[FirstDayDesk]:
    """A computer on the first day, in the language of the play."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    set_language(language)
    with new_chatwork() as chatwork:
        desk = FirstDayDesk(tmp_path, chatwork, messages=12)
        desk.environ["ARCHIVE_LANG"] = language
        yield desk
    set_language("en")


@pytest.fixture
def begun(desk: FirstDayDesk) -> FirstDayDesk:
    """The same with an archive that has saved once."""
    set_up(desk)
    return desk


@pytest.fixture
def day(chromium: Browser, desk: FirstDayDesk, width: int) -> Iterator[Day]:
    """Somebody before the application; but for Chatwork nothing complains, and nothing keeps anybody out."""
    with serve_application(desk.home, desk.environ) as (gate, context), open_tab(chromium, gate, width=width) as tab:
        day = Day(Player(tab.page), tab.page, context, desk.environ["ARCHIVE_LANG"])
        yield day
        complaints = [one for one in tab.complaints if "503" not in one]
        assert ([], [], []) == (day.player.faults, complaints, tab.outside)


def words(page: Page) -> str:
    """The text of the main part of a page."""
    return page.locator("main").inner_text()


class Day(NamedTuple):
    """Somebody before the application, and what was in their way."""

    player: Player
    page: Page
    context: ConsoleContext
    language: str

    def look(self) -> None:
        """Note what would keep somebody out of this page, or speaks another language to them."""
        foreign = JAPANESE.findall(OF_CHATWORK.sub("", words(self.page))) if self.language == "en" else []
        self.player.look_around()
        self.player.faults.extend(f"{self.page.url} {one}" for one in foreign if len(one) > 1)  # a letter is a face

    def go(self, *paths: str) -> None:
        """Open pages by their addresses, as from a bookmark, and look at each."""
        for path in paths:
            self.page.goto(re.sub("(?<=[0-9])/.*", path, self.page.url))
            if path == "/emergency":  # it begins to save by itself
                begun = self.page.locator("#rescue:not([hx-post]), .relief.lose").first
                begun.wait_for(state="attached", timeout=60_000)
            self.look()


def test_chatwork_cannot_be_reached_while_the_chats_are_chosen(desk: FirstDayDesk, day: Day) -> None:
    """The step says so with a button that tries again, and goes on once Chatwork answers."""
    player, page = day.player, day.page
    player.fill("#token", TOKEN)
    player.press("main button.first")
    page.wait_for_url(re.compile("/chats"))
    desk.chatwork.stop()
    page.reload()
    expect(page.get_by_role("alert")).to_be_visible(timeout=30_000)
    day.look()
    desk.chatwork.start()
    player.press("main .btn.first, main button.first")
    player.check(page.get_by_label("動画編集_田中様"))
    desk.chatwork.stop()
    player.press("main button.first")
    expect(page.get_by_role("alert")).to_be_visible(timeout=30_000)
    day.look()
    desk.chatwork.start()
    day.go("/home")
    page.wait_for_url(re.compile("/chats"))
    player.check(page.get_by_label("動画編集_田中様"))
    player.press("main button.first")
    expect(page.locator("select")).to_have_count(2)
    player.press("main button.first")
    page.wait_for_url(re.compile("/automatic"))
    expect(page.locator("#job .banner.safe")).to_be_visible(timeout=60_000)
    day.look()

    with day.context.archive.reading() as reading:
        assert 1 == len(contracts(reading))


def test_chatwork_cannot_be_reached_on_a_later_day(begun: FirstDayDesk, day: Day) -> None:
    """Saving and rescuing say so and what to press; what is kept can be looked at; then the same button saves."""
    player, page, unreachable = day.player, day.page, re.compile("につながりませんでした|could not be reached")
    begun.chatwork.stop()
    day.go("/home")
    player.press("form.quiet button")
    page.wait_for_url(re.compile("/job"))
    said = player.wait_for_job()
    assert unreachable.search(said), said
    day.look()
    day.go("/emergency")  # begins to save by itself
    expect(page.locator(".relief.look")).to_contain_text(unreachable)
    day.go("/home", "/emergency", f"/room/{begun.group}")
    expect(page.locator("main")).to_contain_text("メッセージ 3")
    day.go("/add-contract")
    expect(page.get_by_role("alert")).to_be_visible()
    begun.chatwork.start()
    day.go("/home")
    player.press("form.quiet button")
    page.wait_for_url(re.compile("/job"))
    player.wait_for_job()
    expect(page.locator("#job .banner.safe")).to_be_visible()


def test_the_client_removes_the_user_from_the_chat(begun: FirstDayDesk, day: Day) -> None:
    """Every page calls the chat by its name, says what is kept and not, and offers a package; a rescue is not whole."""
    page = day.page
    begun.chatwork.remove_owner(begun.group)
    save(day.context)
    for path in ("/home", "/emergency", "/settings/notices", "/contracts/job1"):
        day.go(path)
        assert str(begun.group) not in words(page), words(page)
    day.go("/home")
    expect(page.locator("#head")).to_contain_text("動画編集_田中様")
    day.go("/emergency")
    expect(page.locator(".relief.look")).to_contain_text(re.compile("保存できないものがありました|Not everything"))
    day.go("/home")
    day.player.press("#head a[href*='/packages']")
    page.wait_for_url(re.compile("/packages"))
    day.look()


@pytest.mark.usefixtures("begun")
def test_a_contract_is_added_with_only_the_keyboard(day: Day) -> None:
    """From ホーム to the facts of the second one, which are kept."""
    player, page = day.player, day.page
    player.by_keyboard = True
    day.go("/home")
    player.press("a[href='/add-contract']")
    page.wait_for_url(re.compile("/add-contract"))
    day.look()
    player.check(page.get_by_label("記事作成チーム"))
    player.press("main button.first")
    page.wait_for_url(re.compile("/contracts/job2"))
    player.fill("#f-title", "article")
    page.keyboard.press("Tab")
    expect(page.locator("#s-work .ok")).to_be_visible()
    day.look()
    day.go("/home")

    with day.context.archive.reading() as reading:
        assert ["article"] == [one.title for one in contracts(reading) if one.id == "job2"]


def test_an_archive_of_a_newer_format_is_left_alone(begun: FirstDayDesk, day: Day) -> None:
    """Each page says so, and offers neither restoring nor a new beginning."""
    page = day.page
    with closing(sqlite3.connect(begun.home / "archive.sqlite3")) as sql, sql:
        sql.execute("UPDATE alembic_version SET version_num = '9999'")
    for path in ("/home", "/emergency", "/copies", "/contracts", "/settings"):
        day.go(path)
        assert 0 == page.locator("main form[action$='/restore'], main a.btn.first[href='/copies']").count(), path
        if path != "/settings":
            expect(page.get_by_role("alert").first).to_contain_text(re.compile("新しい|newer"))
