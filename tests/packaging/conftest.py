"""The one-folder build, made once for all that play it, and what else the plays share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The build's program; made once, whatever the number of processes that run tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "one-folder"
    made = folder / "dist" / "archive" / "archive"
    with FileLock(f"{folder}.lock"):
        if not made.exists():
            _make_build(folder)
    return made


@dataclass
class Served:
    """A simulated Chatwork with one message of 田中's in one chat."""

    chatwork: Chatwork
    client: int
    room: int


@pytest.fixture
def served() -> Iterator[Served]:
    """A running Chatwork with one message."""
    with Chatwork(now=lambda: datetime.now(UTC), token=TOKEN) as chatwork:
        client = chatwork.add_account("田中")
        room = chatwork.add_room("サイト制作", [client])
        chatwork.post(room, client, "よろしくお願いします。")
        yield Served(chatwork, client, room)


def copy_sources(target: Path) -> None:
    """Lay out what the program is built of."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements-user.lock"):
        shutil.copy(ROOT / name, target)
    for name in ("docs", "archiver"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))


def wait_until(condition: Callable[[], bool], told: Callable[[], str] = str) -> None:
    """Look each second; what does not come true fails the test."""
    until = time.monotonic() + 150
    while not condition():
        assert time.monotonic() < until, told()
        time.sleep(1)


def _make_build(folder: Path) -> None:
    folder.mkdir()
    options = ["--noconfirm", "--log-level=WARN", f"--distpath={folder / 'dist'}", f"--workpath={folder / 'work'}"]
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", *options, str(ROOT / "config/packaging/archive.spec")],
        check=True,
        cwd=folder,
        env=os.environ | {"PYINSTALLER_CONFIG_DIR": str(folder / "cache")},
    )
