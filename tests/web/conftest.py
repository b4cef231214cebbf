"""The archive that most pages are looked at over, and a computer's menu and log-in of its own, where forms write."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.archives.maker import story


@pytest.fixture(autouse=True)
def _own_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what a form puts into menu and log-in out of those of whoever runs the tests."""
    for name in ("DATA", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story's archive; a module that needs another one makes its own."""
    maker = story(tmp_path_factory.mktemp("story") / "home")
    maker.archive.close()
    return maker.home
