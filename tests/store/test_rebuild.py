"""The readable tables can be made again from the entries alone, and what differs is named."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver.records import Observation
from archiver.store import rebuild, writer
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from archiver.store.rebuild import RowDifference
from tests.support.archives import tampering
from tests.support.archives.tampering import FIRST, OWNER, ROOM, START, behind_the_back, copy_of

ROOMS = strategies.integers(1, 2)
POSITIONS = strategies.integers(1, 6)
BODIES = strategies.sampled_from(["はい", "いいえ", "[deleted]", "\ud83d half\x00", "a" * 50])
STATES = strategies.sampled_from(["present", "edited", "deleted", "missing", "hidden"])
SHOWN_OR_GONE = strategies.sampled_from(["present", "gone"])
ACCOUNT = strategies.fixed_dictionaries(
    {"account_id": strategies.integers(1, 3) | strategies.just("5"), "name": BODIES}
)
REPLIES = strategies.sampled_from([None, "a" * 64, "b" * 64])
TIMES = strategies.sampled_from(["2026-11-01T00:00:00.000Z", "2026-11-02T00:00:00.000Z"])


@strategies.composite
def message(draw: strategies.DrawFn) -> Observation:
    """A message in any state, with any text."""
    shown: dict[str, Any] = {
        "account": draw(ACCOUNT),
        "body": draw(BODIES),
        "send_time": 5,
        "update_time": draw(strategies.integers(0, 2)),
    }
    told = {"object": shown, "state": draw(STATES), "source": "list"}
    return Observation("message", f"message/{draw(POSITIONS)}", told, draw(ROOMS), draw(REPLIES))


@strategies.composite
def window(draw: strategies.DrawFn) -> Observation:
    """A list of messages, sometimes an empty one."""
    oldest, newest = sorted((draw(POSITIONS), draw(POSITIONS)))
    full = draw(strategies.booleans())
    told: dict[str, Any] = {
        "oldest": str(oldest) if full else None,
        "newest": str(newest) if full else None,
        "count": newest - oldest + 1 if full else 0,
        "limited": draw(strategies.booleans()),
        "message_num": draw(strategies.none() | strategies.integers(0, 200)),
        "joins": draw(strategies.booleans()),
        "beginning": draw(strategies.booleans()),
        "from": draw(TIMES),
        "absent": [str(one) for one in draw(strategies.lists(POSITIONS, max_size=2))],
    }
    room = draw(ROOMS)
    return Observation("window", f"window/{room}/{writer.SELF}", told, room, draw(REPLIES))


@strategies.composite
def reading(draw: strategies.DrawFn) -> Observation:
    """Messages read singly."""
    room = draw(ROOMS)
    ids = [str(one) for one in draw(strategies.lists(POSITIONS, min_size=1, max_size=3, unique=True))]
    return Observation("reading", f"reading/{room}/{writer.SELF}", {"ids": ids}, room)


@strategies.composite
def access(draw: strategies.DrawFn) -> Observation:
    """A room, or that it can be opened or not."""
    room = draw(ROOMS)
    kind = draw(strategies.sampled_from(["room", "room.inaccessible", "room.accessible"]))
    return Observation(kind, f"room/{room}", {"object": {"name": draw(BODIES), "description": draw(BODIES)}}, room)


@strategies.composite
def person(draw: strategies.DrawFn) -> Observation:
    """A person, or a member."""
    room, kind = draw(ROOMS), draw(strategies.sampled_from(["account", "member"]))
    told = {"object": {"name": draw(BODIES), "role": "member"}, "state": draw(SHOWN_OR_GONE), "source": "list"}
    return Observation(kind, f"{kind}/{room}/{draw(POSITIONS)}", told, room)


@strategies.composite
def thing(draw: strategies.DrawFn) -> Observation:
    """A task, a file, or what became of a file's bytes."""
    room, kind, ident = draw(ROOMS), draw(strategies.sampled_from(["task", "file", "blob"])), draw(POSITIONS)
    if kind == "blob":
        told: dict[str, Any] = {
            "state": draw(strategies.sampled_from(["saved", "lost"])),
            "sha256": None,
            "listed_size": 1,
            "listed_time": 2,
        }
        return Observation(kind, f"blob/{room}/{ident}", told, room)
    shown = {"body": draw(BODIES), "status": "open", "filename": draw(BODIES), "account": draw(ACCOUNT), "filesize": 7}
    told = {"object": shown, "state": draw(SHOWN_OR_GONE), "source": "list"}
    return Observation(kind, f"{kind}/{ident}", told, room)


@strategies.composite
def statement(draw: strategies.DrawFn) -> Observation:
    """A gap in any of its states, or a contract."""
    if draw(strategies.booleans()):
        told: dict[str, Any] = {
            "id": "x",
            "state": draw(strategies.sampled_from(["open", "closed"])),
            "platform_id": None,
        }
        return Observation("contract", f"contract/{draw(strategies.sampled_from(['job1', 'job2']))}", told)
    room, kind = draw(ROOMS), draw(strategies.sampled_from(["gap", "gap.narrowed", "gap.closed"]))
    told = {
        "after": None,
        "before": "5",
        "from": None,
        "to": None,
        "missing": draw(strategies.none() | POSITIONS),
        "reason": "x",
    }
    return Observation(kind, f"gap/{room}/{draw(POSITIONS)}", told, room)


