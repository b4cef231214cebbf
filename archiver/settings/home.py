"""Where the archive is: the option, the environment, or the place this computer has for a user's data.

Nothing here makes or changes a folder. This module is read for `--help` too, so it imports little.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from archiver import errors

if TYPE_CHECKING:
    from archiver.settings.network_drives import Mounts

APPLICATION = "chatwork-archiver"
SETTINGS_FILE = "archive.toml"
DATABASE_FILE = "archive.sqlite3"


def home_path(option: str | None, environ: Mapping[str, str]) -> Path:
    """The home as an absolute path: `--home`, else ARCHIVE_HOME, else the user data folder.

    An empty text counts as not given; `~` is the user's own folder. Raises BadValue for a path that no
    computer can have.
    """
    given = option or environ.get("ARCHIVE_HOME") or ""
    if not given:
        from platformdirs import user_data_path

        return user_data_path(APPLICATION, appauthor=False).absolute()
    try:
        if "\0" in given:
            raise ValueError(given)
        return Path(given).expanduser().absolute()
    except (RuntimeError, ValueError) as error:
        raise errors.BadValue(value=given, option="--home", example="~/chatwork") from error


def holds_archive(home: Path) -> bool:
    """Whether there is an archive in the home; a folder that may not be looked into holds none."""
    try:
        return (home / DATABASE_FILE).is_file()
    except OSError:
        return False


def check_home(home: Path, environ: Mapping[str, str], *, mounts: Mounts | None = None) -> None:
    """Raise SyncedFolder if another program copies this folder while we write, NetworkFolder if it is elsewhere.

    The first is known by the names of folders above it, by the marks those programs leave there, and by the variables
    that OneDrive sets on Windows. A mac that keeps Documents in iCloud cannot be told from another.
    `mounts`: where the second is looked up, as for `share_of`.
    """
    from archiver.settings.network_drives import share_of

    for path in dict.fromkeys((home, Path(os.path.realpath(home)))):
        for folder in (path, *path.parents):
            if service := _service(folder, environ):
                raise errors.SyncedFolder(path=home, service=service)
    if kind := share_of(home, mounts=mounts):
        raise errors.NetworkFolder(path=home, kind=kind)


def language_of(home: Path) -> str | None:
    """The `language` in `archive.toml` as it stands there, or None; never fails, the file may be broken."""
    try:
        text = (home / SETTINGS_FILE).read_bytes()[:1_000_000].decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return None
    top = re.split(r"(?m)^[ \t]*\[", text, maxsplit=1)[0]
    found = re.search(r"""(?m)^[ \t]*language[ \t]*=[ \t]*["']([A-Za-z_-]*)["']""", top)
    return found[1] if found and found[1] else None


# --- synchronised folders --------------------------------------------------------------------

#: Names of folders, after NFKC and case folding: macOS gives decomposed names, and the services add the
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

#: What the programs leave in the folder that they copy; some add a number of their own to a name.
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


def _service(folder: Path, environ: Mapping[str, str]) -> str | None:
    return next(_signs(folder, environ), None)


def _signs(folder: Path, environ: Mapping[str, str]) -> Iterator[str]:
    name = unicodedata.normalize("NFKC", folder.name).casefold()
    yield from (service for service, names in _NAMES if names.fullmatch(name))
    roots = {environ[variable] for variable in _ONEDRIVE_VARIABLES if environ.get(variable)}
    if folder in {Path(root) for root in roots}:
        yield "OneDrive"
    if folder != Path.home():  # Dropbox and pCloud keep their own state there, which says nothing of the folder
        yield from (service for service, mark in _MARKS if _holds(folder, mark))


def _holds(folder: Path, mark: str) -> bool:
    try:
        return any(True for _one in folder.glob(mark)) if "*" in mark else (folder / mark).exists()
    except OSError:
        return False
