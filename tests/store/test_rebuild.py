"""The readable tables can be made again from the entries alone, and what differs is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver.records import Observation
from archiver.store import rebuild, writer
from archiver.store.archive import Archive
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
