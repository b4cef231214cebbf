"""Entries are numbered, canonical and exact; a transaction is all there or not at all."""

from __future__ import annotations

import json
import re
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver.evidence import chain
from archiver.records import Observation, Reply
from archiver.store import writer
from archiver.store.archive import Archive
from archiver.store.queries import entries
from tests.store.test_fingerprints import ANY_TEXT, JSON

AT = datetime(2026, 11, 24, 13, 31, 5, 123_456, tzinfo=UTC)


def note(text: object, *, key: str = "note/x", room: int | None = None, reply: str | None = None) -> Observation:
    """An observation that no readable table is made of."""
    return Observation("note", key, {"text": text}, room, reply)


def append(archive: Archive, *seen: Observation) -> list[Any]:
    """Append observations in one transaction."""
    with archive.writing() as writing:
        return writer.append(writing, seen, account_id=1234567, at=AT)


def append_and_fail(archive: Archive, *seen: Observation) -> None:
    """A transaction that a fault ends after everything was written."""
    with archive.writing() as writing:
        writer.keep_reply(writing, Reply("/x", 200, b"[]", {}, AT), room_id=5)
        writer.append(writing, seen, account_id=None, at=AT)
        raise RuntimeError


def held(archive: Archive) -> list[Any]:
    """Every entry."""
    with archive.reading() as reading:
        return list(entries.entries(reading))


def test_an_entry_is_canonical_json_of_its_columns(archive: Archive) -> None:
    """With payload, salt and reply; its digest is that of the line."""
    (made,) = append(archive, note("はい", room=5, reply="ab"))

    told = json.loads(made.line)
    assert [made] == held(archive)
    assert chain.canonical(told) == made.line
    assert chain.digest(made.line) == made.digest
    assert {"text": "はい"} == told["payload"]
    assert (1, "2026-11-24T13:31:05.123Z", "note", 1234567, 5, "note/x", "ab") == (
        *(told[name] for name in ("seq", "observed_at", "kind", "account_id", "room_id", "key")),
        told["reply"],
    )
    assert re.fullmatch("[0-9a-f]{32}", told["salt"])


def test_equal_observations_have_different_digests(archive: Archive) -> None:
    """The salt keeps a masked line from being guessed."""
    made = append(archive, note("はい"), note("はい"))

    assert made[0].digest != made[1].digest
    assert 2 == len({json.loads(one.line)["salt"] for one in made})


def test_numbers_go_on_over_transactions(archive: Archive) -> None:
    """1, 2, 3 … without holes, also after one that was given up."""
    append(archive, note(1), note(2))
    with pytest.raises(RuntimeError):
        append_and_fail(archive, note(3))
    append(archive, note(4))

    assert [1, 2, 3] == [one.seq for one in held(archive)]
    assert [1, 2, 4] == [json.loads(one.line)["payload"]["text"] for one in held(archive)]


def test_a_key_may_name_the_entry_itself(archive: Archive) -> None:
    """Windows, readings and sweeps are about themselves."""
    append(archive, note("x"))

    (made,) = append(archive, note("x", key=f"sweep/{writer.SELF}"))

    assert "sweep/2" == made.key == json.loads(made.line)["key"]


def test_no_observation_makes_no_entry(archive: Archive) -> None:
    """An empty reading is no news."""
    assert ([], []) == (append(archive), held(archive))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.lists(JSON, min_size=1, max_size=3))
def test_any_payload_comes_back_exactly(archive: Archive, values: list[object]) -> None:
    """Lone surrogates, NUL and large numbers included."""
    made = append(archive, *[note(value) for value in values])

    lines = [one.line for one in held(archive)[-len(values) :]]
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
        last = list(entries.replies(reading))[-1]

    assert (reply.digest, body, 404, reply.path, 5) == (last.sha256, last.body, last.status, last.path, last.room_id)
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
    shown = {"message_id": "5", "account": {"account_id": 7}, "body": "はい", "send_time": 1, "update_time": 0}
    seen = Observation("message", "message/5", {"object": shown, "state": "present", "source": "list"}, 5)

    with pytest.raises(RuntimeError):
        append_and_fail(archive, seen)

    with archive.reading() as reading:
        tables = ("entry", "reply", "message", "message_version")
        left = [reading.sql.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in tables]
    assert [0, 0, 0, 0] == left


def test_entries_of_a_key_come_oldest_first_up_to_a_number(archive: Archive) -> None:
    """As the objects that their lines hold."""
    append(archive, note(1), note("other", key="note/y"), note(2), note(3))

    with archive.reading() as reading:
        found = writer.entries_of(reading, "note/x", 3)

    assert [1, 2] == [one["payload"]["text"] for one in found]
