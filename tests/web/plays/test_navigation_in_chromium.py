"""The five entries of the application on a narrow screen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.cli.terminal.language import set_language
from archiver.settings import other_archives
from tests.support.archives.maker import story
from tests.support.console.application import open_application_window
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
