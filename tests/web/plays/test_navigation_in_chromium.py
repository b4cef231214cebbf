"""The five entries of the application on a narrow screen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from archiver.cli.terminal.help_pages import set_language
from archiver.settings import other_archives
from tests.support.archives.maker import story
from tests.support.console.application import open_application_window
from tests.support.console.player import Player
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
    maker = story(tmp_path / "home")
    maker.archive.close()
    second = shutil.copytree(tmp_path / "home", tmp_path / "second")
    other_archives.note_saving(second, 1, at=datetime.now(UTC), state=other_archives.state_folder())
    environ = {"HOME": str(tmp_path), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9", "PATH": ""}

    with open_application_window(tmp_path / "home", environ, width=360) as (window, _context):
        page = window.go("/home")
        lines = page.evaluate(LINES)
        window.go("/settings").click("main a[href='/archives']")
        page.wait_for_url(re.compile("/archives"))

    assert 1 == lines


@pytest.mark.parametrize("width", [1280, 360])
def test_a_page_says_when_the_application_has_closed_and_keeps_what_is_typed(tmp_path: Path, width: int) -> None:
    """It asks every 20 seconds; no form is sent meanwhile, and it goes on by itself where the application is back."""
    maker = story(tmp_path / "home")
    maker.archive.close()
    environ = {"HOME": str(tmp_path), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9", "PATH": ""}

    with open_application_window(tmp_path / "home", environ, width=width) as (window, _context):
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
