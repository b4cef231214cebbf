"""Takes pictures of the pages: `python -m tests.support.docs_screenshots [FOLDER]`; without one, those of the docs.

They are of the demo's archive and of a simulated Chatwork, so that nobody's conversation is in them. Chromium's own
words in them (of fields for dates and files) are Japanese where its translations are installed (Debian: chromium-l10n).
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Browser, Page

from archiver.cli.language_and_help import set_language
from archiver.records import Invoice, Payment
from archiver.settings import other_archives
from archiver.setup import contract_rooms
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts
from archiver.web.settings import copies
from tests.support.console.application import open_chromium, open_tab, serve_application
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.player import Player
from tests.support.terminals.terminal import TOKEN

IMAGES = Path(__file__).parents[2] / "docs" / "images"
COLOURS = 256
"""Enough for a page of text, and a fourth of the bytes."""

USUAL_HOME = "/home/hanako/chatwork-archive"
"""Stands in the pictures in place of the folder of this run."""

WIDTHS = {"": (1280, 1000), "-narrow": (360, 900)}
"""The end of the name, the width, and the most of the height that is shown."""

DARK = {"home", "conversation", "contract"}
"""Pages that are shown in the dark scheme too."""


def take_application(browser: Browser, home: Path, folder: Path) -> None:
    """The pictures of the application's pages, each on a wide and on a narrow screen."""
    contract, room = _enter_money(home)
    second = shutil.copytree(home, home.with_name("second"))
    other_archives.note_saving(second, 1, at=datetime.now(UTC), state=other_archives.state_folder())
    (message,) = [hit["message_id"] for hit in _run_json(home, "search", "has:edit", "--json")["hits"]][:1]
    pages = {
        "home": "/home",
        "packages": "/packages",
        "order": f"/packages/order?contract={contract}&for=support",
        "reading": f"/packages/read?contract={contract}&for=support",
        "emergency": "/emergency",
        "contract": f"/contracts/{contract}",
        "copies": "/copies",
        "settings": "/settings",
        "notices": "/settings/notices",
        "help": "/help",
        "conversation": f"/room/{room}",
        "message": f"/room/{room}/message/{message}",
        "files": f"/room/{room}/files",
        "tasks": f"/room/{room}/tasks",
        "people": f"/room/{room}/people",
        "search": f"/conversations?q={quote('お支払い')}",
        "archives": f"/archives?q={quote('お支払い')}",
        "erase": f"/contracts/{contract}/erase",
        "guide": "/help/trouble",
        "calendar": f"/room/{room}/calendar?month=2026-11",
        "message-use": f"/room/{room}/use/{message}",
    }
    environ = {"HOME": str(home.parent), "CHATWORK_API_BASE_URL": "http://127.0.0.1:9", "PATH": os.environ["PATH"]}
    with serve_application(home, environ) as (gate, context):
        for end, (width, _height) in WIDTHS.items():
            with open_tab(browser, gate, width=width) as tab:
                for name, path in pages.items():
                    _shoot(tab.go(path), folder / f"app-{name}{end}.png", home)
                tab.page.emulate_media(color_scheme="dark")
                for name in sorted(DARK):
                    _shoot(tab.go(pages[name]), folder / f"app-{name}-dark{end}.png", home)
        context.jobs.leave(30)
    _take_troubles(browser, second, environ, folder)


def _take_troubles(browser: Browser, home: Path, environ: dict[str, str], folder: Path) -> None:
    """What is said of an archive that is damaged, and of one that is gone; the archive is spoilt by this."""
    with serve_application(home, environ) as (gate, _context):
        for end, (width, _height) in WIDTHS.items():
            with open_tab(browser, gate, width=width) as tab:
                database, away = home / "archive.sqlite3", home.with_name("away")
                whole = database.read_bytes()
                database.write_text("no database" * 50)
                _shoot(tab.go("/home"), folder / f"app-damaged{end}.png", home)
                database.write_bytes(whole)
                home.rename(away)
                _shoot(tab.go("/home"), folder / f"app-lost{end}.png", home)
                away.rename(home)


