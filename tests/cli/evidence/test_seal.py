"""`archive seal`, `init --timestamps` and what `status` says of stamps, as a user meets them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from archiver.app import OFFERS
from archiver.settings import file
from tests.support.chatwork.simulator import Chatwork
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.terminals.sealing_terminal import SealingTerminal
from tests.support.terminals.terminal import Terminal

# --- seal --------------------------------------------------------------------------------------


@pytest.mark.drawn
def test_seal_closes_the_tail_and_tells_its_time(sealing: SealingTerminal) -> None:
    """A line for the seal, one for each authority's time; a second call has nothing to do and asks nobody."""
    sealing.say("やあ")

    first, second = sealing.run("seal"), sealing.run("seal")

    assert re.search(r"(?m)^Seal 1: \d+ records\.\n  SHA-256 [0-9a-f]{64}$", first)
    assert re.search(r"(?m)^Seal 1, a: time stamp 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$", first)
    assert "Everything is sealed already.\n" == second
    assert [".json", ".tsr"] == sorted(path.suffix for path in (sealing.home / "seals").glob("0*"))


@pytest.mark.drawn
def test_an_authority_that_is_down_changes_no_exit_code(
    sealing: SealingTerminal, authority: SimulatedAuthority
) -> None:
    """`seal`, `sync`, `rescue` end as ever; the reason is told, and `seal` asks again without waiting for a pause."""
    authority.stop()
    sealing.say("やあ")
    down = sealing.run("seal")
    rescue = sealing.json("save", "--all")
    payload = sealing.json("status")["seals"]
    authority.start()
    up = sealing.run("seal")
    after = sealing.json("status")["seals"]

    assert "Seal 1, a: waits; the authority could not be reached. The next saves ask again." in down
    assert rescue["complete"]
    assert payload["count"] == payload["unstamped"] > 0
    assert (after["count"], 0) == (up.count("time stamp 20"), after["unstamped"])


@pytest.mark.drawn
def test_a_root_that_cannot_be_read_is_said_and_fails_only_the_stamping(sealing: SealingTerminal) -> None:
    """`sync` warns and is good; `seal` seals, then ends with 5 and says what to correct."""
    (sealing.home / "a.pem").write_text("no certificate", encoding="ascii")
    sealing.chatwork.post(sealing.room, sealing.tanaka, "やあ")

    _, warned = sealing.both("sync")
    out, err = sealing.both("seal", code=5)
    status = sealing.run("status", "--full", code=4)

    assert "root certificate of the time-stamp authority “a” cannot be read" in warned
    assert re.search(r"(?m)^Seal 1: \d+ records\.$", out)
    assert "[timestamp] authorities" in err
    assert "root certificate of the time-stamp authority" in " ".join(status.split())


@pytest.mark.drawn
def test_status_says_that_stamps_are_off(sealing: SealingTerminal) -> None:
    """And counts what was stamped before."""
    sealing.say("やあ")
    sealing.run("seal")
    sealing.run("init", "--yes", "--timestamps", "off")

    payload, screen = sealing.json("status")["seals"], sealing.run("status", "--full")

    assert (1, 0) == (payload["count"], payload["unstamped"])
    assert "Off: nobody outside vouches" in " ".join(screen.split())


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


@pytest.mark.drawn
def test_init_keeps_the_authorities_that_the_user_chose(sealing: SealingTerminal) -> None:
    """`on` does not replace them; `off` takes them out and leaves the other settings as they are."""
    before = (sealing.home / "archive.toml").read_text(encoding="utf-8")
    on = sealing.run("init", "--yes", "--timestamps", "on")
    kept = (sealing.home / "archive.toml").read_text(encoding="utf-8")
    sealing.run("init", "--yes", "--timestamps", "off")
    off = (sealing.home / "archive.toml").read_text(encoding="utf-8")

    assert "go to a: no message, name or file." in on
    assert before == kept
    assert [] == sealing.authorities()
    assert re.sub(r"(?m)^authorities = .*$", "", kept) == re.sub(r"(?m)^authorities = .*$", "", off)


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
