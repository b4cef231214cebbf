"""Files that were handed in, under a name of ours until their bytes are in the archive; their own names are text."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from werkzeug.datastructures import FileStorage

NAME_LIMIT = 200
"""Characters of a name that are kept."""


def plain_name(given: FileStorage) -> str:
    """The last part of the name that a browser gave, whatever separators stand in it."""
    name = (given.filename or "").replace("\\", "/").rpartition("/")[2].replace("\0", "").strip()
    return name[-NAME_LIMIT:] or "file"


@contextlib.contextmanager
def as_file(given: FileStorage) -> Iterator[Path]:
    """The bytes in a file of this program's own, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="incoming-") as folder:
        path = Path(folder) / "file"
        given.save(path)
        yield path
