"""Stored files are read for their digests in the order of their records, large ones ahead by other threads."""

from __future__ import annotations

import hashlib
from pathlib import Path
from random import Random

import pytest

from archiver.evidence.verify.entries import SavedBytes
from archiver.evidence.verify.file_reading import LARGE, LEAST, read_files, stored_path

SIZES = (0, 1, LEAST - 1, LEAST, LEAST + 1, LARGE - 1, LARGE, 2 * LARGE + 3)


def stored(root: Path, size: int, number: int) -> SavedBytes:
    """A file of so many bytes in its place."""
    body = Random(number).randbytes(size)
    sha256 = hashlib.sha256(body).hexdigest()
    path = root / stored_path(sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(body)
    return SavedBytes(sha256, size, number)


def test_files_of_each_size_are_read_whole_and_in_order(tmp_path: Path) -> None:
    """Also where the record does not know the size, or another one."""
    records = [stored(tmp_path, size, number) for number, size in enumerate(SIZES)]
    wrong = [SavedBytes(one.sha256, size, one.seq) for one in records for size in (None, 5, 3 * LARGE)]

    found = [(record, reading()) for record, reading in read_files(tmp_path, [*records, *wrong])]

    sizes = dict(zip((one.sha256 for one in records), SIZES, strict=True))
    assert [(one, (sizes[one.sha256], one.sha256)) for one in [*records, *wrong]] == found


@pytest.mark.parametrize("size", [10, LARGE])
def test_a_file_that_is_not_there_is_an_error_of_its_own_reading(tmp_path: Path, size: int) -> None:
    """The files after it are read."""
    there = stored(tmp_path, 10, 1)
    lost = SavedBytes("ab" * 32, size, 2)

    (_record, lost_reading), (_next, reading) = read_files(tmp_path, [lost, there])

    with pytest.raises(FileNotFoundError):
        lost_reading()
    assert (10, there.sha256) == reading()
