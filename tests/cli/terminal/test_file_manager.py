"""The folder of a package is shown by the desktop's own program."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from archiver.setup import menu_entry


@pytest.mark.skipif(sys.platform != "linux", reason="xdg-open")
def test_the_file_manager_is_not_given_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lives on long after us."""
    program = tmp_path / "xdg-open"
    program.write_text(f"#!/bin/sh\n/usr/bin/env > {tmp_path}/new && mv {tmp_path}/new {tmp_path}/told\n")
    program.chmod(0o755)
    for name, value in {"PATH": f"{tmp_path}:/bin:/usr/bin", "DISPLAY": ":9", "CHATWORK_API_TOKEN": "canary"}.items():
        monkeypatch.setenv(name, value)

    assert menu_entry.show_folder(tmp_path)

    end = time.monotonic() + 10
    while not (tmp_path / "told").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    environment = (tmp_path / "told").read_text()
    assert (True, False) == ("DISPLAY=:9" in environment, "canary" in environment)
