"""`archive backup` as a user sees it: while a sync runs, after a kill."""

from __future__ import annotations

import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from archiver.evidence.chain import digest_file
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import Terminal


@pytest.fixture
def terminal(tmp_path: Path, chatwork: Chatwork) -> Terminal:
    """A terminal with an archive of one room."""
    terminal = Terminal(tmp_path / "home", chatwork)
    tanaka, room = terminal.begin(chatwork, *(f"メッセージ{number}" for number in range(5)))
    chatwork.upload(room, tanaka, "納品.zip", data=b"zip" * 1_000)
    terminal.run("sync")
    terminal.tanaka, terminal.room = tanaka, room  # type: ignore[attr-defined]
    return terminal


@pytest.mark.drawn
def test_a_copy_made_while_a_sync_writes_is_whole(terminal: Terminal, chatwork: Chatwork, tmp_path: Path) -> None:
    """Another process saves hundreds of messages and files meanwhile; every copy verifies deeply."""
    for number in range(250):
        chatwork.upload(terminal.room, terminal.tanaka, f"{number}.bin", data=bytes([number]) * 50_000)  # type: ignore[attr-defined]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    again_and_again = f"for run in 1 2 3 4 5 6; do {shlex.join(map(str, terminal.command('sync', '--full')))}; done"
    run = subprocess.Popen(["sh", "-c", again_and_again], env=terminal.environ, **quiet)  # type: ignore[call-overload]
    meanwhile = 0  # copies that were whole while the other process was still writing
    while run.poll() is None:
        chatwork.upload(terminal.room, terminal.tanaka, f"later {meanwhile}.bin", data=b"%d" % meanwhile)  # type: ignore[attr-defined]
        terminal.run("backup", tmp_path / "copy")
        meanwhile += run.poll() is None
        assert terminal.json("verify", tmp_path / "copy", "--deep")["ok"]

    assert meanwhile > 0
    terminal.run("backup", tmp_path / "copy")
    copied_names = {path.name for path in (terminal.home / "files").rglob("*") if path.is_file()}
    assert copied_names == {path.name for path in (tmp_path / "copy" / "files").rglob("*") if path.is_file()}


@pytest.mark.drawn
def test_a_killed_backup_goes_on_and_never_harms_the_earlier_copy(terminal: Terminal, tmp_path: Path) -> None:
    """Killed again and again while files arrive: the copy before verifies all the time, and the last run ends it."""
    copy = tmp_path / "copy"
    terminal.run("backup", copy)
    for number in range(400):
        _attach(terminal.home, b"%d" % number * 50_000)
    killed, copied = 0, 0
    for _ in range(6):
        run = subprocess.Popen(terminal.command("backup", copy), env=terminal.environ)
        next_stop = copied + 20
        while run.poll() is None and copied < next_stop:
            time.sleep(0.002)
            copied = sum(1 for path in (copy / "files").rglob("*") if len(path.name) == 64)
        run.send_signal(signal.SIGKILL)
        killed += run.wait() == -signal.SIGKILL
        assert terminal.json("verify", copy, "--deep")["ok"]

    assert killed > 3
    assert 1 < copied < 401
    terminal.run("backup", copy)
    assert 401 == sum(1 for path in (copy / "files").rglob("*") if path.is_file())
    assert terminal.json("verify", copy, "--deep")["ok"]


def test_a_regular_backup_without_automatic_saving_says_that_none_follows(terminal: Terminal, tmp_path: Path) -> None:
    """It is made after an automatic save, and there is none."""
    told = terminal.run("backup", tmp_path / "copy", "--every", "1d").replace("\n", "")

    assert "自動保存のあとに1日ごとに" in told
    assert "このパソコンでは自動保存がオフです。オンにする: archive init schedule" in told


def _attach(home: Path, body: bytes) -> None:
    from archiver.store import blobs

    part = blobs.incoming_path(home, 1, 1)
    part.write_bytes(body)
    blobs.keep(home, part, digest_file(part))
