"""An empty archive for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.store.archive import Archive
from tests.support.archives import tampering


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An archive without entries."""
    made = tampering.empty_archive(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive without entries, to be copied."""
    archive = tampering.empty_archive(tmp_path_factory.mktemp("blank"))
    archive.close()
    return archive
