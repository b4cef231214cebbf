"""Moves the parts of an archive that cannot be read into a folder of the home, so that a copy can take their place.

Nothing is removed. What outlives a database goes back to its place once the copy is there, if it is of the same
archive: the settings, notes of erasures, and newer seals, by which the next round records that an older database was
put back.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from archiver.folder_sync import sync_folder, sync_where_possible
from archiver.store.backup.copy_folder import FOLDERS, MARK, SETTINGS
from archiver.store.durable_files import disk_errors, private_folder
from archiver.store.engine import DATABASE
from archiver.store.erasure import records
from archiver.store.seal_files import FOLDER as SEALS
from archiver.store.seal_files import list_files

PREFIX = "set-aside-"
"""How the name of a folder begins into which parts of an archive were moved."""

_PARTS = (*(DATABASE + end for end in ("", "-wal", "-shm", "-journal")), MARK, SETTINGS, *FOLDERS)


def has_parts(home: Path) -> bool:
    """Whether a home holds parts of an archive besides its settings."""
    return any((home / name).exists() for name in _PARTS if name != SETTINGS)


def set_aside(home: Path, *, at: datetime) -> Path:
    """Move database, logs and folders of an archive into a new folder of the home; its path. Raises StorageError."""
    aside = _free_folder(home, f"{PREFIX}{at:%Y%m%d-%H%M%S}")
    with disk_errors(home):
        private_folder(aside, below=home)
        for name in _PARTS:
            if (home / name).is_symlink() or (home / name).exists():
                (home / name).rename(aside / name)
        sync_folder(aside)
        sync_folder(home)
    return aside


def put_back(aside: Path, home: Path) -> None:
    """Put everything back, as no copy took its place; what the copy has brought already stays. Raises StorageError."""
    with disk_errors(home):
        (home / MARK).unlink(missing_ok=True)  # of the copy; the archive's own comes back with the rest
        _move_missing(aside, aside, home)
        sync_folder(home)


def bring_back(home: Path) -> None:
    """Bring what outlives a database back to a restored archive, if it was set aside of the same one.

    Of every folder that was ever set aside, as a restore may have been interrupted. Raises StorageError.
    """
    own = _first_seal(home)
    with disk_errors(home):
        for aside in sorted(home.glob(PREFIX + "*")):
            if own is not None and _first_seal(aside) == own:
                for folder in (records.FOLDER, SEALS):
                    _move_missing(aside / folder, aside, home)
                if (aside / SETTINGS).exists():  # as they were last, not as they were when the copy was made
                    (aside / SETTINGS).replace(home / SETTINGS)
                    _sync_both(home, aside)


def _move_missing(folder: Path, aside: Path, home: Path) -> None:
    """Move the files of a folder that was set aside to where they were, unless something is there. Raises OSError."""
    moved = set()
    for source in sorted(folder.glob("**/*")):
        target = home / source.relative_to(aside)
        if (source.is_symlink() or not source.is_dir()) and not target.exists():
            private_folder(target.parent, below=home)
            source.rename(target)
            moved.add((target.parent, source.parent))
    for came_to, left in sorted(moved):
        _sync_both(came_to, left)


def _sync_both(came_to: Path, left: Path) -> None:
    """Make a move durable: the new name first, so that a power cut may leave both, and never neither."""
    sync_where_possible(came_to)
    sync_where_possible(left)


def _free_folder(home: Path, name: str) -> Path:
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    return next(home / one for one in names if not (home / one).exists())


def _first_seal(place: Path) -> bytes | None:
    """The bytes of the first seal, whose salted entries are those of one archive alone; None if none can be read."""
    try:
        first = next((one for one in list_files(place / SEALS) if one.is_seal and one.number == 1), None)
        return None if first is None else (place / SEALS / first.name).read_bytes()
    except OSError:
        return None
