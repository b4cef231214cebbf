"""`archive save --all` on the worst day: with and without network, with a room that is gone, again and again."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.cli.terminal.output import columns
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.terminals.forked_program import run_command
from tests.support.terminals.terminal import Terminal

ORDER = ("残っている", "しない", "いますぐ")


class Worst(Terminal):
    """A terminal with one contract, a room and 田中 in it."""

    def __init__(self, home: Path, chatwork: Chatwork) -> None:
        """Set the archive up and save once."""
        super().__init__(home, chatwork)
        self.tanaka = chatwork.add_account("田中")
        self.room = chatwork.add_room("動画編集", members=[self.tanaka], announce=False)
        chatwork.post(self.room, self.tanaka, "よろしく")
        self.run("init", "--yes")
        self.run("job", "add", "job1", "--chat", self.room)
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
