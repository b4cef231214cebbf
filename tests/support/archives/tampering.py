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
from archiver.evidence.verify.findings import Verification
from archiver.records import Observation
from archiver.store import blobs, seals
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.schema import TRIGGERS
from tests.support.archives.exact_clock import exact_clock
from tests.support.archives.maker import BEGIN, CLIENT, ArchiveMaker, file_object, message_object
from tests.support.archives.new_database import make_database

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
    maker, start, day = ArchiveMaker(home), (START - BEGIN) / timedelta(minutes=1), 24 * 60
    texts = ("残り3本は無しで。", "お支払いは来週です。🎉", "確認します")
    messages = [message_object(FIRST + index, text, sent=start) for index, text in enumerate(texts)]
    maker.account(CLIENT, "田中", minutes=start)
    maker.sync(messages, minutes=start)
    listed = file_object(77, "見積書.pdf", len(BYTES), sent=start, message_id=FIRST)
    maker.file(listed, BYTES, minutes=start + 1)
    changes = ((0, "お支払いは検収後で。", 5, "edited"), (1, "[deleted]", 0, "deleted"))
    for number, (index, text, update_time, state) in enumerate(changes, 1):
        seals.close_seals(maker.archive, now=START + timedelta(days=number))
        messages[index] = message_object(FIRST + index, text, sent=start, update_time=update_time)
        maker.sync(messages, changed={FIRST + index: state}, minutes=start + number * day)
    seals.close_seals(maker.archive, now=START + timedelta(days=3))
    package = {"name": "job1_lawyer", "profile": "lawyer", "contract": "job1", "seal": 3, "sha256": "0" * 64}
    tail = [Observation("export", "export/1", package), Observation("sweep", "sweep/{seq}", {"requests": 2})]
    maker.append(tail, minutes=start + 3 * day)
    return maker.archive


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


def findings_of(verification: Verification) -> list[tuple[str, str]]:
    """Checks and subjects of the findings."""
    return [(one.check, one.subject) for one in verification.findings]


def with_flipped_bit(body: bytes, bit: int) -> bytes:
    """The bytes with one bit flipped, counted from their beginning."""
    changed = bytearray(body)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def flip_bit(path: Path, bit: int) -> None:
    """Flip one bit of a file."""
    path.chmod(0o600)
    path.write_bytes(with_flipped_bit(path.read_bytes(), bit))


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
