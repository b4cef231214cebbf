"""The readable tables can be made again from the entries alone, and what differs is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from sqlalchemy import Connection, create_engine, select

from archiver.evidence.history import EntryObject
from archiver.records import Observation
from archiver.store import rebuild, schema, writer
from archiver.store.archive import Archive
from archiver.store.message_projection import project_lists
from archiver.store.rebuild import RowDifference
from tests.support.archives import tampering
from tests.support.archives.maker import OWNER, ROOM
from tests.support.archives.random_histories import HISTORY, archive_with_history
from tests.support.archives.tampering import FIRST, START, changing_past_triggers, copy_of


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The small archive, to be copied."""
    return tampering.sample_archive(tmp_path_factory.mktemp("sample"))


def differences(archive: Archive, *, batch: int = 3) -> list[RowDifference]:
    """The differences that the rebuild finds."""
    with archive.reading() as reading:
        return list(rebuild.row_differences(reading, batch=batch))


@pytest.fixture
def copied(sample: Archive, tmp_path: Path) -> Archive:
    """A copy of the small archive, to be damaged."""
    return copy_of(sample, tmp_path / "home")


def change(archive: Archive, statement: str) -> None:
    """Change the database behind the program's back."""
    with changing_past_triggers(archive) as database:
        database.execute(statement)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY, batch=strategies.integers(1, 9))
def test_live_writing_and_the_rebuild_agree(blank: Archive, history: list[list[Observation]], batch: int) -> None:
    """However entries were grouped when written and when replayed, the readable tables are the same."""
    with archive_with_history(blank, history) as archive:
        actual = differences(archive, batch=batch)

    assert [] == actual


ADDED = (
    f"INSERT INTO message SELECT {ROOM}, {FIRST + 101}, message_id, account_id, name, send_time, update_time, state,"
    " kind, first_seen, changed_at, versions, fingerprint, text_digest, was_edited, was_deleted, seq"
    " FROM message WHERE position % 10 = 2"
)


MESSAGE, FILE = ("message", (ROOM, FIRST + 1)), ("file", (ROOM, 77))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE message SET state = 'present' WHERE position % 10 = 2", [(*MESSAGE, "changed", ("state",))]),
        ("UPDATE message SET name = CAST(x'ff' AS TEXT) WHERE position % 10 = 2", [(*MESSAGE, "changed", ("name",))]),
        ("DELETE FROM message WHERE position % 10 = 2", [(*MESSAGE, "missing", ())]),
        (ADDED, [("message", (ROOM, FIRST + 101), "extra", ())]),
        # A key that is a text where a number should be, and a line that is no JSON, end nothing.
        ("UPDATE file SET file_id = 'x'", [(*FILE, "missing", ()), ("file", (ROOM, "x"), "extra", ())]),
        ("UPDATE entry SET line = CAST(x'7bff' AS TEXT) WHERE kind = 'file'", [(*FILE, "extra", ())]),
    ],
)
def test_a_readable_row_that_was_changed_is_named(copied: Archive, statement: str, expected: list[Any]) -> None:
    """A changed, undecodable, removed or added row is reported with its table, key and columns, and nothing else is."""
    change(copied, statement)

    assert expected == [tuple(one) for one in differences(copied)]


@pytest.mark.parametrize("batch", [1, 100])
def test_an_entry_that_cannot_be_replayed_is_named_and_the_others_are_compared(copied: Archive, batch: int) -> None:
    """An entry of another shape is reported, and the rest of its batch is replayed."""
    with copied.writing() as writing:
        made = writer.append(writing, [Observation("sweep", "sweep/x", {})], account_id=OWNER, at=START)[0]
    line, _digest = tampering.rewritten_line(made.line, kind="window", room_id=ROOM)
    change(copied, f"UPDATE entry SET line = '{line}' WHERE seq = {made.seq}")

    assert [RowDifference("entry", (made.seq,), "changed")] == differences(copied, batch=batch)


def test_a_foreign_trigger_is_named(sample: Archive, copied: Archive) -> None:
    """Those of an intact archive are all its own."""
    change(copied, "CREATE TRIGGER sly AFTER INSERT ON entry BEGIN SELECT 1; END")

    with sample.reading() as intact, copied.reading() as altered:
        assert ([], ["sly"]) == (rebuild.altered_triggers(intact), rebuild.altered_triggers(altered))


def test_a_check_of_the_pages_that_takes_too_long_is_given_up(sample: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the next one is not kept short by it."""
    monkeypatch.setattr(rebuild, "_STEPS_BETWEEN_LOOKS", 1)
    with sample.reading() as reading:
        assert rebuild.integrity_problems(reading, seconds=-1) is None
        assert [] == rebuild.integrity_problems(reading)


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
