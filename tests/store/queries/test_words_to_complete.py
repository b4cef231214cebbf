"""A quick look at names: what is there, and nothing where it cannot be read at once."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from archiver.store.engine import DATABASE
from archiver.store.queries import words_to_complete
from tests.support.world import running_world


def test_contracts_and_rooms_are_seen_as_they_are_called(tmp_path: Path) -> None:
    """Contracts in the order of their entering, with both ids; rooms with their names; a writer is not waited for."""
    database = tmp_path / DATABASE
    with running_world(tmp_path) as world:
        world.contract("job2", world.room, platform_id="12345678", title="記事10本")
        world.sync()
        with world.archive.writing():
            contracts, rooms = words_to_complete.contracts(database), words_to_complete.rooms(database)

    assert [(("job1",), ""), (("job2", "12345678"), "記事10本")] == contracts
    assert [((str(world.room),), "動画編集")] == rooms


def test_what_cannot_be_read_has_no_names(tmp_path: Path) -> None:
    """No file, a file that is no database, one of another shape, one that somebody holds: nothing, and at once."""
    other, locked = tmp_path / "other", tmp_path / "held"
    other.write_bytes(b"no database at all" * 100)
    with closing(sqlite3.connect(locked)) as holder:
        holder.execute("CREATE TABLE contract (id)")
        holder.commit()
        holder.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()
        found = [
            words_to_complete.contracts(path) + words_to_complete.rooms(path)
            for path in (tmp_path / "none", tmp_path, other, locked)
        ]
        holder.rollback()
        taken = time.monotonic() - begun
    assert [[], [], [], []] == found
    assert taken < 2
    assert [] == words_to_complete.contracts(locked)
    assert not (tmp_path / "none").exists()
