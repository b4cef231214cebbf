"""An archive of a million messages in one room, read a hundred at a time; made once for all rows of a run."""

from __future__ import annotations

import functools
import shutil
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from archiver.records import Observation
from archiver.store import writer
from archiver.store.archive import Archive
from tests.benchmarks.instruments import corpus
from tests.benchmarks.instruments.large_archives import ROOM, fill_archive

COUNT = 1_000_000
A_READING = 100
CHANGED = 2_000
"""Edited messages, and as many files and tasks, as in a busy job."""


def million_messages(home: Path) -> Archive:
    """A copy of the archive, without an edit, a file or a task."""
    shutil.copytree(Path(_made().name, "home"), home)
    return Archive(home)


@functools.cache
def _made() -> TemporaryDirectory[str]:
    """The folder it is made in, which goes when this process ends."""
    folder = TemporaryDirectory(prefix="archive-benchmark-")
    fill_archive(Path(folder.name, "home"), COUNT, new=A_READING).close()
    return folder


def add_changes(archive: Archive) -> None:
    """Edits, files and tasks all over the room."""
    with archive.writing() as writing:
        for number, message_object in enumerate(islice(corpus.messages(COUNT), 0, None, COUNT // CHANGED)):
            edited = message_object | {
                "body": message_object["body"] + "(訂正)",
                "update_time": message_object["send_time"] + 60,
            }
            sent = {"account": message_object["account"], "message_id": message_object["message_id"]}
            file = {
                "file_id": number + 1,
                "filename": f"{number}.png",
                "filesize": 9,
                "upload_time": message_object["send_time"],
            }
            task = {
                "task_id": number + 1,
                "body": message_object["body"],
                "limit_time": 0,
                "limit_type": "none",
                "status": "open",
            }
            observations = [
                Observation(
                    "message", f"message/{message_object['message_id']}", _object_payload(edited, "edited"), ROOM
                ),
                Observation("file", f"file/{number + 1}", _object_payload(sent | file), ROOM),
                Observation("task", f"task/{number + 1}", _object_payload(sent | task), ROOM),
            ]
            writer.append(
                writing, observations, account_id=corpus.OWNER, at=corpus.BEGIN + timedelta(days=4_000), dated=True
            )


def _object_payload(received: object, state: str = "present") -> dict[str, object]:
    return {"object": received, "state": state, "source": "list"}
