"""Checks of saved files: their bytes, stored under their SHA-256, against the entries that record them.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from gettext import gettext as _
from pathlib import Path
from typing import Callable, Collection, Iterator, List, Sequence, Tuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import SHA256
from archiver.evidence.verify.entries import SavedBytes
from archiver.evidence.verify.findings import Progress, Verification

THREADS = 2

LARGE = 2**20
"""Bytes from which a file is worth handing to another thread."""

CHUNK = 2**18
"""Bytes of a large file that are read at once; they stay in the processor's cache until they are hashed."""

LEAST = 2**16
"""Bytes of a small file that are asked for at least, so that one larger than it should be is soon read too."""

Reading = Callable[[], Tuple[int, str]]  # noqa: UP006 - Python 3.8 syntax
"""Gives the size and the SHA-256 of a file. Raises OSError."""


def read_files(files: Sequence[Tuple[str, int]]) -> Iterator[Reading]:  # noqa: UP006 - likewise
    """The reading of each file, given by its path and about how many bytes it has, in this order.

    The large ones are read ahead.
    """
    readings: List[Reading] = []  # noqa: UP006 - likewise
    with ThreadPoolExecutor(THREADS) as pool:
        futures = []
        for path, size in files:
            if size >= LARGE:
                futures.append(pool.submit(read_large, path))
                readings.append(futures[-1].result)
            else:
                readings.append(partial(read_small, path, size))
        try:
            yield from readings
        finally:
            for future in futures:
                future.cancel()  # whoever stops verifying does not wait for all of them


def read_small(path: str, expected: int) -> Tuple[int, str]:  # noqa: UP006 - likewise
    """The size of a file of about so many bytes and their SHA-256, in lower-case hex. Raises OSError."""
    digest, size, most = hashlib.sha256(), 0, max(expected + 1, LEAST)
    number = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        while True:
            part = os.read(number, most)
            if not part:
                return size, digest.hexdigest()
            digest.update(part)
            size += len(part)
    finally:
        os.close(number)


def read_large(path: str) -> Tuple[int, str]:  # noqa: UP006 - likewise
    """The same of a large file, through one buffer. Raises OSError."""
    digest, size, buffer = hashlib.sha256(), 0, bytearray(CHUNK)
    view = memoryview(buffer)
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a text is enough
        while True:
            count = file.readinto(buffer)
            if not count:
                return size, digest.hexdigest()
            digest.update(view[:count])
            size += count


def check_files(
    verification: Verification, root: Path, saved: Sequence[SavedBytes], progress: Progress | None = None
) -> None:
    """Check each file of `root` (`ab/cd/<sha256>`) that an entry names, once, and note how many files none names."""
    named: dict[str, SavedBytes] = {}
    for record in saved:
        if not SHA256.fullmatch(record.sha256):
            verification.add_finding(
                "file-missing", f"entry/{record.seq}", _("The record says that bytes were saved, but not which.")
            )
        elif record.sha256 not in named:
            named[record.sha256] = record
        elif record.size != named[record.sha256].size:
            _find_size(verification, record, named[record.sha256].size)
    done, total = 0, sum(record.size or 0 for record in named.values())
    records = [named[sha256] for sha256 in sorted(named)]
    places = [(os.path.join(root, stored_path(one.sha256)), one.size or 0) for one in records]  # noqa: PTH118 - many
    for record, reading in zip(records, read_files(places)):  # noqa: B905 - Python 3.8 syntax
        _check_file(verification, record, reading)
        done += record.size or 0
        if progress is not None:
            progress("files", done, total)
    verification.add_counted(
        _count_unnamed(root, named),
        "{count} file in the folder of the files is not named by any record; it was not looked at.",
        "{count} files in the folder of the files are not named by any record; they were not looked at.",
    )


def stored_path(sha256: str) -> str:
    """The path below `files/` of the bytes with this digest."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _check_file(verification: Verification, record: SavedBytes, reading: Reading) -> None:
    subject = f"files/{stored_path(record.sha256)}"
    verification.checked["files"] += 1
    try:
        size, actual = reading()
    except FileNotFoundError:
        verification.add_finding(
            "file-missing", subject, _("Record {seq} says it was saved, but it is not there.").format(seq=record.seq)
        )
        return
    except OSError as error:
        sentence = _("The file cannot be read: {detail}").format(detail=error.strerror or str(error))
        verification.add_finding("file-changed", subject, sentence)
        return
    if actual != record.sha256:
        sentence = _("The file is not the one that record {seq} saved: its SHA-256 differs.").format(seq=record.seq)
        verification.add_finding("file-changed", subject, sentence)
    elif size != record.size:
        _find_size(verification, record, size)


def _find_size(verification: Verification, record: SavedBytes, size: int | None) -> None:
    sentence = _("Record {seq} gives a different size for the file; it has {size} bytes.")
    verification.add_finding(
        "file-changed", f"files/{stored_path(record.sha256)}", sentence.format(seq=record.seq, size=size)
    )


def _count_unnamed(root: Path, named: Collection[str]) -> int:
    """How many stored files no entry names: a process killed before it wrote the entry leaves one."""
    count = 0
    for folder, _folders, files in os.walk(root):
        inside = folder[len(str(root)) + 1 :].replace(os.sep, "/")
        if inside.partition("/")[0] != "incoming":
            count += sum(1 for name in files if name not in named or f"{inside}/{name}" != stored_path(name))
    return count
