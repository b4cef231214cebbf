"""An empty database, made once for all tests of a process: making its tables takes longer than most tests."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from archiver.store import migrate


def make_database(path: Path) -> None:
    """Write a database as `migrate.create_database` makes it."""
    path.write_bytes(_empty())
    path.chmod(0o600)


@cache
def _empty() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive.sqlite3"
        migrate.create_database(path)
        return path.read_bytes()
