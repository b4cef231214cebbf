"""Seals, stamps and exports with authorities in the settings, as a user meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from archiver.app import OFFERS
from archiver.cli.terminal.output import columns
from archiver.evidence.stamps.roots import fingerprint, pem_to_der
from archiver.settings import file
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.sealing_terminal import SealingTerminal
from tests.support.terminals.terminal import Terminal


def exported(sealing: SealingTerminal, *, code: int = 0) -> tuple[dict[str, Any], str]:
    """The document of an export, and what stood on stderr."""
    out, err = sealing.both("export", "--for", "lawyer", "--out", str(sealing.home / "out"), "--json", code=code)
    document: dict[str, Any] = json.loads(out)
    return document, err


def test_a_package_is_stamped_and_verified(sealing: SealingTerminal) -> None:
    """Seals and package bear the authority's time; both programs count them and find nothing."""
    sealing.say("やあ")

    made, _err = exported(sealing)

    verified = sealing.json("verify", made["path"])
    script = subprocess.run(
        [sys.executable, "-I", str(Path(made["path"]) / "verify.py"), "--json"], capture_output=True, check=True
    )
    assert made["stamped"]
    assert (True, 2) == (verified["ok"], verified["checked"]["stamps"])
    assert (verified["findings"], verified["checked"]) == tuple(
        json.loads(script.stdout)[name] for name in ("findings", "checked")
    )
    assert sealing.json("verify")["ok"]
    said = sealing.run("verify")
    root = fingerprint(pem_to_der((sealing.home / "a.pem").read_text())[0])
    assert (1, 0) == (said.count(root), said.count("package")), "an archive is no package, and a root is named once"
    assert said.startswith("No change was found."), "the result stands first"
    assert [] == [line for line in said.splitlines() if columns(line) > 80]


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
