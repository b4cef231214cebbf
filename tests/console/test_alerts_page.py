"""All alerts on a page; and sentences that name commands, as pages show them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archiver.console.command_links import pieces
from tests.support.archives.maker import story
from tests.support.console.application import SITE, FormBrowser, open_application


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("ほか2件: archive --home /tmp/a alerts", "ほか2件: All that deserves attention"),
        ("archive check を見てください。", "Settings を見てください。"),
        ("残してください(archive --home '/tmp/a b' attach)。", "残してください(Contracts)。"),
        ("撮影: m12    archive attach ファイル --contract 1 --message m12", "撮影: m12 Contracts"),
        ("archive backup 保存先", "Copies"),
        ("archive show m12", "archive show m12"),
    ],
)
def test_a_command_becomes_the_link_to_its_page(tmp_path: Path, sentence: str, shown: str) -> None:
    """The words around it stay; a command that no page can do stays too."""
    story(tmp_path / "home").archive.close()
    with (
        open_application(tmp_path / "home", {"HOME": str(tmp_path), "PATH": ""}) as browser,
        browser.client.application.test_request_context("/home", base_url=SITE),
    ):
        html = str(pieces(sentence))

    assert shown == re.sub("<[^>]*>", "", html)


def test_every_alert_is_listed(tmp_path: Path) -> None:
    """And an unknown one cannot be put aside."""
    story(tmp_path / "home").archive.close()
    with open_application(tmp_path / "home", {"HOME": str(tmp_path), "PATH": ""}) as browser:
        page = browser.get("/alerts")
        unknown = _dismiss(browser, 99)

    assert "deserves attention" in page
    assert unknown >= 400


def _dismiss(browser: FormBrowser, number: int) -> int:
    return browser.post(f"/alerts/{number}/dismiss", reason="x").status_code
