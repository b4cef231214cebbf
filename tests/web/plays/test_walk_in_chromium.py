"""A user's walk through the viewer in a real Chromium: what they look for is found, nothing else happens."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from archiver.cli.context import CliContext
from archiver.cli.reading.app import build_view_context
from archiver.store.queries.viewing import messages
from archiver.web.context import ViewContext
from tests.support.console.player import Player
from tests.support.reports import pdf_reader
from tests.support.viewer.chromium_tab import NEEDED, Window, open_window
from tests.support.viewer.sample_archive import BEFORE, ViewerArchive, build_viewer_archive

pytestmark = NEEDED


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> ViewerArchive:
    """An archive with everything to look for."""
    return build_viewer_archive(tmp_path_factory.mktemp("walk") / "home")


@pytest.fixture(scope="module")
def context(archive: ViewerArchive) -> ViewContext:
    return build_view_context(CliContext(archive.home, 0, {"HOME": str(archive.home)}))


@pytest.fixture
def view(context: ViewContext) -> Iterator[Window]:
    """A tab that was let in; whatever a test does in it, nobody complains and nothing is asked for elsewhere."""
    with open_window(context) as window:
        yield window
        assert ([], []) == (window.complaints, window.outside)


def paths(archive: ViewerArchive) -> list[str]:
    """Every kind of page."""
    room = f"/room/{archive.room}"
    return [
        "/",
        "/conversations",
        "/conversations?q=深紅",
        "/conversations?waiting=1",
        f"{room}?pick=1&m={archive.room}-{archive.reply}&at={archive.reply}",
        f"{room}?q=深紅&at={archive.deleted}",
        f"{room}?chain={archive.reply}",
        "/files",
        "/tasks",
        f"/chosen?m={archive.room}-{archive.question}&m={archive.room}-{archive.reply}",
        room,
        f"{room}?at={archive.reply}",
        f"{room}?after=0",
        f"{room}/message/{archive.edited}",
        f"{room}/message/{archive.deleted}",
        f"{room}/message/{archive.vanished}",
        f"{room}/files",
        f"{room}/file/{archive.picture}/look",
        f"{room}/file/{archive.film}/play",
        f"{room}/tasks",
        f"{room}/people",
        f"{room}/about",
        f"{room}/calendar?month=2026-07",
    ]


@pytest.mark.drawn
def test_a_file_is_saved_as_it_was_sent(view: Window, archive: ViewerArchive, tmp_path: Path) -> None:
    """The bytes are those of the sender; a name that would lead elsewhere or hide its ending does neither."""
    page = view.go(f"/room/{archive.room}/files")
    with page.expect_download() as waiting:
        page.locator(f'a[href$="/file/{archive.table}"]').first.click()
    saved = tmp_path / "saved"
    waiting.value.save_as(saved)

    assert b"<script>alert(9)</script>" == saved.read_bytes()
    assert "/" not in waiting.value.suggested_filename
    assert "\u202e" not in waiting.value.suggested_filename


def command_words(text: str) -> list[str]:
    """The words of the first command on a page."""
    return shlex.split(next(line for line in text.splitlines() if " --messages " in line))


@pytest.mark.drawn
@pytest.mark.parametrize("scripts", [True, False])
def test_chosen_messages_of_two_pages_become_a_command(
    context: ViewContext, archive: ViewerArchive, *, scripts: bool
) -> None:
    """The marks of the page before go along; with scripts the bar counts them."""
    with open_window(context, scripts=scripts) as view:
        page = view.go(f"/room/{archive.room}#newest")
        page.get_by_role("link", name=re.compile("^(Choose|選ぶ)$")).click()
        page.locator(".m label.cover").last.click()
        page.get_by_role("button", name=re.compile("^(Earlier messages|前のメッセージ)$")).click()
        for message in (archive.question, archive.deleted):
            page.locator(f"#m{message} label.cover").click()
        if scripts:
            expect(page.locator(".bar b")).to_contain_text("3")
        page.locator(".bar button").click()
        words = command_words(page.locator("main").inner_text())
    ids = words[words.index("--messages") + 1].split(",")

    assert {archive.question, archive.deleted} < set(ids)
    assert 3 == len(ids)
    assert "12345678" in words
    assert ([], []) == (view.complaints, view.outside)


@pytest.mark.drawn
@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (320, 200)])
def test_a_talk_opens_at_its_newest_message(
    context: ViewContext, archive: ViewerArchive, width: int, height: int, *, scripts: bool
) -> None:
    """With and without scripts, on a large screen and on one that is enlarged four times; lines are low."""
    with open_window(context, scripts=scripts, width=width) as view:
        view.page.set_viewport_size({"width": width, "height": height})
        page = view.go(f"/room/{archive.room}#newest")
        expect(page.locator(".m").last).to_be_in_viewport()
        heights = [box["height"] for one in page.locator(".m").all()[-12:] if (box := one.bounding_box())]
        tops = [box["y"] for one in page.locator(".m").all() if (box := one.bounding_box())]

    assert max(heights) <= 52
    if height == 800:
        assert 10 <= sum(0 < top < height for top in tops)


@pytest.mark.drawn
def test_no_page_does_what_a_stranger_wrote(view: Window, archive: ViewerArchive) -> None:
    """No script but ours, no handler, no foreign address is loaded, on no page."""
    found: dict[str, list[str]] = {}
    for path in paths(archive):
        page = view.go(path)
        found[path] = page.evaluate(
            """() => [...document.querySelectorAll('*')].flatMap(one => [
                ...[...one.attributes].filter(a => /^on/i.test(a.name) || a.name === 'style').map(a => a.name),
                ...(/^(IFRAME|OBJECT|EMBED|STYLE|BASE)$/i.test(one.tagName) || one.matches('svg:not(.i, .sprite)')
                    ? [one.tagName] : []),
                ...(one.tagName === 'SCRIPT' && !one.src.endsWith('/static/view.js') ? ['script'] : []),
                ...(typeof one.href === 'string' && one.href && !/^https?:/.test(one.href) ? [String(one.href)] : []),
            ])"""
        )

    assert {key: [] for key in paths(archive)} == found


@pytest.mark.drawn
@pytest.mark.parametrize(("width", "scheme"), [(1100, "light"), (360, "dark")])
def test_every_page_can_be_used_by_everybody(
    context: ViewContext, archive: ViewerArchive, width: int, scheme: str
) -> None:
    """axe-core finds nothing serious, wide and narrow, light and dark; no page has to be pushed sideways."""
    with open_window(context, width=width) as view:
        view.page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
        faults = [fault for path in paths(archive) for fault in Player(view.go(path)).look_around()]

    assert [] == faults


@pytest.mark.drawn
def test_the_keyboard_alone_is_enough(view: Window, archive: ViewerArchive) -> None:
    """The first stop leads to the contents; `/` goes to the search."""
    page = view.go(f"/room/{archive.room}")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.drawn
@pytest.mark.parametrize("scripts", [True, False])
def test_on_paper_nothing_is_cut_off_or_folded(context: ViewContext, archive: ViewerArchive, *, scripts: bool) -> None:
    """A message with all that vouches for it, the files with their whole fingerprints; links are seen to be links."""
    path = f"/room/{archive.room}/message/{archive.edited}"
    with open_window(context, scripts=scripts) as view:
        conversation_pdf, files = view.go(path).pdf(format="A4"), view.go("/files").pdf(format="A4")
        view.page.emulate_media(media="print")
        view.page.set_viewport_size({"width": 680, "height": 900})
        underlined = view.page.evaluate("getComputedStyle(document.querySelector('td a')).textDecorationLine")
        cut = view.go(path).evaluate(
            "[...document.querySelectorAll('.wide *')].filter(e => e.getBoundingClientRect().right > 680).length"
        )
    with context.reading() as reading:
        digests = [one.digest for one in messages.proofs(reading, archive.room, int(archive.edited))]
    sha256 = hashlib.sha256(b"<script>alert(9)</script>").hexdigest()

    message = pdf_reader.without_spaces(pdf_reader.text(conversation_pdf))
    assert [] == [one for one in (*digests, BEFORE) if pdf_reader.without_spaces(one) not in message]
    assert sha256 in pdf_reader.without_spaces(pdf_reader.text(files))
    assert (0, "underline") == (cut, underlined)
