"""Kinds of damage to an archive by name, each a function that changes the files of its home."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from archiver.evidence import chain
from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.roots import der_to_pem
from archiver.evidence.stamps.timestamp import Authority
from archiver.store import seals
from archiver.store.archive import Archive
from archiver.store.time_text import from_text, to_text
from tests.support.archives.tampering import (
    archive_seal_path,
    changing_past_triggers,
    flip_bit,
    rewritten_line,
    with_flipped_bit,
)
from tests.support.stamps.stamped_archives import authority
from tests.support.world import Clock

Damage = Callable[[Archive], object]

COLUMNS = "observed_at, clock, kind, account_id, room_id, key, line, digest"
TEXT, OTHER_TEXT = "承知しました。", "承知しません。"
SEALS = (1, 2, 3)


def archive_stamp_path(archive: Archive, number: int, name: str = "a") -> Path:
    """The file of a seal's stamp."""
    seal = archive_seal_path(archive, number)
    return seal.with_name(f"{seal.name}.{name}.tsr")


def attachments(archive: Archive) -> list[Path]:
    """The stored files of all attachments."""
    return sorted(path for path in (archive.home / "files").rglob("*") if path.is_file())


def first_seq_of_message(archive: Archive, key: str = "message/4") -> int:
    """The number of the first entry of a message."""
    with archive.reading() as reading:
        seq = reading.sql.exec_driver_sql("SELECT min(seq) FROM entry WHERE key = ?", (key,)).scalar()
    assert isinstance(seq, int)
    return seq


def rebuild_chain(archive: Archive, change: Callable[[str], str], *, earlier: timedelta | None = None) -> None:
    """Change the text of every record and make digests, seals and rows of seals fit again.

    `earlier`: the closing time of every seal is moved back by this.
    """
    with changing_past_triggers(archive) as database:
        digests = {}
        for seq, line in database.execute("SELECT seq, line FROM entry ORDER BY seq").fetchall():
            digests[seq] = chain.digest(change(line))
            database.execute("UPDATE entry SET line = ?, digest = ? WHERE seq = ?", [change(line), digests[seq], seq])
        previous = chain.GENESIS
        for number in [number for (number,) in database.execute("SELECT number FROM seal ORDER BY number")]:
            seal = json.loads(archive_seal_path(archive, number).read_bytes())
            seal["entries"] = [digests[seq] for seq in range(seal["first"], seal["last"] + 1)]
            seal["previous"] = previous
            if earlier is not None:
                seal["closed_at"] = _earlier(seal["closed_at"], earlier)
            previous = put_seal(archive, database, seal)


def put_seal(archive: Archive, database: sqlite3.Connection, seal: Mapping[str, Any]) -> str:
    """Replace file and row of the seal with this number; returns the new digest."""
    body = (chain.canonical(seal) + "\n").encode()
    path = archive_seal_path(archive, seal["number"])
    path.chmod(0o600)
    path.write_bytes(body)
    digest = chain.digest_bytes(body)
    row = [digest, seal["closed_at"], seal["number"]]
    database.execute("UPDATE seal SET sha256 = ?, closed_at = ? WHERE number = ?", row)
    return digest


def restamp_seals(archive: Archive, by: Authority, *, roots: bool) -> None:
    """Stamp every seal anew under the name `a` by another authority; with `roots` its root is put beside them too."""
    for number in SEALS:
        put_stamp(archive, number, by)
    if roots:
        write_file(archive.home / "seals/a.pem", "".join(map(der_to_pem, by.roots)).encode())


def put_stamp(archive: Archive, number: int, by: Authority) -> None:
    """Replace the stamp of a seal by one over its present bytes."""
    stamp = timestamp.request_stamp(archive_seal_path(archive, number).read_bytes(), by, now=Clock())
    write_file(archive_stamp_path(archive, number), stamp.reply)


def strip_stamps(archive: Archive) -> None:
    """Remove every stamp file."""
    for path in (archive.home / seals.FOLDER).glob("*.tsr"):
        path.unlink()


