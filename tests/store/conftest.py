"""An empty archive for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.store.archive import Archive
from tests.support.archives import tampering


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """Without a single entry."""
    made = tampering.empty_archive(tmp_path / "home")
    yield made
    made.close()
