"""A worker's copies of archives: made when they are needed, and thrown away, least recently used first.

A copy goes only after it was topped up: what it alone may hold, after a restore of the ledger, is in the ledger then.
One with a database that was set aside stays, as nobody else has that.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from archiver import errors
from archiver.ledger.ledger_file import LEDGER_FILE, LedgerPlace, read_ledger_file, write_ledger_file
from archiver.settings.home import SETTINGS_FILE
from archiver.settings.private_file import replace_file
from archiver.store.archive import Archive
from archiver.store.durable_files import storage_error
from archiver.team.team_file import TeamSettings

DEFAULT_SETTINGS = b"[exports]\ndaily = false\n[notify]\ndesktop = false\n"
"""The `archive.toml` of an archive for which the team has none: a worker has no desk and no folder of anybody's."""

_SET_ASIDE = "*.lost-*"


class Copies:
    """The copies in one cache; of each archive at most one thread uses its copy."""

    def __init__(self, settings: TeamSettings) -> None:
        """Keep the settings; nothing is made yet."""
        self._settings = settings
        self._in_use: set[int] = set()
        self._changing = threading.Lock()

    @contextlib.contextmanager
    def use(self, archive: int, account: int) -> Iterator[Path]:
        """The home of an archive's copy, made if it is not there, with its present settings.

        Raises ArchiveInUse if another thread uses it, StorageError.
        """
        home = self.home(archive)
        with self._changing:
            if archive in self._in_use:
                raise errors.ArchiveInUse(path=home)
            self._in_use.add(archive)
        try:
            self._prepare(home, archive, account)
            yield home
        finally:
            with contextlib.suppress(OSError):
                os.utime(home)
            with self._changing:
                self._in_use.discard(archive)

    def home(self, archive: int) -> Path:
        """Where the copy of an archive is, or would be."""
        return self._settings.cache / str(archive)

    def make_room(self) -> list[int]:
        """Throw away the copies that were used least recently, while all take more than they may; which went.

        What cannot be thrown away stays, and the next one goes.
        """
        sizes = {home: _size(home) for home in self._oldest_first()}
        too_much = sum(sizes.values()) - self._settings.cache_bytes
        gone = []
        for home, size in sizes.items():
            if too_much <= 0:
                break
            if self._throw_away(home):
                too_much -= size
                gone.append(int(home.name))
        return gone

    def _prepare(self, home: Path, archive: int, account: int) -> None:
        """Make the home, and write its files anew where they differ. Raises StorageError."""
        place = LedgerPlace(self._settings.ledger, archive, self._settings.store)
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            text = self._settings_of(account)
            path = home / SETTINGS_FILE
            if not path.is_file() or path.read_bytes() != text:
                replace_file(path, text)
        except OSError as error:
            raise storage_error(error, home) from error
        if not (home / LEDGER_FILE).exists() or read_ledger_file(home) != place:
            write_ledger_file(home, place)

    def _settings_of(self, account: int) -> bytes:
        """The `archive.toml` of an account: its own, else the team's, else the default."""
        folder = self._settings.archives
        if folder is not None:
            for name in (f"{account}.toml", "default.toml"):
                with contextlib.suppress(FileNotFoundError):
                    return (folder / name).read_bytes()
        return DEFAULT_SETTINGS

    def _oldest_first(self) -> list[Path]:
        with contextlib.suppress(FileNotFoundError):
            homes = [path for path in self._settings.cache.iterdir() if path.name.isdecimal() and path.is_dir()]
            return sorted(homes, key=lambda home: home.stat().st_mtime)
        return []

    def _throw_away(self, home: Path) -> bool:
        """Throw a copy away, unless it is in use or may hold what nothing else holds; whether it went."""
        archive = int(home.name)
        with self._changing:
            if archive in self._in_use:
                return False
            self._in_use.add(archive)
        try:
            if next(home.glob(_SET_ASIDE), None) is not None:
                return False
            with closing(Archive(home)) as copy, copy.round_lock():
                copy.top_up()
            shutil.rmtree(home)
            return True
        except (errors.ArchiverError, OSError):
            return False
        finally:
            with self._changing:
                self._in_use.discard(archive)


def _size(home: Path) -> int:
    """The bytes that a copy takes on the disk, holes left out."""
    total = 0
    for folder, _folders, names in os.walk(home):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(Path(folder, name)).st_blocks * 512
    return total
