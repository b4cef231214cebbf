"""A first day played in a real Chromium: from the first page to a package, by clicking alone."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from archiver.cli.language_and_help import set_language
from archiver.web.console_context import ConsoleContext
from tests.support.archives.byte_search import package_files_with
from tests.support.console.application import open_application_window
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork
from tests.support.console.player import Player
from tests.support.reports.pdf_reader import needs_poppler
from tests.support.terminals.terminal import TOKEN
from tests.support.viewer.chromium_tab import NEEDED, Window

pytestmark = [NEEDED, needs_poppler, pytest.mark.slow]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FirstDayDesk]:
    """A computer on the first day, with a chat of 300 messages."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    set_language("ja")
    with new_chatwork() as chatwork:
        desk = FirstDayDesk(tmp_path, chatwork, messages=300)
        chatwork.post(desk.other, desk.sato, "ウグイス色でお願いします")
        chatwork.post(desk.group, desk.tanaka, "よろしくお願いします")
        yield desk


@pytest.mark.parametrize(
    ("width", "scheme", "scripts"), [(1280, "light", True), (360, "dark", True), (360, "light", False)]
)
def test_the_first_day(desk: FirstDayDesk, width: int, scheme: str, *, scripts: bool) -> None:
    """Wrong and right token, chats, facts, notices, overview, a package: by clicking alone, also without scripts."""
    begun = time.monotonic()
    with open_application_window(desk.home, desk.environ, width=width, scheme=scheme, scripts=scripts) as opened:
        window, context = opened
        _set_up(window, desk, context, scripts=scripts)
        saved = time.monotonic()
        _make_packages(window, desk, context)
        expect(window.go("/packages").locator("a[href^='/packages/']")).to_have_count(2)
        made = time.monotonic()
        texts = [one for one in window.complaints if "422" not in one]

    assert ([], []) == (texts, window.outside)
    assert saved - begun < 180
    assert made - begun < 360
    assert list((desk.home / "exports").iterdir())


def _set_up(window: Window, desk: FirstDayDesk, context: ConsoleContext, *, scripts: bool) -> None:
    page = window.page
    _go_on(page)
    page.fill("#token", "f" * 32)
    _go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("このAPIトークンは使えません")
    page.reload()
    page.fill("#token", TOKEN)
    _go_on(page)
    _go_on(page)
    for name in ("動画編集_田中様", "記事作成チーム"):
        page.get_by_label(name).check()
    _go_on(page)
    expect(page.locator("fieldset")).to_have_count(2)
    expect(page.locator("fieldset select")).to_have_count(3)
    assert context.jobs.last is None
    if scripts:
        assert [] == Player(page).look_around()
    for number, url in enumerate(("48151623", "42108642"), 1):
        page.fill(f"#url-{number}", f"https://crowdworks.jp/contracts/{url}")
    _go_on(page)
    page.reload()
    for switch in ("#automatic", "#stamps"):
        page.uncheck(switch)
    _go_on(page)
    _wait(context)
    expect(window.go("/home").locator("main")).to_contain_text("動画編集_田中様")


def _make_packages(window: Window, desk: FirstDayDesk, context: ConsoleContext) -> None:
    """Of each job; no word, name or number of the one is in any file of the other's."""
    numbers = {
        "job1": ("48151623", str(desk.tanaka), str(desk.group), str(desk.direct)),
        "job2": ("42108642", str(desk.sato), str(desk.other)),
    }
    words = {"job1": ("動画編集", "メッセージ 299", "田中"), "job2": ("記事作成", "ウグイス色", "佐藤")}
    known: set[Path] = set()
    for job, other in (("job1", "job2"), ("job2", "job1")):
        _make_package(window, context, job)
        (package,) = (one for one in (desk.home / "exports").iterdir() if one.is_dir() and one not in known)
        known.add(package)
        assert [True] * 3 == [bool(package_files_with(package, word)) for word in words[job]]
        assert set() == package_files_with(package, *words[other], *numbers[other], other)


def _make_package(window: Window, context: ConsoleContext, job: str) -> None:
    page = window.go(f"/packages?contract={job}")
    page.locator("a.choice[href*='for=lawyer']").click()
    page.wait_for_url(re.compile("/packages/order"))
    _go_on(page)
    _wait(context)
    expect(window.go("/packages/making").locator("#do")).to_be_visible()


def _go_on(page: Page) -> None:
    page.locator("main button.first").first.click()
    page.wait_for_url(re.compile("127"))


def _wait(context: ConsoleContext) -> None:
    until = time.monotonic() + 120
    while context.jobs.is_busy and time.monotonic() < until:
        time.sleep(0.2)
    assert not context.jobs.is_busy
