"""The queue of stamps: which seals wait for which authority, how long pauses are, and what survives a lost table."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from archiver import errors
from archiver.store.archive import Archive
from archiver.store.working import stamp_queue
from archiver.store.working.stamp_queue import DueStamp, StampFacts
from tests.support.archives.notes import NOON, close_seal
from tests.support.file_size_limit import file_size_limit

PEM = "-----BEGIN CERTIFICATE-----\nMII{}\n-----END CERTIFICATE-----\n"
ROOT, OTHER_ROOT = PEM.format("A"), PEM.format("B")
TOKEN = StampFacts(NOON + timedelta(minutes=1), "ab" * 32, NOON + timedelta(minutes=2), -60.5)


def make_seals(archive: Archive, number: int = 1) -> None:
    """Make so many seals, one a day."""
    for day in range(number):
        close_seal(archive, at=NOON + timedelta(days=day))


def due_stamps(archive: Archive, *names: str, at: datetime = NOON, all: bool = False) -> list[DueStamp]:  # noqa: A002
    """The seals that may be stamped now, each with its authority."""
    with archive.reading() as reading:
        return stamp_queue.due_stamps(reading, names or ("a",), at, include_paused=all)


def seals_and_authorities(dues: Sequence[DueStamp]) -> list[tuple[int, str]]:
    """Number of the seal and authority of each."""
    return [(due.seal.number, due.authority) for due in dues]


def stamp_rows(archive: Archive) -> list[tuple[object, ...]]:
    """The rows of the table `stamp`."""
    with closing(sqlite3.connect(archive.database)) as database:
        return database.execute("SELECT * FROM stamp ORDER BY seal, authority").fetchall()


def test_a_stamp_is_its_file_its_root_and_its_row(archive: Archive) -> None:
    """The reply's own bytes, readable by the owner alone; the clocks are in the row."""
    make_seals(archive, 2)
    second, first = due_stamps(archive)

    kept = stamp_queue.keep_stamp(archive, first, b"reply", TOKEN, pem=[ROOT])

    folder = archive.home / "seals"
    assert kept
    assert b"reply" == (folder / "000001-2026-11-12.json.a.tsr").read_bytes()
    assert ROOT == (folder / "a.pem").read_text(encoding="ascii")
    assert {0o600} == {stat.S_IMODE((folder / name).stat().st_mode) for name in (first.file, "a.pem")}
    times = ("2026-11-12T03:01:00.000Z", "2026-11-12T03:02:00.000Z", -60.5)
    assert [(1, "a", "stamped", 0, None, None, *times, "ab" * 32)] == stamp_rows(archive)
    assert [second] == due_stamps(archive)
    with archive.reading() as reading:
        assert {1: [stamp_queue.StoredStamp("a", TOKEN.time)]} == stamp_queue.stamps_by_seal(reading)
        assert (1, 2, 0) == tuple(stamp_queue.count_unstamped(reading, names) for names in (["a"], ["a", "b"], []))


def test_the_first_stamp_of_two_processes_stays(archive: Archive) -> None:
    """The later stamp is dropped, with file and row."""
    make_seals(archive)
    (due,) = due_stamps(archive)
    stamp_queue.keep_stamp(archive, due, b"first", TOKEN, pem=[ROOT])

    kept = stamp_queue.keep_stamp(archive, due, b"second", TOKEN._replace(time=NOON + timedelta(days=1)), pem=[ROOT])
    stamp_queue.record_failure(archive, [due], reason="unreachable", at=NOON)

    assert not kept
    assert b"first" == (archive.home / "seals" / due.file).read_bytes()
    assert ["stamped", "2026-11-12T03:01:00.000Z"] == [stamp_rows(archive)[0][index] for index in (2, 6)]


def test_roots_are_added_and_never_taken_away(archive: Archive) -> None:
    """A root pinned later stands below; the same one, however its lines are broken, is not added twice."""
    make_seals(archive, 3)
    third, second, first = due_stamps(archive)
    stamp_queue.keep_stamp(archive, third, b"3", TOKEN, pem=[ROOT])
    stamp_queue.keep_stamp(archive, second, b"2", TOKEN, pem=[ROOT.replace("\n", "\r\n")])
    stamp_queue.keep_stamp(archive, first, b"1", TOKEN, pem=[OTHER_ROOT])

    by_hand = archive.home / "seals" / "a.pem"
    by_hand.write_bytes(b"# \xe3\x81\x82\r\n" + by_hand.read_bytes().rstrip())
    close_seal(archive, at=NOON + timedelta(days=4))
    third_root = PEM.format("C")
    stamp_queue.keep_stamp(archive, due_stamps(archive)[0], b"4", TOKEN, pem=[ROOT, third_root])

    assert b"# \xe3\x81\x82\r\n" + (ROOT + OTHER_ROOT + third_root).encode() == by_hand.read_bytes()
    assert "" == stamp_queue.kept_roots(archive.home, "b")


