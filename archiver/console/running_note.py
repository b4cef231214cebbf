"""A note of the job that runs, outside the home, so that the next start knows of one that was cut off.

A note that is found at a start is of a program that was ended, or of a computer that went out, while the job ran.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from archiver.console.instance import instance_file
from archiver.store.durable_files import write_durably


class NotedJob(NamedTuple):
    """A job that was begun."""

    title: str
    begun_at: datetime


def note_file(home: Path) -> Path:
    """Where the application of an archive notes its job: beside its address, since a home may go away."""
    address = instance_file(home)
    return address.with_name(address.stem + "-job.json")


class RunningNote:
    """The note in a file; a file that cannot be written ends no job, it only is not told of later."""

    def __init__(self, file: Path) -> None:
        """Keep the path; nothing is read or written yet."""
        self._file = file

    def recall(self) -> NotedJob | None:
        """The job that the note names; None without a readable one."""
        try:
            document = json.loads(self._file.read_text(encoding="utf-8"))
            title, begun_at = str(document["title"]), datetime.fromisoformat(document["begun_at"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return NotedJob(title, begun_at) if begun_at.tzinfo else None

    def keep(self, job: NotedJob) -> None:
        """Write the note, in place of an earlier one."""
        document = {"title": job.title, "begun_at": job.begun_at.isoformat()}
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(self._file, json.dumps(document).encode())

    def remove(self) -> None:
        """The job has ended, or it was told that it was cut off."""
        with contextlib.suppress(OSError):
            self._file.unlink()
