"""The notices, set up by clicking alone: what is wrong is said beside the form, and what did not come has advice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.archives.maker import story
from tests.support.console.application import open_application_window
from tests.support.console.player import Player
from tests.support.receivers.mail_server import PASSWORD, USER, MailServer, running_mail_server
from tests.support.viewer.chromium_tab import NEEDED

pytestmark = [NEEDED, pytest.mark.slow]


@pytest.fixture
def mails() -> Iterator[MailServer]:
    """A mail server of this computer alone."""
    with running_mail_server() as server:
        yield server


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """The notices of an archive, on a narrow screen; without a desktop and a password store."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    maker = story(tmp_path / "home")
    maker.archive.close()
    environ = {"HOME": str(tmp_path), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9", "CHATWORK_API_TOKEN": "0" * 32}
    with open_application_window(tmp_path / "home", {**environ, "PATH": ""}, width=360) as (window, _context):
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
