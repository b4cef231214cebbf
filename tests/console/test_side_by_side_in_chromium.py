"""Two browsers before one application, played in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from archiver.settings import other_archives
from archiver.store.queries.contracts import contracts
from tests.support.archives.maker import story
from tests.support.console.application import open_chromium, open_tab, serve_application
from tests.support.console.player import Player
from tests.support.viewer.chromium_tab import NEEDED

pytestmark = [NEEDED, pytest.mark.slow]


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A computer with two archives of one user."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("first", "second"):
        story(tmp_path / name).archive.close()
    other_archives.note_saving(tmp_path / "second", 42, at=datetime.now(UTC), state=other_archives.state_folder())
    yield {"HOME": str(tmp_path), "PATH": "", "CHATWORK_API_BASE_URL": "http://127.0.0.1:9"}


@pytest.mark.sample
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
            player.press("form.facts-form button.primary")
            expect(player.page.locator("main p.ok")).to_be_visible()
        with context.archive.reading() as reading:
            contract = contracts(reading)[0]
        complaints = one.complaints + other.complaints

    assert ("Ten films", "50,000") == (contract.title, contract.amount)
    assert [] == complaints