def _enter_money(home: Path) -> tuple[str, int]:
    """An invoice and a payment; returns the contract and its room."""
    archive, now = Archive(home), datetime.now(UTC)
    with archive.reading() as reading:
        contract = contracts(reading)[0]
    contract_rooms.add_invoice(archive, contract.id, Invoice(0, 50_000, "2026-11-15", "2026-11-22", "INV-1011"), at=now)
    contract_rooms.add_payment(archive, contract.id, Payment(0, 20_000, "2026-11-20", None), at=now)
    archive.close()
    return contract.id, int(contract.rooms[0].room_id)


def take_first_run(browser: Browser, folder: Path) -> None:
    """The pictures of the four steps, and of their end."""
    for end, (width, _height) in WIDTHS.items():
        with tempfile.TemporaryDirectory() as place, new_chatwork() as chatwork:
            desk = FirstDayDesk(Path(place), chatwork, messages=103)
            with (
                serve_application(desk.home, desk.environ) as (gate, _context),
                open_tab(browser, gate, width=width) as tab,
            ):
                for name, page in _steps(Player(tab.page)):
                    _shoot(page, folder / f"app-start-{name}{end}.png", desk.home)


def _steps(player: Player) -> Iterator[tuple[str, Page]]:
    """Each step as it is come to."""
    page = player.page
    yield "1-connect", page
    player.fill("#token", TOKEN)
    player.press("main button.first")
    page.wait_for_url(re.compile("/chats"))
    for box in page.locator("#chats input").all():
        player.check(box)
    yield "2-chats", page
    player.press("main button.first")
    page.locator("select").first.wait_for()
    yield "3-jobs", page
    player.press("main button.first")
    page.wait_for_url(re.compile("/automatic"))
    page.locator("#job .banner.safe").wait_for()
    yield "4-automatic", page
    page.uncheck("#automatic")
    player.press("#automatic-form button.first")
    page.wait_for_url(re.compile("/done"))
    yield "5-done", page


def _shoot(page: Page, path: Path, home: Path) -> None:
    page.wait_for_load_state("networkidle")
    for folder, shown in ((home, USUAL_HOME), (home.parent, str(Path(USUAL_HOME).parent))):
        page.evaluate(_RENAME, [str(folder), shown])
    size = page.viewport_size or {"width": 0, "height": 0}
    most = dict(WIDTHS.values())[size["width"]]
    height = min(most, page.evaluate("document.documentElement.scrollHeight"))
    clip = {"x": 0.0, "y": 0.0, "width": float(size["width"]), "height": float(height)}
    _write_picture(path, page.screenshot(full_page=True, clip=clip))  # type: ignore[arg-type]


_RENAME = """([from, to]) => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node; (node = texts.nextNode()); ) node.data = node.data.replaceAll(from, to);
    for (const field of document.querySelectorAll("input")) field.value = field.value.replaceAll(from, to);
}"""


def _run_json(home: Path, *words: str) -> dict[str, list[dict[str, str]]]:
    command = [sys.executable, "-m", "archiver", "--home", str(home), *words]
    document: dict[str, list[dict[str, str]]] = json.loads(
        subprocess.run(command, capture_output=True, check=True).stdout
    )
    return document


def _write_picture(path: Path, shot: bytes) -> None:
    picture = Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS)
    picture.save(path, "PNG", optimize=True)


def main(folder: Path) -> None:
    """Let the demo make an archive, and look at it."""
    folder.mkdir(parents=True, exist_ok=True)
    set_language("ja")
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "hanako" / "demo"
        # Nothing of this computer is shown or changed.
        os.environ |= dict.fromkeys(("XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), place)
        copies.drives = lambda environ: []
        command = [sys.executable, "-m", "archiver", "demo", "--dir", str(home)]
        home.parent.mkdir()
        subprocess.run(command, env=os.environ | {"ARCHIVE_LANG": "ja"}, stdout=subprocess.DEVNULL, check=True)
        with open_chromium("ja") as browser:
            take_application(browser, home, folder)
            take_first_run(browser, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
