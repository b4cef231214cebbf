"""消去 in the application: what would go is shown, the word is typed, and it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.custody.verify import verify_path
from archiver.web.background_work import JobState
from tests.custody.test_erasures import GONE, SECRET, copy_of_before, make_archive
from tests.support.archives.byte_search import places_of
from tests.support.archives.maker import OTHER_ROOM
from tests.support.console.application import FormBrowser, open_application


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over two contracts that share a room, the first of which is read again."""
    maker = make_archive(tmp_path / "home")
    maker.contract("job1", [OTHER_ROOM])
    maker.archive.close()
    environ = {"HOME": str(tmp_path), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9", "CHATWORK_API_TOKEN": "0" * 32}
    with open_application(tmp_path / "home", {**environ, "PATH": ""}) as opened:
        yield opened


def test_a_contract_is_erased_by_a_typed_word(browser: FormBrowser) -> None:
    """Its saving is ended first; a wrong word erases nothing."""
    home = browser.context.home
    reading = browser.post("/contracts/job1/erase", word="erase")
    browser.post("/contracts/job1/erase/stop")
    page = browser.get("/contracts/job1/erase")
    wrong = browser.post("/contracts/job1/erase", word="job1")
    assert (422, 422) == (reading.status_code, wrong.status_code)
    assert "To erase, type erase" in page
    assert places_of(home, SECRET)

    browser.post("/contracts/job1/erase", word="erase", reason="agreement")
    assert browser.job().state is JobState.DONE

    assert set() == places_of(home, *(text for text in GONE if text != "先月分の秘密の相談"))
    assert [] == verify_path(home, deep=True).findings


def test_single_messages_are_named_by_their_links(browser: FormBrowser) -> None:
    """An unknown one is one sentence."""
    browser.post("/contracts/job1/erase/stop")
    unknown = browser.post("/contracts/job1/erase", word="1", messages="999")
    wrong = browser.post("/contracts/job1/erase", word="1", messages="nonsense").get_data(as_text=True)
    browser.post("/contracts/job1/erase", word="1", messages=f"https://www.chatwork.com/#!rid{OTHER_ROOM}-11")
    assert browser.job().state is JobState.DONE

    assert 422 == unknown.status_code
    assert ("for The message: its number or link" in wrong, "--message" in wrong) == (True, False)
    assert set() == places_of(browser.context.home, SECRET)


@pytest.mark.drawn
def test_a_restore_says_what_it_erased_again(browser: FormBrowser, tmp_path: Path) -> None:
    """The advice after it is about anything else."""
    home = browser.context.home
    copy = copy_of_before(tmp_path / "another")
    home.rename(tmp_path / "elsewhere")
    browser.post("/copies/restore", folder=str(copy))
    outcome = browser.job().outcome

    assert outcome is not None
    assert ["erased again" in line for line in outcome.lines].count(True) == 1
    assert any("If anything else was erased" in line for line in outcome.lines)
    assert set() == places_of(home, SECRET)
