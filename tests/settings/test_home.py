"""Where the archive is, and where it must not be."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.settings.home import check_home, has_archive, home_path, language_of
from tests.support.cases import cases_of


def test_the_option_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the user's data folder comes last; what is typed is meant from the present folder, `~` from the own one."""
    monkeypatch.chdir(tmp_path)
    environ = {"ARCHIVE_HOME": str(tmp_path / "b")}
    places = {"here": tmp_path / "here", "~/there": Path.home() / "there", None: tmp_path / "b", "": tmp_path / "b"}

    assert places == {option: home_path(option, environ) for option in places}
    assert ("chatwork-archiver", True) == (home_path(None, {}).name, home_path(None, {}).is_absolute())


@pytest.mark.parametrize("home", ["a\0b", "~no-such-user-here/x"])
def test_a_home_that_cannot_be_is_wrong_usage(home: str) -> None:
    """A path with NUL or of an unknown user is answered with a sentence."""
    with pytest.raises(errors.BadValue) as raised:
        home_path(home, {})

    assert "--home" == raised.value.data["option"]


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        ("OneDrive/保管庫", "OneDrive"),
        ("OneDrive - 株式会社/x", "OneDrive"),
        ("Library/CloudStorage/OneDrive-Personal/x", "OneDrive"),
        ("Dropbox/x", "Dropbox"),
        ("Dropbox (Personal)/x", "Dropbox"),
        ("iCloudDrive/x", "iCloud Drive"),
        ("Library/Mobile Documents/com~apple~CloudDocs/x", "iCloud Drive"),
        ("Google Drive/x", "Google Drive"),
        ("Library/CloudStorage/GoogleDrive-me@example.com/x", "Google Drive"),
        (unicodedata.normalize("NFD", "マイドライブ/x"), "Google Drive"),
        ("iCloud/x", "iCloud Drive"),
        ("iCloud Drive (保管庫)/x", "iCloud Drive"),
        ("iCloud-Drive/x", "iCloud Drive"),
        ("Mobile Documents/iCloud~md~obsidian/x", "iCloud Drive"),
        ("Box/x", "Box"),
        ("Box Sync/x", "Box"),
        ("CloudStorage/Box-Box/x", "Box"),
        ("Nextcloud/x", "Nextcloud"),
        ("Nextcloud2/x", "Nextcloud"),
        ("MEGA/x", "MEGA"),
        ("MEGAsync/x", "MEGA"),
        ("pCloudDrive/x", "pCloud"),
        ("pCloud Sync/x", "pCloud"),
        ("Proton Drive/x", "Proton Drive"),
        ("Library/CloudStorage/Other-me@example.com/x", "macOS (CloudStorage)"),
    ],
)
def test_a_synchronised_folder_is_refused_by_its_name(tmp_path: Path, folder: str, service: str) -> None:
    """The services' own folder names are known, in every spelling they use."""
    with pytest.raises(errors.SyncedFolder) as raised:
        check_home(tmp_path / folder, {})

    assert service == raised.value.data["service"]


@pytest.mark.parametrize(("mark", "service"), cases_of(__file__, "a_synchronised_folder_is_refused_by_its_marks"))
def test_a_synchronised_folder_is_refused_by_its_marks(tmp_path: Path, mark: str, service: str) -> None:
    """A folder under another name is known by what the service leaves in it, also where a link leads there."""
    (tmp_path / "there" / mark).mkdir(parents=True)
    (tmp_path / "plain").symlink_to(tmp_path / "there")

    for home in (tmp_path / "there" / "a" / "b", tmp_path / "plain"):
        with pytest.raises(errors.SyncedFolder) as raised:
            check_home(home, {})
        assert service == raised.value.data["service"]


def test_onedrive_under_another_name_is_known_by_its_variable(tmp_path: Path) -> None:
    """Windows says in %OneDrive% which folder is synchronised."""
    with pytest.raises(errors.SyncedFolder):
        check_home(tmp_path / "x", {"OneDriveCommercial": str(tmp_path)})


@pytest.mark.parametrize("folder", cases_of(__file__, "other_folders_are_fine"))
def test_other_folders_are_fine(tmp_path: Path, folder: str) -> None:
    """A name that only resembles a service's is left alone."""
    home = tmp_path / folder
    home.mkdir(parents=True)

    check_home(home, {"OneDrive": ""})

    assert [] == list(home.iterdir())


def test_an_archive_is_known_by_its_database(tmp_path: Path) -> None:
    """Settings alone are an init that was interrupted, not yet an archive."""
    (tmp_path / "archive.toml").touch()
    before = has_archive(tmp_path)
    (tmp_path / "archive.sqlite3").touch()

    assert (False, True) == (before, has_archive(tmp_path))


@pytest.mark.parametrize(("text", "expected"), cases_of(__file__, "the_language_is_read_from_a_broken_file_too"))
def test_the_language_is_read_from_a_broken_file_too(tmp_path: Path, text: str, expected: str | None) -> None:
    """The settings' language counts even where the rest cannot be read."""
    (tmp_path / "archive.toml").write_text(text, encoding="utf-8")

    assert expected == language_of(tmp_path)


@given(data=strategies.binary(max_size=200))
def test_reading_the_language_never_fails(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Any bytes at all give a text or nothing, and so does a folder in place of the file."""
    home = tmp_path_factory.mktemp("home")
    (home / "archive.toml").write_bytes(data)
    (home / "other" / "archive.toml").mkdir(parents=True)

    assert language_of(home) != ""
    assert language_of(home / "other") is None
