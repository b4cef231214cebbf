"""Erasures between a copy and its ledger: what was erased on one machine is erased on all of them.

The `erasure` entry comes before, as any other; the ledger notes which erasures it has carried out. A copy that finds
one which it has not carries it out itself, and what the ledger holds again after a restore is erased there again.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import Connection, select

from archiver.store import schema
from archiver.store.erasure import execution, records
from archiver.store.erasure.plan import make_plan, select_noted
from archiver.store.queries.entries import IS_WHOLE
from archiver.store.transactions import Reading, Writing
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import UnfinishedErasure
from archiver.team.ledger.ledger import Ledger, LedgerReading

_ENTRY = schema.entry.c


def settled(sql: Connection, home: Path) -> frozenset[int]:
    """The numbers of the erasures on record that this copy has carried out."""
    known = remembered_values.ERASURES_SETTLED.recall(Reading(sql, home))
    return (
        frozenset(known) & {erasure.number for erasure in records.erasures(Reading(sql, home))}
        if known
        else frozenset()
    )


def carry_out(sql: Connection, home: Path, reading: LedgerReading) -> None:
    """Erase in the copy what the ledger has erased; files and free pages follow with the next run. Raises StorageError.

    It is noted in the home first, as where the erasure was begun, also where its entries came as tombstones.
    """
    writing = Writing(sql, home)
    known = set(remembered_values.ERASURES_SETTLED.recall(writing))
    for number in sorted(reading.erasures() - known):
        unfinished = unfinished_erasure(writing, number, is_executed=True)
        _write_note(writing, number, () if unfinished is None else unfinished.blobs)
        if unfinished is not None:
            _erase(writing, unfinished)
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


def _write_note(writing: Writing, number: int, blobs: Collection[str]) -> None:
    erasure = records.find_erasure(writing, number)
    if erasure is not None:
        ranges = _ranges(writing, number)
        records.write_note(writing, number, ranges, blobs, reason=erasure.payload["reason"])


def _erase(writing: Writing, unfinished: UnfinishedErasure) -> None:
    erasure = records.find_erasure(writing, unfinished.number)
    assert erasure is not None
    ranges = _ranges(writing, unfinished.number)
    execution.execute(writing, unfinished.number, ranges, erasure.payload["replies"], unfinished.contracts)
    brought = remembered_values.ERASURES_BROUGHT.recall(writing)
    remembered_values.ERASURES_BROUGHT.remember(writing, [*brought, unfinished])


def _ranges(reading: Reading, number: int) -> list[tuple[int, int]]:
    erasure = records.find_erasure(reading, number)
    return [] if erasure is None else [(first, last) for first, last in erasure.payload["numbers"]]
