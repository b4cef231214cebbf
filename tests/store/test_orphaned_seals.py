"""An older database beside newer seals: nothing that was sealed or stamped is ever removed or overwritten."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver.custody.put_back_databases import overview_lines
from archiver.custody.verify import verify_archive
from archiver.evidence.verify.findings import Verification
from archiver.store import durable_files, seals
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.orphaned_seals import settle_seals
from tests.support.archives.notes import NOON, all_entries, append_notes
from tests.support.stamps.stamped_archives import authority, stamp_seals

KEPT = 2
"""Seals that the older database has."""


def seal_days(archive: Archive, days: Sequence[int], *, stamped: bool = False) -> None:
    """Make a seal of two records on each of these days."""
    for day in days:
        append_notes(archive, 2, at=NOON + timedelta(days=day))
        seals.close_seals(archive, now=NOON + timedelta(days=day, hours=12))
    if stamped:
        at = NOON + timedelta(days=days[-1], hours=13)
        stamp_seals(archive, [authority(now=lambda: at)], at=at)


def put_back(archive: Archive, older: Path) -> None:
    """Put an older database in the place of the present one."""
    archive.close()
    for path in archive.home.glob(f"{DATABASE}*"):
        path.unlink()
    shutil.copy(older, archive.home / DATABASE)


def copy_database(archive: Archive, target: Path) -> Path:
    """A copy of the database as it is now."""
    archive.close()
    return Path(shutil.copy(archive.home / DATABASE, target))


def rolled_back(archive: Archive, older: Path, *, newer: int, stamped: bool = False) -> None:
    """Make two seals, then as many newer ones, and put the database with two back."""
    seal_days(archive, range(KEPT))
    copy_database(archive, older)
    seal_days(archive, range(KEPT, KEPT + newer), stamped=stamped)
    put_back(archive, older)


def digests(*folders: Path) -> set[str]:
    """SHA-256 of every file in the folders of seals."""
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def rollbacks(archive: Archive) -> list[dict[str, Any]]:
    """What the `rollback` entries say."""
    return [json.loads(entry.line)["payload"] for entry in all_entries(archive) if entry.kind == "rollback"]


def verified(archive: Archive) -> Verification:
    """A verification of all of it."""
    return verify_archive(archive, deep=True)


@pytest.mark.parametrize("stamped", [False, True], ids=["without stamps", "stamped"])
@pytest.mark.parametrize("newer", [1, 3, pytest.param(100, marks=pytest.mark.slow)])
def test_newer_seals_are_kept_apart_and_named(archive: Archive, tmp_path: Path, newer: int, stamped: bool) -> None:
    """The next seal lies above them all, follows the last one of the table, and the whole verifies."""
    rolled_back(archive, tmp_path / "older", newer=newer, stamped=stamped)
    before = digests(archive.home / "seals")

    append_notes(archive, 1, at=NOON + timedelta(days=200))
    (seal,) = seals.close_seals(archive, now=NOON + timedelta(days=200))

    (rollback,) = rollbacks(archive)
    document = json.loads((archive.home / "seals" / seal.name).read_bytes())
    verification = verified(archive)
    assert before <= digests(archive.home / "seals")
    assert list(range(KEPT + 1, KEPT + newer + 1)) == rollback["numbers"]
    assert (KEPT, 5, 4 + 2 * newer) == (rollback["table_last"], rollback["first"], rollback["last"])
    assert (KEPT + newer + 1, [KEPT + 1, KEPT + newer]) == (seal.number, document["skips"])
    assert digests(archive.home / "seals/orphaned") == set(rollback["files"].values())
    assert [] == verification.findings
    assert any(f"{2 * newer} sealed records were in the database later" in note for note in verification.notes)


def test_a_verification_before_the_next_run_says_what_to_do(archive: Archive, tmp_path: Path) -> None:
    """The newer database may still be at hand; verifying changes nothing."""
    rolled_back(archive, tmp_path / "older", newer=3)

    verification = verified(archive)

    assert [("entry-missing", "entry/5-10"), ("seal-row", "seal/3-5")] == [one[:2] for one in verification.findings]
    assert "put it back now" in verification.findings[-1].text
    assert [] == rollbacks(archive)


def test_the_newer_database_can_be_put_back_afterwards(archive: Archive, tmp_path: Path) -> None:
    """Its seals return to their place, with their stamps; what was sealed meanwhile is kept apart in its turn."""
    seal_days(archive, range(KEPT))
    older = copy_database(archive, tmp_path / "older")
    seal_days(archive, range(KEPT, 5), stamped=True)
    newer = copy_database(archive, tmp_path / "newer")
    put_back(archive, older)
    seal_days(archive, [20])
    before = digests(archive.home / "seals")

    put_back(archive, newer)
    seal_days(archive, [30])

    (rollback,) = rollbacks(archive)
    assert [6] == rollback["numbers"]
    assert before <= digests(archive.home / "seals")
    assert ["000006"] == [path.name[:6] for path in (archive.home / "seals/orphaned").iterdir()]
    verification = verified(archive)
    with archive.reading() as reading:
        (line,) = overview_lines(reading)
    assert [] == verification.findings
    assert line.startswith("A newer database was put back")
    assert "put it back" not in line
    assert any(re.sub(r"rollback/(\d+)", r"record \1", note) in line for note in verification.notes)


def test_a_kill_between_file_and_row_is_no_rollback(archive: Archive, tmp_path: Path) -> None:
    """The file continues the table, which holds all that it closed: its row is made of it."""
    seal_days(archive, range(3))
    append_notes(archive, 2, at=NOON + timedelta(days=3))
    unsealed = copy_database(archive, tmp_path / "unsealed")
    (left,) = seals.close_seals(archive, now=NOON + timedelta(days=3))
    put_back(archive, unsealed)

    seal_days(archive, [4])

    with archive.reading() as reading:
        actual = seals.seals(reading)
    assert left in actual
    assert ([], [1, 2, 3, 4, 5]) == (rollbacks(archive), [seal.number for seal in actual])
    assert [] == verified(archive).findings


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("moved", range(5))
def test_a_kill_between_the_steps_loses_nothing(
    archive: Archive, tmp_path: Path, moved: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record is there before the first move; the next start moves the rest and makes no second record."""
    rolled_back(archive, tmp_path / "older", newer=2, stamped=True)
    before = digests(archive.home / "seals")
    moves, move = iter(range(moved)), durable_files.move

    def move_until_killed(source: Path, target: Path) -> None:
        if next(moves, None) is None:
            raise KeyboardInterrupt
        move(source, target)

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(durable_files, "move", move_until_killed)
        settle_seals(archive, now=NOON + timedelta(days=50))
        assert moved == 4
    interrupted = verified(archive)
    seal_days(archive, [60])

    assert [] == [finding for finding in interrupted.findings if finding.check == "orphaned-seal"]
    assert 1 == len(rollbacks(archive))
    assert before <= digests(archive.home / "seals")
    assert [] == verified(archive).findings


