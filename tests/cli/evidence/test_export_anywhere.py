"""`archive export` as an ordinary user, from folders and homes that cannot be written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.demo.chatwork.simulator import Chatwork
from tests.support.archives.maker import ROOM
from tests.support.ordinary_user import run_as_ordinary_user
from tests.support.packages.exported_archives import FACTS, story_with_secrets
from tests.support.terminal import TOKEN, Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal over an archive with one contract; nothing is asked of Chatwork."""
    made = story_with_secrets(tmp_path / "home")
    made.contract("job1", [ROOM], platform="crowdworks", platform_id="12345678", title="編集", client="田中", **FACTS)
    made.archive.close()
    with Chatwork(token=TOKEN) as chatwork:
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}
        yield terminal
        assert [] == chatwork.requests


@pytest.fixture
def locked_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in which nothing can be made."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    yield folder
    folder.chmod(0o755)


@pytest.mark.parametrize(("profile", "code"), [("support", 0), ("lawyer", 4)])
def test_the_current_folder_does_not_matter(terminal: Terminal, locked_folder: Path, profile: str, code: int) -> None:
    """An export needs to write nowhere but to its target; a lawyer's lacks a file that was never held (4)."""
    command = terminal.command("export", "job1", "--for", profile)

    process = run_as_ordinary_user(command, terminal.environ, locked_folder)

    assert code == process.returncode, process.stderr
    assert 1 <= len(list((terminal.home / "exports").iterdir()))
