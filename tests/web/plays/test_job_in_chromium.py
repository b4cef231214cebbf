"""In a real Chromium: fields of a job save themselves and lose nothing; a talk grows on top and nothing jumps."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from archiver.store.queries.contracts import find_contract
from archiver.store.queries.entries import last_seq
from tests.support.archives.maker import ROOM, ArchiveMaker, message_object, story
from tests.support.console.application import open_application_window
from tests.support.viewer.chromium_tab import NEEDED, Window

pytestmark = [NEEDED, pytest.mark.drawn]

OPEN_CONTROLS = """[...document.querySelectorAll("main :is(input, select, textarea)")]
    .filter(one => one.type !== "hidden" && one.checkVisibility()).length"""


def type_in(page: Page, field: str, text: str) -> None:
    """Type into a field and go on to the next one with the tabulator."""
    page.locator(f"#f-{field}").fill(text)
    page.keyboard.press("Tab")


def faults(window: Window, page: Page) -> list[str]:
    """What keeps somebody out of the page, in both schemes: faults of axe, and having to push it sideways."""
    found = list[str]()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (320, 360, 1280, 1440):
            page.set_viewport_size({"width": width, "height": 2400})
            found += [f"{width}"] * (page.evaluate("document.documentElement.scrollWidth") != width)
            if width in {360, 1280}:
                found += [f"{scheme} {width} {one['id']}" for one in Axe().run(page).response["violations"]]
    return found + window.complaints + window.outside


def test_a_field_saves_itself_and_what_cannot_be_saved_stays(tmp_path: Path) -> None:
    """Typed, reloaded: kept. Nonsense: its sentence. The program away: said, and tried again by a button."""
    story(tmp_path / "home").archive.close()
    with open_application_window(tmp_path / "home") as (window, context):
        page = window.go("/contracts/job1")
        seen = faults(window, page), page.evaluate(OPEN_CONTROLS)
        with context.archive.reading() as reading:
            before = last_seq(reading)
        page.set_viewport_size({"width": 1280, "height": 900})
        for day in ("10/9", "10/1"):
            type_in(page, "contracted_on", day)
            expect(page.locator("#s-contracted_on")).to_contain_text("Saved at")
        assert "contracted_on" == page.evaluate("document.activeElement.name").removeprefix("unknown_")
        type_in(page, "delivered_on", "11/31")
        expect(page.locator("#s-delivered_on")).to_contain_text("Month 11 has 30 days.")
        assert ("11/31", "true") == (
            page.locator("#f-delivered_on").input_value(),
            page.locator("#f-delivered_on").get_attribute("aria-invalid"),
        )
        type_in(page, "delivered_on", "")
        expect(page.locator("#s-delivered_on .err")).to_have_count(0)
        page.route("**/facts/*", lambda route: route.abort())
        type_in(page, "amount", "50,000円")
        expect(page.locator("#s-work")).to_contain_text("It could not be saved.")
        page.unroute("**/facts/*")
        page.locator("#s-work button").click()
        expect(page.locator("#s-work")).to_contain_text("Saved at")
        with context.archive.reading() as reading:
            assert before == last_seq(reading)
        page.locator("#terms > summary").click()
        expect(page.locator("#terms fieldset, #terms .fix").first).to_be_visible()
        page.reload()
        expect(page.locator("main")).to_contain_text("50,000円")
        with context.archive.reading() as reading:
            stated, entries = find_contract(reading, "job1"), last_seq(reading)

    assert (stated.contracted_on or "").endswith("-10-01")
    assert ("50,000円", before + 1) == (stated.amount, entries)
    assert ([], True) == (seen[0], seen[1] <= 12)
    assert [] == [one for one in window.complaints if not re.search("ERR_FAILED|Failed to fetch", one)]


def test_earlier_messages_come_in_on_top(tmp_path: Path) -> None:
    """One after the other, each once, while the message that is read stays where it is; no id is there twice."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract()
    maker.room("長いチャット")
    maker.sync([message_object(1000 + n, f"{n}番目", sent=n * 9) for n in range(1, 251)], minutes=9000)
    maker.archive.close()
    with open_application_window(maker.home) as (window, _context):
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
