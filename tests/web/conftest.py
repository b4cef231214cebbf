"""A computer's menu and log-in of its own for each test of the pages: forms write there."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what a form puts into menu and log-in out of those of whoever runs the tests."""
    for name in ("DATA", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name))
