"""The spans that a room was seen without a hole are the same however many looks are entered at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from hypothesis import given, settings, strategies
from sqlalchemy import Connection, create_engine, select

from archiver.evidence.history import EntryObject
from archiver.store import schema
from archiver.store.message_projection import project_lists

ROOMS = (1, 2)


@strategies.composite
def looks_at_lists(draw: strategies.DrawFn) -> list[EntryObject]:
    """Entries of lists and of looks that changed nothing, as they may come from any machine and any clock."""
    entries: list[EntryObject] = []
    for seq in range(1, draw(strategies.integers(1, 12)) + 1):
        at = f"2026-11-{draw(strategies.integers(1, 28)):02}T00:00:00Z"
        oldest, newest = sorted(draw(strategies.lists(strategies.integers(1, 9), min_size=2, max_size=2)))
        count = draw(strategies.integers(0, 2))
        payload: dict[str, Any] = {
            "oldest": str(oldest) if count else None,
            "newest": str(newest) if count else None,
            "message_num": None,
            "limited": False,
        }
        if draw(strategies.booleans()):
            kind, payload = "steady", payload | {"first": at, "window": draw(strategies.integers(1, seq))}
        else:
            kind = "window"
            payload |= {"absent": [], "count": count, "from": at}
            payload |= {name: draw(strategies.booleans()) for name in ("beginning", "joins")}
        room = draw(strategies.sampled_from(ROOMS))
        entries.append(
            {"kind": kind, "room_id": room, "seq": seq, "observed_at": at, "reply": None, "payload": payload}
        )
    return entries


@contextmanager
def empty_tables() -> Iterator[Connection]:
    """A database in memory with the tables of lists and of spans."""
    with create_engine("sqlite://").begin() as sql:
        schema.metadata.create_all(sql, tables=[schema.window, schema.coverage])
        yield sql


def enter(sql: Connection, batches: Sequence[Sequence[EntryObject]]) -> list[list[tuple[Any, ...]]]:
    """Both tables after these batches."""
    for batch in batches:
        project_lists(sql, batch, lambda _key, _upto: ())
    return [
        sorted(map(tuple, sql.execute(select(table))), key=lambda row: row[:2])
        for table in (schema.window, schema.coverage)
    ]


@settings(max_examples=15)
@given(looks_at_lists(), strategies.sets(strategies.integers(1, 11)))
def test_a_batch_gives_the_spans_that_one_look_after_another_gives(entries: list[EntryObject], cuts: set[int]) -> None:
    """A round enters a few, a copy that is brought up to its ledger a thousand, a rebuild all."""
    ends = [0, *sorted(cut for cut in cuts if cut < len(entries)), len(entries)]
    with empty_tables() as one_by_one, empty_tables() as in_batches:
        expected = enter(one_by_one, [[entry] for entry in entries])
        assert expected == enter(in_batches, [entries[first:last] for first, last in pairwise(ends)])


@settings(max_examples=15)
@given(looks_at_lists(), strategies.integers(0, 12))
def test_a_batch_that_was_rolled_back_leaves_nothing(entries: list[EntryObject], kept: int) -> None:
    """Nothing of it is remembered outside the database: entered again it gives the same."""
    with empty_tables() as undisturbed, empty_tables() as disturbed:
        expected = enter(undisturbed, [entries[:kept], entries[kept:]])
        enter(disturbed, [entries[:kept]])
        attempt = disturbed.begin_nested()
        enter(disturbed, [entries[kept:]])
        attempt.rollback()
        assert expected == enter(disturbed, [entries[kept:]])


def test_a_span_has_the_columns_of_its_table() -> None:
    """They are read by their places."""
    from archiver.store.message_projection import _Span

    assert [column.name for column in schema.coverage.c] == list(_Span._fields)
