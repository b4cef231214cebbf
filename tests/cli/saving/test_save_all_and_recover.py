"""`archive save --all` on the worst day, and `archive save FILE` that brings old messages back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from archiver.cli.terminal.output import columns
from archiver.store.engine import DATABASE
from tests.support import recovery_files
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.terminals.forked_program import run_command
from tests.support.terminals.terminal import Terminal

ORDER = ("残っている", "しない", "いますぐ")


class Worst(Terminal):
    """A terminal with one contract, a room and 田中 in it."""

    def __init__(self, home: Path, chatwork: Chatwork) -> None:
        """Set the archive up and save once."""
        super().__init__(home, chatwork)
        self.tanaka, self.room = self.begin(chatwork, "よろしく")
        self.run("sync")

    def rescue(self, *arguments: object, code: int = 0, **environ: str) -> tuple[str, str]:
        """What a rescue prints on stdout and stderr."""
        completed = run_command(self.command("save", "--all", *arguments), self.environ | environ)
        assert code == completed.returncode, completed.stdout + completed.stderr
        assert "Traceback" not in completed.stderr
        return completed.stdout, completed.stderr


@pytest.fixture
def worst(tmp_path: Path, chatwork: Chatwork) -> Worst:
    """A terminal whose archive holds one message."""
    return Worst(tmp_path / "home", chatwork)


def in_order(screen: str) -> bool:
    """Whether the screen says what happened, what is kept, what not to do and what to do, in this order."""
    found = [screen.find(f"\n{word}  ") for word in ORDER]
    return -1 not in found and found == sorted(found)


def test_rescue_saves_everything_and_tells_it_again_and_again(worst: Worst, chatwork: Chatwork) -> None:
    """A new message, a large file, a task: all here; what could not be had stands there with its reason."""
    chatwork.post(worst.room, worst.tanaka, "もう一つ")
    chatwork.upload(worst.room, worst.tanaka, "大きい.mov", size=25_000_000)
    chatwork.add_task(worst.room, worst.tanaka, chatwork.owner, "編集する")
    bad = chatwork.upload(worst.room, worst.tanaka, "参考.mov", size=100)
    chatwork.fail(Fault.NOT_FOUND, f"/files/{bad}", times=None)

    first, _ = worst.rescue("--job", "job1", code=4)
    second, _ = worst.rescue(code=4)

    status = worst.json("status")["rooms"][0]
    assert (5, 2, 1, 1) == tuple(status[name] for name in ("messages", "files", "files_saved", "tasks"))
    assert in_order(first)
    assert in_order(second)
    assert "ファイル1点(2点のうち)" in second
    assert "参考.mov" in second
    assert "再試行を続けます" in "".join(second.split())
    assert not [line for line in second.splitlines() if line.startswith(" ") and columns(line) > 80]
    assert worst.json("verify")["ok"]


class Job:
    """A room with posts before the newest 100, contracted and synced once."""

    def __init__(self, terminal: Terminal, chatwork: Chatwork) -> None:
        """Set it up."""
        self.terminal, self.chatwork = terminal, chatwork
        self.tanaka, self.room = terminal.begin(chatwork)
        self.old = [chatwork.post(self.room, self.tanaka, f"前の約束 {index}") for index in range(4)]
        for index in range(100):
            chatwork.post(self.room, self.tanaka, f"あとの {index}")
        terminal.run("sync")

    def places(self) -> list[recovery_files.MessagePlace]:
        """The old posts."""
        return [(self.room, post) for post in self.old]


@pytest.fixture
def job(tmp_path: Path, chatwork: Chatwork) -> Job:
    """A job whose first four messages no list shows."""
    return Job(Terminal(tmp_path / "home", chatwork), chatwork)


def test_a_saved_page_brings_the_old_messages_back(job: Job, tmp_path: Path) -> None:
    """Their texts come from Chatwork, not from the page; the archive verifies, and a second call asks for nothing."""
    page = tmp_path / "チャット.mhtml"
    page.write_bytes(recovery_files.mhtml(job.places()).replace(b"=E6=9C=AC=E6=96=87", b"=E5=81=BD"))

    first = job.terminal.json("save", page)
    output = job.terminal.run("search", "--chat", job.room)
    again = job.terminal.run("save", page)
    verified = job.terminal.json("verify", "--deep")
    status = job.terminal.json("status")

    expected = {"found": 4, "held": 0, "recovered": 4, "hidden_by_plan": 0, "not_readable": 0, "left": 0}
    unused = dict.fromkeys(("other_rooms", "without_room", "implausible", "erased", "cut_mails", "taken_in"), 0)
    assert expected | unused | {"requests": 5} == first
    assert 4 == output.count("前の約束")
    assert "偽" not in output
    assert "保存済み 4" in again
    assert verified["ok"]
    assert (104, [0]) == (status["rooms"][0]["messages"], [gap["missing"] for gap in status["rooms"][0]["gaps"]])


@pytest.mark.drawn
def test_another_database_of_the_archive_is_taken_in(job: Job, tmp_path: Path) -> None:
    """The conflicted copy that a synchronised folder made: what only it holds is shown afterwards."""
    home = job.terminal.home
    shutil.copytree(home, tmp_path / "older")
    deleted = job.chatwork.post(job.room, job.tanaka, "検収OKです")
    job.terminal.run("sync")
    beside = home / "archive (1).sqlite3"
    for end in ("", "-wal"):
        (home / f"{DATABASE}{end}").rename(home / f"{beside.name}{end}")
        shutil.copy(tmp_path / "older" / f"{DATABASE}{end}", home)
    job.chatwork.delete(deleted)
    status = job.terminal.run("status")

    output = job.terminal.run("save", beside.name)  # by the name that is told, wherever that is typed
    again = job.terminal.json("save", beside.name)

    assert "「archive (1).sqlite3」" in status
    assert "1件を後から取り込みました" in "".join(output.split())
    assert {"taken_in": 0} == again
    assert "検収OKです" in job.terminal.run("search", "--chat", job.room)
    assert job.terminal.json("verify", "--deep")["ok"]
