"""A worker's copies of archives: made when they are needed, and thrown away, least recently used first.

A copy goes only after it was topped up: what it alone may hold, after a restore of the ledger, is in the ledger then.
One with a database that was set aside stays, as nobody else has that.
A ledger that was put back to an earlier time has another life (`TeamLedger.life`). Then every saver first brings what
its copies hold, and all wait for those that are known: whoever took work before all had come would give away the
numbers of what another copy holds.
"""

from __future__ import annotations

import json
import os
import platform
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from archiver import errors
from archiver.folder_sync import disk_errors
from archiver.settings.token import replace_file
from archiver.store.archive import Archive
from archiver.store.database_comparison import OtherDatabase, other_databases
from archiver.store.keeper import Keeper
from archiver.store.queries import current_state
from archiver.team.ledger.database import COPY_SETTINGS, LedgerPlace, make_copy_home, open_archive, write_ledger_file
from archiver.team.ledger.service_tables import Saver, TeamLedger
from archiver.team.team_file import TeamSettings

_SET_ASIDE = "*.lost-*"
_CLOSED = ".closed"


class Copies:
    """The copies in one cache; of each archive at most one thread uses its copy."""

    def __init__(self, settings: TeamSettings) -> None:
        """Keep the settings; nothing is made yet."""
        self._settings = settings
        self._in_use: set[int] = set()
        self._changing = threading.Lock()

    @contextmanager
    def use(self, archive: int, account: int) -> Iterator[Path]:
        """The home of an archive's copy, made if it is not there, with its present settings.

        Raises ArchiveInUse if another thread uses it, StorageError.
        """
        home = self.home(archive)
        with self._alone(archive):
            try:
                make_copy_home(home, self._place(archive), self._settings_of(account))
                yield home
            finally:
                with suppress(OSError):
                    os.utime(home)

    def home(self, archive: int) -> Path:
        """Where the copy of an archive is, or would be."""
        return self._settings.cache / str(archive)

    def make_room(self) -> list[int]:
        """Throw away the copies that were used least recently, while all take more than they may; which went.

        What cannot be thrown away stays, and the next one goes.
        """
        sizes = {home: _size(home) for home in self._oldest_first()}
        too_much = sum(sizes.values()) - self._settings.cache_gb * 10**9
        gone = []
        for home, size in sizes.items():
            if too_much <= 0:
                break
            if self._throw_away(home):
                too_much -= size
                gone.append(int(home.name))
        return gone

    def bring_all(self) -> dict[int, str]:
        """Bring to the ledger what the copies hold that it lacks; of each that could not be, the name of the error."""
        return {int(home.name): name for home in self._oldest_first() if (name := self._bring(home)) is not None}

    def set_aside(self) -> dict[Path, list[OtherDatabase]]:
        """The databases that were set aside and whose records nobody took in, by the home of the copy."""
        found = {}
        for home in self._oldest_first():
            if next(home.glob(_SET_ASIDE), None) is not None:
                with suppress(errors.ArchiverError), closing(Archive(home)) as copy, copy.reading() as reading:
                    found[home] = other_databases(reading)
        return {home: others for home, others in found.items() if others}

    def identity(self) -> str:
        """What tells this folder of copies from every other one. Raises StorageError."""
        path = self._settings.cache / ".saver"
        with disk_errors(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError), path.open("x", encoding="ascii") as file:
                file.write(secrets.token_hex(16))
            return path.read_text(encoding="ascii")

    def known_closed(self) -> tuple[str, set[int]]:
        """In which life of the ledger it was last noted which archives are closed, and which."""
        with suppress(OSError, ValueError):
            life, closed = json.loads((self._settings.cache / _CLOSED).read_bytes())
            return str(life), set(closed)
        return "", set()

    def note_closed(self, life: str, closed: set[int]) -> None:
        """Note it. Raises StorageError."""
        replace_file(self._settings.cache / _CLOSED, json.dumps([life, sorted(closed)]).encode())

    def _bring(self, home: Path) -> str | None:
        """Top a copy up, and name the error where that fails; an archive that the ledger lost is opened there again."""
        archive = int(home.name)
        try:
            with self._alone(archive), closing(Archive(home)) as copy, copy.round_lock():
                write_ledger_file(home, self._place(archive))
                try:
                    copy.top_up()
                except errors.NotInLedger:
                    self._open_again(home, archive)
                    copy.top_up()
        except errors.BadLedger:
            return None  # it takes nothing, and nothing of it is taken
        except (errors.ArchiverError, OSError) as error:
            return type(error).__name__
        return None

    def _open_again(self, home: Path, archive: int) -> None:
        with closing(Archive(home)) as copy:
            copy.keeper = Keeper(home)
            owner = copy.read(current_state.owner)
        if owner is not None:
            open_archive(self._settings.ledger, int(owner["account_id"]), number=archive)

    def _place(self, archive: int) -> LedgerPlace:
        return LedgerPlace(self._settings.ledger, archive, self._settings.store)

    @contextmanager
    def _alone(self, archive: int) -> Iterator[None]:
        """Let no other thread use a copy meanwhile. Raises ArchiveInUse if one does."""
        with self._changing:
            if archive in self._in_use:
                raise errors.ArchiveInUse(path=self.home(archive))
            self._in_use.add(archive)
        try:
            yield
        finally:
            with self._changing:
                self._in_use.discard(archive)

    def _settings_of(self, account: int) -> bytes:
        """The `archive.toml` of an account: its own, else the team's, else the default."""
        folder = self._settings.archives
        if folder is not None:
            for name in (f"{account}.toml", "default.toml"):
                with suppress(FileNotFoundError):
                    return (folder / name).read_bytes()
        return COPY_SETTINGS

    def _oldest_first(self) -> list[Path]:
        with suppress(FileNotFoundError):
            homes = [path for path in self._settings.cache.iterdir() if path.name.isdecimal() and path.is_dir()]
            return sorted(homes, key=lambda home: home.stat().st_mtime)
        return []

    def _throw_away(self, home: Path) -> bool:
        """Throw a copy away, unless it is in use or may hold what nothing else holds; whether it went."""
        try:
            with self._alone(int(home.name)):
                if next(home.glob(_SET_ASIDE), None) is not None:
                    return False
                with closing(Archive(home)) as copy, copy.round_lock():
                    copy.top_up()
                shutil.rmtree(home)
                return True
        except (errors.ArchiverError, OSError):
            return False


