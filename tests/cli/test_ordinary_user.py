"""The program as a user who is not root: set up in an own home, and read where nothing can be written."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.ordinary_user import run_as_ordinary_user
from tests.support.terminals.terminal import TOKEN, Terminal


@contextmanager
def locked(*folders: Path) -> Iterator[None]:
    """Folders in which, and below which, nothing can be made or changed."""
    below = [path for folder in folders for path in (folder, *folder.rglob("*")) if path.is_dir()]
    for folder in below:
        folder.chmod(0o555)
    try:
        yield
    finally:
        for folder in below:
            folder.chmod(0o755)


def test_an_ordinary_user_sets_up_saves_and_reads_it_all_from_a_home_that_is_read_only(tmp_path: Path) -> None:
    """From a folder where nothing can be made; what must write says so in a sentence and changes nothing."""
    elsewhere, out = tmp_path / "elsewhere", tmp_path / "out"
    elsewhere.mkdir()
    out.mkdir()
    with Chatwork(token=TOKEN) as chatwork:
        client = chatwork.add_account("田中")
        room = chatwork.add_room("動画編集", members=[client])
        chatwork.post(room, client, "見積もりは30,000円です")
        terminal = Terminal(tmp_path / "user" / "archive", chatwork)
        terminal.home.parent.mkdir()

        def run(*arguments: object) -> subprocess.CompletedProcess[str]:
            return run_as_ordinary_user(terminal.command(*arguments), terminal.environ, elsewhere)

        with locked(elsewhere):
            made = [run("init", "--yes"), run("job", "add", "job1", "--chat", room), run("sync")]
            with locked(terminal.home.parent):
                before = sorted(tmp_path.rglob("*"))
                read = [run("status"), run("search", "見積もり"), run("verify")]
                refused = run("sync")
                after = sorted(tmp_path.rglob("*"))
                exported = run("export", "job1", "--for", "support", "--out", out)

    assert [0, 0, 0] == [one.returncode for one in made], [one.stderr for one in made]
    assert [0, 0, 0] == [one.returncode for one in read], [one.stderr for one in read]
    assert "30,000円" in read[1].stdout
    assert before == after
    assert 1 == refused.returncode
    assert str(terminal.home) in refused.stderr
    assert exported.returncode == 4, exported.stderr  # nobody read its messages
    assert list(out.iterdir())
    assert "Traceback" not in "".join(one.stderr for one in [*made, *read, refused, exported])
