"""Two homes of one account on one computer know of each other by notes in the user's folder."""

from __future__ import annotations

import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.settings import other_archives
from archiver.settings.home import DATABASE_FILE

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder of notes, not there yet."""
    return tmp_path / "state"


def make_home(folder: Path) -> Path:
    """A folder that holds an archive."""
    folder.mkdir(parents=True)
    (folder / DATABASE_FILE).touch()
    return folder


def test_two_homes_of_one_account_are_told_and_others_are_not(state: Path, tmp_path: Path) -> None:
    """Each of the two is told of the other; the home of another account has no others."""
    first, second, third = (make_home(tmp_path / name) for name in ("a", "b", "c"))
    accounts = {first: 1, second: 1, third: 2}
    for path, account in accounts.items():
        other_archives.note_saving(path, account, at=NOW, state=state)

    assert [[second], [first], []] == [
        other_archives.other_homes(path, account, now=NOW, state=state) for path, account in accounts.items()
    ]


def test_a_home_that_moved_or_rests_is_no_other(state: Path, tmp_path: Path) -> None:
    """Where no archive lies any more, where a link leads here, and where nothing was saved for two days."""
    path_, old, moved = (make_home(tmp_path / name) for name in ("a", "b", "c"))
    (tmp_path / "link").symlink_to(path_)
    for path, days in ((path_, 0), (tmp_path / "link", 0), (old, 2), (moved, 0)):
        other_archives.note_saving(path, 1, at=NOW - timedelta(days=days), state=state)
    shutil.rmtree(moved)

    assert [] == other_archives.other_homes(path_, 1, now=NOW, state=state)


def test_a_note_is_the_owners_alone_and_written_once_an_hour(state: Path, tmp_path: Path) -> None:
    """It names the folder and the time, and nobody."""
    archive_home = make_home(tmp_path / "a")
    notes = []
    for minutes in (0, 59, 60):
        other_archives.note_saving(archive_home, 1, at=NOW + timedelta(minutes=minutes), state=state)
        (path,) = (state / "1").iterdir()
        notes.append(path.read_text(encoding="utf-8"))

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert notes[0] == notes[1] != notes[2]
    assert f'{{"home": "{archive_home}", "at": "2026-11-24T13:31:00+00:00"}}\n' == notes[0]


@given(strategies.binary(max_size=80))
def test_a_note_that_cannot_be_read_is_none(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """Whatever lies there."""
    state = tmp_path_factory.mktemp("state")
    (state / "1").mkdir()
    (state / "1" / "x").write_bytes(raw)

    assert [] == other_archives.other_homes(state, 1, now=NOW, state=state)


def test_all_other_archives_are_counted_whatever_account_they_save(state: Path, tmp_path: Path) -> None:
    """Also those that rest; one that is gone, and this one itself, are not."""
    here, other, third, gone = (make_home(tmp_path / name) for name in ("a", "b", "c", "d"))
    for home, account in ((here, 1), (other, 1), (third, 2), (other, 2), (gone, 3)):
        other_archives.note_saving(home, account, at=NOW - timedelta(days=30), state=state)
    shutil.rmtree(gone)

    assert 2 == other_archives.count_other_homes(here, state=state)
    assert 0 == other_archives.count_other_homes(here, state=tmp_path / "none")
