"""What a copy lacks, brought from its team's ledger: rows, the readable tables made of them, and erasures.

What was erased on one machine is erased on all: the ledger notes which erasures it has carried out, a copy that finds
one which it has not carries it out itself, and what the ledger holds again after a restore is erased there again.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError, StatementError

from archiver import errors
from archiver.errors import N_
from archiver.evidence.history import EntryObject
from archiver.store import schema
from archiver.store.engine import Reading, Writing
from archiver.store.erasure import execution, records
from archiver.store.erasure.plan import make_plan, select_noted
from archiver.store.projection import project
from archiver.store.queries.entries import IS_WHOLE
from archiver.store.received_facts_and_record_forms import has_form, read_line
from archiver.store.rows import insert_values
from archiver.store.search import index
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import UnfinishedErasure
from archiver.team.ledger.archive_in_ledger import COLUMNS, Ledger, LedgerEnd, LedgerReading, Row
from archiver.team.ledger.database import LedgerPlace, printable
from archiver.team.ledger_copy.shared_files import put_file, put_seal

_ENTRY = schema.entry.c


def settled(sql: Connection, home: Path) -> frozenset[int]:
    """The numbers of the erasures on record that this copy has carried out."""
    known = frozenset(remembered_values.ERASURES_SETTLED.recall(Reading(sql, home)))
    return known and known & {erasure.number for erasure in records.erasures(Reading(sql, home))}


def carry_out(sql: Connection, home: Path, reading: LedgerReading) -> None:
    """Erase in the copy what the ledger has erased; files and free pages follow with the next run. Raises StorageError.

    It is noted in the home first, as where the erasure was begun, also where its entries came as tombstones.
    """
    writing = Writing(sql, home)
    known = set(remembered_values.ERASURES_SETTLED.recall(writing))
    for number in sorted(reading.erasures() - known):
        unfinished = unfinished_erasure(writing, number, is_executed=True)
        erasure = records.find_erasure(writing, number)
        if erasure is not None:
            ranges, blobs = _ranges(writing, number), () if unfinished is None else unfinished.blobs
            records.write_note(writing, number, ranges, blobs, reason=erasure.payload["reason"])
            if unfinished is not None:
                execution.execute(writing, number, ranges, erasure.payload["replies"], unfinished.contracts)
                brought = remembered_values.ERASURES_BROUGHT.recall(writing)
                remembered_values.ERASURES_BROUGHT.remember(writing, [*brought, unfinished])
        known.add(number)
        remembered_values.ERASURES_SETTLED.remember(writing, sorted(known))


def unfinished_erasure(reading: Reading, number: int, *, is_executed: bool = False) -> UnfinishedErasure | None:
    """What is left to do of an erasure on record; None if this copy holds nothing of it any more."""
    ranges = _ranges(reading, number)
    digests: dict[int, str] = {}
    for first, last in ranges:
        rows = reading.sql.execute(select(_ENTRY.seq, _ENTRY.digest).where(_ENTRY.seq.between(first, last), IS_WHOLE))
        digests |= {row.seq: row.digest for row in rows}
    if not digests:
        return None
    plan = make_plan(reading, select_noted(reading, digests))
    return UnfinishedErasure(number, tuple(sorted(plan.contracts)), tuple(sorted(plan.blobs)), is_executed)


def held_again(sql: Connection, home: Path, ledger: Ledger, reading: LedgerReading) -> frozenset[int]:
    """The erasures that this copy has carried out, and of which the ledger holds something, as after a restore.

    None where the database lets this machine erase nothing: then another one does it.
    """
    copy = Reading(sql, home)
    doubtful = settled(sql, home) - reading.erasures()
    held = frozenset(number for number in doubtful if reading.holds_whole(_ranges(copy, number)))
    return held if held and ledger.may_erase() else frozenset()


def _ranges(reading: Reading, number: int) -> list[tuple[int, int]]:
    erasure = records.find_erasure(reading, number)
    return [] if erasure is None else [(first, last) for first, last in erasure.payload["numbers"]]


_AT_ONCE = 1_000
_TOMBSTONE = '{"digest":'
_LINE = list(COLUMNS["entry"]).index("line")
_LINES = select(_ENTRY.line).where(_ENTRY.key == bindparam("key"), _ENTRY.seq <= bindparam("upto")).order_by(_ENTRY.seq)


def bring(sql: Connection, home: Path, reading: LedgerReading, own: LedgerEnd) -> StrangeRow | None:
    """Bring the rows after the numbers that the copy has, up to the first that no copy can have written; that one.

    Raises StrangeRow for what belongs to no row, StorageError, LedgerUnavailable.
    """
    strange = _bring_entries(sql, reading, own)
    if not own.entry and index.is_possible(sql):  # of a new copy the index is made at once
        with index.damage_forgiven():
            index.rebuild(sql)
    with told_as(N_("what it says of erasures does not go with its records")):
        carry_out(sql, home, reading)
    replies = own._replace(reply=sql.execute(select(func.max(schema.reply.c.number))).scalar() or 0)
    for rows in _batches(reading, "reply", replies):  # of an erased one it is given again
        strange = strange or _append_good(sql, rows, partial(_append_replies, sql))
    try:
        _bring_files(sql, home, reading, own)
    except StrangeRow as error:
        strange = strange or error
    return strange


def _bring_entries(sql: Connection, reading: LedgerReading, own: LedgerEnd) -> StrangeRow | None:
    """Bring entries up to the first strange one, which comes back."""
    if not own.entry:
        sql.exec_driver_sql("DROP TRIGGER IF EXISTS entry_in_order")  # it would ask for each row what is asked below
    strange, number = None, own.entry + 1
    for rows in _batches(reading, "entry", own):
        whole = [row for expected, row in enumerate(rows, number) if row[0] == expected]  # those before a hole
        number += len(whole)
        strange = _append_good(sql, whole, partial(_append_entries, sql, is_indexed=own.entry > 0))
        if strange is None and len(whole) < len(rows):
            strange = StrangeRow(_("record {number} is missing").format(number=number))
        if strange is not None:
            break
    if not own.entry:
        sql.exec_driver_sql(schema.TRIGGERS["entry_in_order"])
    return strange


def _append_good(sql: Connection, rows: Sequence[Row], append: Callable[[Sequence[Row]], None]) -> StrangeRow | None:
    """Append the rows before the first strange one, which comes back."""
    try:
        with sql.begin_nested():
            append(rows)
    except StrangeRow as error:
        half = len(rows) // 2
        return _append_good(sql, rows[:half], append) or _append_good(sql, rows[half:], append) if half else error
    return None


def _append_entries(sql: Connection, rows: Sequence[Row], *, is_indexed: bool) -> None:
    with told_as(N_("record {number} is not as this program writes it"), number=rows[0][0]):
        objects = [read_line(row[_LINE]) for row in rows if _is_whole(row[_LINE])]
        if not all(map(has_form, objects)):
            raise ValueError
        insert_values(sql, schema.entry, tuple(COLUMNS["entry"]), rows)
        project(sql, objects, lambda key, upto: _entries_of(sql, key, upto))
    if is_indexed:
        index.add_texts(sql, objects)


def _append_replies(sql: Connection, rows: Sequence[Row]) -> None:
    with told_as(N_("reply {number} is not as this program writes it"), number=rows[0][0]):
        insert_values(sql, schema.reply, tuple(COLUMNS["reply"]), rows)


def _bring_files(sql: Connection, home: Path, reading: LedgerReading, own: LedgerEnd) -> None:
    """Bring seals, and the files beside them, of the entries that are here. Raises StrangeRow."""
    last = sql.execute(select(func.max(_ENTRY.seq))).scalar() or 0
    for row in _named_rows(reading, "seal", own):
        if row["last"] <= last:
            with told_as(N_("seal {number} is not as this program writes it"), number=row["number"]):
                put_seal(home, row)
                sql.execute(insert(schema.seal).values({column.name: row[column.name] for column in schema.seal.c}))
    for row in _named_rows(reading, "file", own):
        if row["seq"] <= last:
            text = N_("a file of record {number} has a name that this program gives no file")
            with told_as(text, number=row["seq"]):
                put_file(home, row)


def _batches(reading: LedgerReading, table: str, own: LedgerEnd) -> Iterator[list[Row]]:
    rows = reading.rows_after(table, own.after(table))
    while batch := list(islice(rows, _AT_ONCE)):
        yield batch


def _named_rows(reading: LedgerReading, table: str, own: LedgerEnd) -> Iterator[dict[str, Any]]:
    for row in reading.rows_after(table, own.after(table)):
        yield dict(zip(COLUMNS[table], row, strict=True))


def _entries_of(sql: Connection, key: str, upto: int) -> list[EntryObject]:
    lines = sql.execute(_LINES, {"key": key, "upto": upto}).scalars()
    return [json.loads(line) for line in lines if _is_whole(line)]


def _is_whole(line: str) -> bool:
    """Whether an entry was not erased: a tombstone has no field before its digest."""
    return not line.startswith(_TOMBSTONE)


_SIGNS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    OverflowError,
    RecursionError,
    IntegrityError,
    DataError,
    InterfaceError,
    ProgrammingError,
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    zlib.error,
)
"""What a row of another shape leads to, wherever it is used."""


class StrangeRow(Exception):
    """A row that no copy can have written; in words, what it is."""


@contextmanager
def told_as(text: str, **values: object) -> Iterator[None]:
    """Raise StrangeRow with these words for what a row of another shape leads to; `values` go into the text."""
    try:
        yield
    except _SIGNS as error:
        raise StrangeRow(_(text).format(**values)) from error
    except StatementError as error:
        if isinstance(error, DBAPIError):  # of the database or of the disk
            raise
        raise StrangeRow(_(text).format(**values)) from error  # a value that its column does not take


@contextmanager
def refused(place: LedgerPlace) -> Iterator[None]:
    """Raise BadLedger for such rows of an archive, saying in words which row it is."""
    try:
        with told_as(N_("its rows do not go together")):
            yield
    except StrangeRow as error:
        raise bad_ledger(place, error) from error


def bad_ledger(place: LedgerPlace, strange: StrangeRow) -> errors.BadLedger:
    """The error that says which row of an archive it is."""
    return errors.BadLedger(ledger=printable(place.address), archive=place.archive, detail=str(strange))
