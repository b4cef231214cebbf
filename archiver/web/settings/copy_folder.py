"""A folder that somebody typed for a copy, looked at before anything is written there."""

from __future__ import annotations

import string
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import gettext as _
from pathlib import Path

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


@dataclass(frozen=True, slots=True)
class FoundCopy:
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


def offered_folders(environ: Mapping[str, str]) -> list[str]:
    """A folder on each disk that is connected now, as far as this computer tells."""
    if sys.platform == "win32":
        drives = [Path(f"{letter}:\\") for letter in string.ascii_uppercase[3:]]
    elif sys.platform == "darwin":
        drives = _folders_in(Path("/Volumes"))
    else:
        user = environ.get("USER", "")
        drives = [*_folders_in(Path("/media") / user), *_folders_in(Path("/run/media") / user)]
    return [str(drive / "cw-backup") for drive in drives if drive.is_dir()]


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if one.is_dir() and not one.is_symlink())
    except OSError:
        return []
