"""Folders of this computer as a list to press, and one for a copy, looked at before anything is written there."""

from __future__ import annotations

import os
import shutil
import string
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from gettext import gettext as _
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.render.times import minute_text
from archiver.settings.home import DATABASE_FILE, has_archive


def read_folder(text: str, home: Path) -> Path:
    """The folder for a copy. Raises UsageError for what is no folder, or lies in the archive itself or around it."""
    path = Path(text.strip().strip('"')).expanduser()
    if not text.strip() or "\0" in text or not path.is_absolute():
        raise errors.UsageError(
            detail=_("Give a folder with its whole path, such as E:\\cw-backup or /media/usb/cw-backup.")
        )
    resolved, own = path.resolve(), home.resolve()
    if own != resolved and own.is_relative_to(resolved):
        sentence = _("The archive itself lies below this folder. Choose one apart from it, such as {example}.")
        raise errors.UsageError(detail=sentence.format(example=own.with_name("cw-backup")))
    if resolved.is_relative_to(own):
        raise errors.UsageError(detail=_("This is the folder of the archive itself. Choose a folder on another disk."))
    if path.exists() and not path.is_dir():
        raise errors.UsageError(detail=_("This is a file, not a folder."))
    if not path.parent.is_dir() or (path.is_symlink() and not path.exists()):
        raise errors.UsageError(detail=_("There is no such folder or disk. Is it connected?"))
    return path


def is_folder_writable(path: Path) -> bool:
    """Whether a file can be written into a folder, which is made if only it itself is missing."""
    try:
        path.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(b"test")
    except OSError:
        return False
    return True


def is_same_disk(folder: Path, home: Path) -> bool:
    """Whether a folder lies on the disk of the archive; one that cannot be reached now does not, as far as is known."""
    try:
        return folder.stat().st_dev == home.stat().st_dev
    except OSError:
        return False


COPY_NAME = "cw-backup"
CLOUDS = ("OneDrive", "Dropbox", "Google Drive", "GoogleDrive", "iCloud", "Nextcloud")
"""How the folders of services begin that keep them on other computers too."""

MOST_FOLDERS = 300


class FoundCopy(NamedTuple):
    """A copy of an archive in a folder."""

    path: str
    at: str
    """When its database was written last, as pages show it."""


def found_copy(folder: Path) -> FoundCopy | None:
    """The copy in a folder, as far as it can be seen without opening it; None if there is none."""
    try:
        if not has_archive(folder):
            return None
        changed = (folder / DATABASE_FILE).stat().st_mtime
    except OSError:
        return None
    return FoundCopy(str(folder), minute_text(datetime.fromtimestamp(changed, UTC)))


def drives(environ: Mapping[str, str]) -> list[Path]:
    """Each disk that is connected now, as far as this computer tells."""
    if sys.platform == "win32":
        return [drive for letter in string.ascii_uppercase[2:] if (drive := Path(f"{letter}:\\")).is_dir()]
    if sys.platform == "darwin":
        return folders_in(Path("/Volumes"))
    user = environ.get("USER", "")
    return [one for place in (f"/media/{user}", f"/run/media/{user}", "/mnt") for one in folders_in(Path(place))]


def first_places(environ: Mapping[str, str]) -> list[Path]:
    """Where a list of folders begins: the disks, and in the user's folder those of cloud services, and that folder."""
    own = Path(environ.get("USERPROFILE" if sys.platform == "win32" else "HOME") or Path.home())
    return [*drives(environ), *(one for one in folders_in(own) if one.name.startswith(CLOUDS)), own]


def folders_in(folder: Path) -> list[Path]:
    """The folders in a folder that are shown, by name; none where it may not be looked at."""
    try:
        found = [one for one in folder.iterdir() if one.is_dir() and not one.is_symlink() and one.name[0] not in ".$"]
    except OSError:
        return []
    return sorted(found)[:MOST_FOLDERS]


def copy_place(folder: Path) -> Path:
    """Where in a folder that was chosen a backup goes: into one of its own, unless it is that already."""
    return folder if folder.name == COPY_NAME or found_copy(folder) else folder / COPY_NAME


def is_cloud(folder: Path) -> bool:
    """Whether a cloud service keeps a folder, as its name says."""
    return any(part.startswith(CLOUDS) for part in folder.parts)


def obstacle(folder: Path, home: Path) -> str:
    """Why no backup goes into a folder; empty: it can, as far as can be seen."""
    try:
        place = read_folder(str(copy_place(folder)), home)
        if is_same_disk(folder, home) and not is_cloud(folder):
            return _("It is on the same disk as the archive. If that breaks, both are lost.")
        if not os.access(place if place.is_dir() else folder, os.W_OK | os.X_OK):
            return _("Nothing can be written here.")
        if shutil.disk_usage(folder).free < (home / DATABASE_FILE).stat().st_size:
            return _("Too little space is free here.")
    except errors.UsageError as error:
        return str(error)
    except OSError:
        return _("There is no such folder or disk. Is it connected?")
    return ""