def test_what_was_kept_apart_and_is_gone_or_changed_is_found(archive: Archive, tmp_path: Path) -> None:
    """The record names the SHA-256 of each; a seal may not skip numbers by itself."""
    rolled_back(archive, tmp_path / "older", newer=2)
    seal_days(archive, [20])
    (path,) = (archive.home / "seals").glob("000005-*.json")
    first, second = sorted((archive.home / "seals/orphaned").iterdir())
    first.unlink()
    second.write_bytes(b"{}")

    actual = [finding[:2] for finding in verified(archive).findings]

    assert [3, 4] == json.loads(path.read_bytes())["skips"]
    assert [("orphaned-seal", f"orphaned/{path.name}") for path in (first, second)] == actual
    shutil.rmtree(archive.home / "seals/orphaned")
    assert {"orphaned-seal"} == {finding.check for finding in verified(archive).findings}


def copies_of(archive: Archive, place: Path) -> Path:
    """A folder with copies of the seals."""
    shutil.copytree(archive.home / "seals", place / "seals")
    return place


def older_home(archive: Archive, place: Path) -> Archive:
    """A copy of the whole home as it is with two seals, before newer ones are made."""
    seal_days(archive, range(KEPT))
    archive.close()
    return Archive(shutil.copytree(archive.home, place))


