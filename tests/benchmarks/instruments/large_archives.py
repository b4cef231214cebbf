"""Large archives, made by the store's own writer with many readings in one transaction; a million messages once."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from archiver.records import Contract, ContractRoom, JsonObject, Observation, Reply, RoomId
from archiver.store import migrate, seals, writer
from archiver.store.archive import Archive, Writing
from archiver.store.queries.contracts import contract_payload
from archiver.store.time_text import to_text
from tests.benchmarks.instruments import corpus

ROOM = corpus.ROOM
SHOWN = 100
"""Messages in one list of Chatwork."""

_READINGS = 500
"""Readings in one transaction, and in one seal."""


def fill_archive(home: Path, count: int, *, new: int, in_a_seal: int = _READINGS) -> Archive:
    """An archive of one room with so many messages, `new` of them in each reading; sealed to the end."""
    home.mkdir(mode=0o700, parents=True)
    archive = Archive(home)
    migrate.create_database(archive.database)
    readings = _readings(corpus.messages(count), new)
    with archive.writing() as writing:
        _append_beginning(writing)
    while batch := list(islice(readings, in_a_seal)):
        with archive.writing() as writing:
            for messages, oldest in batch:
                at = _append_reading(writing, messages, oldest)
        seals.close_seals(archive, now=at + timedelta(hours=6))
    return archive


def _readings(messages: Iterator[JsonObject], new: int) -> Iterator[tuple[list[JsonObject], str]]:
    """The new messages of each reading, and the oldest id of its list."""
    ids: list[str] = []
    while new_messages := list(islice(messages, new)):
        ids = [*ids, *(one["message_id"] for one in new_messages)][-SHOWN:]
        yield new_messages, ids[0]


def _append_beginning(writing: Writing) -> None:
    owner = {"account_id": corpus.OWNER, "name": "yamada", "chatwork_id": "", "organization_name": ""}
    contract = Contract("job1", (ContractRoom(RoomId(ROOM)),), platform="crowdworks", platform_id="12345678")
    observations = [
        Observation("me", "me", owner),
        Observation("contract", "contract/job1", contract_payload(contract)),
    ]
    writer.append(writing, observations, account_id=corpus.OWNER, at=corpus.BEGIN, dated=True)
    room_object: JsonObject = {"room_id": ROOM, "name": "動画編集_田中様", "description": "", "type": "group"}
    room_object |= {"role": "member", "icon_path": ""}
    reply = Reply(f"/rooms/{ROOM}", 200, corpus.body_of([room_object]), {}, corpus.BEGIN)
    observation = Observation("room", f"room/{ROOM}", {"object": room_object}, ROOM, reply.digest)
    writer.keep_reply(writing, reply, room_id=ROOM)
    writer.append(writing, [observation], account_id=corpus.OWNER, at=corpus.BEGIN, dated=True)


def _append_reading(writing: Writing, messages: list[JsonObject], oldest: str) -> datetime:
    """Append a window and its new messages; only these stand in its reply, to keep the archive small.

    Returns the time of the reading.
    """
    at = datetime.fromtimestamp(messages[-1]["send_time"] + 60, UTC)
    path = f"/rooms/{ROOM}/messages?force=1"
    reply = Reply(path, 200, corpus.body_of(messages), {"content-type": "application/json"}, at)
    window = {
        "oldest": oldest,
        "newest": messages[-1]["message_id"],
        "count": SHOWN,
        "date": "Thu, 05 Nov 2026 01:00:00 GMT",
        "limited": False,
        "message_num": None,
        "joins": True,
        "beginning": False,
        "from": to_text(corpus.BEGIN),
        "absent": [],
    }
    observations = [Observation("window", f"window/{ROOM}/{writer.SELF}", window, ROOM, reply.digest)]
    for message in messages:
        payload = {"object": message, "state": "present", "source": "list"}
        observations.append(Observation("message", f"message/{message['message_id']}", payload, ROOM, reply.digest))
    writer.keep_reply(writing, reply, room_id=ROOM)
    writer.append(writing, observations, account_id=corpus.OWNER, at=at, dated=True)
    return at


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
    at = corpus.BEGIN + timedelta(days=4_000)
    with archive.writing() as writing:
        for number, one in enumerate(islice(corpus.messages(COUNT), 0, None, COUNT // CHANGED), 1):
            edited = one | {"body": one["body"] + "(訂正)", "update_time": one["send_time"] + 60}
            sent = {"account": one["account"], "message_id": one["message_id"]}
            file = sent | {"file_id": number, "filename": f"{number}.png", "filesize": 9}
            task = sent | {"task_id": number, "body": one["body"], "limit_time": 0, "limit_type": "none"}
            observations = [
                _changed(f"message/{one['message_id']}", edited, "edited"),
                _changed(f"file/{number}", file | {"upload_time": one["send_time"]}),
                _changed(f"task/{number}", task | {"status": "open"}),
            ]
            writer.append(writing, observations, account_id=corpus.OWNER, at=at, dated=True)


def _changed(key: str, received: JsonObject, state: str = "present") -> Observation:
    return Observation(key.partition("/")[0], key, {"object": received, "state": state, "source": "list"}, ROOM)
