"""`archive seal`, `init --timestamps` and what `status` says of stamps, as a user meets them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.app import OFFERS
from archiver.settings import file
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import Terminal

# --- seal --------------------------------------------------------------------------------------


# --- init --------------------------------------------------------------------------------------


@pytest.mark.drawn
def test_init_writes_the_two_that_are_offered_or_none(tmp_path: Path, chatwork: Chatwork) -> None:
    """Nothing is sent by it; without the option a new archive asks nobody, and a second call changes nothing."""
    made = {}
    for name, options in {"on": ["--timestamps", "on"], "off": ["--timestamps", "off"], "unsaid": []}.items():
        terminal = Terminal(tmp_path / name, chatwork)
        output = terminal.run("--lang", "en", "init", "--yes", *options)
        terminal.run("init", "--yes")
        made[name] = [one.name for one in file.load_settings(terminal.home, {}).timestamp.authorities]
        assert ("on" == name) == ("Time stamps: on. Only hashes" in output)

    assert {"on": [offer.name for offer in OFFERS], "off": [], "unsaid": []} == made


# --- demo --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_demo_has_its_seals_stamped(tmp_path: Path) -> None:
    """By an authority of its own on this computer, weeks ago by the story's clock; everything verifies."""
    home = tmp_path / "demo"
    completed = subprocess.run(
        [sys.executable, "-m", "archiver", "demo", "--dir", str(home)],
        env={**os.environ, "ARCHIVE_LANG": "en"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    seals = {path.name for path in (home / "seals").glob("*.json")}
    stamped = {path.name.removesuffix(".demo.tsr") for path in (home / "seals").glob("*.demo.tsr")}

    assert 0 == completed.returncode, completed.stdout + completed.stderr
    assert len(seals) > 20
    assert seals == stamped
    assert (home / "seals" / "demo.pem").is_file()
