"""The home, which is the folder of the archive: how it is found, and whether it is a suitable folder.

Nothing here makes or changes a folder. `--help` needs this module too, so it imports little.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archiver import errors

if TYPE_CHECKING:
    from archiver.settings.network_drives import Mounts

APPLICATION = "chatwork-archiver"
WINDOWS_FOLDER = "Chatwork保管庫"
SETTINGS_FILE = "archive.toml"
DATABASE_FILE = "archive.sqlite3"


def language_variable(environ: Mapping[str, str]) -> str:
    """The language that the variable ARCHIVE_LANG asks for, which wins over the settings; empty if it is not set."""
    return environ.get("ARCHIVE_LANG", "")


def home_path(option: str | None, environ: Mapping[str, str]) -> Path:
    """The home as an absolute path: `--home`, else ARCHIVE_HOME, else the usual place of this system.

    An empty text counts as not given. `~` is the user's own folder. Raises BadValue for an impossible path.
    """
    given = option or environ.get("ARCHIVE_HOME") or ""
    if not given:
        return _usual_home()
    try:
        if "\0" in given:
            raise ValueError(given)
        return Path(given).expanduser().absolute()
    except (RuntimeError, ValueError) as error:
        raise errors.BadValue(value=given, option="--home", example="~/chatwork") from error


def _usual_home() -> Path:
    """The system's folder for user data, but on Windows beside the user's documents.

    Windows empties AppData when a program of the Store is removed, and documents are often synchronised.
    """
    if sys.platform == "win32":
        return Path.home() / WINDOWS_FOLDER
    from platformdirs import user_data_path

    return user_data_path(APPLICATION, appauthor=False).absolute()


def has_archive(home: Path) -> bool:
    """Whether there is an archive in the home; False for a folder that cannot be read."""
    try:
        return (home / DATABASE_FILE).is_file()
    except OSError:
        return False


def check_home(home: Path, environ: Mapping[str, str], *, mounts: Mounts | None = None) -> None:
    """Raise SyncedFolder if another program synchronises this folder, NetworkFolder if it is on another computer.

    Synchronised folders are recognised by the names of the folders above, by files that the programs leave there, and
    by the variables that OneDrive sets on Windows. Documents that a Mac keeps in iCloud cannot be recognised.
    `mounts` is passed to `network_share`.
    """
    from archiver.settings.network_drives import network_share

    for path in dict.fromkeys((home, Path(os.path.realpath(home)))):
        for folder in (path, *path.parents):
            if service := _sync_service(folder, environ):
                raise errors.SyncedFolder(path=home, service=service)
    if kind := network_share(home, mounts=mounts):
        raise errors.NetworkFolder(path=home, kind=kind)


def language_of(home: Path) -> str | None:
    """The `language` in `archive.toml`, or None. It is found in a broken file too, and nothing is raised."""
    try:
        text = (home / SETTINGS_FILE).read_bytes()[:1_000_000].decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return None
    top = re.split(r"(?m)^[ \t]*\[", text, maxsplit=1)[0]
    match = re.search(r"""(?m)^[ \t]*language[ \t]*=[ \t]*["']([A-Za-z_-]*)["']""", top)
    return match[1] if match and match[1] else None


# --- synchronised folders --------------------------------------------------------------------

#: Names of synchronised folders, after NFKC and case folding: macOS gives decomposed names, and services add the
#: account (`OneDrive - Company`, `GoogleDrive-me@example.com`, `Dropbox (Personal)`).
_NAMES = (
    ("OneDrive", re.compile(r"onedrive( ?-.*)?")),
    ("Dropbox", re.compile(r"dropbox( ?[-(].*)?")),
    ("iCloud Drive", re.compile(r"icloud([ _.-]?drive.*|[ _.~-].*)?|mobile documents|com~apple~.*")),
    ("Google Drive", re.compile(r"google ?drive( ?[-(].*)?|googleドライブ|my drive|マイドライブ")),
    ("Box", re.compile(r"box( sync| drive)?|box( sync| drive)? ?[-(].*")),
    ("Nextcloud", re.compile(r"nextcloud ?\d*( ?[-(@].*)?")),
    ("ownCloud", re.compile(r"owncloud ?\d*( ?[-(@].*)?")),
    ("MEGA", re.compile(r"mega( ?sync.*)?( ?[-(].*)?|mega (cloud|uploads|downloads).*")),
    ("pCloud", re.compile(r"pcloud ?(drive|sync|backup)?( ?[-(].*)?")),
    ("Proton Drive", re.compile(r"proton ?drive( ?[-(].*)?")),
    ("macOS (CloudStorage)", re.compile(r"cloudstorage")),
)

#: Files that programs leave in the folder that they synchronise; some add a number to the name.
_MARKS = (
    ("OneDrive", ".849C9593-D756-4E56-8D6E-42412F2A707B"),
    ("Dropbox", ".dropbox"),
    ("Dropbox", ".dropbox.cache"),
    ("Google Drive", ".tmp.drivedownload"),
    ("Google Drive", ".tmp.driveupload"),
    ("Box", ".boxsync"),
    ("Nextcloud", ".sync_*.db"),
    ("Nextcloud", "._sync_*.db"),
    ("Nextcloud", ".nextcloudsync.log"),
    ("ownCloud", ".owncloudsync.log"),
    ("MEGA", ".megaignore"),
    ("MEGA", ".debris"),
    ("pCloud", ".pcloud"),
    ("Syncthing", ".stfolder*"),
    ("Syncthing", ".stversions"),
)

_ONEDRIVE_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")


def _sync_service(folder: Path, environ: Mapping[str, str]) -> str | None:
    return next(_sync_services(folder, environ), None)


def _sync_services(folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    name = unicodedata.normalize("NFKC", folder.name).casefold()
    yield from (service for service, names in _NAMES if names.fullmatch(name))
    roots = {environ[variable] for variable in _ONEDRIVE_VARIABLES if environ.get(variable)}
    if folder in {Path(root) for root in roots}:
        yield "OneDrive"
    if folder != Path.home():  # Dropbox and pCloud keep their own state there
        yield from (service for service, mark in _MARKS if _has_mark(folder, mark))


def _has_mark(folder: Path, mark: str) -> bool:
    try:
        return any(True for _one in folder.glob(mark)) if "*" in mark else (folder / mark).exists()
    except OSError:
        return False
