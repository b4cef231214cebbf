"""Entries are numbered, canonical and exact; a transaction is all there or not at all."""

from __future__ import annotations

import json
import re
import zlib

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver.evidence import chain
from archiver.records import Observation, Reply
from archiver.store import writer
from archiver.store.archive import Archive
from archiver.store.queries import entries
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
