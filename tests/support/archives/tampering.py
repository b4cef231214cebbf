"""A small archive with everything that verification checks, and ways to change its files past the program."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archiver.evidence import chain
from archiver.records import Observation, Reply
from archiver.store import blobs, seals, writer
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.schema import TRIGGERS
from tests.support.archives.exact_clock import exact_clock
from tests.support.archives.new_database import make_database

ROOM = 123456789
OWNER = 1234567
CLIENT = {"account_id": 7654321, "name": "田中", "avatar_image_url": "https://example.invalid/a.png"}
FIRST = 1876543210987654321
"""The id of the first message; the others follow."""
START = datetime(2026, 11, 10, 3, 0, tzinfo=UTC)
BYTES = bytes(range(256)) * 40
"""The attachment."""


def empty_archive(home: Path) -> Archive:
    """An archive without a single entry."""
    home.mkdir(parents=True, exist_ok=True)
    make_database(home / DATABASE)
    return Archive(home, clock=exact_clock())


def sample_archive(home: Path) -> Archive:
    """Three sealed days (posted; edited; deleted) and a tail: two entries, one of them an export of seal 3."""
    archive = empty_archive(home)
    _post_messages(archive, START)
    _append_attachment(archive, START + timedelta(minutes=1))
    seals.close_seals(archive, now=START + timedelta(days=1))
    _append_window(archive, START + timedelta(days=1), {FIRST: ("お支払いは検収後で。", 5, "edited")})
    seals.close_seals(archive, now=START + timedelta(days=2))
    _append_window(archive, START + timedelta(days=2), {FIRST + 1: ("[deleted]", 0, "deleted")})
    seals.close_seals(archive, now=START + timedelta(days=3))
    observations = [
        Observation(
            "export",
            "export/1",
            {"name": "job1_lawyer", "profile": "lawyer", "contract": "job1", "seal": 3, "sha256": "0" * 64},
        )
    ]
    _append(
        archive, START + timedelta(days=3), [*observations, Observation("sweep", "sweep/{seq}", {"requests": 2})], None
    )
    return archive


def copy_of(archive: Archive, home: Path) -> Archive:
    """A copy of the archive in another home, to be damaged."""
    archive.close()
    shutil.copytree(archive.home, home)
    return Archive(home, clock=exact_clock())


@contextmanager
def changing_past_triggers(archive: Archive) -> Iterator[sqlite3.Connection]:
    """The open database without its triggers, which are put back afterwards.

    Fails if nothing was changed, since that would be no damage.
    """
    archive.close()
    with closing(sqlite3.connect(archive.database)) as database:
        for name in TRIGGERS:
            database.execute(f"DROP TRIGGER IF EXISTS {name}")
        before = _content(database)
        yield database
        assert before != _content(database), "nothing was changed"
        for statement in TRIGGERS.values():
            database.execute(statement)
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _content(database: sqlite3.Connection) -> list[list[tuple[Any, ...]]]:
    """The schema and every row of every table; text as bytes, since damaged text may not decode."""
    database.text_factory = bytes
    made_of = database.execute("SELECT name, type, sql FROM sqlite_master ORDER BY name").fetchall()
    tables = [name.decode() for name, kind, _ in made_of if kind == b"table"]
    rows = [database.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables]
    database.text_factory = str
    return [made_of, *rows]


def flip_bit(path: Path, bit: int) -> None:
    """Flip one bit of a file, counted from its beginning."""
    body = bytearray(path.read_bytes())
    body[bit // 8] ^= 1 << bit % 8
    path.chmod(0o600)
    path.write_bytes(body)


def with_flipped_bit(body: bytes, bit: int) -> bytes:
    """The bytes with one bit flipped."""
    changed = bytearray(body)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def archive_seal_path(archive: Archive, number: int) -> Path:
    """The file of a seal."""
    (path,) = (archive.home / seals.FOLDER).glob(f"{number:06}-*.json")
    return path


def attachment_path(archive: Archive) -> Path:
    """The file of the one attachment."""
    return blobs.blob_path(archive.home, hashlib.sha256(BYTES).hexdigest())


def rewritten_line(line: str, **changes: Any) -> tuple[str, str]:
    """The line of an entry with other fields, and the digest that fits it."""
    record = json.loads(line) | changes
    rewritten = chain.canonical(record)
    return rewritten, chain.digest(rewritten)


def _post_messages(archive: Archive, at: datetime) -> None:
    texts = ("残り3本は無しで。", "お支払いは来週です。🎉", "確認します")
    _append_window(archive, at, {FIRST + index: (body, 0, "present") for index, body in enumerate(texts)}, people=True)


def _append_window(
    archive: Archive, at: datetime, changes: dict[int, tuple[str, int, str]], *, people: bool = False
) -> None:
    objects = {
        number: {
            "message_id": str(number),
            "account": CLIENT,
            "body": body,
            "send_time": int(START.timestamp()),
            "update_time": update_time,
        }
        for number, (body, update_time, _) in changes.items()
    }
    body = json.dumps([*objects.values(), at.isoformat()]).encode()
    reply = Reply(f"/rooms/{ROOM}/messages?force=1", 200, body, {}, at)
    window = {
        "oldest": str(FIRST),
        "newest": str(FIRST + 2),
        "count": 3,
        "date": None,
        "limited": False,
        "message_num": 3,
        "joins": True,
        "beginning": True,
        "from": "2026-11-10T02:00:00.000Z",
        "absent": [],
    }
    observations = [Observation("window", f"window/{ROOM}/{writer.SELF}", window, ROOM, reply.digest)]
    if people:
        key = f"account/{ROOM}/{CLIENT['account_id']}"
        observations.append(Observation("account", key, {"object": CLIENT}, ROOM, reply.digest))
    for number, message in objects.items():
        payload = {"object": message, "state": changes[number][2], "source": "list"}
        observations.append(Observation("message", f"message/{number}", payload, ROOM, reply.digest))
    _append(archive, at, observations, reply)


def _append_attachment(archive: Archive, at: datetime) -> None:
    file_object = {
        "file_id": 77,
        "account": CLIENT,
        "message_id": str(FIRST),
        "filename": "見積書.pdf",
        "filesize": len(BYTES),
        "upload_time": int(START.timestamp()),
    }
    reply = Reply(f"/rooms/{ROOM}/files", 200, json.dumps([file_object]).encode(), {}, at)
    listed = {"object": file_object, "state": "present", "source": "list"}
    sha256 = hashlib.sha256(BYTES).hexdigest()
    saved = {
        "state": "saved",
        "sha256": sha256,
        "size": len(BYTES),
        "saved_at": "2026-11-10T03:01:00.000Z",
        "listed_size": len(BYTES),
        "listed_time": file_object["upload_time"],
    }
    part = blobs.incoming_path(archive.home, ROOM, 77)
    part.write_bytes(BYTES)
    blobs.keep(archive.home, part, sha256)
    _append(archive, at, [Observation("file", "file/77", listed, ROOM, reply.digest)], reply)
    _append(archive, at, [Observation("blob", f"blob/{ROOM}/77", saved, ROOM)], None)


def _append(archive: Archive, at: datetime, observations: list[Observation], reply: Reply | None) -> None:
    with archive.writing() as writing:
        if reply is not None:
            writer.keep_reply(writing, reply, room_id=ROOM)
        writer.append(writing, observations, account_id=OWNER, at=at)