def test_pauses_grow_and_are_the_authoritys(archive: Archive) -> None:
    """5, 15 minutes, 1, 3, 6 hours, then 6 hours each time, for all its seals; another authority is not touched."""
    make_seals(archive, 2)
    at, pauses = NOON, []
    for _ in range(7):
        stamp_queue.record_failure(archive, due_stamps(archive, all=True), reason="unreachable", at=at)
        minutes = next(step for step in range(0, 10_000, 5) if due_stamps(archive, at=at + timedelta(minutes=step)))
        pauses.append(minutes)
        at += timedelta(minutes=minutes)

    assert [5, 15, 60, 180, 360, 360, 360] == pauses
    assert [(2, "b"), (1, "b")] == seals_and_authorities(due_stamps(archive, "a", "b", at=at - timedelta(minutes=1)))
    assert {7} == {due.attempts for due in due_stamps(archive, all=True)}


def test_a_new_seal_is_asked_about_at_once_and_shares_the_pause_then(archive: Archive) -> None:
    """Each seal is a chance to see that an authority is back; if it is not, nothing is asked more often than before."""
    make_seals(archive)
    for _ in range(4):
        stamp_queue.record_failure(archive, due_stamps(archive, all=True), reason="unreachable", at=NOON)
    close_seal(archive, at=NOON + timedelta(hours=1))

    fresh = due_stamps(archive)
    stamp_queue.record_failure(archive, due_stamps(archive, all=True), reason="unreachable", at=NOON)

    assert [(2, "a")] == seals_and_authorities(fresh)
    assert [] == due_stamps(archive, at=NOON + timedelta(hours=5, minutes=59))
    assert {5} == {due.attempts for due in due_stamps(archive, all=True)}


def test_a_pause_of_a_clock_that_was_wrong_does_not_last(archive: Archive) -> None:
    """A pause made by a clock that was a year ahead counts as over."""
    make_seals(archive)
    stamp_queue.record_failure(archive, due_stamps(archive), reason="unreachable", at=NOON + timedelta(days=365))

    assert 1 == len(due_stamps(archive))


def test_sealed_days_are_told_and_seals_that_lack_a_stamp(archive: Archive) -> None:
    """A day of several seals is one; a seal lacks a stamp while any configured authority has given none."""
    make_seals(archive, 3)
    close_seal(archive, at=NOON + timedelta(days=2, hours=1))
    by_number = {due.seal.number: due for due in due_stamps(archive)}
    for number in (1, 3):
        stamp_queue.keep_stamp(archive, by_number[number], b"", TOKEN, pem=[ROOT])

    assert 3 == archive.read(stamp_queue.count_days)
    assert [2, 4] == [archive.read(stamp_queue.count_unstamped, names) for names in (["a"], ["a", "b"])]


def test_an_empty_archive_waits_for_nothing(archive: Archive) -> None:
    """Without seals, all results are empty."""
    with archive.reading() as reading:
        assert [] == stamp_queue.unlisted_stamps(reading)
        assert 0 == stamp_queue.count_unstamped(reading, ["a"])
        assert {} == stamp_queue.stamps_by_seal(reading)
        assert 0 == stamp_queue.count_days(reading)


def test_files_without_a_row_are_found_again(archive: Archive) -> None:
    """A kill came between file and row; what is no stamp of a seal is passed over."""
    make_seals(archive, 2)
    second, first = due_stamps(archive)
    stamp_queue.keep_stamp(archive, first, b"1", TOKEN, pem=[ROOT])
    assert [second] == due_stamps(archive)
    for name in (second.file, "000009-2026-11-12.json.a.tsr", "000001-2026-11-12.json.b.tsr.new", "notes.txt"):
        (archive.home / "seals" / name).write_bytes(b"x")

    with archive.reading() as reading:
        assert [(2, "a")] == seals_and_authorities(stamp_queue.unlisted_stamps(reading))


def test_what_was_no_stamp_is_put_aside_not_written_over(archive: Archive) -> None:
    """An unusable reply is renamed and stays beside the good one."""
    make_seals(archive)
    (due,) = due_stamps(archive)
    folder = archive.home / "seals"
    (folder / due.file).write_bytes(b"second")
    (folder / f"{due.file}.unusable").write_bytes(b"first")

    stamp_queue.keep_stamp(archive, due, b"good", TOKEN, pem=[ROOT])

    found = {path.name.partition("a.tsr")[2]: path.read_bytes() for path in folder.glob("*.tsr*")}
    assert {"": b"good", ".unusable": b"first", ".unusable-2": b"second"} == found


def test_a_disk_that_takes_no_file_leaves_no_row(archive: Archive) -> None:
    """A full disk raises DiskFull, no row is written, and the next attempt works."""
    make_seals(archive)
    (due,) = due_stamps(archive)
    with file_size_limit(4096), pytest.raises(errors.DiskFull):
        stamp_queue.keep_stamp(archive, due, bytes(100_000), TOKEN, pem=[ROOT])
    full = stamp_rows(archive)

    kept = stamp_queue.keep_stamp(archive, due, b"reply", TOKEN, pem=[ROOT])

    assert ([], True) == (full, kept)
    assert b"reply" == (archive.home / "seals" / due.file).read_bytes()
