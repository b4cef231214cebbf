"""Sealing at once and checking the whole archive, by clicking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.archives.maker import message_object, story
from tests.support.console.application import NO_TOKEN, FormBrowser, offline, open_application


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over an archive with records that no seal holds yet."""
    maker = story(tmp_path / "home")
    maker.sync([message_object(30, "納品しました", sent=200)], minutes=202)
    maker.archive.close()
    with open_application(tmp_path / "home", offline(tmp_path / "home", CHATWORK_API_TOKEN=NO_TOKEN)) as opened:
        yield opened


def test_the_whole_archive_is_checked(browser: FormBrowser) -> None:
    """As `archive verify` does; the page tells the last time and whether something was found."""
    before = browser.get("/settings")
    browser.post("/evidence/verify")
    good = browser.outcome()
    told = browser.get("/settings")
    browser.post("/evidence/seal")
    browser.job()
    (path,) = (browser.context.home / "seals").glob("*.json")
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    browser.post("/evidence/verify")
    bad = browser.outcome()

    assert "was not checked yet" in before
    assert ("nothing was found" in told, good.is_complete) == (True, True)
    assert any(line.startswith("[seal") for line in bad.lines)
    assert "finding" in browser.get("/settings")
