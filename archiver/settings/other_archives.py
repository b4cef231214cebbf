"""Notes outside the home: other archives of the same user that save the same account, and what this computer saw.

Archives of one account share Chatwork's limit of API calls. Each home writes a note for each account into the user's
state folder, so two runs never write the same file. A note holds the path and the time. If it is lost, only a hint is
missing. Another note tells that there was an archive in a home, and its last records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from archiver import errors
from archiver.records import JST
from archiver.settings.home import APPLICATION, has_archive, home_digest
from archiver.settings.token import replace_file

_Note = TypeVar("_Note")
RECENT = timedelta(days=2)
"""How long ago a home may have saved to be counted as using API calls."""

NOTE_EVERY = timedelta(hours=1)
"""A newer note is not written again, so that a run each minute does not write each minute."""


def state_folder() -> Path:
    """The user's folder for the notes; it differs from the default home, which has the same parent on two systems."""
    from platformdirs import user_state_path

    return user_state_path(f"{APPLICATION}-state", appauthor=False)


def note_saving(home: Path, account: int, *, at: datetime, state: Path) -> None:
    """Write a note that a home has just saved an account. Raises StorageError."""
    path = state / str(account) / home_digest(home)
    last = read_note(path, _saving)
    if last is None or not timedelta() <= at - last[1] < NOTE_EVERY:
        write_note(path, {"home": str(home), "at": at.isoformat()})


def note_home(home: Path, account: int, *, at: datetime) -> None:
    """The same of this user; one without a folder for it, as of a service, just gets no hint."""
    with suppress(errors.StorageError):
        note_saving(home, account, at=at, state=state_folder())


def other_homes(home: Path, account: int, *, now: datetime, state: Path) -> list[Path]:
    """Other homes that saved the account recently and still hold an archive, sorted by path."""
    homes = [path for path, at in _read_notes(state / str(account)) if abs(now - at) < RECENT]
    return sorted(path for path in homes if has_archive(path) and not _is_same(path, home))


def count_other_homes(home: Path, *, state: Path) -> int:
    """How many other folders of this user have ever saved any account and still hold an archive."""
    return sum(not _is_same(path, home) for path in known_homes(home, state=state))


def known_homes(home: Path, *, state: Path) -> list[Path]:
    """This home and every folder of this user that has ever saved an account, if it holds an archive; sorted by path.

    Two paths of one folder are one, the first of them.
    """
    return list(homes_with_accounts(home, state=state))


def saved_at(home: Path, *, state: Path) -> datetime | None:
    """When a home last noted that it saved some account, within `NOTE_EVERY`; None if it never did."""
    notes = (note for folder in _account_folders(state) for note in _read_notes(folder))
    return max((at for path, at in notes if path == home), default=None)


def homes_with_accounts(home: Path, *, state: Path) -> dict[Path, str]:
    """The same homes, each with the account that it saves; a path that saved none yet stands for its account."""
    accounts = {path: folder.name for folder in _account_folders(state) for path, _at in _read_notes(folder)}
    homes: dict[Path, str] = {}
    for path in sorted({home, *accounts}):
        if has_archive(path) and not any(_is_same(path, other) for other in homes):
            homes[path] = accounts.get(path, str(path))
    return homes


def _account_folders(state: Path) -> list[Path]:
    try:
        return [folder for folder in state.iterdir() if folder.is_dir()]
    except OSError:
        return []


def _read_notes(folder: Path) -> Iterator[tuple[Path, datetime]]:
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        if note := read_note(path, _saving):
            yield note


def _saving(note: Any) -> tuple[Path, datetime]:
    return Path(note["home"]), stated_time(note["at"])


def stated_time(text: str) -> datetime:
    """The time in a note. Raises ValueError for one without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def read_note(path: Path, made_of: Callable[[Any], _Note]) -> _Note | None:
    """What a note says; None if there is none, or the file is no note or is truncated."""
    try:
        return made_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write_note(path: Path, document: Mapping[str, object]) -> None:
    """Write a note for the owner alone. Raises StorageError."""
    replace_file(path, json.dumps(document).encode() + b"\n")


def _is_same(home: Path, other: Path) -> bool:
    try:
        return home.samefile(other)
    except OSError:
        return home == other


class SeenArchive(NamedTuple):
    """An archive that was in a home."""

    at: datetime
    """When it was last opened, or last saved."""
    copy: str
    """The folder of its last copy; empty if none is known."""


def note_seen(home: Path, *, at: datetime, state: Path, copy: str = "") -> None:
    """Remember that an archive is in a home; a copy that is known already stays known. Raises StorageError."""
    path = state / f"home-{home_digest(home)}.json"
    before = read_note(path, _seen)
    write_note(path, {"home": str(home), "at": at.isoformat(), "copy": copy or (before.copy if before else "")})


def _seen(note: Any) -> SeenArchive:
    return SeenArchive(stated_time(note["at"]), str(note["copy"]))


def last_seen(home: Path, *, state: Path) -> SeenArchive | None:
    """What is remembered of the archive of a home; None if none was ever seen there."""
    if (note := read_note(state / f"home-{home_digest(home)}.json", _seen)) is not None:
        return note
    at = saved_at(home, state=state)
    return None if at is None else SeenArchive(at, "")


def told_as_vanished(error: errors.NoArchive) -> errors.NoArchive:
    """The error of a home without an archive, or ArchiveVanished where the notes outside it tell that one was there."""
    seen = last_seen(Path(str(error.data["path"])), state=state_folder()) if type(error) is errors.NoArchive else None
    if seen is None:
        return error
    return errors.ArchiveVanished(path=error.data["path"], day=f"{seen.at.astimezone(JST):%Y-%m-%d}")


MOST = 20
"""So many records are kept: between the last one that is still there and the next one an archive was put back."""


class SeenRecords(NamedTuple):
    """What was seen of one archive."""

    archive: str
    """The digest of its first record, which no other archive has."""
    heads: Sequence[tuple[int, str]]
    """Number and digest of the last record each time, oldest first, at least one."""


def note_of_home(home: Path, *, state: Path) -> Path:
    """The note about the archive in a home."""
    return state / f"records-{home_digest(home)}.json"


def note_in_copies(folder: Path, archive: str) -> Path:
    """The note about an archive in a folder that gets copies."""
    return folder / f"last-record-{archive[:16]}.json"


def read_seen(path: Path) -> SeenRecords | None:
    """What a note says; None if there is none, or it is no note."""
    seen = read_note(path, lambda note: (str(note["archive"]), [(int(n), str(digest)) for n, digest in note["heads"]]))
    return SeenRecords(*seen) if seen and seen[1] else None


def write_seen(path: Path, seen: SeenRecords) -> None:
    """Write a note. Raises StorageError."""
    write_note(path, {"archive": seen.archive, "heads": list(seen.heads[-MOST:])})
