"""Files that were handed in, under a name of ours until their bytes are in the archive; their own names are text."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from flask import Request
from werkzeug.datastructures import FileStorage

from archiver.store.durable_files import storage_error
from archiver.web.console_context import console_context

NAME_LIMIT = 200
"""Characters of a name that are kept."""

MEMORY_BYTES = 500_000
"""Up to this size a file that is handed in needs no file of its own."""


class StreamingRequest(Request):
    """A request whose files stream to the home's own file system, where they will be kept."""

    def _get_file_stream(self, *_sizes_and_names: object, **_named: object) -> IO[bytes]:
        folder = incoming_folder(console_context().home)
        place = None if folder is None else str(folder)
        return cast("IO[bytes]", tempfile.SpooledTemporaryFile(MEMORY_BYTES, "rb+", dir=place))

    def _load_form_data(self) -> None:
        with disk_errors():
            super()._load_form_data()


def incoming_folder(home: Path) -> Path | None:
    """Where files on their way in lie; None, this computer's usual place, where there is no home or none can be made.

    It is asked for each time: a home can go away and come back while the application runs.
    """
    folder = home / "incoming"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return None
    return folder


def plain_name(given: FileStorage) -> str:
    """The last part of the name that a browser gave, whatever separators stand in it."""
    name = (given.filename or "").replace("\\", "/").rpartition("/")[2].replace("\0", "").strip()
    return name[-NAME_LIMIT:] or "file"


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Tell an error of the disk on which files on their way in lie as one of this program. Raises StorageError."""
    try:
        yield
    except OSError as error:
        folder = incoming_folder(console_context().home) or Path(tempfile.gettempdir())
        raise storage_error(error, folder) from error


@contextlib.contextmanager
def as_file(given: FileStorage) -> Iterator[Path]:
    """The bytes in a file of this program's own, removed at the end. Raises StorageError."""
    place = incoming_folder(console_context().home)
    with disk_errors(), tempfile.TemporaryDirectory(prefix="incoming-", dir=place) as folder:
        path = Path(folder) / "file"
        given.save(path)
        yield path
