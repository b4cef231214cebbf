"""Notices of the desktop: shown by each system's own means, with the words never inside a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archiver.notices.desktop import APP_ID, TOAST, notice_environ, show

TITLE, TEXT = "Chatwork保管庫", '--"; $(id) `x` "保存"'
FAKE = """#!/bin/sh
for word in "$@"; do printf "%s\\n" "$word"; done > {folder}/said
env > {folder}/environ
exit {code}
"""

Desktop = Callable[..., dict[str, str]]


@pytest.fixture
def computer(tmp_path: Path) -> Desktop:
    """Gives the variables of a computer that has this program alone; what it was told lies in `said` and `environ`."""

    def make(program: str, code: int = 0) -> dict[str, str]:
        path = tmp_path / program
        path.write_text(FAKE.format(folder=tmp_path, code=code), encoding="utf-8")
        path.chmod(0o755)
        return {"PATH": f"{tmp_path}:/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": "x"}

    return make


@pytest.mark.parametrize(
    ("platform", "program"), [("linux", "notify-send"), ("darwin", "osascript"), ("win32", "powershell")]
)
def test_each_system_shows_it_by_its_own_means(computer: Desktop, tmp_path: Path, platform: str, program: str) -> None:
    """The words are an argument or a variable, never part of a script, so that no character in them does anything."""
    assert show(TITLE, TEXT, computer(program), platform=platform)

    arguments = (tmp_path / "said").read_text(encoding="utf-8").splitlines()
    if platform == "win32":
        assert not any("$(id)" in one for one in arguments)
        assert f"ARCHIVE_NOTICE_TEXT={TEXT}\n" in (tmp_path / "environ").read_text(encoding="utf-8")
    else:
        assert [TITLE, TEXT] == arguments[-2:]


def test_without_a_desktop_nothing_happens(computer: Desktop, tmp_path: Path) -> None:
    """No such program, or one that finds no session: that is told, and fails nothing."""
    assert not show("a", "b", {"PATH": str(tmp_path / "nothing")}, platform="linux")
    assert not show("a", "b", computer("notify-send", 1), platform="linux")


def test_on_windows_the_notice_has_a_registered_id() -> None:
    """One that is not registered is dropped without a word; one that the user turned off is a failure."""
    environ = notice_environ(TITLE, TEXT, {}, platform="win32")

    assert (APP_ID, TITLE) == (environ["ARCHIVE_NOTICE_APP"], environ["ARCHIVE_NOTICE_NAME"])
    registered, _shown, shower = TOAST.partition("CreateToastNotifier")
    assert "AppUserModelId\\' + $env:ARCHIVE_NOTICE_APP" in registered
    assert "DisplayName -Value $env:ARCHIVE_NOTICE_NAME" in registered
    assert shower.startswith("($env:ARCHIVE_NOTICE_APP)")
    assert shower.index("exit 3") < shower.index(".Show(")
