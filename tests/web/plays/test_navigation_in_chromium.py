"""Navigation, two browsers or archives side by side, and notices, in a real Chromium."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from archiver.cli.language_and_help import set_language
from archiver.settings import other_archives
from archiver.store.queries.contracts import contracts
from archiver.web.server import instance_file, write_address
from archiver.web.settings import archives
from tests.support.archives.maker import story
from tests.support.console.application import open_application_window, open_chromium, open_tab, serve_application
from tests.support.console.player import Player
from tests.support.receivers.mail_server import PASSWORD, USER, MailServer, running_mail_server
from tests.support.viewer.chromium_tab import NEEDED

pytestmark = [NEEDED, pytest.mark.slow]

LINES = """() => new Set(
    [...document.querySelectorAll(".nav li")].map((one) => one.getBoundingClientRect().top)
).size"""


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each language of the pages."""
    set_language(request.param)
    yield request.param
    set_language("en")


@pytest.mark.usefixtures("language")
def test_they_stand_in_one_line_in_each_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At 360 px; where several archives are known, the way to them stands in the settings."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    story(tmp_path / "home").archive.close()
    second = shutil.copytree(tmp_path / "home", tmp_path / "second")
    other_archives.note_saving(second, 1, at=datetime.now(UTC), state=other_archives.state_folder())
    with open_application_window(tmp_path / "home", width=360) as (window, _context):
        page = window.go("/home")
        lines = page.evaluate(LINES)
        window.go("/settings").click("main a[href='/archives']")
        page.wait_for_url(re.compile("/archives"))

    assert 1 == lines


@pytest.mark.parametrize("width", [1280, 360])
def test_a_page_says_when_the_application_has_closed_and_keeps_what_is_typed(tmp_path: Path, width: int) -> None:
    """It asks every 20 seconds; no form is sent meanwhile, and it goes on by itself where the application is back."""
    story(tmp_path / "home").archive.close()
    with open_application_window(tmp_path / "home", width=width) as (window, _context):
        page = window.page
        page.clock.install()
        window.go("/settings?change=token").fill("#token", "typed")
        page.context.set_offline(True)
        page.clock.run_for(21_000)
        closed = page.locator("#toast .closed")
        expect(closed).to_be_in_viewport()
        page.click("main form .first")
        expect(page.locator("#token")).to_have_value("typed")
        faults = Player(page).look_around()
        page.context.set_offline(False)
        page.clock.run_for(21_000)
        expect(closed).to_have_count(0)

    assert [] == faults


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer with two archives of one user."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("first", "second"):
        story(tmp_path / name).archive.close()
    other_archives.note_saving(tmp_path / "second", 42, at=datetime.now(UTC), state=other_archives.state_folder())
    return tmp_path


@pytest.mark.drawn
def test_two_browsers_at_once_take_nothing_from_each_other(two: Path) -> None:
    """Each fills in another fact of a page that both had open; both facts are kept."""
    with (
        serve_application(two / "first") as (gate, context),
        open_chromium() as browser,
        open_tab(browser, gate) as one,
        open_tab(browser, gate, width=360) as other,
    ):
        players = [Player(tab.page) for tab in (one, other)]
        for tab in (one, other):
            tab.go("/contracts/job1")
        for player, field, text in zip(players, ("#f-title", "#f-amount"), ("Ten films", "50,000"), strict=True):
            player.fill(field, text)
            player.page.keyboard.press("Tab")
            expect(player.page.locator("#s-work .ok")).to_be_visible()
        one.go("/home")
        with context.archive.reading() as reading:
            contract = contracts(reading)[0]
        complaints = one.complaints + other.complaints

    assert ("Ten films", "50,000") == (contract.title, contract.amount)
    assert [] == complaints


def test_another_archive_is_switched_to_by_clicking(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the link beside the name of this archive and the button of the other one, whose own application comes."""
    with (
        serve_application(two / "first") as (gate, _context),
        serve_application(two / "second") as (second, _other),
        open_chromium() as browser,
        open_tab(browser, gate) as tab,
    ):

        def start(home: Path, _environ: object) -> bool:
            write_address(instance_file(home), second)
            return True

        monkeypatch.setattr(archives, "start_application", start)
        tab.page.route(f"http://127.0.0.1:{second.port}/**", lambda route: route.continue_())  # it is left for this
        player = Player(tab.page)
        player.press(".brand")
        tab.page.wait_for_url(re.compile("/archives"))
        faults = player.look_around()
        player.press("form[action$='/archives/open'] button")
        tab.page.wait_for_url(re.compile(f":{second.port}/home"))

    assert [] == faults


@pytest.fixture
def mails() -> Iterator[MailServer]:
    """A mail server of this computer alone."""
    with running_mail_server() as server:
        yield server


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """The notices of an archive, on a narrow screen; without a desktop and a password store."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    story(tmp_path / "home").archive.close()
    with open_application_window(tmp_path / "home", width=360) as (window, _context):
        yield window.go("/settings/notices")


def test_mail_is_set_up_tried_and_turned_off_by_clicking(page: Page, mails: MailServer) -> None:
    """A refused login, a refused address, a test that was taken but not seen, one that came."""
    player = Player(page)
    player.press("#on-mail")
    player.press("#more-mail > summary")
    player.fill("#m-host", "127.0.0.1")
    page.select_option("#m-tls", "none")
    player.fill("#m-port", str(mails.port))
    player.fill("#m-to", USER)
    alert = page.locator("#mail [role=alert]")
    for mails.refuses in ("login", "recipient"):
        player.fill("#m-password", PASSWORD)
        player.press("#mail button.first")
        expect(alert).to_be_visible()
        assert [] == mails.mails
    mails.refuses = ""
    player.fill("#m-password", PASSWORD)
    player.press("#mail button.first")
    expect(page.locator("#mail")).to_contain_text("A test was sent")
    player.press('button[name="seen"][value="no"]')
    expect(page.locator("#mail")).to_contain_text("folder for spam")
    player.press("#mail form.row button")
    player.press('button[name="seen"][value="yes"]')
    expect(page.locator("#mail")).to_contain_text("The last test was seen.")
    faults = player.look_around()
    player.press("#on-mail")
    expect(page.locator("#on-mail")).not_to_be_checked()

    assert [USER, USER] == [mail["To"] for mail in mails.mails]
    assert [] == faults


def test_a_desktop_that_shows_no_notice_leads_to_another_way(page: Page) -> None:
    """As on a computer without a desktop of its own."""
    Player(page).press("#desktop form.row button")

    expect(page.locator("#desktop")).to_contain_text("set up mail instead")
