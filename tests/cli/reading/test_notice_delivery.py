"""A scheduled run that nobody watches: what it says on stderr and on the desktop, and how often."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.records import JST
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store.working import alerts, remembered_values
from archiver.store.working.remembered_values import LastSync
from tests.support.receivers.notice_receiver import Receiver, running_receiver
from tests.support.terminals.terminal_world import TerminalWorld

WRONG = {"CHATWORK_API_TOKEN": "f" * 32}


@pytest.fixture
def desk(tmp_path: Path, desk: TerminalWorld) -> TerminalWorld:
    """A computer whose `notify-send` writes down what it is given."""
    program = tmp_path / "bin" / "notify-send"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/shown\n', encoding="utf-8")
    program.chmod(0o755)
    desk.post("こんにちは")
    desk.sync()
    desk.terminal.environ |= {"PATH": str(program.parent)}
    return desk


def shown_notices(desk: TerminalWorld) -> str:
    """What the desktop was told so far."""
    path = desk.home.parent / "shown"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_a_refused_token_is_told_once_and_so_is_its_end(desk: TerminalWorld) -> None:
    """Each run ends with 10, but only the first says it; names and texts stand nowhere."""

    first = desk.both("-q", "sync", code=10, **WRONG)
    second = desk.both("-q", "sync", code=10, **WRONG)
    watched = desk.both("sync", code=10, **WRONG)

    assert (True, ("", ""), True) == (
        "API token doesn't work" in first[1],
        second,
        "API token doesn't work" in watched[1],
    )
    assert (1, False) == (shown_notices(desk).count("The last save failed"), "田中" in shown_notices(desk))
    assert "That is over" in desk.both("-q", "sync")[1]
    assert ("", "") == desk.both("-q", "sync")
    assert 1 == shown_notices(desk).count("That is over")


def test_the_settings_turn_the_desktop_off(desk: TerminalWorld) -> None:
    """The line on stderr stays."""
    (desk.home / "archive.toml").write_text("[notify]\ndesktop = false\n", encoding="utf-8")

    output = desk.both("-q", "sync", code=10, **WRONG)

    assert (True, "") == ("API token doesn't work" in output[1], shown_notices(desk))


def test_who_watches_is_not_told_twice(desk: TerminalWorld) -> None:
    """Without -q there is somebody before the screen."""
    desk.both("sync", code=10, **WRONG)

    assert "" == shown_notices(desk)


def test_a_stopped_archive_is_said_above_every_result(desk: TerminalWorld) -> None:
    """On stderr, so that no script that reads the result is disturbed; a help page and -q stay as they are."""
    desk.remember(
        remembered_values.LAST_SYNC, LastSync(datetime(2026, 1, 1, tzinfo=UTC), complete=True, every_room=True)
    )

    out, output = desk.both("search", "こんにちは", "--json")

    assert (True, True) == (out.startswith("{"), "Nothing was saved for" in output)
    assert "Nothing was saved for" not in desk.both("search", "--help")[1] + desk.both("-q", "search", "こんにちは")[1]


def test_a_good_archive_has_no_banner_and_a_broken_one_only_its_own_error(desk: TerminalWorld) -> None:
    """The command itself says what is wrong."""
    assert "" == desk.both("job")[1]
    (desk.home / "archive.toml").write_text("[[[", encoding="utf-8")
    assert 1 == desk.both("export", code=5)[1].count("archive.toml")


# --- other places ------------------------------------------------------------------------------------


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A place that takes notices."""
    with running_receiver() as made:
        yield made


def tell(desk: TerminalWorld, *urls: str, more: str = "") -> None:
    """Have notices sent to these addresses, and not to the desktop."""
    listed = ", ".join(f'"{one}"' for one in urls)
    path = desk.home / "archive.toml"
    path.write_text(f"[notify]\ndesktop = false\nurls = [{listed}]\n{more}", encoding="utf-8")
    path.chmod(0o600)


