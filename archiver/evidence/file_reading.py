"""Reads stored files for their digests: large ones two at a time, many small ones with few calls each.

While Python's hashlib works on much data, another thread may run. Standard library and Python 3.8 syntax, because this
module is also handed out inside packages.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Callable, Iterator, List, Sequence, Tuple  # noqa: UP035 - Python 3.8 syntax

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