def _size(home: Path) -> int:
    """The bytes that a copy takes on the disk, holes left out."""
    total = 0
    for folder, _folders, names in os.walk(home):
        for name in names:
            with suppress(OSError):
                total += os.lstat(Path(folder, name)).st_blocks * 512
    return total


_CHECK_IN_EVERY = 3600.0


class Waiting(NamedTuple):
    """Why no work is taken."""

    awaited: Sequence[Saver]
    failed: dict[int, str]
    """Copies here that could not be brought to the ledger, and the names of the errors."""


class Gathering:
    """One saver's part in it."""

    def __init__(
        self, copies: Copies, ledger: TeamLedger, tell: Callable[[Waiting], None] = lambda _waiting: None
    ) -> None:
        """Take the copies; `tell` is told, once as long as nothing changes, why no work is taken."""
        self._copies, self._ledger, self._tell = copies, ledger, tell
        self._checked_in: float | None = None
        self._life: str | None = None
        self._told: Waiting | None = None

    def attend(self, *, is_told: bool = False) -> bool:
        """Bring what the copies hold if the ledger was put back or is new to this saver; say why the team waits.

        `is_told`: somebody says that it was put back.

        True: it was put back while this saver worked, so what it says of who works is of an earlier time.
        """
        life = self._life
        with suppress(errors.LedgerUnavailable, errors.StorageError):
            self._life = self._ledger.life()
            identity = self._copies.identity()
            self._close_again()
            own = next((saver for saver in self._ledger.savers() if saver.cache == identity), None)
            is_new = is_told or own is None or own.is_awaited
            failed = self._copies.bring_all() if is_new else {}
            is_time = self._checked_in is None or time.monotonic() - self._checked_in > _CHECK_IN_EVERY
            if not failed and (is_new or is_time):
                set_aside = sum(map(len, self._copies.set_aside().values()))
                self._ledger.check_in(identity, platform.node(), set_aside)
                self._checked_in = time.monotonic()
            waiting = Waiting([saver for saver in self._ledger.savers() if saver.is_awaited], failed)
            if waiting != self._told and (waiting.awaited or waiting.failed):
                self._tell(waiting)
            self._told = waiting
        return life not in (None, self._life)

    def _close_again(self) -> None:
        """Close what a restore has opened again: nobody is saved who had left, until they give a token again."""
        closed = self._ledger.closed_archives()
        life, known = self._copies.known_closed()
        if life not in ("", self._life):
            for archive in known - closed:
                self._ledger.close_archive(archive)
            closed |= known
        if (life, known) != (self._life, closed):
            self._copies.note_closed(str(self._life), closed)
