"""`archive verify` of a package without an archive."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from archiver.cli.main import main
from archiver.cli.output import ProgressScreen


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
