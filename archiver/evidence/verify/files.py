"""Checks of files: the bytes of attachments, named by their SHA-256, against the entries that say they were saved.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import os
import re
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import Iterable, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.manifest import digest_file
from archiver.evidence.verify.entries import SavedBytes
from archiver.evidence.verify.findings import Progress, Verification

_DIGEST = re.compile("[0-9a-f]{64}")


def check_files(told: Verification, root: Path, saved: Sequence[SavedBytes], progress: Progress | None = None) -> None:
    """Look at each file of `root` (`ab/cd/<sha256>`) that an entry names, once; note how many none names."""
    named: dict[str, SavedBytes] = {}
    for one in saved:
        if not _DIGEST.fullmatch(one.sha256):
            told.find("file-missing", f"entry/{one.seq}", _("The record says that bytes were saved, but not which."))
        elif one.sha256 not in named:
            named[one.sha256] = one
        elif one.size != named[one.sha256].size:
            _tell_size(told, one, named[one.sha256].size)
    done, total = 0, sum(one.size or 0 for one in named.values())
    for sha256 in sorted(named):
        _check_file(told, root, named[sha256])
        done += named[sha256].size or 0
        if progress is not None:
            progress("files", done, total)
    _note_unnamed(told, _unnamed(root, named))


def place_of(sha256: str) -> str:
    """Where bytes of this digest lie below `files/`."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _check_file(told: Verification, root: Path, one: SavedBytes) -> None:
    place = place_of(one.sha256)
    path, subject = root / place, f"files/{place}"
    told.checked["files"] += 1
    try:
        size = path.stat().st_size
        actual = digest_file(path)
    except FileNotFoundError:
        told.find(
            "file-missing", subject, _("Record {seq} says it was saved, but it is not there.").format(seq=one.seq)
        )
        return
    except OSError as error:
        said = _("The file cannot be read: {detail}").format(detail=error.strerror or str(error))
        told.find("file-changed", subject, said)
        return
    if actual != one.sha256:
        said = _("The file is not the one that record {seq} saved: its SHA-256 differs.").format(seq=one.seq)
        told.find("file-changed", subject, said)
    elif size != one.size:
        _tell_size(told, one, size)


def _tell_size(told: Verification, one: SavedBytes, size: int | None) -> None:
    said = _("Record {seq} gives another size for the file than it has ({size} bytes).")
    told.find("file-changed", f"files/{place_of(one.sha256)}", said.format(seq=one.seq, size=size))


def _unnamed(root: Path, named: Iterable[str]) -> int:
    """How many files lie under a digest's place that no entry names: left by a kill before its entry."""
    known = {place_of(sha256) for sha256 in named}
    count = 0
    for folder, _folders, files in os.walk(root):
        inside = Path(folder).relative_to(root).as_posix()
        if inside.partition("/")[0] != "incoming":
            count += sum(1 for name in files if f"{inside}/{name}" not in known)
    return count


def _note_unnamed(told: Verification, count: int) -> None:
    if count:
        said = ngettext(
            "{count} file in the folder of the files is not named by any record; it was not looked at.",
            "{count} files in the folder of the files are not named by any record; they were not looked at.",
            count,
        )
        told.note(said.format(count=count))