def settle_twice(archive: Archive, place: Path) -> tuple[list[int], dict[str, Any]]:
    """How many records two settlings with these copies made, and what the one record says."""
    recorded = [settle_seals(archive, now=NOON + timedelta(days=20), copies=[place]) for _ in range(2)]
    (rollback,) = rollbacks(archive)
    return recorded, rollback


def test_a_whole_home_that_was_put_back_is_known_by_its_copies(archive: Archive, tmp_path: Path) -> None:
    """The copies elsewhere are newer: they are named, nothing is moved, and no number is given twice."""
    home = older_home(archive, tmp_path / "older")
    seal_days(archive, range(KEPT, 5), stamped=True)
    place = copies_of(archive, tmp_path / "usb")
    before = digests(place)

    recorded, rollback = settle_twice(home, place)
    seal_days(home, [20])

    assert ([1, 0], before, 1) == (recorded, digests(place), len(rollbacks(home)))
    assert ("copies", [3, 4, 5], 5) == (rollback["place"], rollback["numbers"], rollback["first"])
    assert 1 == len(list((home.home / "seals").glob("000006*.json")))
    assert [] == verified(home).findings
    home.close()


def test_copies_that_come_back_later_tell_it_too(archive: Archive, tmp_path: Path) -> None:
    """Seals of the same numbers and other bytes: nothing there is replaced, and it is recorded once."""
    home = older_home(archive, tmp_path / "older")
    seal_days(archive, range(KEPT, 4))
    place = copies_of(archive, tmp_path / "usb")
    seal_days(home, range(10, 15))

    recorded, rollback = settle_twice(home, place)
    seal_days(home, [20])

    assert ([1, 0], [3, 4], 1) == (recorded, rollback["numbers"], len(rollbacks(home)))
    assert [] == verified(home).findings
    home.close()


def test_what_copies_and_the_home_both_hold_is_told_once(archive: Archive, tmp_path: Path) -> None:
    """One database was put back, so one record says so, also where the files got other names in `orphaned/`."""
    rolled_back(archive, tmp_path / "older", newer=2, stamped=True)
    place = copies_of(archive, tmp_path / "usb")
    (archive.home / "seals/orphaned").mkdir()
    for path in (archive.home / "seals").glob("00000[34]*"):
        (archive.home / "seals/orphaned" / path.name).write_bytes(b"{}")

    recorded, rollback = settle_twice(archive, place)

    assert ([1, 0], "seals", 4) == (recorded, rollback["place"], rollback["lost"])


def test_records_that_were_lost_twice_under_one_number_are_counted_each(archive: Archive, tmp_path: Path) -> None:
    """The same older database is put back a second time, over what was saved after the first."""
    rolled_back(archive, tmp_path / "older", newer=3)
    seal_days(archive, [20])  # two notes, and the record of the first time
    put_back(archive, tmp_path / "older")

    settle_seals(archive, now=NOON + timedelta(days=30))

    (rollback,) = rollbacks(archive)
    assert (5, 10, 6 + 3) == (rollback["first"], rollback["last"], rollback["lost"])
    assert any("9 sealed records were in the database later" in note for note in verified(archive).notes)


def test_copies_that_are_ours_or_of_another_account_tell_nothing(archive: Archive, tmp_path: Path) -> None:
    """A folder that cannot be read tells nothing either."""
    seal_days(archive, range(3))
    place = copies_of(archive, tmp_path / "usb")
    seal_days(archive, [3])

    assert 0 == settle_seals(archive, now=NOON, copies=[place, tmp_path / "absent"])
