"""The full-text index of the search: every text of every message, added in the transaction that saved it.

Each version has its own row, numbered as the entry it came from, and none is ever removed, so an edit or a deletion
hides nothing. The index is rebuilt when it is missing, has another format, or was left out by a run whose SQLite had
no FTS5. It is no evidence; without it a search looks through all texts.
A writer makes it current before it is used.
"""

from __future__ import annotations

import re
import sqlite3
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from operator import add

from sqlalchemy import Connection

from archiver import errors
from archiver.evidence.history import EntryObject
from archiver.letter_folding import fold_searched
from archiver.store import schema
from archiver.store.archive import Archive
from archiver.store.engine import driver_connection
from archiver.store.received_facts_and_record_forms import DELETED

FORMAT_KEY, COUNT_KEY = "search", "search_texts"
"""Keys of the remembered format of the index and number of texts in it; no slots, as SQL reads and counts them."""
_BATCH = 1_000
_STANDING = """
    SELECT sqlite_compileoption_used('ENABLE_FTS5'),
        (SELECT count(*) FROM sqlite_master WHERE name = 'search'),
        (SELECT value FROM memory WHERE key = 'search')
"""
_WHOLE = "SELECT (SELECT count(*) FROM search_version) = (SELECT value FROM memory WHERE key = 'search_texts')"
_COUNTED = """
    INSERT INTO memory (key, value) VALUES (?1, ?2)
    ON CONFLICT (key) DO UPDATE SET value = value + ?2
"""
_VERSIONS = "SELECT seq, room_id, position, body FROM message_version"
_MESSAGES = "SELECT seq, room_id, position FROM message_version WHERE body <> ? ORDER BY seq"
_TEXTS = "SELECT seq, body FROM message_version WHERE body <> ? ORDER BY seq"

_BYTES_AT_ONCE, _USUAL_BYTES = 16 * 2**20, 2**20
"""How much of the index FTS5 collects in memory before it writes, while all is made, and else (SQLite's own number).

`hashsize` of fts5_config.c. With the small one it writes, and joins again, many small pieces.
"""

_OF_INDEX = re.compile(
    r"vtable constructor failed: search|no such table: main\.search_|constraint failed|SQL logic error|fts5"
)
"""SQLite's messages on damage to the index, besides the error code for that."""


class LostTexts(sqlite3.DatabaseError):
    """The index has texts of which it does not know the messages any more."""


_Version = tuple[int, int, int, str]
"""Entry number, room, position and text of a version."""


def is_current(sql: Connection) -> bool:
    """Whether the index has every text in the present format, and this SQLite can read it."""
    return is_readable(sql) and bool(driver_connection(sql).execute(_WHOLE).fetchone()[0])


def is_readable(sql: Connection) -> bool:
    """Whether this SQLite can read the index and its format is the present one: then it may still have lost texts.

    That costs a look at two rows, where `is_current` counts all texts.
    """
    able, there, index_format = _index_state(driver_connection(sql))
    return able and there and index_format == INDEX_FORMAT


def is_possible(sql: Connection) -> bool:
    """Whether this SQLite can have an index."""
    return _index_state(driver_connection(sql))[0]


def add_texts(sql: Connection, entries: Sequence[EntryObject]) -> None:
    """Add the texts of entries that were just appended; their readable rows are there already."""
    message_entries = [entry for entry in entries if entry["kind"] == "message"]
    if not message_entries:
        return
    source = driver_connection(sql)
    has_fts5, has_table, index_format = _index_state(source)
    if has_fts5 and has_table and index_format == INDEX_FORMAT:
        versions = sorted(_new_versions(source, message_entries))
        with damage_forgiven():
            _insert(source, versions)
            return
    if index_format is not None:
        source.execute("DELETE FROM memory WHERE key = ?", (FORMAT_KEY,))
    if has_fts5:
        with damage_forgiven():  # if it is so damaged that SQLite cannot even remove it, searches do without
            _rebuild(source)


def rebuild(sql: Connection) -> None:
    """Rebuild the index from the texts that are left, so that it holds nothing of an erased one."""
    source = driver_connection(sql)
    has_fts5, has_table, _index_format = _index_state(source)
    source.execute("DELETE FROM memory WHERE key = ?", (FORMAT_KEY,))
    source.execute("DELETE FROM search_version")
    if has_fts5:
        _rebuild(source)
    elif has_table:  # the module that could drop it is not there, but its own tables are plain ones
        for table in ("search_data", "search_idx", "search_docsize"):
            source.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names


@contextmanager
def damage_forgiven() -> Iterator[None]:
    """Ignore damage to the index alone: it is no evidence and must neither stop a run nor hide a message."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", None)
        is_known = isinstance(error, LostTexts) or code == sqlite3.SQLITE_CORRUPT_VTAB
        if not is_known and not _OF_INDEX.search(str(error)):
            raise


def _index_state(source: sqlite3.Connection) -> tuple[bool, bool, str | None]:
    has_fts5, has_table, index_format = source.execute(_STANDING).fetchone()
    return bool(has_fts5), bool(has_table), index_format


def _new_versions(source: sqlite3.Connection, entries: Sequence[EntryObject]) -> Iterator[_Version]:
    """The versions of these entries' messages from the first of these entries on."""
    messages = {(entry["room_id"], int(entry["key"].partition("/")[2])) for entry in entries}
    query = f"{_VERSIONS} WHERE room_id = ? AND position = ? AND seq >= ?"
    for room, position in messages:
        yield from source.execute(query, (room, position, entries[0]["seq"]))


