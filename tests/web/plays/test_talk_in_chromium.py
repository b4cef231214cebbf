"""The talk in the application, in a real Chromium: earlier messages come in on top and nothing jumps."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support.archives.maker import ROOM, ArchiveMaker, message_object
from tests.support.console.application import open_application_window
from tests.support.viewer.chromium_tab import NEEDED

pytestmark = [NEEDED, pytest.mark.drawn]


def test_earlier_messages_come_in_on_top(tmp_path: Path) -> None:
    """One after the other, each once, while the message that is read stays where it is; no id is there twice."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract()
    maker.room("長いチャット")
    maker.sync([message_object(1000 + n, f"{n}番目", sent=n * 9) for n in range(1, 251)], minutes=9000)
    maker.archive.close()
    environ = {"HOME": str(tmp_path), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9", "CHATWORK_API_TOKEN": "0" * 32}
    with open_application_window(maker.home, environ | {"PATH": ""}) as (window, _context):
        page = window.go(f"/room/{ROOM}#newest")
        expect(page.locator("#m1250")).to_be_in_viewport()
        expect(page.locator(".m")).to_have_count(100)
        page.locator("#top").scroll_into_view_if_needed()
        expect(page.locator(".m")).to_have_count(200)
        expect(page.locator("#m1151")).to_be_in_viewport()
        page.locator("#top").scroll_into_view_if_needed()
        expect(page.locator(".m")).to_have_count(250)
        ids = page.evaluate("[...document.querySelectorAll('.m')].map(one => one.id)")
        double = page.evaluate(
            "[...document.querySelectorAll('[id]')].map(one => one.id).filter((id, n, all) => all.indexOf(id) !== n)"
        )
        found = [one["id"] for one in Axe().run(page).response["violations"]]

    assert [f"m{1000 + n}" for n in range(1, 251)] == ids
    assert ([], []) == (double, found)
    assert ([], []) == (window.complaints, window.outside)
