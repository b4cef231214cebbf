"""Sealing at once and checking the whole archive, by clicking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.store import seals
from tests.support.archives.maker import message_object, story
from tests.support.console.application import FormBrowser, open_application


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over an archive with records that no seal holds yet."""
    maker = story(tmp_path / "home")
    maker.sync([message_object(30, "納品しました", sent=200)], minutes=202)
    maker.archive.close()
    environ = {"HOME": str(tmp_path), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9", "CHATWORK_API_TOKEN": "0" * 32}
    with open_application(tmp_path / "home", {**environ, "PATH": ""}) as opened:
        yield opened


def test_records_are_sealed_now(browser: FormBrowser) -> None:
    """The page tells how many are not, the result names the seal, and a second click finds nothing to seal."""
    before = browser.get("/settings")
    browser.post("/evidence/seal")
    sealed = browser.job()
    after = browser.get("/settings")
    browser.post("/evidence/seal")
    again = browser.job()

    with browser.context.archive.reading() as reading:
        (made,) = seals.seals(reading)
    assert sealed.outcome is not None
    assert again.outcome is not None
    assert "are not sealed yet" in before
    assert "Everything is sealed already." in after
    assert f"SHA-256 {made.sha256}" in sealed.outcome.lines
    assert ("Everything is sealed already.", True) == (again.outcome.head, again.outcome.is_complete)


def test_the_whole_archive_is_checked(browser: FormBrowser) -> None:
    """As `archive verify` does; the page tells the last time and whether something was found."""
    before = browser.get("/settings")
    browser.post("/evidence/verify")
    good = browser.job()
    told = browser.get("/settings")
    browser.post("/evidence/seal")
    browser.job()
    (path,) = (browser.context.home / "seals").glob("*.json")
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    browser.post("/evidence/verify")
    bad = browser.job()

    assert good.outcome is not None
    assert bad.outcome is not None
    assert "was not checked yet" in before
    assert ("nothing was found" in told, good.outcome.is_complete) == (True, True)
    assert any(line.startswith("[seal") for line in bad.outcome.lines)
    assert "finding" in browser.get("/settings")


def test_a_copy_beside_the_archive_is_warned_of(browser: FormBrowser, tmp_path: Path) -> None:
    """For as long as it is the last one, not only when it was made: it is lost with this computer's disk."""
    before = browser.get("/copies")
    browser.post("/copies/backup", folder=str(tmp_path / "copy"))
    browser.job()

    sentence = "The backup is on the disk of the archive itself"
    assert (False, True) == (sentence in before, sentence in browser.get("/copies"))


def test_a_second_copy_does_not_call_checked_what_it_only_compared(browser: FormBrowser, tmp_path: Path) -> None:
    """The result says how many records were compared."""
    browser.post("/evidence/seal")
    browser.job()
    told = []
    for _ in range(2):
        browser.post("/copies/backup", folder=str(tmp_path / "copy"))
        outcome = browser.job().outcome
        assert outcome is not None
        told.append(any(line.startswith("Only compared: ") for line in outcome.lines))

    assert [False, True] == told
