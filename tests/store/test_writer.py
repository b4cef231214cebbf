"""Entries are numbered, canonical and exact, a transaction is whole or not at all; and which facts count."""

from __future__ import annotations

import json
import math
import re
import sqlite3
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies
from sqlalchemy import bindparam, func, select

from archiver.evidence import chain
from archiver.records import Observation, Reply
from archiver.store import schema, writer
from archiver.store.archive import Archive
from archiver.store.engine import SmallStatement, Writing
from archiver.store.queries import entries
from archiver.store.received_facts_and_record_forms import (
    fingerprint,
    read_line,
    readable_text,
    storable_integer,
    text_digest,
)
from archiver.store.rows import upsert_rows
from tests.support.archives.notes import AT, all_entries, append_observations, note
from tests.support.json_strategies import ANY_TEXT, JSON


def append_and_fail(archive: Archive, *observations: Observation) -> None:
    """A transaction that a fault ends after everything was written."""
    with archive.writing() as writing:
        writer.keep_reply(writing, Reply("/x", 200, b"[]", {}, AT), room_id=5)
        writer.append(writing, observations, account_id=None, at=AT)
        raise RuntimeError


def test_an_entry_is_canonical_json_of_its_columns(archive: Archive) -> None:
    """The line holds payload, salt and reply, and the entry's digest is that of the line; equal ones differ by salt."""
    entry, twin = append_observations(archive, note("はい", room=5, reply="ab"), note("はい", room=5, reply="ab"))

    document = json.loads(entry.line)
    assert [entry, twin] == all_entries(archive)
    assert chain.canonical(document) == entry.line
    assert chain.digest(entry.line) == entry.digest != twin.digest
    assert {"text": "はい"} == document["payload"]
    assert (1, "2026-11-24T13:31:05.123Z", "note", 1234567, 5, "note/x", "ab") == (
        *(document[name] for name in ("seq", "observed_at", "kind", "account_id", "room_id", "key")),
        document["reply"],
    )
    assert re.fullmatch("[0-9a-f]{32}", document["salt"])
    assert document["salt"] != json.loads(twin.line)["salt"]


def test_numbers_go_on_over_transactions(archive: Archive) -> None:
    """1, 2, 3 … without holes, also after one that was given up or empty; a key may name its own."""
    append_observations(archive, note(1), note(2))
    with pytest.raises(RuntimeError):
        append_and_fail(archive, note(3))
    append_observations(archive)
    append_observations(archive, note(4, key=f"sweep/{writer.SELF}"))

    assert [(1, 1, "note/x"), (2, 2, "note/x"), (3, 4, "sweep/3")] == [
        (one.seq, json.loads(one.line)["payload"]["text"], one.key) for one in all_entries(archive)
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.lists(JSON, min_size=1, max_size=3))
def test_any_payload_comes_back_exactly(archive: Archive, values: list[object]) -> None:
    """Lone surrogates, NUL and large numbers included."""
    made = append_observations(archive, *[note(value) for value in values])

    lines = [one.line for one in all_entries(archive)[-len(values) :]]
    assert [one.line for one in made] == lines
    assert values == [json.loads(line)["payload"]["text"] for line in lines]
    assert all(line == line.encode("utf-8").decode("utf-8") for line in lines)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    strategies.binary(max_size=200),
    strategies.dictionaries(strategies.sampled_from(["date", "content-type"]), ANY_TEXT),
)
def test_a_reply_is_kept_byte_by_byte(archive: Archive, body: bytes, headers: dict[str, str]) -> None:
    """Also when the same bytes come twice."""
    reply = Reply("/rooms/5/messages?force=1", 404, body, headers, AT)
    with archive.writing() as writing:
        writer.keep_reply(writing, reply, room_id=5)

    with archive.reading() as reading:
        last = list(entries.kept_replies(reading, [5]))[-1]

    assert (reply.digest, reply.salt, body) == (last.digest, last.salt, last.body)
    assert (404, reply.path, 5) == (last.status, last.path, last.room_id)
    assert headers == last.headers


def test_a_reply_is_kept_compressed(archive: Archive) -> None:
    """A window of 100 messages must not cost its full size each time."""
    body = json.dumps([{"message_id": str(number), "body": "もう一つ"} for number in range(100)]).encode()
    with archive.writing() as writing:
        writer.keep_reply(writing, Reply("/x", 200, body, {}, AT), room_id=5)
        (packed,) = [bytes(row[0]) for row in writing.sql.exec_driver_sql("SELECT body FROM reply")]

    assert body == zlib.decompress(packed)
    assert len(packed) < len(body) / 5


def test_entries_readable_rows_and_reply_are_all_there_or_not_at_all(archive: Archive) -> None:
    """A fault after them takes them back together."""
    received = {"message_id": "5", "account": {"account_id": 7}, "body": "はい", "send_time": 1, "update_time": 0}
    observation = Observation("message", "message/5", {"object": received, "state": "present", "source": "list"}, 5)

    with pytest.raises(RuntimeError):
        append_and_fail(archive, observation)

    with archive.reading() as reading:
        tables = ("entry", "reply", "message", "message_version")
        left = [reading.sql.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in tables]
    assert [0, 0, 0, 0] == left


