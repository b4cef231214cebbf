"""Two browsers before one application, and two archives on one computer, played in a real Chromium."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from archiver.settings import other_archives
from archiver.store.queries.contracts import contracts
from archiver.web.server import instance_file, write_address
from archiver.web.settings import archives
from tests.support.archives.maker import story
from tests.support.console.application import open_chromium, open_tab, serve_application
from tests.support.console.player import Player
from tests.support.viewer.chromium_tab import NEEDED

pytestmark = [NEEDED, pytest.mark.slow]


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A computer with two archives of one user."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("first", "second"):
        story(tmp_path / name).archive.close()
    other_archives.note_saving(tmp_path / "second", 42, at=datetime.now(UTC), state=other_archives.state_folder())
    return {"HOME": str(tmp_path), "PATH": "", "CHATWORK_API_BASE_URL": "http://127.0.0.1:9"}


@pytest.mark.drawn
def test_two_browsers_at_once_take_nothing_from_each_other(tmp_path: Path, environ: dict[str, str]) -> None:
    """Each fills in another fact of a page that both had open; both facts are kept."""
    with (
        serve_application(tmp_path / "first", environ) as (gate, context),
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


def test_another_archive_is_switched_to_by_clicking(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the link beside the name of this archive and the button of the other one, whose own application comes."""
    with (
        serve_application(tmp_path / "first", environ) as (gate, _context),
        serve_application(tmp_path / "second", environ) as (second, _other),
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
