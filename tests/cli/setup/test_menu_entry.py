"""The application in the menu and on the desktop: written by a command, as each system wants it, and taken away."""

from __future__ import annotations

import base64
import plistlib
import shlex
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from archiver.cli.main import main
from archiver.schedule.backends import CommandResult
from archiver.setup import menu_entry


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folders, with a desktop."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "Desktop").mkdir()
    return tmp_path


def test_an_entry_of_linux_starts_this_archive_and_goes_again(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its words survive the entry's two layers of quoting; the usual home's has the name of the package's own."""
    home = desk / '50% "off" $HOME `a` \\ 保管庫'

    assert 0 == main(["--home", str(home), "app", "--icon", "--no-at-login"])
    entry, copy = menu_entry.places(home)
    parser = RawConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(entry.read_text(encoding="utf-8"))
    values = parser["Desktop Entry"]
    quoted = values["Exec"].replace("\\\\", "\\").replace("%%", "%")  # from here on as in a shell
    words = subprocess.check_output(["sh", "-c", f"printf '%s\\n' {quoted}"], text=True).splitlines()
    icon = desk / ".local/share/icons/hicolor/scalable/apps" / f"{values['Icon']}.svg"

    assert ["--home", str(home), "app"] == words[-3:]
    assert values["TryExec"] == words[0]
    assert copy.read_bytes() == entry.read_bytes()
    assert (copy.parent, copy.stat().st_mode & 0o777, icon.exists()) == (desk / "Desktop", 0o700, True)
    assert menu_entry.is_placed(home)
    usual = desk / ".local/share/chatwork-archiver"
    assert ("chatwork-archiver.desktop", "app") == (
        menu_entry.places(usual)[0].name,
        *menu_entry.application_command(usual)[-1:],
    )
    assert "--home" not in menu_entry.application_command(usual)
    assert 0 == main(["--home", str(home), "app", "--no-icon"])
    assert [] == [path for path in desk.rglob("*") if path.is_file()]
    assert 2 == capsys.readouterr().out.count("外しました: ")


def test_links_of_windows_and_a_bundle_of_macos(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What PowerShell is told, and the bundle's files: by the documentation; neither ran on its system."""
    home, calls = desk / "田中's", list[tuple[str, ...]]()

    def run(*words: str) -> CommandResult:
        calls.append(words)
        return CommandResult(0, b"", "")

    monkeypatch.setattr(menu_entry, "run_program", run)
    monkeypatch.setattr(sys, "platform", "win32")
    links = menu_entry.place(home)
    script = base64.b64decode(calls[0][-1]).decode("utf-16-le")
    monkeypatch.setattr(sys, "platform", "darwin")
    bundle, alias = menu_entry.place(home)
    start = (bundle / "Contents/MacOS/open").read_text()

    assert all(str(link).replace("'", "''") in script for link in links)
    assert str(home).replace("'", "''") in script
    assert plistlib.loads((bundle / "Contents/Info.plist").read_bytes())["CFBundleExecutable"] == "open"
    assert shlex.split(start)[-3:] == ["--home", str(home), "app"]
    assert (b"icns", bundle) == ((bundle / "Contents/Resources/icon.icns").read_bytes()[:4], alias.resolve())
    menu_entry.remove(home)
    assert not bundle.exists()
    assert not alias.is_symlink()
