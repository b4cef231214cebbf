"""An older database beside newer seals: each way of saving and handing out keeps them, and says what is lost."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archiver.cli.reading.first_screen import tell_emergency
from archiver.custody.verify import verify_archive, verify_path
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.export.package.report_input import put_back_sentences
from archiver.standing.emergencies import emergencies
from archiver.store import seals
from archiver.store.engine import DATABASE
from archiver.store.queries.contracts import contracts
from tests.support.chatwork.simulator import Chatwork
from tests.support.packages.sample_package import load_script
from tests.support.schedules.rounds import next_round
from tests.support.terminals.killed_runs import set_up_rooms
from tests.support.terminals.terminal import TOKEN, Terminal
from tests.support.world import Clock, World

SENTENCE = "in the database later than this point"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose home has seals that the database put back does not have."""
    with Chatwork(limit=1_000_000) as chatwork:
        made = World(tmp_path / "home", chatwork, Clock())
        made.post("こんにちは")
        next_round(made)
        seals.close_seals(made.archive, now=made.clock())
        made.archive.close()
        shutil.copy(made.home / DATABASE, tmp_path / "older")
        for text in ("はい", "検収後に"):
            made.post(text)
            next_round(made)
            seals.close_seals(made.archive, now=made.clock())
        made.archive.close()
        put_back(made.home, tmp_path / "older")
        yield made
        made.archive.close()


def put_back(home: Path, older: Path) -> None:
    """Put an older database in the place of the present one."""
    for path in home.glob(f"{DATABASE}*"):
        path.unlink()
    shutil.copy(older, home / DATABASE)


def seal_digests(home: Path) -> set[str]:
    """SHA-256 of every file below `seals/`."""
    paths = [path for path in (home / "seals").rglob("*") if path.is_file()]
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def test_a_round_says_it_once_and_goes_on_saving(world: World) -> None:
    """What was lost is read again as far as Chatwork still shows it; nothing of the seals is gone."""
    before = seal_digests(world.home)

    first, second = next_round(world), next_round(world)

    seals.close_seals(world.archive, now=world.clock())
    assert [SENTENCE in complaint for complaint in first.complaints] == [True]
    assert ((), 2) == (second.complaints, first.rooms[0].new)
    assert before <= seal_digests(world.home)
    assert [] == verify_archive(world.archive, deep=True).findings


def test_no_contract_is_told_that_nothing_is_missing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody knows what only the newer database held; a screen that says so is read in an emergency."""
    next_round(world)

    with world.archive.reading() as reading:
        (emergency,) = emergencies(reading, contracts(reading), (), always=True)
    tell_emergency(emergency, world.clock())

    shown = " ".join(capsys.readouterr().out.split())
    assert "records later than the state that was put back or restored" in shown
    assert "Everything seen so far is saved." not in shown


@pytest.mark.drawn
def test_a_package_holds_the_seals_that_were_kept_apart(world: World, tmp_path: Path) -> None:
    """Its check and its script take the hole in the numbers, and both say what is lost."""
    next_round(world)
    report = export(
        world.archive,
        ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out"),
        now=world.clock,
    )
    package = Path(report.path)

    ours = verify_path(package)
    theirs = load_script(package / "verify.py").verify_package_at(package)

    orphaned = world.home / "seals/orphaned"
    assert {path.name for path in orphaned.iterdir()} == {
        path.name for path in (package / "data/seals/orphaned").iterdir()
    }
    assert ([], [], ()) == (ours.findings, theirs.findings, report.incomplete)
    assert any(SENTENCE in note for note in ours.notes)
    assert len(ours.notes) == len(theirs.notes)
    (sentence,) = put_back_sentences(world.entries("rollback"), has_records=True)
    assert re.search(
        r"記録 [1-9]\d*件\(確定記録 第\d号〜第\d号\)が、この時点より後のデータベースにありました", sentence
    )


@pytest.mark.drawn
def test_a_seal_that_was_kept_apart_cannot_be_left_out_of_a_package(world: World, tmp_path: Path) -> None:
    """The record names it; without the record the hole in the numbers is a finding."""
    next_round(world)
    order = ExportOrder(contract="job1", profile="lawyer", out=tmp_path / "out")
    package = Path(export(world.archive, order, now=world.clock).path)
    for path in (package / "data/seals/orphaned").iterdir():
        path.unlink()

    checks = {finding.check for finding in verify_path(package).findings}

    assert "orphaned-seal" in checks


@pytest.mark.drawn
def test_seal_export_status_and_the_daemon_say_it(tmp_path: Path) -> None:
    """By the commands that a user meets; each leaves every seal and stamp where it is or in `orphaned/`."""
    with Chatwork(token=TOKEN, limit=1_000_000) as chatwork:
        tanaka = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
        terminal = Terminal(tmp_path / "home", chatwork)
        set_up_rooms(terminal, [room])
        terminal.run("sync")
        terminal.run("seal")
        shutil.copytree(terminal.home, tmp_path / "older")
        chatwork.post(room, tanaka, "検収後に")
        terminal.run("sync")
        terminal.run("seal")
        before = seal_digests(terminal.home)
        shutil.copytree(terminal.home / "seals", tmp_path / "newer")

        for command in ("seal", "export", "daemon"):
            put_back(terminal.home, tmp_path / "older" / DATABASE)
            shutil.rmtree(terminal.home / "seals")
            shutil.copytree(tmp_path / "newer", terminal.home / "seals")
            if command == "daemon":
                run_daemon_until(terminal, (terminal.home / "seals/orphaned").is_dir)
            else:
                terminal.run(command)
            said = terminal.json("status")["put_back_databases"]
            checks = {check["name"]: check for check in terminal.json("status", "--full")["looks"]}

            assert before <= seal_digests(terminal.home), command
            assert ["(記録" in sentence for sentence in said] == [True], command
            assert [] == terminal.json("verify")["findings"], command
            assert said[0] == checks["rollback"]["text"], command
            assert "(記録" in terminal.run("status", "--full"), command


def run_daemon_until(terminal: Terminal, is_done: Callable[[], bool]) -> None:
    """Let the daemon work until something is so, then stop it."""
    daemon = subprocess.Popen(
        terminal.command("daemon"), env=terminal.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while not is_done() and time.monotonic() < until:
        time.sleep(0.1)
    daemon.terminate()
    daemon.wait(60)
