"""Somebody who looks at the archive that a module has made, and an archive of one chat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.archives.maker import ArchiveMaker
from tests.support.viewer.client import Browser, open_viewer


@pytest.fixture
def browser(home: Path) -> Iterator[Browser]:
    """The pages of that archive, with the access gate passed."""
    with open_viewer(home) as viewer:
        yield viewer


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[ArchiveMaker]:
    """An archive of one job with one chat, in which nothing was said yet."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract()
    yield maker
    maker.archive.close()
