"""What a copy lacks, brought from its team's ledger: rows, the readable tables made of them, files beside the seals."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from gettext import gettext as _
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select

from archiver.errors import N_
from archiver.evidence.history import EntryObject
from archiver.ledger.ledger import COLUMNS, LedgerEnd, LedgerReading, Row
from archiver.store import schema
from archiver.store.ledger_copy import erased
from archiver.store.ledger_copy.beside_seals import put_file, put_seal
from archiver.store.ledger_copy.strange_rows import StrangeRow, told_as
from archiver.store.projection.project import project
from archiver.store.projection.rows import insert_values
from archiver.store.schema.payload_forms import has_form
from archiver.store.search import index

_AT_ONCE = 1_000
_DECODE = msgspec.json.Decoder().decode
_TOMBSTONE = '{"digest":'
_ENTRY = schema.entry.c
_LINE = list(COLUMNS["entry"]).index("line")
_LINES = select(_ENTRY.line).where(_ENTRY.key == bindparam("key"), _ENTRY.seq <= bindparam("upto")).order_by(_ENTRY.seq)


def bring(sql: Connection, home: Path, reading: LedgerReading, own: LedgerEnd) -> None:
    """Bring every row after the numbers that the copy has. Raises StrangeRow, StorageError, LedgerUnavailable."""
    _bring_entries(sql, reading, own)
    if not own.entry and index.is_possible(sql):  # of a new copy the index is made at once
        with index.damage_forgiven():
            index.rebuild(sql)
    with told_as(N_("what it says of erasures does not go with its records")):
        erased.carry_out(sql, home, reading)
    _bring_replies(sql, reading, own)
    for row in _named_rows(reading, "seal", own):
        with told_as(N_("seal {number} is not as this program writes it"), number=row["number"]):
            put_seal(home, row)
            sql.execute(insert(schema.seal).values({column.name: row[column.name] for column in schema.seal.c}))
    for row in _named_rows(reading, "file", own):
        with told_as(N_("a file of record {number} has a name that this program gives no file"), number=row["seq"]):
            put_file(home, row)


def _bring_entries(sql: Connection, reading: LedgerReading, own: LedgerEnd) -> None:
    if own.entry:
        _append_entries(sql, reading, own)
        return
    sql.exec_driver_sql("DROP TRIGGER IF EXISTS entry_in_order")  # it would ask for each row what is asked below
    _append_entries(sql, reading, own)
    sql.exec_driver_sql(schema.TRIGGERS["entry_in_order"])


def _append_entries(sql: Connection, reading: LedgerReading, own: LedgerEnd) -> None:
    next_number = own.entry + 1
    for rows in _batches(reading, "entry", own):
        _require_no_hole(rows, next_number)
        next_number += len(rows)
        objects = _parsed(rows)
        text = N_("one of the records {first} to {last} is not as this program writes them")
        with told_as(text, first=rows[0][0], last=rows[-1][0]):
            for entry in objects:
                if not has_form(entry):
                    raise StrangeRow(_("record {number} is not as this program writes it").format(number=entry["seq"]))
            insert_values(sql, schema.entry, tuple(COLUMNS["entry"]), rows)
            project(sql, objects, lambda key, upto: _entries_of(sql, key, upto))
        if own.entry:
            index.add_texts(sql, objects)


def _require_no_hole(rows: Sequence[Row], number: int) -> None:
    """Raise StrangeRow if entries are not numbered one after the other from this number on."""
    for expected, row in enumerate(rows, number):
        if row[0] != expected:
            raise StrangeRow(_("record {number} is missing").format(number=expected))


def _parsed(rows: Sequence[Row]) -> list[EntryObject]:
    """The objects of the lines of entries that were not erased. Raises StrangeRow."""
    objects: list[EntryObject] = []
    whole = (row for row in rows if _is_whole(row[_LINE]))
    for number, *_columns, line, _digest in whole:
        try:
            objects.append(_object(line))
        except (ValueError, RecursionError) as error:
            raise StrangeRow(_("record {number} cannot be read").format(number=number)) from error
    return objects


def _object(line: str) -> EntryObject:
    """What `json.loads` gives, in a third of its time but for lines with lone surrogates, or with what is no JSON."""
    try:
        entry: EntryObject = _DECODE(line)
    except msgspec.DecodeError:
        entry = json.loads(line)
    return entry


def _bring_replies(sql: Connection, reading: LedgerReading, own: LedgerEnd) -> None:
    last = sql.execute(select(func.max(schema.reply.c.number))).scalar() or 0  # of an erased one it is given again
    for rows in _batches(reading, "reply", own._replace(reply=last)):
        text = N_("one of the replies {first} to {last} is not as this program writes them")
        with told_as(text, first=rows[0][0], last=rows[-1][0]):
            insert_values(sql, schema.reply, tuple(COLUMNS["reply"]), rows)


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
