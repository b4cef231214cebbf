"""`archive verify` without an archive: `--page FILE` writes the page and prints its digest, a path is checked."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from archiver.cli.main import main
from archiver.cli.terminal.output import ProgressScreen
from tests.support.chatwork.simulator import Chatwork
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


def test_how_far_a_package_is_checked_is_shown_and_ctrl_c_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also while only the zip around it is looked at, which may have very many names."""
    shown: list[str] = []
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as packed:
        packed.writestr("P/bagit.txt", b"text")
    call = ["--home", str(tmp_path), "--lang", "ja", "verify", str(tmp_path / "x.zip")]
    monkeypatch.setattr(ProgressScreen, "show_part", lambda _self, text, _done, _total: shown.append(text))
    found = main(call)
    capsys.readouterr()

    def interrupt(*_step: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ProgressScreen, "show_part", interrupt)
    ended = main(call)

    assert (3, 130) == (found, ended)
    assert ["zipを点検しています", "ファイルを点検しています"] == shown
    assert capsys.readouterr().out == ""
