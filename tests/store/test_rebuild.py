"""The readable tables can be made again from the entries alone, and what differs is named."""

from __future__ import annotations

from pathlib import Path

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


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE message SET state = 'present' WHERE position % 10 = 2", ("changed", ("state",))),
        ("UPDATE message SET name = CAST(x'ff' AS TEXT) WHERE position % 10 = 2", ("changed", ("name",))),
        ("DELETE FROM message WHERE position % 10 = 2", ("missing", ())),
        (ADDED, ("extra", ())),
    ],
)
def test_a_readable_row_that_was_changed_is_named(
    sample: Archive, tmp_path: Path, statement: str, expected: tuple[str, tuple[str, ...]]
) -> None:
    """A changed, undecodable, removed or added row is reported with its table, key and columns, and nothing else is."""
    archive = copy_of(sample, tmp_path / "home")
    with changing_past_triggers(archive) as database:
        database.execute(statement)

    actual = differences(archive)

    kind, columns = expected
    position = FIRST + 1 if kind != "extra" else FIRST + 101
    assert [RowDifference("message", (ROOM, position), kind, columns)] == actual


def test_a_key_of_another_type_ends_nothing(sample: Archive, tmp_path: Path) -> None:
    """A key that is a text where a number should be is an extra row, and the row that it was is missing."""
    archive = copy_of(sample, tmp_path / "home")
    with changing_past_triggers(archive) as database:
        database.execute("UPDATE file SET file_id = 'x'")

    actual = differences(archive)

    assert [("file", (ROOM, 77), "missing"), ("file", (ROOM, "x"), "extra")] == [one[:3] for one in actual]


@pytest.mark.parametrize("batch", [1, 100])
def test_an_entry_that_cannot_be_replayed_is_named_and_the_others_are_compared(
    sample: Archive, tmp_path: Path, batch: int
) -> None:
    """An entry of another shape is reported, and the rest of its batch is replayed."""
    archive = copy_of(sample, tmp_path / "home")
    with archive.writing() as writing:
        seq = writer.append(writing, [Observation("sweep", "sweep/x", {})], account_id=OWNER, at=START)[0].seq
    with changing_past_triggers(archive) as database:
        line, _ = tampering.rewritten_line(
            database.execute("SELECT line FROM entry WHERE seq = ?", [seq]).fetchone()[0], kind="window", room_id=ROOM
        )
        database.execute("UPDATE entry SET line = ? WHERE seq = ?", [line, seq])

    actual = differences(archive, batch=batch)

    assert [RowDifference("entry", (seq,), "changed")] == actual


def test_a_line_that_is_no_json_is_passed_over(sample: Archive, tmp_path: Path) -> None:
    """A damaged line gives the rows it would have made as differences, not an exception."""
    archive = copy_of(sample, tmp_path / "home")
    with changing_past_triggers(archive) as database:
        database.execute("UPDATE entry SET line = CAST(x'7bff' AS TEXT) WHERE kind = 'file'")

    actual = differences(archive)

    assert [("file", (ROOM, 77), "extra")] == [one[:3] for one in actual]


def test_an_intact_database_has_its_triggers_and_no_damage(sample: Archive) -> None:
    """An intact archive has no damage and no altered triggers."""
    with sample.reading() as reading:
        actual = (rebuild.integrity_problems(reading), rebuild.altered_triggers(reading))

    assert ([], []) == actual


def test_triggers_that_are_gone_changed_or_added_are_named(sample: Archive, tmp_path: Path) -> None:
    """A foreign trigger on entries is reported."""
    archive = copy_of(sample, tmp_path / "home")
    with changing_past_triggers(archive) as database:
        database.commit()
        other = "CREATE TRIGGER sly AFTER INSERT ON entry BEGIN SELECT 1; END"
        database.execute(other)
    archive.close()

    with archive.reading() as reading:
        actual = rebuild.altered_triggers(reading)

    assert ["sly"] == actual


def test_a_check_of_the_pages_that_takes_too_long_is_given_up(sample: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the next one is not kept short by it."""
    monkeypatch.setattr(rebuild, "_STEPS_BETWEEN_LOOKS", 1)
    with sample.reading() as reading:
        assert rebuild.integrity_problems(reading, seconds=-1) is None
        assert [] == rebuild.integrity_problems(reading)
