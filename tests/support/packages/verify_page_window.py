"""`verify.html` opened from its file in real Chromium: gives it packages and reads what it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from archiver.export.verify_page.page import verify_page
from tests.support.packages.stamp_attacks import CLOCK
from tests.support.viewer.chromium_tab import CHROMIUM, FLAGS, Window, record_complaints


class VerifyPageWindow(Window):
    """The page in a tab of its own; `outside` is everything that was asked for besides files of its folder."""

    def verify(self, path: Path) -> dict[str, Any]:
        """Give the page a zip or a folder as a person chooses it, and return its result as JSON."""
        self.choose(path)
        return self._result()

    def choose(self, path: Path) -> None:
        """Choose a file or a folder and wait for the answer."""
        chooser = self.page.locator("#folder" if path.is_dir() else "#zip")
        chooser.set_input_files(path)
        self._wait()

    def _wait(self) -> None:
        """Wait for the answer, and forget that it came."""
        self.page.wait_for_selector("#result[data-state=done], #result[data-state=failed]", state="attached")
        self.page.evaluate("document.getElementById('result').dataset.state = 'read'")

    def _result(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(str(self.page.locator("#json").text_content()))
        return document

    def drop(self, path: Path) -> dict[str, Any]:
        """Drop a zip or a folder on the page, and return its result as JSON."""
        session = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            session.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
        self._wait()
        return self._result()

    def at_page(self, path: Path) -> VerifyPageWindow:
        """Another such page, in another tab of the same browser."""
        return self.in_language("en-US", path.as_uri())

    def in_language(self, language: str, address: str = "") -> VerifyPageWindow:
        """The page in another tab, for a browser in another language."""
        browser = self.page.context.browser
        assert browser is not None
        return _open_tab(browser, address or self.page.url, language)


@contextmanager
def open_verify_page(folder: Path) -> Iterator[VerifyPageWindow]:
    """The page, written into a folder and opened by its path, for a browser in English; its clock stands at `CLOCK`."""
    path = folder / "verify.html"
    path.write_bytes(verify_page())
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield _open_tab(browser, path.as_uri(), "en-US")
        browser.close()


def _open_tab(browser: Browser, address: str, language: str) -> VerifyPageWindow:
    window = VerifyPageWindow(browser.new_context(locale=language).new_page(), address.rpartition("/")[0])
    record_complaints(window)
    window.page.add_init_script(f"Date.now = () => {CLOCK * 1000:.0f}")
    window.page.goto(address)
    return window
