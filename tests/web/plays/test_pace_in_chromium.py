"""From starting the application to the first safe archive, and to a package, at the pace of a person new to it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from archiver.web.access import AccessGate
from tests.support.console.application import open_chromium, open_tab
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.player import Player
from tests.support.terminals.terminal import TOKEN
from tests.support.viewer.chromium_tab import NEEDED

pytestmark = [NEEDED, pytest.mark.slow]

ARCHIVE_SECONDS, PACKAGE_SECONDS = 180, 360
"""The bars: the first safe archive, and the first package."""

READING_SECONDS, TOKEN_SECONDS = 10, 40
"""What a person needs besides looking and pressing: to read a page with something new, and to fetch the token, for
which Chatwork asks for the password again."""


@contextmanager
def started_application(desk: FirstDayDesk) -> Iterator[AccessGate]:
    """The application as a double-click starts it, in a process of its own."""
    command = [sys.executable, "-m", "archiver", "app", "--no-browser"]
    with subprocess.Popen(command, env=desk.environ, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
        parts = urlsplit(address)
        try:
            yield AccessGate(parts.port or 0, is_writing=True, key=parse_qs(parts.query)["key"][0])
        finally:
            process.terminate()


def test_a_person_is_done_in_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the program needs is measured, what the person needs is counted: looking, finding, typing, reading."""
    with new_chatwork() as chatwork, open_chromium() as chromium:
        desk = FirstDayDesk(tmp_path, chatwork, messages=300)
        begun = time.monotonic()
        with started_application(desk) as gate, open_tab(chromium, gate) as tab:
            player = Player(tab.page)
            set_up(player)
            machine, person = time.monotonic() - begun, player.person_seconds
            make_package(player)
            machine_all, person_all = time.monotonic() - begun, player.person_seconds
    with capsys.disabled():
        print(f"\nfirst archive {machine + person:.0f} s ({machine:.0f} of them the program's)", end=", ")
        print(f"package {machine_all + person_all:.0f} s ({machine_all:.0f})")

    assert machine + person < ARCHIVE_SECONDS
    assert machine_all + person_all < PACKAGE_SECONDS
    assert list((desk.home / "exports").iterdir())


def set_up(player: Player) -> None:
    """Until the first save has ended."""
    page = player.page
    page.wait_for_url(re.compile("/start/token"))
    player.spend(READING_SECONDS + TOKEN_SECONDS)
    page.fill("#token", TOKEN)  # pasted, not typed
    player.press("main button.first")
    page.wait_for_url(re.compile("/start/chats"))
    player.spend(READING_SECONDS)
    player.check(page.get_by_label("動画編集_田中様"))
    player.press("main button.first")
    expect(page.locator("select")).to_have_count(2)
    player.spend(READING_SECONDS)
    player.fill("#url-1", "crowdworks.jp/contracts/12345678")
    player.press("main button.first")
    page.wait_for_url(re.compile("/start/automatic"))
    player.spend(READING_SECONDS)
    expect(page.locator("#job .banner.safe")).to_be_visible(timeout=60_000)


def make_package(player: Player) -> None:
    """The rest of the first run, and a package for the office."""
    page = player.page
    page.uncheck("#automatic")
    page.uncheck("#stamps")
    player.press("#automatic-form button.first")
    page.wait_for_url(re.compile("/start/done"))
    player.spend(READING_SECONDS)
    player.press("main .btn.first")
    page.wait_for_url(re.compile("/home"))
    player.press("a.btn[href*='/packages']")
    page.wait_for_url(re.compile("/packages"))
    player.press("a.choice")
    page.wait_for_url(re.compile("/packages/order"))
    player.spend(READING_SECONDS)
    player.press(".foot .first")
    page.wait_for_url(re.compile("/packages/read"))
    player.spend(READING_SECONDS)
    player.press("main button.first")
    page.wait_for_url(re.compile("/packages/[0-9]+$"), timeout=120_000)
