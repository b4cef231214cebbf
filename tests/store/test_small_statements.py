"""Statements that go to SQLite's own connection give what SQLAlchemy gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam, func, select

from archiver.store import schema
from archiver.store.archive import Archive
from archiver.store.engine import SmallStatement, Writing
from archiver.store.rows import upsert_rows

_LIST = schema.last_list.c
ROW: dict[str, object] = {
    "room_id": 5,
    "seq": 7,
    "account_id": None,
    "body": "b",
    "objects": "o",
    "oldest": None,
    "newest": "9",
    "count": 1,
    "message_num": 2**53,
    "limited": True,
} | dict.fromkeys(("same", "first", "last", "times", "longest_s", "looks"))


@pytest.fixture
def writing(archive: Archive) -> Iterator[Writing]:
    with archive.writing() as writing:
        upsert_rows(writing.sql, schema.last_list, [ROW, ROW | {"room_id": 6, "limited": 0}])
        yield writing


@pytest.mark.parametrize(
    "query",
    [
        select(schema.last_list).order_by(_LIST.room_id),
        select(_LIST.limited, _LIST.message_num, _LIST.account_id).where(_LIST.limited),
        select(_LIST.room_id).where(_LIST.room_id.in_((6, 7)), _LIST.body == "b"),
        select(func.coalesce(func.max(_LIST.seq), 0), (_LIST.newest == "9").label("last")),
        select(_LIST.room_id).where(~_LIST.limited).limit(1),
    ],
)
def test_rows_are_those_of_sqlalchemy(writing: Writing, query: object) -> None:
    """Values and types are the same, Booleans and values of the statement's own included."""
    statement = SmallStatement(query)  # type: ignore[arg-type]
    expected = [tuple(row) for row in writing.sql.execute(query)]  # type: ignore[call-overload]
    rows = statement.rows(writing.sql)
    assert [[(value, type(value)) for value in row] for row in rows] == [
        [(value, type(value)) for value in row] for row in expected
    ]
    assert statement.value(writing.sql) == expected[0][0]
    assert [tuple(row.values()) for row in statement.mappings(writing.sql)] == expected


def test_parameters_are_given_by_name_and_none_may_lack(writing: Writing) -> None:
    """A parameter that was forgotten is an error and no NULL."""
    of_room = SmallStatement(select(_LIST.seq).where(_LIST.room_id == bindparam("room")))
    assert of_room.value(writing.sql, room=5) == 7
    assert of_room.value(writing.sql, room=8) is None
    with pytest.raises(sqlite3.ProgrammingError):
        of_room.value(writing.sql)
    with_list = SmallStatement(select(_LIST.seq).where(_LIST.room_id == bindparam("room"), _LIST.body.in_(("a", "b"))))
    assert with_list.value(writing.sql, room=6) == 7
