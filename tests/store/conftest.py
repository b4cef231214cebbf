"""An empty archive for each test, one with a story, and a Chatwork with an archive of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.store.archive import Archive
from tests.support.archives import tampering
from tests.support.archives.maker import ArchiveMaker, story


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


@pytest.fixture
def story_maker(tmp_path: Path) -> Iterator[ArchiveMaker]:
    """The story: two rooms; an edit, a deletion, a message gone, a file held and one lost, a task."""
    maker = story(tmp_path / "home")
    yield maker
    maker.archive.close()
