"""消去 in the application: what would go is shown, the word is typed, and it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.custody.test_erasures import SECRET, copy_of_before, make_archive
from tests.support.archives.byte_search import places_of
from tests.support.archives.maker import OTHER_ROOM
from tests.support.console.application import FormBrowser, open_application


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[FormBrowser]:
    """The application over two contracts that share a room, the first of which is read again."""
    maker = make_archive(tmp_path / "home")
    maker.contract("job1", [OTHER_ROOM])
    maker.archive.close()
    with open_application(tmp_path / "home") as opened:
        yield opened


@pytest.mark.drawn
def test_a_restore_says_what_it_erased_again(browser: FormBrowser, tmp_path: Path) -> None:
    """The advice after it is about anything else."""
    home = browser.context.home
    copy = copy_of_before(tmp_path / "another")
    home.rename(tmp_path / "elsewhere")
    browser.post("/copies/restore", folder=str(copy))
    outcome = browser.outcome()

    assert ["erased again" in line for line in outcome.lines].count(True) == 1
    assert any("If anything else was erased" in line for line in outcome.lines)
    assert set() == places_of(home, SECRET)
