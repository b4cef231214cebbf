"""`archive upkeep`: it tells what it found and did, and in one sentence why not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archiver.store.archive import Archive
from tests.support.archives.unused_pages import story_with_unused_pages
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal in English over the story, without a token."""
    maker = story_with_unused_pages(tmp_path / "home")
    with Chatwork(token=TOKEN) as chatwork:
        desk = Terminal(maker.home, chatwork)
        desk.environ |= {"ARCHIVE_LANG": "en", "CHATWORK_API_TOKEN": ""}
        yield desk


def test_it_tells_what_it_did(desk: Terminal) -> None:
    """First what would be done, then that it was, then that nothing has to be."""
    assert "It would be rewritten, which gives back 2." in desk.run("upkeep", "--dry-run")

    told = desk.run("upkeep")

    assert "It was rewritten without them:" in told
    assert "SQLite finds nothing wrong in any page." in told
    assert "Exports: 0.0 MB in 0 files" in told
    document = desk.json("upkeep")
    assert (True, "not_needed", []) == (document["ok"], document["vacuum"], document["problems"])


def test_another_run_is_named(desk: Terminal) -> None:
    """Exit code 11, and nothing is written."""
    with Archive(desk.home).round_lock():
        assert "Something else is using this archive" in desk.run("upkeep", code=11)


def test_damage_is_told_and_nothing_is_moved(desk: Terminal) -> None:
    """Exit code 3."""
    with closing(sqlite3.connect(desk.home / "archive.sqlite3")) as database:
        database.execute("CREATE TABLE odd (a)")
        database.execute("INSERT INTO odd VALUES (NULL)")
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_master SET sql = 'CREATE TABLE odd (a NOT NULL)' WHERE name = 'odd'")
        database.commit()
    size = (desk.home / "archive.sqlite3").stat().st_size

    document = desk.json("upkeep", code=3)

    assert (False, "damaged") == (document["ok"], document["vacuum"])
    assert size == (desk.home / "archive.sqlite3").stat().st_size


def test_a_database_that_cannot_be_read_is_one_document_too(desk: Terminal) -> None:
    """What is wrong stands in `error`, every other field is there, and the exit code is that of the error."""
    good = desk.json("upkeep", "--dry-run")
    (desk.home / "archive.sqlite3").write_bytes(b"no database" * 1000)

    told, _said = desk.both("upkeep", "--json", code=1)

    document = json.loads(told)
    assert good.keys() == document.keys()
    assert (False, None) == (document["ok"], document["vacuum"])
    assert "archive.sqlite3" in document["error"] or "database" in document["error"]


def test_another_run_is_named_in_the_document(desk: Terminal) -> None:
    """Exit code 11 as without it."""
    with Archive(desk.home).round_lock():
        told, said = desk.both("upkeep", "--json", code=11)

    assert "Something else" in json.loads(told)["error"]
    assert "Something else" in said
