"""Copies daily copies, seals, stamps, roots and notes of erasures to the folders of `[exports] also_to`.

It stands apart from what makes the daily copies, as it is asked after each round, and that is not.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from archiver.folder_sync import sync_where_possible
from archiver.store import seals
from archiver.store.durable_files import sync_file
from archiver.store.erasure import records

PARTIAL = ".partial"
"""The ending of a file that is being copied."""

ROOTS_SUFFIX = ".pem"
"""The ending of the files with the authorities' root certificates, beside the seals."""


class CopyFailure(NamedTuple):
    """A folder that should have got copies and did not."""

    folder: Path
    detail: str | None
    """The message of the operating system; None: the folder does not exist."""


def copy_to_folders(home: Path, folders: tuple[Path, ...]) -> list[CopyFailure]:
    """Copy daily copies, seals, stamps, roots and notes of erasures to each folder, if they are not there yet.

    A folder that cannot be reached is returned as a failure: the next round tries again.
    """
    failures = []
    for folder in folders:
        if not folder.is_dir():
            failures.append(CopyFailure(folder, None))
            continue
        try:
            for source in _files_to_copy(home):
                _copy_file(source, folder / source.relative_to(home))
        except OSError as error:
            failures.append(CopyFailure(folder, error.strerror or str(error)))
    return failures


def _files_to_copy(home: Path) -> Iterator[Path]:
    yield from sorted(home.glob("daily/*/*.zip"))
    yield from sorted(path for path in (home / seals.FOLDER).glob("*-*.json*") if path.suffix != ".new")
    yield from sorted((home / seals.FOLDER).glob(f"*{ROOTS_SUFFIX}"))
    yield from sorted((home / records.FOLDER).glob("*.json"))


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file under a temporary name and rename it; only grown root files replace existing ones. Raises OSError.

    It is on the disk before it has its name, as what has it is never copied again.
    """
    if target.exists() and not (source.suffix == ROOTS_SUFFIX and _has_grown(source, target)):
        return
    made = [path for path in target.parents if not path.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + PARTIAL)
    try:
        shutil.copyfile(source, partial)
        sync_file(partial)
        partial.replace(target)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    for folder in (target.parent, *(path.parent for path in made)):
        sync_where_possible(folder)


def _has_grown(source: Path, target: Path) -> bool:
    """Whether the source is the target with more appended, such as a root that was pinned later."""
    before, now = target.read_bytes(), source.read_bytes()
    return before != now and now.startswith(before)
