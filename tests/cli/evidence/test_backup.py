"""`archive backup`, `--restore` too, as a user sees them: while a sync runs, after a kill, on a new computer."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.cli.terminal.output import columns
from tests.support.archives import tampering
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=100_000) as chatwork:
        yield chatwork


@pytest.fixture
def terminal(tmp_path: Path, chatwork: Chatwork) -> Terminal:
    """A terminal with an archive of one room, its token in a file of the home."""
    terminal = Terminal(tmp_path / "home", chatwork)
    tanaka = chatwork.add_account("田中")
    room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
    for number in range(5):
        chatwork.post(room, tanaka, f"メッセージ{number}")
    chatwork.upload(room, tanaka, "納品.zip", data=b"zip" * 1_000)
    terminal.run("init", "--yes")
    terminal.run("job", "add", "job1", "--chat", room)
    terminal.run("sync")
    (terminal.home / "token").write_text(TOKEN)
    (terminal.home / "token").chmod(0o600)
    settings = terminal.home / "archive.toml"
    settings.write_text(settings.read_text().replace("env:CHATWORK_API_TOKEN", "file:token"))
    terminal.tanaka, terminal.room = tanaka, room  # type: ignore[attr-defined]
    return terminal


@pytest.mark.drawn
def test_status_says_where_the_copy_is_or_that_there_is_none(terminal: Terminal, tmp_path: Path) -> None:
    """On the screen and in the document."""
    before, screen = terminal.json("status"), terminal.run("status", ARCHIVE_LANG="en")

    terminal.run("backup", tmp_path / "copy")

    after, later = terminal.json("status"), terminal.run("status", ARCHIVE_LANG="en")
    assert before["backup"] is None
    assert "Backup            none yet: archive backup DEST" in screen
    assert (str(tmp_path / "copy"), True) == (after["backup"]["path"], after["backup"]["verified"])
    log_lines = next(line for line in later.splitlines() if line.startswith("Backup"))
    assert log_lines.endswith((str(tmp_path / "copy")[-10:], "…"))
    assert 80 >= columns(log_lines)


@pytest.mark.drawn
def test_a_second_copy_says_what_was_only_compared_and_when_everything_was_checked(
    terminal: Terminal, tmp_path: Path
) -> None:
    """In both languages; compared records are not among the checked ones, and status does not say that all were."""
    copied = [terminal.run("backup", tmp_path / "copy", ARCHIVE_LANG=lang) for lang in ("en", "en", "ja")]

    status, check = terminal.run("status", ARCHIVE_LANG="en"), terminal.run("status", "--full", ARCHIVE_LANG="en")
    line = next(line for line in status.splitlines() if line.startswith("Backup"))
    document = terminal.json("status")["backup"]
    assert "Only compared" not in copied[0]
    assert re.search(
        r"^Only compared: \d+ records are byte for byte .+ Every record was last checked on ", copied[1], re.MULTILINE
    )
    assert re.search(r"^Checked now: \d+ records, \d+ seals", copied[1], re.MULTILINE)
    assert re.search(r"^比べただけ: 記録 \d+件は、.+今回は点検し直していません。", copied[2], re.MULTILINE)
    assert re.search(r"^今回の点検: 記録\d+件", copied[2], re.MULTILINE)
    assert "checked" not in line
    assert 80 >= columns(line)
    assert "the other records were compared with the backup" in " ".join(check.split())
    assert document["all_records_at"] < document["at"]


@pytest.mark.drawn
def test_a_copy_holds_no_token_and_verifies_by_itself(terminal: Terminal, tmp_path: Path) -> None:
    """`verify PATH` reads it as an archive."""
    terminal.run("backup", tmp_path / "copy")

    assert terminal.json("verify", tmp_path / "copy", "--deep")["ok"]
    assert not [p for p in (tmp_path / "copy").rglob("*") if p.is_file() and TOKEN.encode() in p.read_bytes()]


def test_on_a_new_computer_everything_works_again(terminal: Terminal, chatwork: Chatwork, tmp_path: Path) -> None:
    """`status`, `show`, `export`, `verify` without a token; then `sync` goes on; the old copy is still good."""
    terminal.run("sync")
    terminal.run("backup", tmp_path / "copy")
    new = Terminal(tmp_path / "new", chatwork)

    output = new.run("backup", "--restore", tmp_path / "copy", ARCHIVE_LANG="en")

    alone = Terminal(new.home, chatwork)
    alone.environ |= {"CHATWORK_API_TOKEN": "", "CHATWORK_API_BASE_URL": "http://127.0.0.1:9"}
    assert "archive init token" in output
    assert terminal.json("status")["rooms"] == new.json("status")["rooms"]
    assert alone.run("search", "--chat", terminal.room)  # type: ignore[attr-defined]
    alone.run("export", "job1", "--out", tmp_path / "out", code=4)  # nobody has read its messages
    assert alone.json("verify", "--deep")["ok"]
    chatwork.post(terminal.room, terminal.tanaka, "続き")  # type: ignore[attr-defined]
    (room,) = new.json("sync")["rooms"]
    assert (1, []) == (room["new"], room["gaps"])
    assert new.json("verify", "--deep")["ok"]
    new.run("backup", tmp_path / "copy")


@pytest.mark.drawn
def test_findings_are_named_and_end_with_3(terminal: Terminal, chatwork: Chatwork, tmp_path: Path) -> None:
    """A flipped bit in the copy: backup makes it good, restore would not take it; one in the archive is named."""
    terminal.run("backup", tmp_path / "copy")
    (there,) = [path for path in (tmp_path / "copy" / "files").rglob("*") if path.is_file()]
    tampering.flip_bit(there, 5)

    refused = Terminal(tmp_path / "new", chatwork).run("backup", "--restore", tmp_path / "copy", code=3)
    terminal.run("backup", tmp_path / "copy")
    tampering.flip_bit(terminal.home / there.relative_to(tmp_path / "copy"), 5)
    tampering.flip_bit(there, 5)
    named = terminal.run("backup", tmp_path / "copy", code=3)

    assert "[file-changed] files/" in " ".join(refused.split())
    assert "[file-changed] files/" in " ".join(named.split())
    assert not (tmp_path / "new").exists()


@pytest.mark.drawn
def test_refusals_are_one_sentence(terminal: Terminal, chatwork: Chatwork, tmp_path: Path) -> None:
    """Wrong places, an archive that is there, no archive at all."""
    terminal.run("backup", tmp_path / "copy")

    for arguments, code in {
        ("backup", str(terminal.home / "x")): 2,
        ("backup", str(tmp_path)): 2,
        ("backup", "--restore", str(tmp_path / "copy")): 2,
        ("backup", "--restore", str(tmp_path / "nowhere")): 2,
        ("backup",): 2,
    }.items():
        output = terminal.run(*arguments, code=code)
        assert 2 >= len(output.strip().splitlines())
    Terminal(tmp_path / "new", chatwork).run("backup", tmp_path / "other", code=5)
    assert not (tmp_path / "new").exists()


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


def _attach(home: Path, body: bytes) -> None:
    from archiver.store import blobs

    part = blobs.incoming_path(home, 1, 1)
    part.write_bytes(body)
    blobs.keep(home, part, blobs.file_sha256(part))


@pytest.mark.drawn
def test_notice_addresses_that_go_along_are_said_but_not_shown(terminal: Terminal, tmp_path: Path) -> None:
    """They hold passwords: whoever makes a copy learns that they are in it; one that lies elsewhere is not."""
    settings = terminal.home / "archive.toml"
    plain = settings.read_text()
    assert "urls = []" in plain
    settings.write_text(plain.replace("urls = []", 'urls = ["json://user:canary@127.0.0.1:9/"]'))
    warned = backed_up(terminal, tmp_path / "one")
    settings.write_text(plain.replace("urls = []", 'urls = ["env:MY_ADDRESS"]'))
    quiet = backed_up(terminal, tmp_path / "two")

    assert "archive guide alerts" in warned
    assert "canary" not in warned
    assert "archive guide alerts" not in quiet


def backed_up(terminal: Terminal, place: Path) -> str:
    """What a copy says on stderr."""
    return terminal.both("backup", place)[1]


@pytest.mark.drawn
def test_a_regular_copy_is_begun_made_by_the_job_and_ended(terminal: Terminal, tmp_path: Path) -> None:
    """`--every` writes place and interval; `backup` alone then knows the place; a run of the job makes the copy."""
    begun = terminal.run("backup", tmp_path / "copy", "--every", "1d")
    again = terminal.run("backup")
    shutil.rmtree(tmp_path / "copy")
    with sqlite3.connect(terminal.home / "archive.sqlite3") as database:
        database.execute("DELETE FROM memory WHERE key = 'backup'")
    terminal.run("-q", "sync")
    by_itself = (tmp_path / "copy" / "archive.sqlite3").is_file()
    ended = terminal.run("backup", "--every", "off")

    assert "archive backup --every off" in begun
    assert str(tmp_path / "copy") in again
    assert by_itself
    assert len(ended.splitlines()) == 1
    assert 'every = ""' in (terminal.home / "archive.toml").read_text().partition("[backup]")[2]
    assert 1 == len(terminal.run("backup", tmp_path / "copy", "--every", "soon", code=2).splitlines())


@pytest.mark.drawn
def test_an_own_program_that_fails_ends_with_4(terminal: Terminal, tmp_path: Path) -> None:
    """The copy is good; `check` and `status` name the program and its exit code until it works again."""
    settings = terminal.home / "archive.toml"
    text = settings.read_text()
    settings.write_text(text.replace("after = []", 'after = ["/bin/sh", "-c", "echo no space; exit 7"]'))

    failed = terminal.run("backup", tmp_path / "copy", code=4, ARCHIVE_LANG="en")
    looks = {one["name"]: one for one in terminal.json("status", "--full")["looks"]}
    settings.write_text(text.replace("after = []", 'after = ["/bin/sh", "-c", "echo saved"]'))
    mended = terminal.run("backup", tmp_path / "copy", ARCHIVE_LANG="en")

    assert "(exit code 7): no space" in failed
    assert ("attention", True) == (looks["backup"]["level"], "no space" in looks["backup"]["text"])
    assert "sh saved it on" in mended
