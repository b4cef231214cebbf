"""The revision of the database: created, checked, migrated; the migrations give the tables that the code declares."""

from __future__ import annotations

import re
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from archiver import errors
from archiver.store import migrate, schema
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE


def normalized(statement: str) -> str:
    """A statement without what makes no difference: spaces, quotes, case of keywords."""
    return re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", statement.replace('"', ""))).strip()


def schema_statements(database: Path) -> dict[str, str]:
    """Every table, index and trigger of a database, by name."""
    with closing(sqlite3.connect(database)) as sql:
        rows = sql.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: normalized(text) for name, text in rows}


def expected_statements() -> dict[str, str]:
    """The statements for the tables and triggers that the code declares."""
    dialect = sqlite.dialect()
    made = {name: normalized(text) for name, text in schema.TRIGGERS.items()}
    made["search"] = normalized(schema.SEARCH)
    for table in schema.metadata.sorted_tables:
        made[table.name] = normalized(str(CreateTable(table).compile(dialect=dialect)))
        for index in table.indexes:
            made[str(index.name)] = normalized(str(CreateIndex(index).compile(dialect=dialect)))
    return made


def test_the_migrations_give_exactly_the_tables_and_triggers_of_the_code(archive: Archive) -> None:
    """The database has exactly these, besides Alembic's own table and those within the search index."""
    actual = schema_statements(archive.database)

    for inside in ("alembic_version", "search_data", "search_idx", "search_config", "search_docsize"):
        actual.pop(inside)
    assert expected_statements() == actual


def test_a_new_database_is_of_the_newest_shape_and_the_owners_alone(archive: Archive) -> None:
    """It has mode 0600 and no files beside it; there is nothing to migrate, so no copy is made either."""
    with archive.reading() as reading:
        found = migrate.check_revision(reading.sql, archive.home)
    archive.close()

    assert (migrate.HEAD, migrate.HEAD) == (found, migrate.REVISIONS[-1])
    assert migrate.migrate(archive.database) is None
    assert 0o600 == stat.S_IMODE(archive.database.stat().st_mode)
    assert [DATABASE] == [path.name for path in archive.home.iterdir()]


def test_an_archive_that_is_there_is_never_replaced(archive: Archive) -> None:
    """Creating a database a second time is refused."""
    archive.close()
    before = archive.database.read_bytes()

    with pytest.raises(errors.StorageError):
        migrate.create_database(archive.database)

    assert before == archive.database.read_bytes()


def test_what_a_killed_attempt_left_is_no_hindrance(tmp_path: Path) -> None:
    """Files of a killed attempt are replaced."""
    for end in ("", "-wal", "-shm", "-journal"):
        (tmp_path / f"{DATABASE}.new{end}").write_bytes(b"left")

    migrate.create_database(tmp_path / DATABASE)

    with Archive(tmp_path).reading() as reading:
        assert migrate.HEAD == migrate.check_revision(reading.sql, tmp_path)


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """The error names the path."""
    with pytest.raises(errors.HomeNotWritable) as caught:
        migrate.create_database(tmp_path / "nowhere" / DATABASE)

    assert "nowhere" in str(caught.value)


def test_a_copy_that_cannot_be_verified_leaves_nothing_behind(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a copy is removed, as it would take the space that the next attempt needs."""

    def copy(_source: sqlite3.Connection, target: Path) -> None:
        target.write_bytes(b"half")
        raise errors.ArchiveDamaged(path=target, detail="x")

    monkeypatch.setattr(migrate, "copy_database", copy)
    monkeypatch.setattr(migrate, "HEAD", "0002")
    monkeypatch.setattr(migrate, "REVISIONS", ("0001", "0002"))
    archive.close()

    with pytest.raises(errors.ArchiveDamaged):
        migrate.migrate(archive.database)

    assert [] == list(archive.home.glob("*before*"))


def test_databases_are_made_by_several_threads_at_once(tmp_path: Path) -> None:
    """A process that saves many archives makes and upgrades them beside each other; each becomes whole."""
    homes = [tmp_path / str(number) for number in range(6)]
    for home in homes:
        home.mkdir()

    with ThreadPoolExecutor(len(homes)) as threads:
        made = [threads.submit(migrate.create_database, home / DATABASE) for home in homes]

    assert [one.exception() for one in made] == [None] * len(homes)
    assert [schema_statements(home / DATABASE) for home in homes] == [schema_statements(homes[0] / DATABASE)] * 6
