"""A seal closes a range of entries in a file that outlives the database."""

from __future__ import annotations

import hashlib
import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from archiver import errors
from archiver.evidence import chain
from archiver.records import Observation
from archiver.store import seals, writer
from archiver.store.archive import Archive
from tests.support.archives.notes import NOON, append_notes
from tests.support.file_size_limit import file_size_limit


def is_due(archive: Archive, now: datetime) -> bool:
    """Whether a run would seal."""
    with archive.reading() as reading:
        return seals.is_due(reading, now=now)


def stored_seals(archive: Archive) -> list[object]:
    """The seals of the table."""
    with archive.reading() as reading:
        return list(seals.seals(reading))


def test_a_seal_holds_the_digests_and_the_seal_before(archive: Archive) -> None:
    """As canonical JSON with one final newline, readable by the owner only."""
    first_digests = append_notes(archive, 3)
    (first,) = seals.close_seals(archive, now=NOON)
    second_digests = append_notes(archive, 2, at=NOON + timedelta(hours=14))
    (second,) = seals.close_seals(archive, now=NOON + timedelta(hours=15))

    paths = [archive.home / "seals" / one.name for one in (first, second)]
    bodies = [path.read_bytes() for path in paths]
    documents = [json.loads(body) for body in bodies]
    assert ["000001-2026-11-12.json", "000002-2026-11-13.json"] == [path.name for path in paths]
    assert [chain.canonical(one).encode() + b"\n" for one in documents] == bodies
    assert [first_digests, second_digests] == [one["entries"] for one in documents]
    assert [chain.GENESIS, hashlib.sha256(bodies[0]).hexdigest()] == [one["previous"] for one in documents]
    assert [(1, 3), (4, 5)] == [(one["first"], one["last"]) for one in documents]
    assert ["2026-11-12T03:00:00.000Z", 1234567] == [documents[0]["closed_at"], documents[0]["account_id"]]
    assert [hashlib.sha256(body).hexdigest() for body in bodies] == [first.sha256, second.sha256]
    assert [first, second] == stored_seals(archive)
    assert 0o600 == stat.S_IMODE(paths[0].stat().st_mode)


def test_without_new_entries_no_seal_is_made(archive: Archive) -> None:
    """Sealing again without new entries makes no seal."""
    append_notes(archive)
    seals.close_seals(archive, now=NOON)

    assert [] == seals.close_seals(archive, now=NOON + timedelta(days=3))


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (timedelta(hours=5, minutes=59), False),
        (timedelta(hours=6), True),
        (timedelta(hours=12), True),
    ],
)
def test_a_tail_is_due_after_six_hours(archive: Archive, later: timedelta, expected: bool) -> None:
    """Counted from its oldest entry."""
    append_notes(archive)
    append_notes(archive, at=NOON + later)

    assert expected == is_due(archive, NOON + later)


def test_a_tail_of_an_earlier_day_in_tokyo_is_due(archive: Archive) -> None:
    """Midnight there is 15:00 UTC."""
    append_notes(archive, at=datetime(2026, 11, 12, 14, 50, tzinfo=UTC))

    assert [False, True] == [is_due(archive, datetime(2026, 11, 12, *time, tzinfo=UTC)) for time in ((14, 59), (15, 0))]


@pytest.mark.parametrize("kind", ["stamp", "sweep"])
def test_a_tail_without_news_is_due_once_a_day(archive: Archive, kind: str) -> None:
    """The arrival of a stamp or an idle run makes no seal every six hours."""
    observation = Observation(kind, f"{kind}/x", {})
    with archive.writing() as writing:
        writer.append(writing, [observation], account_id=None, at=NOON)

    assert [False, True] == [is_due(archive, NOON + timedelta(hours=hours)) for hours in (11, 12)]


def test_a_sealed_tail_is_not_due(archive: Archive) -> None:
    """An archive without unsealed entries is not due, and neither is an empty one."""
    empty = is_due(archive, NOON)
    append_notes(archive)
    seals.close_seals(archive, now=NOON)

    assert (False, False) == (empty, is_due(archive, NOON + timedelta(days=9)))


def test_what_lies_under_the_next_number_is_never_overwritten(archive: Archive) -> None:
    """A file that is no seal of these records is kept apart, and the seal gets the number behind it."""
    append_notes(archive)
    folder = archive.home / "seals"
    folder.mkdir()
    (folder / "000001-2026-11-11.json").write_bytes(b"left")
    (folder / "000001-2026-11-11.json.new").write_bytes(b"left")

    (seal,) = seals.close_seals(archive, now=NOON)

    assert (2, "000002-2026-11-12.json") == (seal.number, seal.name)
    assert [1, 1] == json.loads((folder / seal.name).read_bytes())["skips"]
    assert b"left" == (folder / "orphaned/000001-2026-11-11.json").read_bytes()


def test_a_seal_that_cannot_be_written_leaves_the_tail_unsealed(archive: Archive) -> None:
    """A full disk, or a file in place of the folder, raises an error of this program, and the next attempt works."""
    append_notes(archive, 200)
    with file_size_limit(4096), pytest.raises(errors.DiskFull):
        seals.close_seals(archive, now=NOON)
    full = stored_seals(archive)
    (archive.home / "seals").rename(archive.home / "elsewhere")
    (archive.home / "seals").write_bytes(b"")
    with pytest.raises(errors.StorageError):
        seals.close_seals(archive, now=NOON)
    (archive.home / "seals").unlink()

    (seal,) = seals.close_seals(archive, now=NOON)

    assert ([], 200) == (full, seal.last)
    assert [seal.name] == [path.name for path in (archive.home / "seals").iterdir()]
