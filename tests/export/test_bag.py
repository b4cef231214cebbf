"""A folder that becomes a package."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest

from archiver.export.bag import ENDINGS, Bag, pack, partial_bag, sweep_leftovers
from archiver.folder_sync import free_name

AT = datetime(2026, 11, 5, 1, 14, 33, tzinfo=UTC)


def test_a_closed_bag_satisfies_other_programs(tmp_path: Path) -> None:
    """bagit-python and sha256sum find every file as listed."""
    bag = Bag(tmp_path)
    bag.add("data/a.txt", b"a")
    bag.add("data/sub/b.txt", b"bb")
    bag.add("00_README.txt", b"read me")

    sha256 = bag.close({"Bagging-Date": "2026-11-05"})

    bagit.Bag(str(tmp_path)).validate()
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--strict", "--quiet", "-c", name], cwd=tmp_path, check=True)
    assert hashlib.sha256((tmp_path / "tagmanifest-sha256.txt").read_bytes()).hexdigest() == sha256
    assert "Payload-Oxum: 3.2\n" in (tmp_path / "bag-info.txt").read_text(encoding="utf-8")


def test_bytes_that_are_not_the_ones_named_do_not_stay(tmp_path: Path) -> None:
    """Neither a file nor a digest of them is left."""
    bag = Bag(tmp_path)

    taken = bag.copy("data/files/F-0001.bin", [b"other"], hashlib.sha256(b"bytes").hexdigest())

    assert (False, {}, []) == (taken, bag.digests, [path for path in tmp_path.rglob("*") if path.is_file()])


def test_no_file_is_written_twice(tmp_path: Path) -> None:
    """What stands in a package once is not replaced."""
    bag = Bag(tmp_path)
    bag.add("a", b"1")

    with pytest.raises(FileExistsError):
        bag.add("a", b"2")


def test_a_half_bag_is_removed_when_it_fails(tmp_path: Path) -> None:
    """Whatever the reason; the reason itself goes on."""

    def interrupted() -> None:
        with partial_bag(tmp_path, "CW1") as bag:
            bag.add("data/a", b"1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("there", ["CW1", "CW1.zip", "CW1.partial", "CW1.zip.partial"])
def test_a_name_that_is_taken_is_not_used(tmp_path: Path, there: str) -> None:
    """A folder, a zip or half of one: the next number is."""
    (tmp_path / there).mkdir()
    (tmp_path / "CW1-2").mkdir()

    assert "CW1-3" == free_name(tmp_path, "CW1", ENDINGS)
    assert "CW2" == free_name(tmp_path, "CW2", ENDINGS)
    assert "CW1" == free_name(tmp_path / "nowhere", "CW1", ENDINGS)


def test_half_packages_that_nobody_makes_are_swept_away(tmp_path: Path) -> None:
    """However young they are; everything else is none of ours."""
    old, again, young = (f"CW1_20261124-{time}.partial" for time in ("2231_support", "2231_support-2", "2232_lawyer"))
    for name in (old, again, young, "other", "film.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    for name in ("job1_20261124-223105_daily.zip.partial", "film.mp4.partial"):
        (tmp_path / name).touch()
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    os.utime(tmp_path / young, (AT.timestamp() + 1, AT.timestamp() + 1))

    sweep_leftovers(tmp_path, older_than=AT)

    left = sorted(path.name for path in tmp_path.iterdir())
    assert ["film.mp4.partial", "film.partial", "other"] == left


def test_a_package_that_is_still_being_made_stays(tmp_path: Path) -> None:
    """With its zip, however old it looks."""
    name = "CW1_20261124-223105_support"
    with partial_bag(tmp_path, name) as bag:
        (tmp_path / f"{name}.zip.partial").touch()
        os.utime(bag.folder, (0, 0))

        sweep_leftovers(tmp_path, older_than=AT)
        during = sorted(path.name for path in tmp_path.iterdir())

    sweep_leftovers(tmp_path, older_than=AT)
    assert [f"{name}.partial", f"{name}.zip.partial"] == during
    assert [] == list(tmp_path.iterdir())


def test_packages_begun_at_once_have_names_of_their_own(tmp_path: Path) -> None:
    """Whoever comes second takes the next number."""
    with ThreadPoolExecutor(8) as pool, contextlib.ExitStack() as open_bags:
        bags = list(pool.map(lambda _: open_bags.enter_context(partial_bag(tmp_path, "CW1")), range(8)))
        names = {bag.name for bag in bags}

    assert {"CW1", *(f"CW1-{number}" for number in range(2, 9))} == names


def test_the_same_files_are_the_same_zip(tmp_path: Path) -> None:
    """Times and modes of the disk do not go in; names lie below one folder, in order."""
    packed: list[bytes] = []
    for run in ("one", "two"):
        folder = tmp_path / run
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "b.txt").write_bytes(b"b" * 1000)
        (folder / "a.txt").write_bytes(b"a")
        os.utime(folder / "a.txt", (len(packed), len(packed)))
        (folder / "a.txt").chmod(0o400 + 0o200 * len(packed))
        pack(folder, "CW1", tmp_path / f"{run}.zip", at=AT)
        packed.append((tmp_path / f"{run}.zip").read_bytes())

    with zipfile.ZipFile(tmp_path / "one.zip") as opened:
        entries = opened.infolist()
    assert packed[0] == packed[1]
    assert ["CW1/a.txt", "CW1/data/b.txt"] == [one.filename for one in entries]
    assert {(2026, 11, 5, 10, 14, 32)} <= {one.date_time for one in entries}
    assert entries[1].compress_size < entries[1].file_size
