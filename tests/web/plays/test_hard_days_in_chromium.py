"""Days on which something is in the way, played in a real Chromium, in Japanese and in English."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from archiver.cli.terminal.help_pages import set_language
from archiver.store.queries.contracts import contracts
from tests.support.console.application import open_chromium, open_tab, serve_application
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.player import Player
from tests.support.console.saved_archive import save, set_up
from tests.support.terminals.terminal import TOKEN
from tests.support.viewer.chromium_tab import NEEDED, Window

pytestmark = [NEEDED, pytest.mark.slow]

SIDES = [
    pytest.param("ja", 360, id="japanese-narrow", marks=pytest.mark.drawn),
    pytest.param("en", 1280, id="english-wide"),
]
"""Language and width."""

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


def words(page: Page) -> str:
    """The text of the main part of a page."""
    return page.locator("main").inner_text()


def look(player: Player, language: str) -> list[str]:
    """What would keep somebody out of this page, or speaks another language to them."""
    foreign = JAPANESE.findall(OF_CHATWORK.sub("", words(player.page))) if language == "en" else []
    return player.look_around() + [f"{player.page.url} {one}" for one in foreign if len(one) > 1]  # a letter is a face


def go(player: Player, path: str) -> Page:
    """Open a page by its address, as from a bookmark."""
    player.page.goto(re.sub("(?<=[0-9])/.*", path, player.page.url))
    if path == "/emergency":  # it begins to save by itself
        player.page.locator("#rescue:not([hx-post]), .relief.lose").first.wait_for(state="attached", timeout=60_000)
    return player.page


def meant(tab: Window, *statuses: str) -> list[str]:
    """What the browser complained of, but for answers with these statuses."""
    return [one for one in tab.complaints if not any(status in one for status in statuses)]


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_chatwork_cannot_be_reached_while_the_chats_are_chosen(
    chromium: Browser, desk: FirstDayDesk, language: str, width: int
) -> None:
    """The step says so with a button that tries again, and goes on once Chatwork answers."""
    with serve_application(desk.home, desk.environ) as (gate, context), open_tab(chromium, gate, width=width) as tab:
        player, page = Player(tab.page), tab.page
        player.fill("#token", TOKEN)
        player.press("main button.first")
        page.wait_for_url(re.compile("/chats"))
        desk.chatwork.stop()
        page.reload()
        expect(page.get_by_role("alert")).to_be_visible(timeout=30_000)
        faults = look(player, language)
        desk.chatwork.start()
        player.press("main .btn.first, main button.first")
        player.check(page.get_by_label("動画編集_田中様"))
        desk.chatwork.stop()
        player.press("main button.first")
        expect(page.get_by_role("alert")).to_be_visible(timeout=30_000)
        faults += look(player, language)
        desk.chatwork.start()
        go(player, "/home")
        page.wait_for_url(re.compile("/chats"))
        player.check(page.get_by_label("動画編集_田中様"))
        player.press("main button.first")
        expect(page.locator("select")).to_have_count(2)
        player.press("main button.first")
        page.wait_for_url(re.compile("/automatic"))
        expect(page.locator("#job .banner.safe")).to_be_visible(timeout=60_000)

        assert [] == faults + look(player, language)
        assert ([], []) == (meant(tab, "503"), tab.outside)
        with context.archive.reading() as reading:
            assert 1 == len(contracts(reading))


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_chatwork_cannot_be_reached_on_a_later_day(
    chromium: Browser, desk: FirstDayDesk, language: str, width: int
) -> None:
    """Saving and rescuing say so and what to press; what is kept can be looked at; then the same button saves."""
    set_up(desk)
    with serve_application(desk.home, desk.environ) as (gate, _context), open_tab(chromium, gate, width=width) as tab:
        player, page, faults = Player(tab.page), tab.page, list[str]()
        desk.chatwork.stop()
        go(player, "/home")
        player.press("form.quiet button")
        page.wait_for_url(re.compile("/job"))
        said = player.wait_for_job()
        assert re.search("につながりませんでした|could not be reached", said), said
        faults += look(player, language)
        go(player, "/emergency")  # begins to save by itself
        expect(page.locator(".relief.look")).to_contain_text(re.compile("につながりませんでした|could not be reached"))
        faults += look(player, language)
        for path in ("/home", "/emergency", f"/room/{desk.group}"):
            go(player, path)
            faults += look(player, language)
        expect(page.locator("main")).to_contain_text("メッセージ 3")
        go(player, "/add-contract")
        expect(page.get_by_role("alert")).to_be_visible()
        faults += look(player, language)
        desk.chatwork.start()
        go(player, "/home")
        player.press("form.quiet button")
        page.wait_for_url(re.compile("/job"))
        player.wait_for_job()
        expect(page.locator("#job .banner.safe")).to_be_visible()

        assert [] == faults
        assert ([], []) == (meant(tab, "503"), tab.outside)


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_the_client_removes_the_user_from_the_chat(
    chromium: Browser, desk: FirstDayDesk, language: str, width: int
) -> None:
    """Every page calls the chat by its name, says what is kept and not, and offers a package; a rescue is not whole."""
    set_up(desk)
    with serve_application(desk.home, desk.environ) as (gate, context), open_tab(chromium, gate, width=width) as tab:
        player, page, faults = Player(tab.page), tab.page, list[str]()
        desk.chatwork.remove_owner(desk.group)
        save(context)
        for path in ("/home", "/emergency", "/settings/notices", "/contracts/job1"):
            go(player, path)
            assert str(desk.group) not in words(page), words(page)
            faults += look(player, language)
        go(player, "/home")
        expect(page.locator("#head")).to_contain_text("動画編集_田中様")
        go(player, "/emergency")
        expect(page.locator(".relief.look")).to_contain_text(re.compile("保存できないものがありました|Not everything"))
        faults += look(player, language)
        go(player, "/home")
        player.press("article.job a[href*='/packages']")
        page.wait_for_url(re.compile("/packages"))

        assert [] == faults + look(player, language)
        assert ([], []) == (tab.complaints, tab.outside)


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_a_contract_is_added_with_only_the_keyboard(
    chromium: Browser, desk: FirstDayDesk, language: str, width: int
) -> None:
    """From ホーム to the facts of the second one, which are kept."""
    set_up(desk)
    with serve_application(desk.home, desk.environ) as (gate, context), open_tab(chromium, gate, width=width) as tab:
        player, page = Player(tab.page, by_keyboard=True), tab.page
        go(player, "/home")
        player.press("a[href='/add-contract']")
        page.wait_for_url(re.compile("/add-contract"))
        faults = look(player, language)
        player.check(page.get_by_label("記事作成チーム"))
        player.press("main button.first")
        page.wait_for_url(re.compile("/contracts/job2"))
        player.fill("#f-title", "article")
        page.keyboard.press("Tab")
        expect(page.locator("#s-work .ok")).to_be_visible()
        faults += look(player, language)
        go(player, "/home")

        assert [] == faults
        assert ([], []) == (tab.complaints, tab.outside)
        with context.archive.reading() as reading:
            assert ["article"] == [one.title for one in contracts(reading) if one.id == "job2"]


@pytest.mark.parametrize(("language", "width"), SIDES)
def test_an_archive_of_a_newer_format_is_left_alone(
    chromium: Browser, desk: FirstDayDesk, language: str, width: int
) -> None:
    """Each page says so, and offers neither restoring nor a new beginning."""
    set_up(desk)
    with closing(sqlite3.connect(desk.home / "archive.sqlite3")) as sql, sql:
        sql.execute("UPDATE alembic_version SET version_num = '9999'")
    with serve_application(desk.home, desk.environ) as (gate, _context), open_tab(chromium, gate, width=width) as tab:
        player, page, faults = Player(tab.page), tab.page, list[str]()
        for path in ("/home", "/emergency", "/copies", "/contracts", "/settings"):
            go(player, path)
            faults += look(player, language)
            assert 0 == page.locator("main form[action$='/restore'], main a.btn.first[href='/copies']").count(), path
            if path != "/settings":
                expect(page.get_by_role("alert").first).to_contain_text(re.compile("新しい|newer"))

        assert [] == faults
        assert ([], []) == (meant(tab, "503"), tab.outside)