@pytest.mark.drawn
def test_the_archive_is_free_while_a_notice_is_sent(desk: TerminalWorld, receiver: Receiver) -> None:
    """The round is over: an address that hangs keeps no other run from saving, and the exit code is the round's."""
    tell(desk, receiver.address("hang"))
    wrong = desk.terminal.environ | WRONG

    with subprocess.Popen(desk.terminal.command("-q", "sync"), env=wrong, stderr=subprocess.DEVNULL) as run:
        arrived = receiver.arrived.wait(30)
        with desk.archive.round_lock():
            still_sending = run.poll() is None
        receiver.closed.set()

    assert (True, True, 10) == (arrived, still_sending, run.returncode)


@pytest.mark.drawn
def test_a_full_disk_is_shown_once_a_day(desk: TerminalWorld, fill: Path) -> None:
    """The exit code stays; neither the desktop nor a scheduler's mail is filled every five minutes."""
    output = [desk.both("-q", "sync", code=1, PYTHONPATH=str(fill)) for _ in range(3)]

    assert [1, 0, 0] == [err.count("disk is full") for _out, err in output]
    assert 1 == shown_notices(desk).count("Reason: the disk is full")
    assert "disk is full" in desk.both("sync", code=1, PYTHONPATH=str(fill))[1]


@pytest.mark.drawn
def test_that_the_last_save_failed_on_a_full_disk_is_said_until_one_goes_through(
    desk: TerminalWorld, fill: Path
) -> None:
    """Also where the database had no room for it: the log has."""
    desk.sync()
    desk.both("sync", code=1, PYTHONPATH=str(fill))

    failed = desk.both("status")[0]
    desk.both("sync")

    assert failed.startswith("The last save failed. Reason: the disk is full. Make space")
    assert "failed" not in desk.both("status")[0]


@pytest.fixture
def fill(desk: TerminalWorld) -> Path:
    """A PYTHONPATH under which SQLite finds the disk full whenever it writes."""
    folder = desk.home.parent / "full"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "from contextlib import contextmanager\n"
        "from archiver import errors\n"
        "from archiver.store.archive import Archive\n"
        "@contextmanager\n"
        "def writing(self):\n"
        "    raise errors.DiskFull(path=self.database)\n"
        "    yield\n"
        "Archive.writing = writing\n",
        encoding="utf-8",
    )
    return folder


def test_a_deadline_is_said_although_a_round_opened_another_alert(desk: TerminalWorld) -> None:
    """Only what stands in that line of the round is left out."""
    day = (datetime.now(JST) + timedelta(days=1)).date()
    desk.contract("job1", desk.room, platform="crowdworks", due_on=day.isoformat())
    with desk.archive.writing() as writing:
        subject = f"job1/crowdworks/due/{day}"
        alerts.keep(writing, Alert(AlertRule.DEADLINE, Level.LOW, desk.clock(), desk.room, subject=subject))
    desk.chatwork.cancel_account(desk.tanaka)
    desk.post("またね")

    output = desk.both("-q", "sync", "--full", code=0)[1]

    assert (True, True) == ("Alerts: " in output, "Tomorrow: " in output)


@pytest.mark.drawn
def test_a_program_that_shows_a_notice_is_given_no_secret(desk: TerminalWorld, receiver: Receiver) -> None:
    """Neither token nor address, wherever they lie; the rest of the environment it may need."""
    program = desk.home.parent / "bin" / "notify-send"
    program.write_text(f"#!/bin/sh\n/usr/bin/env > {desk.home.parent}/environment\n", encoding="utf-8")
    secrets = {"MY_TOKEN": "e" * 32, "MY_PLACE": receiver.address(secret="canary-6f1d")}
    text = '[token]\nsource = "env:MY_TOKEN"\n[notify]\nurls = ["env:MY_PLACE"]\n'
    (desk.home / "archive.toml").write_text(text, encoding="utf-8")
    del desk.terminal.environ["CHATWORK_API_TOKEN"]

    desk.both("-q", "sync", code=10, **secrets)

    content = (desk.home.parent / "environment").read_text(encoding="utf-8")
    assert (1, True) == (len(receiver.notices), "ARCHIVE_HOME" in content)
    assert [] == [name for name, value in secrets.items() if name in content or value in content]
