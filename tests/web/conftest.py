"""The archive that most pages are looked at over, a computer on the first day, and a menu and log-in of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.archives.maker import story
from tests.support.console.application import FormBrowser, open_application
from tests.support.console.first_run_desk import FirstDayDesk, new_chatwork


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


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FirstDayDesk]:
    """A computer on the first day, without a store of passwords."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    with new_chatwork() as chatwork:
        yield FirstDayDesk(tmp_path, chatwork, messages=3)


@pytest.fixture
def browser(desk: FirstDayDesk) -> Iterator[FormBrowser]:
    """The application on that computer."""
    with open_application(desk.home, desk.environ) as browser:
        yield browser
