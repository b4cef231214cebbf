"""Stored files are read for their digests in order, large ones ahead by other threads."""

from __future__ import annotations

import hashlib
from pathlib import Path
from random import Random

import pytest

from archiver.evidence.verify.saved_files import LARGE, LEAST, read_files

SIZES = (0, 1, LEAST - 1, LEAST, LEAST + 1, LARGE - 1, LARGE, 2 * LARGE + 3)


def test_files_of_each_size_are_read_whole_and_in_order(tmp_path: Path) -> None:
    """Also where another size is told than they have."""
    expected, files = [], []
    for told in (None, 0, 5, 3 * LARGE):
        for number, size in enumerate(SIZES):
            body, path = Random(number).randbytes(size), tmp_path / str(number)
            path.write_bytes(body)
            files.append((str(path), size if told is None else told))
            expected.append((size, hashlib.sha256(body).hexdigest()))

    assert expected == [reading() for reading in read_files(files)]


@pytest.mark.parametrize("size", [10, LARGE])
def test_a_file_that_is_not_there_is_an_error_of_its_own_reading(tmp_path: Path, size: int) -> None:
    """The files after it are read."""
    (tmp_path / "there").write_bytes(b"abc")

    lost, there = read_files([(str(tmp_path / "lost"), size), (str(tmp_path / "there"), 3)])

    with pytest.raises(FileNotFoundError):
        lost()
    assert (3, hashlib.sha256(b"abc").hexdigest()) == there()
