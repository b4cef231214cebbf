"""The one-folder build, made once for all that play it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

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


def _make_build(folder: Path) -> None:
    folder.mkdir()
    options = [
        "--noconfirm",
        "--log-level",
        "WARN",
        "--distpath",
        str(folder / "dist"),
        "--workpath",
        str(folder / "work"),
    ]
    subprocess.run(
        [sys.executable, "-m", "PyInstaller", *options, str(ROOT / "config/packaging/archive.spec")],
        check=True,
        cwd=folder,
        env=os.environ | {"PYINSTALLER_CONFIG_DIR": str(folder / "cache")},
    )