def remove_stamps(archive: Archive) -> None:
    """Remove every stamp file and its row."""
    strip_stamps(archive)
    _run(archive, "DELETE FROM stamp")


def cut_after_seal(archive: Archive, *, last_seal: int) -> None:
    """Remove the records and seals that follow a seal."""
    for number in SEALS[last_seal:]:
        archive_seal_path(archive, number).unlink()
    with changing_past_triggers(archive) as database:
        (last,) = database.execute("SELECT last FROM seal WHERE number = ?", [last_seal]).fetchone()
        database.execute("DELETE FROM entry WHERE seq > ?", [last])
        database.execute("DELETE FROM seal WHERE number > ?", [last_seal])


def write_file(path: Path, body: bytes) -> None:
    """Write a file, also one that is write-protected."""
    if path.exists():
        path.chmod(0o600)
    path.write_bytes(body)


@cache
def forging_authority() -> Authority:
    """The authority of a forger, with a root of its own."""
    return authority("forged")


# --- parts of the table -----------------------------------------------------------------------


def _earlier(time: str, by: timedelta) -> str:
    return to_text(from_text(time) - by)


def _run(archive: Archive, *statements: str) -> None:
    with changing_past_triggers(archive) as database:
        for statement in statements:
            database.execute(statement)


def _sql(*statements: str) -> Damage:
    return lambda archive: _run(archive, *statements)


def _change_record(archive: Archive, **changes: Any) -> int:
    """The record of a message with another field, its digest made to fit; returns its number."""
    seq = first_seq_of_message(archive)
    with changing_past_triggers(archive) as database:
        (line,) = database.execute("SELECT line FROM entry WHERE seq = ?", [seq]).fetchone()
        database.execute("UPDATE entry SET line = ?, digest = ? WHERE seq = ?", [*rewritten_line(line, **changes), seq])
    return seq


def _edited_with_its_seal(archive: Archive) -> None:
    seq = _change_record(archive, salt="0" * 32)
    with changing_past_triggers(archive) as database:
        (digest,) = database.execute("SELECT digest FROM entry WHERE seq = ?", [seq]).fetchone()
        seal = json.loads(archive_seal_path(archive, 1).read_bytes())
        seal["entries"][seq - 1] = digest
        put_seal(archive, database, seal)


def _bit_of_column(archive: Archive, column: str) -> None:
    with changing_past_triggers(archive) as database:
        (body,) = database.execute(f"SELECT CAST({column} AS BLOB) FROM entry WHERE seq = 9").fetchone()
        changed = with_flipped_bit(body, 160)
        database.execute(f"UPDATE entry SET {column} = CAST(? AS TEXT) WHERE seq = 9", [changed])


def _reply(archive: Archive, change: Callable[[bytes], bytes], *, digest: bool = False) -> None:
    with changing_past_triggers(archive) as database:
        salt, body = database.execute("SELECT salt, body FROM reply WHERE number = 2").fetchone()
        changed = change(zlib.decompress(body))
        database.execute("UPDATE reply SET body = ? WHERE number = 2", [zlib.compress(changed)])
        if digest:
            database.execute("UPDATE reply SET digest = ? WHERE number = 2", [chain.reply_digest(salt, changed)])


def _swap(first: Path, second: Path) -> None:
    body = first.read_bytes()
    write_file(first, second.read_bytes())
    write_file(second, body)


def _attachment(archive: Archive, change: Callable[[Path], object]) -> None:
    path = attachments(archive)[0]
    path.chmod(0o600)
    change(path)


def _stamp(body: Callable[[bytes], bytes]) -> Damage:
    return lambda archive: write_file(archive_stamp_path(archive, 2), body(archive_stamp_path(archive, 2).read_bytes()))


def _back_dated_last_seal(archive: Archive) -> None:
    seal = json.loads(archive_seal_path(archive, 3).read_bytes())
    seal["closed_at"] = _earlier(seal["closed_at"], timedelta(days=30))
    with changing_past_triggers(archive) as database:
        put_seal(archive, database, seal)


def _chain_rebuilt(archive: Archive) -> None:
    rebuild_chain(archive, lambda line: line.replace(TEXT, OTHER_TEXT))