OBSERVATION = strategies.one_of(
    message(), message(), window(), window(), reading(), access(), person(), thing(), statement()
)
HISTORY = strategies.lists(strategies.lists(OBSERVATION, min_size=1, max_size=6), max_size=12)
"""Batches, each appended in one transaction."""


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive without entries, to be copied."""
    archive = tampering.empty_archive(tmp_path_factory.mktemp("blank"))
    archive.close()
    return archive


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """The small archive, to be copied."""
    return tampering.sample_archive(tmp_path_factory.mktemp("sample"))


@contextmanager
def written(blank: Archive, history: list[list[Observation]]) -> Iterator[Archive]:
    """An archive that lived through this history."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(blank.database, Path(folder) / DATABASE)
        archive = Archive(Path(folder))
        for day, batch in enumerate(history):
            with archive.writing() as writing:
                writer.append(writing, batch, account_id=1, at=START + timedelta(days=day))
        yield archive
        archive.close()


def differences(archive: Archive, *, batch: int = 3) -> list[RowDifference]:
    """What the rebuild finds."""
    with archive.reading() as reading:
        return list(rebuild.differences(reading, batch=batch))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY, batch=strategies.integers(1, 9))
def test_live_writing_and_the_rebuild_agree(blank: Archive, history: list[list[Observation]], batch: int) -> None:
    """However entries were grouped when written and when replayed, the readable tables are the same."""
    with written(blank, history) as archive:
        actual = differences(archive, batch=batch)

    assert [] == actual


ADDED = (
    f"INSERT INTO message SELECT {ROOM}, {FIRST + 101}, message_id, account_id, name, send_time, update_time, state,"
    " first_seen, changed_at, versions, fingerprint, text_digest, was_edited, was_deleted, seq"
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
    """A row that is changed, undecodable, removed or added is told with its table, key and columns; nothing else is."""
    archive = copy_of(sample, tmp_path / "home")
    with behind_the_back(archive) as database:
        database.execute(statement)

    actual = differences(archive)

    kind, columns = expected
    position = FIRST + 1 if kind != "extra" else FIRST + 101
    assert [RowDifference("message", (ROOM, position), kind, columns)] == actual


def test_a_key_of_another_type_ends_nothing(sample: Archive, tmp_path: Path) -> None:
    """A key that is a text where a number should be is an extra row, and the row that it was is missing."""
    archive = copy_of(sample, tmp_path / "home")
    with behind_the_back(archive) as database:
        database.execute("UPDATE file SET file_id = 'x'")

    actual = differences(archive)

    assert [("file", (ROOM, 77), "missing"), ("file", (ROOM, "x"), "extra")] == [one[:3] for one in actual]


@pytest.mark.parametrize("batch", [1, 100])
def test_an_entry_that_cannot_be_replayed_is_named_and_the_others_are_compared(
    sample: Archive, tmp_path: Path, batch: int
) -> None:
    """An entry of another shape is told, and leaves the rest of its batch as it is."""
    archive = copy_of(sample, tmp_path / "home")
    with archive.writing() as writing:
        seq = writer.append(writing, [Observation("sweep", "sweep/x", {})], account_id=OWNER, at=START)[0].seq
    with behind_the_back(archive) as database:
        line, _ = tampering.rewritten(
            database.execute("SELECT line FROM entry WHERE seq = ?", [seq]).fetchone()[0], kind="window", room_id=ROOM
        )
        database.execute("UPDATE entry SET line = ? WHERE seq = ?", [line, seq])

    actual = differences(archive, batch=batch)

    assert [RowDifference("entry", (seq,), "changed")] == actual


def test_a_line_that_is_no_json_is_passed_over(sample: Archive, tmp_path: Path) -> None:
    """A damaged line gives the rows it would have made as differences, not an exception."""
    archive = copy_of(sample, tmp_path / "home")
    with behind_the_back(archive) as database:
        database.execute("UPDATE entry SET line = CAST(x'7bff' AS TEXT) WHERE kind = 'file'")

    actual = differences(archive)

    assert [("file", (ROOM, 77), "extra")] == [one[:3] for one in actual]


def test_an_intact_database_has_its_triggers_and_no_damage(sample: Archive) -> None:
    """Nothing is told of an archive that nobody touched."""
    with sample.reading() as reading:
        actual = (rebuild.integrity(reading), rebuild.altered_triggers(reading))

    assert ([], []) == actual


def test_triggers_that_are_gone_changed_or_added_are_named(sample: Archive, tmp_path: Path) -> None:
    """Whoever weakens what keeps entries append-only is found."""
    archive = copy_of(sample, tmp_path / "home")
    with behind_the_back(archive) as database:
        database.commit()
        other = "CREATE TRIGGER sly AFTER INSERT ON entry BEGIN SELECT 1; END"
        database.execute(other)
    archive.close()

    with archive.reading() as reading:
        actual = rebuild.altered_triggers(reading)

    assert ["sly"] == actual


def test_damage_of_the_database_itself_is_told(sample: Archive, tmp_path: Path) -> None:
    """An index that does not fit its table is SQLite's own finding."""
    archive = copy_of(sample, tmp_path / "home")
    with behind_the_back(archive) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("DELETE FROM sqlite_master WHERE name = 'entry_key'")
        database.execute("PRAGMA writable_schema = RESET")

    with archive.reading() as reading:
        actual = rebuild.integrity(reading)

    assert actual
