"""An installation of the tests' own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, as the address of a database's socket in it is limited."""
    with tempfile.TemporaryDirectory(prefix="team-") as folder:
        yield Path(folder)
