"""Notices of the desktop: the commands of each system, with the words never inside a script."""

from __future__ import annotations

import pytest

from archiver.notices.desktop import APP_ID, TOAST, desktop_command, notice_environ, show

TITLE, TEXT = "Chatwork保管庫", '\'; $(rm) `x` "保存"'


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_the_words_are_an_argument_or_a_variable(platform: str) -> None:
    """Of three systems."""
    command, environ = (
        desktop_command(TITLE, TEXT, platform=platform),
        notice_environ(TITLE, TEXT, {"PATH": "/bin", "DBUS_SESSION_BUS_ADDRESS": "x"}, platform=platform),
    )

    script = " ".join(command[:-1] if platform != "win32" else command)
    assert (False, "/bin") == (TEXT in script, environ["PATH"])
    assert TEXT in (environ["ARCHIVE_NOTICE_TEXT"] if platform == "win32" else command[-1])


def test_on_windows_the_notice_has_a_registered_id() -> None:
    """One that is not registered is dropped without a word; one that the user turned off is a failure."""
    environ = notice_environ(TITLE, TEXT, {}, platform="win32")

    assert (APP_ID, TITLE) == (environ["ARCHIVE_NOTICE_APP"], environ["ARCHIVE_NOTICE_NAME"])
    registered, _shown, shower = TOAST.partition("CreateToastNotifier")
    assert "AppUserModelId\\' + $env:ARCHIVE_NOTICE_APP" in registered
    assert "DisplayName -Value $env:ARCHIVE_NOTICE_NAME" in registered
    assert shower.startswith("($env:ARCHIVE_NOTICE_APP)")
    assert shower.index("exit 3") < shower.index(".Show(")


def test_without_a_program_nothing_is_shown() -> None:
    """As on a server."""
    assert not show(TITLE, TEXT, {"PATH": ""})