def _chain_rebuilt_and_restamped(archive: Archive, *, roots: bool) -> None:
    _chain_rebuilt(archive)
    restamp_seals(archive, forging_authority(), roots=roots)


def _renamed_stamp(archive: Archive) -> None:
    path = archive_stamp_path(archive, 3)
    shutil.copy(path, path.with_name("000009-2026-11-30.json.a.tsr"))


def _page_of_the_database(archive: Archive) -> None:
    archive.close()
    with archive.database.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(size // 2)
        file.write(b"\xff" * (size // 2))


def _without_index(archive: Archive) -> None:
    """Its pages belong to nothing then: no reading of a table comes across them."""
    with changing_past_triggers(archive) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("DELETE FROM sqlite_master WHERE name = 'entry_key'")
        database.execute("PRAGMA writable_schema = RESET")


def _no_database(archive: Archive) -> None:
    archive.close()
    write_file(archive.database, b"x" * 5000)


def _without_trigger(archive: Archive) -> None:
    archive.close()
    with sqlite3.connect(archive.database) as database:
        database.execute("DROP TRIGGER entry_no_delete")
    database.close()


def _seal_removed(archive: Archive, number: int) -> None:
    archive_seal_path(archive, number).unlink()


def cut_seal(archive: Archive, number: int) -> None:
    """Remove a seal with its row."""
    _seal_removed(archive, number)
    _run(archive, f"DELETE FROM seal WHERE number = {number}")


_MOVE = ("UPDATE entry SET seq = -seq - 1 WHERE seq >= 9", "UPDATE entry SET seq = -seq WHERE seq < 0")

KINDS: Mapping[str, Damage] = {
    "bit of a record": partial(_bit_of_column, column="line"),
    "bit of a digest": partial(_bit_of_column, column="digest"),
    "record edited": partial(
        _change_record, payload={"object": {"body": OTHER_TEXT}, "state": "present", "source": "list"}
    ),
    "record edited with its seal": _edited_with_its_seal,
    "salt replaced": partial(_change_record, salt="0" * 32),
    "time of a record replaced": partial(_change_record, observed_at="2026-11-01T00:00:00.000Z"),
    "record of another room": _sql("UPDATE entry SET room_id = 5 WHERE seq = 9"),
    "record of another account": _sql("UPDATE entry SET account_id = 5 WHERE seq = 9"),
    "key of a record": _sql("UPDATE entry SET key = 'message/5' WHERE seq = 9"),
    "record removed": _sql("DELETE FROM entry WHERE seq = 9"),
    "records removed": _sql("DELETE FROM entry WHERE seq BETWEEN 9 AND 12"),
    "all records removed": _sql("DELETE FROM entry"),
    "records reordered": _sql(
        "UPDATE entry SET seq = 999 WHERE seq = 9",
        "UPDATE entry SET seq = 9 WHERE seq = 10",
        "UPDATE entry SET seq = 10 WHERE seq = 999",
    ),
    "record pushed in": _sql(*_MOVE, f"INSERT INTO entry SELECT 9, {COLUMNS} FROM entry WHERE seq = 8"),
    "record before the first": _sql(f"INSERT INTO entry SELECT 0, {COLUMNS} FROM entry WHERE seq = 8"),
    "sealed end cut": _sql("DELETE FROM entry WHERE seq >= (SELECT last FROM seal WHERE number = 3)"),
    "last seal cut with its records": lambda archive: cut_after_seal(archive, last_seal=2),
    "re-chained with stale stamps": _chain_rebuilt,
    "re-chained, stamps by another root": partial(_chain_rebuilt_and_restamped, roots=False),
    "re-chained, stamps and root exchanged": partial(_chain_rebuilt_and_restamped, roots=True),
    "all seals back-dated": lambda archive: rebuild_chain(archive, str, earlier=timedelta(days=30)),
    "last seal back-dated": _back_dated_last_seal,
    "bit of a reply": partial(_reply, change=lambda body: bytes([body[0] ^ 1]) + body[1:]),
    "reply cut": partial(_reply, change=lambda body: body[:-1]),
    "reply replaced with its digest": partial(_reply, change=lambda body: body + b" ", digest=True),
    "replies swapped": _sql(
        "CREATE TEMP TABLE body AS SELECT number, body FROM reply",
        "UPDATE reply SET body = (SELECT body FROM body WHERE number = 3) WHERE number = 2",
        "UPDATE reply SET body = (SELECT body FROM body WHERE number = 2) WHERE number = 3",
    ),
    "reply that cannot be opened": _sql("UPDATE reply SET body = x'00' WHERE number = 2"),
    "reply removed": _sql("DELETE FROM reply WHERE number = 2"),
    "bit of a file": partial(_attachment, change=lambda path: flip_bit(path, 3)),
    "file cut": partial(_attachment, change=lambda path: path.write_bytes(path.read_bytes()[:-1])),
    "file emptied": partial(_attachment, change=lambda path: path.write_bytes(b"")),
    "file removed": partial(_attachment, change=Path.unlink),
    "files swapped": lambda archive: _swap(*attachments(archive)[:2]),
    "bit of a seal": lambda archive: flip_bit(archive_seal_path(archive, 2), 99),
    "seal cut": lambda archive: write_file(
        archive_seal_path(archive, 2), archive_seal_path(archive, 2).read_bytes()[:-1]
    ),
    "seal removed": partial(_seal_removed, number=2),
    "first seal removed": partial(_seal_removed, number=1),
    "last seal removed": partial(_seal_removed, number=3),
    "row of the first seal removed": _sql("DELETE FROM seal WHERE number = 1"),
    "seal removed with its row": lambda archive: cut_seal(archive, 2),
    "seals swapped": lambda archive: _swap(archive_seal_path(archive, 1), archive_seal_path(archive, 2)),
    "seal renamed": lambda archive: archive_seal_path(archive, 2).rename(archive.home / "seals/000002-2026-11-01.json"),
    "second file of a seal": lambda archive: write_file(archive.home / "seals/000002-2020-01-01.json", b"{}\n"),
    "row of a seal removed": _sql("DELETE FROM seal WHERE number = 2"),
    "row of the last seal removed": _sql("DELETE FROM seal WHERE number = 3"),
    "row of a seal back-dated": _sql("UPDATE seal SET closed_at = '2026-11-01T00:00:00.000Z' WHERE number = 2"),
    "digest in the row of a seal": _sql(
        "UPDATE seal SET sha256 = iif(sha256 LIKE '0%', '1', '0') || substr(sha256, 2) WHERE number = 2"
    ),
    "stamp is none": _stamp(lambda _body: b"<html>"),
    "stamp cut": _stamp(lambda body: body[:-9]),
    "bit of a stamp's signature": _stamp(lambda body: body[:-1] + bytes([body[-1] ^ 1])),
    "stamps swapped": lambda archive: _swap(archive_stamp_path(archive, 1), archive_stamp_path(archive, 2)),
    "stamp of another authority": lambda archive: shutil.copy(
        archive_stamp_path(archive, 1, "b"), archive_stamp_path(archive, 1)
    ),
    "stamp by another root": lambda archive: put_stamp(archive, 3, forging_authority()),
    "stamp over no seal": _renamed_stamp,
    "stamps stripped": strip_stamps,
    "root of another": lambda archive: write_file(
        archive.home / "seals/a.pem", der_to_pem(forging_authority().roots[0]).encode()
    ),
    "root removed": lambda archive: (archive.home / "seals/a.pem").unlink(),
    "root is none": lambda archive: write_file(archive.home / "seals/a.pem", b"junk"),
    "text in the readable table": _sql(f"UPDATE message_version SET body = '{OTHER_TEXT}' WHERE body = '{TEXT}'"),
    "row of the readable table removed": _sql("DELETE FROM task"),
    "trigger removed": _without_trigger,
    "page of the database": _page_of_the_database,
    "database replaced": _no_database,
    "index of the database": _without_index,
}
"""Verification finds every kind, those at the end only a deep one."""