def test_entries_of_a_key_come_oldest_first_up_to_a_number(archive: Archive) -> None:
    """As the objects that their lines hold."""
    append_observations(archive, note(1), note("other", key="note/y"), note(2), note(3))

    with archive.reading() as reading:
        found = writer.entries_of(reading, "note/x", 3)

    assert [1, 2] == [one["payload"]["text"] for one in found]


PERSON = {"account_id": 7, "name": "田中", "avatar_image_url": "https://example.com/a.png"}
OBJECTS: dict[str, dict[str, Any]] = {
    "message": {"account": PERSON, "body": "はい", "send_time": 5, "update_time": 0},
    "account": {"name": "田中", "avatar_image_url": "a"},
    "member": {"role": "member", "name": "田中", "chatwork_id": "c", "organization_name": "o", "department": "d"},
    "room": {"name": "n", "description": "d", "type": "group", "role": "admin", "icon_path": "i"},
    "task": {"account": PERSON, "assigned_by_account": PERSON, "body": "b", "limit_type": "none", "status": "open"}
    | {"limit_time": 0, "message_id": "5"},
    "file": {"account": PERSON, "filesize": 1, "upload_time": 2, "filename": "f", "message_id": "5"},
}


def changed_value(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, dict):
        return value | {"account_id": value["account_id"] + 1}
    return value + 1 if isinstance(value, int) else value + "x"


@pytest.mark.parametrize("kind", OBJECTS)
def test_every_fact_of_a_kind_counts(kind: str) -> None:
    """Another value in any of them gives another fingerprint; order, unknown fields, an author's name do not."""
    received = OBJECTS[kind]
    same = fingerprint(kind, received)
    other = dict(reversed([*received.items(), ("unheard_of", [1])]))
    if "account" in received:
        other["account"] = {"name": "田中(解約済)", "account_id": "7"}

    changed = {fingerprint(kind, received | {name: changed_value(value)}) for name, value in received.items()}

    assert len(received) == len(changed)
    assert same not in changed
    assert same == fingerprint(kind, other)


@given(
    kind=strategies.sampled_from(sorted(OBJECTS)),
    received=strategies.dictionaries(strategies.sampled_from(["body", "name", "account", "filesize"]), JSON),
)
def test_any_object_has_a_fingerprint(kind: str, received: dict[str, Any]) -> None:
    """32 hex digits, always the same, whatever was received."""
    actual = fingerprint(kind, received)

    assert (32, actual) == (len(actual), fingerprint(kind, dict(received)))
    assert int(actual, 16) >= 0


@given(ANY_TEXT, ANY_TEXT)
@example("\ud83d", "\\ud83d")
def test_texts_differ_when_their_digests_do(text: str, other: str) -> None:
    """Also in an unprintable character, or where somebody typed its escape; the deletion mark has none."""
    assert (text == other) == (text_digest(text) == text_digest(other))
    assert "" == text_digest("[deleted]")


@given(JSON)
@example(["\ud83d", 10**400, 1e308, -0.0, 2**64, {"a": None}])
def test_a_line_is_read_as_the_plain_reader_reads_it(value: object) -> None:
    """Half a surrogate and every number too; what is no JSON is refused by both."""
    line = chain.canonical(value)

    assert repr(json.loads(line)) == repr(read_line(line))
    assert json.loads('{"a":1e400}') == read_line('{"a":1e400}')
    with pytest.raises(json.JSONDecodeError):
        read_line(line + "[")


@given(ANY_TEXT)
def test_a_readable_text_can_be_stored(value: str) -> None:
    """NUL and lone surrogates are shown by their code points; everything else stays as it is."""
    actual = readable_text(value)

    assert "\x00" not in actual
    assert actual == actual.encode("utf-8").decode("utf-8")
    assert value == actual or any(character in value for character in "\x00" + "".join(map(chr, range(0xD800, 0xE000))))
    assert "a[U+0000][U+D83D]🎉" == readable_text("a\x00\ud83d🎉")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, 5), ("5", 5), (2**63 - 1, 2**63 - 1), (2**63, 0), (-1, 0), (None, 0), ("x", 0), (True, 0), (1.5, 0), ("٣", 0)],
)
def test_a_number_for_a_column_fits_it(value: object, expected: int) -> None:
    """A number that does not fit is 0 in the column."""
    assert expected == storable_integer(value)


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


LINES = [
    '{"a":1,"a":2}',
    '{"a":123456789012345678901234567890,"b":-9223372036854775809,"c":18446744073709551616}',
    '{"a":1e400,"b":-0.0,"c":3.141592653589793238462643}',
    r'{"a":"\ud800","b":"\ud83d\ude00","\u0061\u0000":"\u007f"}',
    ' {"a" : [ null , true ] } ',
    "[]",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_gives_what_json_gives(line: str) -> None:
    """Large numbers, halves of characters and keys that stand twice included."""
    assert repr(json.loads(line)) == repr(read_line(line))


def test_not_a_number_is_one() -> None:
    """As for the rest of the program, which leaves it to the verification."""
    assert math.isnan(read_line('{"a":NaN}')["a"])


@pytest.mark.parametrize("line", ["", "{", "[1,2,]", '{"a":"\t"}', "{} {}", "01"])
def test_what_is_no_json_is_refused(line: str) -> None:
    """With the error that JSON's own reader gives."""
    with pytest.raises(json.JSONDecodeError):
        read_line(line)
