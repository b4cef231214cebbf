"""Somebody who looks at the archive that a module has made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.viewer.client import Browser, open_viewer


@pytest.fixture
def browser(home: Path) -> Iterator[Browser]:
    """The pages of that archive, with the access gate passed."""
    with open_viewer(home) as viewer:
        yield viewer