def _rebuild(source: sqlite3.Connection) -> None:
    """Rebuild the index from all versions."""
    source.execute("DROP TABLE IF EXISTS search")
    source.execute(schema.SEARCH)
    source.execute("DELETE FROM search_version")
    source.execute("DELETE FROM memory WHERE key = ?", (COUNT_KEY,))
    _add_to_count(source, 0)
    _collect(source, _BYTES_AT_ONCE)
    _note_messages(source, source.execute(_MESSAGES, (DELETED,)))
    _index(source, source.execute(_TEXTS, (DELETED,)))
    source.execute("INSERT INTO search (search) VALUES ('optimize')")
    _collect(source, _USUAL_BYTES)
    source.execute("INSERT OR REPLACE INTO memory (key, value) VALUES (?, ?)", (FORMAT_KEY, INDEX_FORMAT))


def _collect(source: sqlite3.Connection, size: int) -> None:
    """Let FTS5 collect so many bytes before it writes; a version that lets nobody choose does as it does."""
    with suppress(sqlite3.OperationalError):
        source.execute("INSERT INTO search (search, rank) VALUES ('hashsize', ?)", (size,))


def _insert(source: sqlite3.Connection, versions: Iterable[_Version]) -> None:
    """Add versions in the order of their numbers; Chatwork's mark of a deletion is no text."""
    texts = [version for version in versions if version[3] != DELETED]
    _note_messages(source, [(seq, room, position) for seq, room, position, _body in texts])
    _index(source, [(seq, body) for seq, _room, _position, body in texts])


def _note_messages(source: sqlite3.Connection, versions: Iterable[tuple[int, int, int]]) -> None:
    """Note the message of each version, and how many there are, before any text is indexed.

    FTS5 writes what it has collected whenever another statement begins that may be undone alone.
    """
    last = source.execute("SELECT coalesce(newest, position) FROM search_version ORDER BY seq DESC LIMIT 1").fetchone()
    newest = last[0] if last else 0
    waiting = iter(versions)
    while batch := list(islice(waiting, _BATCH)):
        rows: list[tuple[int, int, int, int | None]] = []
        for seq, room, position in batch:
            newest = max(newest, position)
            rows.append((seq, room, position, None if newest == position else newest))
        source.executemany("INSERT INTO search_version VALUES (?, ?, ?, ?)", rows)
        _add_to_count(source, len(rows))


def _index(source: sqlite3.Connection, texts: Iterable[tuple[int, str]]) -> None:
    folded = ((seq, index_text(fold_searched(body))) for seq, body in texts)
    source.executemany("INSERT INTO search (rowid, grams) VALUES (?, ?)", folded)


def _add_to_count(source: sqlite3.Connection, number: int) -> None:
    source.execute(_COUNTED, (COUNT_KEY, number))


INDEX_FORMAT = f"3/{unicodedata.unidata_version}"
"""The format of the index. If it changes, the index is built again: `search_folding` depends on Python's Unicode."""

_UTF_32 = f"utf-32-{sys.byteorder[0]}e"
_CODE = next(code for code in "IL" if array(code).itemsize == 4)
_SPACE = array(_CODE, [ord(" ")])

_HAS_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_CONTROLS = {code: 0x10_0000 + code for code in (*range(0x09), *range(0x0E, 0x20), 0x7F)}
"""Private-use characters for control characters, which SQLite's `ascii` tokenizer would take for ends of words."""


def index_text(folded: str) -> str:
    """What the index holds of a folded text: of each run between spaces its bigrams, then its last character."""
    if _HAS_CONTROLS.search(folded):  # hardly any text has one, and looking costs less than replacing
        folded = folded.translate(_CONTROLS)
    if " " not in folded:
        return _pairs(folded)
    return " ".join(filter(None, map(_pairs, folded.split(" "))))


def _pairs(run: str) -> str:
    """The bigrams of a run and its last character, between spaces; `abc` → `ab bc c`.

    Whole columns of code points are copied at once: one by one, a long text would take thirty times as long.
    """
    codes = array(_CODE, run.encode(_UTF_32, "surrogatepass"))
    triples = _SPACE * (3 * len(codes))
    triples[0::3] = codes
    triples[1:-3:3] = codes[1:]
    return triples.tobytes().decode(_UTF_32, "surrogatepass")[:-2]


def match_expression(folded: str) -> str:
    """An expression of FTS5 that matches exactly the texts that contain this one, which is not empty.

    The last run may go on in the text, so its last character alone is not searched for. A run of one character matches
    every bigram that begins with it.
    """
    *runs, last = folded.translate(_CONTROLS).split(" ")
    parts = [index_text(run) for run in runs] + (list(map(add, last, last[1:])) or [last])
    quoted = '"' + " ".join(parts).replace('"', '""') + '"'
    return quoted + " *" if len(last) == 1 else quoted


def make_current(archive: Archive) -> None:
    """Rebuild the index if it is not current; if that is impossible now, searches do without."""
    try:
        with archive.reading() as reading:
            if not is_possible(reading.sql) or is_current(reading.sql):
                return
        with archive.writing() as writing:
            if not is_current(writing.sql):
                with damage_forgiven():
                    rebuild(writing.sql)
    except (errors.HomeNotWritable, errors.DatabaseNotOpened, errors.ArchiveBusy, errors.DiskFull, errors.OlderArchive):
        return  # the scan finds the same, only slower
