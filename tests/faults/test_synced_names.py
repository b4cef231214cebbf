"""What is given its name is on the disk: its bytes before, and its name, with those of new folders above it, after."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from archiver.comparison.comparison_report import compare
from archiver.custody import backup, erasures
from archiver.custody.copies_elsewhere import copy_to_folders
from archiver.evidence.chain import digest_file
from archiver.export.package.daily_copy import write_daily_copy
from archiver.records.evidence import ErasureReason
from archiver.store import backup_copy, blobs, seals
from archiver.store.engine import DATABASE
from archiver.store.erasure.plan import select_messages
from archiver.team.ledger.database import LedgerPlace, write_ledger_file
from tests.support.archives.maker import ROOM, ArchiveMaker, at, message_object, story
from tests.support.archives.tampering import changing_past_triggers
from tests.support.synced_paths import note_syncs

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="which file a number stands for is read from /proc")


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The paths that this process syncs, in their order."""
    return note_syncs(monkeypatch)


def test_the_folders_of_a_new_archive_are_synced(tmp_path: Path, synced: list[Path]) -> None:
    """The first file and the first seal make folders that the home did not have."""
    maker = ArchiveMaker(tmp_path / "home")
    synced.clear()

    part = blobs.incoming_path(maker.home, 1, 2)
    part.write_bytes(b"bytes")
    place = blobs.keep(maker.home, part, digest_file(part))
    after_file = list(synced)
    maker.sync([])
    synced.clear()
    seals.close_seals(maker.archive, now=at(10))

    assert {maker.home, maker.home / "files", place.parent.parent, place.parent} <= set(after_file)
    assert {maker.home, maker.home / "seals"} <= set(synced)


def test_copies_elsewhere_are_whole_before_they_have_their_name(tmp_path: Path, synced: list[Path]) -> None:
    """A copy that is there is never made again, so half a one would stay for good."""
    maker, usb = story(tmp_path / "home"), tmp_path / "usb"
    usb.mkdir()
    zip_path = write_daily_copy(maker.archive, "job1", now=lambda: at(24 * 60), file_limit_bytes=100)
    assert zip_path is not None
    made = list(synced)
    synced.clear()

    copy_to_folders(maker.home, (usb,))

    copied = usb / zip_path.relative_to(maker.home)
    assert {zip_path.parent, zip_path.parent.parent, maker.home} <= set(made)
    assert copied.with_name(f"{copied.name}.partial") in synced
    assert {copied.parent, copied.parent.parent, usb} <= set(synced)


def test_what_was_set_aside_and_comes_back_is_synced(tmp_path: Path, synced: list[Path]) -> None:
    """Every folder that a file left or came to, when no copy took its place as when one did."""
    home = tmp_path / "home"
    for name in ("seals/000001-2026-11-05.json", "files/ab/cd/abcd"):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_bytes(b"1")
    aside = backup_copy.set_aside(home, at=at(0))
    synced.clear()

    backup_copy.put_back(aside, home)
    put_back = set(synced)
    again = backup_copy.set_aside(home, at=at(0))
    (home / "seals").mkdir()
    (home / "seals" / "000001-2026-11-05.json").write_bytes(b"1")
    (again / "seals" / "000002-2026-11-06.json").write_bytes(b"2")
    synced.clear()
    backup_copy.bring_back(home)

    assert {home, home / "files/ab/cd", home / "seals", aside / "seals", aside / "files/ab/cd"} <= put_back
    assert {home / "seals", again / "seals"} <= set(synced)


@pytest.mark.drawn
def test_a_comparison_is_whole_before_it_has_its_name(tmp_path: Path, synced: list[Path]) -> None:
    """The command says where it lies."""
    maker = story(tmp_path / "home")

    compare(maker.home, maker.home, folder=tmp_path / "compared", at=at(0))

    names = {path.name for path in synced}
    assert {path.name for path in (tmp_path / "compared").iterdir()} <= names
    assert tmp_path in synced


def test_the_file_that_names_a_ledger_is_synced(tmp_path: Path, synced: list[Path]) -> None:
    """Without it a copy of a team's archive would be one of its own."""
    write_ledger_file(tmp_path, LedgerPlace("postgresql://localhost/a", 1, None))

    assert tmp_path == synced[-1]


def test_a_copy_with_findings_is_whole_before_it_lies_beside_the_earlier_one(
    tmp_path: Path, synced: list[Path]
) -> None:
    """The only copy of what was saved since may be the one in which something was found."""
    maker, usb = story(tmp_path / "home"), tmp_path / "usb"
    seals.close_seals(maker.archive, now=at(24 * 60))
    backup.backup(maker.archive, usb, now=lambda: at(24 * 60))
    with changing_past_triggers(maker.archive) as database:
        database.execute("UPDATE entry SET digest = upper(digest) WHERE seq = 2")
    synced.clear()

    outcome = backup.backup(maker.archive, usb, now=lambda: at(25 * 60))

    beside = [number for number, path in enumerate(synced) if path.name.startswith(DATABASE)]
    assert (False, True) == (outcome.is_placed, (usb / backup.WITH_FINDINGS).exists())
    assert beside
    assert usb in synced[beside[-1] :]


def test_the_note_of_an_erasure_is_there_before_anything_is_erased(tmp_path: Path, synced: list[Path]) -> None:
    """It alone tells an older database that is put back what is not to come again."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.me()
    maker.contract("job1", [])
    maker.sync([message_object(11, "秘密", sent=1)], minutes=5)
    steps: dict[str, list[Path]] = {}
    synced.clear()

    erasures.erase(
        maker.archive,
        lambda reading: select_messages(reading, [(ROOM, 11)]),
        ErasureReason.OWN,
        now=lambda: at(60),
        step=lambda name: steps.update({name: list(synced)}),
    )

    folder = maker.home / "erasures"
    assert {folder, maker.home} <= set(steps["noted"])
    assert "0001.json.new" in {path.name for path in steps["noted"]}
