"""`archive verify --page FILE` writes the page and prints its digest; it needs no archive."""

from __future__ import annotations

import hashlib
from pathlib import Path

from archiver.demo.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import Terminal


def test_the_page_is_written_and_its_digest_printed(tmp_path: Path, chatwork: Chatwork) -> None:
    """Into a file, or into a folder under its own name; what is there already is not written over."""
    terminal = Terminal(tmp_path / "home", chatwork)

    printed = terminal.run("verify", "--page", tmp_path)

    page = tmp_path / "verify.html"
    assert f"書き出しました: {page}\nSHA-256 {hashlib.sha256(page.read_bytes()).hexdigest()}\n" == printed
    assert "すでにファイルがあります" in terminal.run("verify", "--page", page, code=2)
    assert "書き込めません" in terminal.run("verify", "--page", tmp_path / "none/x.html", code=2)
    assert "PATH を省いてください" in terminal.run("verify", "--page", tmp_path / "y.html", tmp_path, code=2)
    assert not (tmp_path / "home").exists()
