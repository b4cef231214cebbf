"""A home put back as a whole, and two computers on copies of one home: told, recorded, and nothing held is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.custody import backup, put_back_databases
from archiver.custody.put_back_databases import take_in
from archiver.custody.verify import verify_archive
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from tests.support.schedules.rounds import next_round
from tests.support.world import World, running_world

SEEN = "that this computer had seen"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world that was saved once; what it held then lies in `snapshot`."""
    with running_world(tmp_path / "home") as made:
        made.post("こんにちは")
        next_round(made)
        made.archive.close()
        shutil.copytree(made.home, tmp_path / "snapshot")
        yield made
        made.archive.close()


def put_back(world: World, source: Path) -> None:
    """Replace the home by another one, file by file, as a snapshot or a copying program does."""
    world.archive.close()
    shutil.rmtree(world.home)
    shutil.copytree(source, world.home)
    world.archive = Archive(world.home, clock=world.own_clock)


def told(world: World) -> list[str]:
    """What `status` says of older databases."""
    with world.archive.reading() as reading:
        return put_back_databases.overview_lines(reading)


def test_a_home_that_was_put_back_is_told_and_recorded_once(world: World) -> None:
    """Before and after the next run, which says it; a home that only goes on is nothing to tell."""
    deleted = world.post("検収OKです")
    quiet = next_round(world)
    world.chatwork.delete(deleted)
    put_back(world, world.home.with_name("snapshot"))

    before, noted = told(world), verify_archive(world.archive)
    first, second = next_round(world), next_round(world)

    assert ((), ()) == (quiet.complaints, second.complaints)
    assert ["This computer has seen" in sentence for sentence in before] == [True]
    assert [True] * 3 == ["put it back now" in sentence for sentence in (*before, *first.complaints, *told(world))]
    assert before[0] in noted.notes
    assert [SEEN in sentence for sentence in first.complaints] == [True]
    assert [SEEN in sentence for sentence in told(world)] == [True]
    (entry,) = world.entries("rollback")
    assert ("computer", entry["payload"]["last"] - entry["payload"]["first"] + 1) == (
        entry["payload"]["place"],
        entry["payload"]["lost"],
    )
    after = verify_archive(world.archive, deep=True)
    assert [] == noted.findings + after.findings
    assert any(SEEN in note for note in after.notes)


def test_what_a_conflicted_copy_holds_is_named_and_taken_in_late(world: World) -> None:
    """A deleted message that only the other computer saw has its text again, seen when that computer saw it."""
    deleted = world.post("検収OKです")
    next_round(world)
    seen = world.entries("message")[-1]
    world.archive.close()
    other = world.home.with_name("other")
    shutil.copy(world.home / DATABASE, other)
    world.chatwork.delete(deleted)
    put_back(world, world.home.with_name("snapshot"))
    name = "archive (田中's conflicted copy 2026-07-01).sqlite3"
    shutil.copy(other, world.home / name)

    first, second = next_round(world), next_round(world)
    (beside,) = [sentence for sentence in told(world) if name in sentence]
    assert ["[deleted]"] == world.texts(deleted)

    assert [1, 0] == [take_in(world.archive, world.home / name, now=world.own_clock()) for _again in range(2)]
    assert ["of 1 messages" in one for one in (beside, *first.complaints)] == [True, False, True]
    assert ((), []) == (second.complaints, [one for one in told(world) if name in one])
    assert {deleted: "deleted"} == {key: state for key, state in world.states().items() if key == deleted}
    versions = [row for row in world.rows("message_version") if row["position"] == int(deleted)]
    assert ["検収OKです", "[deleted]"] == [row["body"] for row in versions]
    assert seen["observed_at"] == versions[0]["first_seen"] == versions[0]["last_seen"]
    late = world.entries("message")[-1]["payload"]
    assert ("copy", seen["observed_at"]) == (late["source"], late["seen"])
    assert [] == verify_archive(world.archive, deep=True).findings
    assert [] == next_round(world).rooms[0].gaps


def test_a_home_that_went_on_elsewhere_is_not_to_be_replaced(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another computer saved into a copy of it, which took its place: each has records that the other lacks."""
    world.post("検収OKです")
    next_round(world)
    with monkeypatch.context() as second:
        second.setenv("XDG_STATE_HOME", str(tmp_path / "second computer"))
        put_back(world, world.home.with_name("snapshot"))
        world.post("はい")
        next_round(world)

    sentences = [*told(world), *next_round(world).complaints, *told(world)]

    advice = "may have records of its own since then: put nothing in its place"
    assert [True] * 3 == [advice in one and "archive save FILE" in one for one in sentences]
    assert not any("put it back now" in one for one in sentences)


def test_a_restore_is_a_record_of_the_copy_and_of_what_it_may_lack(world: World, tmp_path: Path) -> None:
    """From which copy, by the time of its last record, and as many later records as this computer had seen."""
    backup.backup(world.archive, tmp_path / "copy", now=world.own_clock)
    world.post("はい")
    next_round(world)
    last = len(world.seqs())
    world.archive.close()
    shutil.rmtree(world.home)

    assert backup.restore(tmp_path / "copy", world.home, now=world.own_clock).is_placed

    world.archive = Archive(world.home, clock=world.own_clock)
    (entry,) = world.entries("rollback")
    before = world.entries()[-2]
    assert ("restore", before["observed_at"], last) == tuple(
        entry["payload"][name] for name in ("place", "copied_at", "last")
    )
    assert [f"(record {entry['seq']})" in sentence for sentence in told(world)] == [True]
    assert ["restored from a backup" in sentence for sentence in told(world)] == [True]
    assert () == next_round(world).complaints


def test_a_folder_for_copies_remembers_too_and_archives_that_parted_are_told_once(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second computer knows nothing of it by itself; the other one's next records in that folder are no news."""
    (tmp_path / "cloud").mkdir()
    world.post("検収OKです")
    next_round(world)
    put_back_databases.note(world.archive, [tmp_path / "cloud"])
    (note,) = (tmp_path / "cloud").iterdir()
    others = note.read_bytes()
    put_back(world, world.home.with_name("snapshot"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "second computer"))

    found = [put_back_databases.settle(world.archive, now=world.own_clock(), copies=[tmp_path / "cloud"])]
    note.write_bytes(others)
    found.append(put_back_databases.settle(world.archive, now=world.own_clock(), copies=[tmp_path / "cloud"]))

    assert ([1, 0], 1) == (found, len(world.entries("rollback")))
