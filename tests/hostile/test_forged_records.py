"""Records that somebody put into the database of a plain archive: the round goes on, and a verification names them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archiver.cli.main import main
from archiver.custody import erasures, put_back_databases
from archiver.custody.verify import verify_archive
from archiver.evidence import chain
from archiver.health.snapshot import read_snapshot
from archiver.records import Observation
from archiver.store import orphaned_seals, seals
from archiver.store.engine import DATABASE
from archiver.store.erasure import records
from archiver.store.queries import alert_signals, contracts, current_state, looks_and_gaps, room_holdings
from archiver.store.queries.contracts import deliveries, enclosures
from archiver.store.queries.entries import exports
from archiver.store.received_facts_and_record_forms import FORMS
from archiver.store.writer import append
from archiver.team.disclosure import grants
from tests.support.world import World, running_world

KEYS = {
    "delivery": "delivery/job1/{tanaka}",
    "attachment": "attachment/job1/{tanaka}",
    "mapping": "mapping/job1/{tanaka}",
    "contact": "contact/{tanaka}",
    "note": "note/job1",
    "me": "me",
}
"""Of the kinds that are looked for under the key of what they are about; the others are numbered."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An archive with two seals, a note, and forged records of every kind that no readable table is made of."""
    with running_world(tmp_path / "home") as world:
        world.posts(3)
        world.sync(full=True)
        seals.close_seals(world.archive, now=world.clock())
        with world.archive.writing() as writing:
            append(writing, [Observation("note", "note/job1", {"text": "大事"})], account_id=None, at=world.clock())
        names = {field: 1 for form in FORMS.values() for field in form.__struct_encode_fields__}
        payloads: list[object] = [{}, dict.fromkeys(names), {name: {"of": ["x"]} for name in names}, [], "x", names]
        for kind in FORMS:
            for payload in payloads:
                forge(world, kind, payload)
        yield world


def forge(world: World, kind: str, payload: object, *, key: str = "", room: int | None = None) -> None:
    """Put a record into the database as somebody does who can write to it, with its true digest."""
    with closing(sqlite3.connect(world.home / DATABASE)) as database, database:
        seq, at = database.execute("SELECT seq + 1, observed_at FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
        fields: dict[str, Any] = {
            "seq": seq,
            "observed_at": at,
            "clock": None,
            "kind": kind,
            "account_id": None,
            "room_id": room,
            "key": key or KEYS.get(kind, f"{kind}/{seq}").format(tanaka=world.tanaka),
            "payload": payload,
            "salt": "0" * 32,
            "reply": None,
        }
        line = chain.entry_line(**fields)
        row = {name: fields[name] for name in ("seq", "observed_at", "kind", "room_id", "key")}
        row |= {"line": line, "digest": chain.digest(line)}
        names = ", ".join(row)
        database.execute(f"INSERT INTO entry ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def test_nothing_goes_by_a_forged_record(world: World) -> None:
    """Each reader of these kinds says what it said without them."""
    rooms = [world.room]
    with world.archive.reading() as reading:
        assert orphaned_seals.rollback_entries(reading) == []
        assert orphaned_seals.last_known_number(reading) == 1
        assert records.erasures(reading) == []
        assert grants(reading) == []
        assert exports(reading) == []
        assert looks_and_gaps.undated_replies(reading, upto=10_000) == 0
        assert contracts.mapped_accounts(reading, "job1") == ()
        assert [] == [*deliveries(reading, "job1"), *enclosures(reading, "job1")]
        assert room_holdings.other_chats(reading, rooms, upto=10_000) == []
        assert current_state.last_payload(reading, "note/job1", None) == {"text": "大事"}
        assert current_state.owner(reading) is not None
        assert put_back_databases.put_back_databases(reading) == []
        alert_signals.observed_signals(reading, after=0)
        read_snapshot(reading, world.clock())
    assert erasures.go_on(world.archive, now=world.clock) == []


def test_saving_and_sealing_go_on_and_a_verification_names_each_forged_record(world: World) -> None:
    """Also once they are sealed, and the readable tables agree with the records."""
    orphaned_seals.settle_seals(world.archive, now=world.clock())
    post = world.post("その後")
    world.sync(full=True)
    seals.close_seals(world.archive, now=world.clock())

    assert world.states()[post] == "present"
    found = verify_archive(world.archive, deep=True)
    assert set(found.counts) == {"record-form", "entry-form", "readable-rows"}  # of a statement no row can be made
    assert found.counts["record-form"] + found.counts["entry-form"] > 3 * len(FORMS)
    assert {name for one in found.findings for name in FORMS if f"({name}" in str(one)} == FORMS.keys()


def test_what_chatwork_showed_goes_on_from_the_last_true_record(world: World) -> None:
    """Forged records of messages, files and tasks end no round: what is edited or gone is saved as it is."""
    edited, deleted, vanished = world.posts(3)
    file = world.chatwork.upload(world.room, world.tanaka, "a.bin", data=b"bytes")
    task = world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "字幕")
    world.sync(full=True)
    forged: list[object] = [{}, {"object": None, "state": None}, {"object": {}, "state": ["x"], "source": 1}, []]
    for payload in forged:
        for key in (*(f"message/{one}" for one in (edited, deleted, vanished)), f"file/{file}", f"task/{task}"):
            forge(world, key.partition("/")[0], payload, key=key, room=world.room)

    world.chatwork.edit(edited, "別の文面")
    world.chatwork.delete(deleted)
    world.chatwork.vanish(vanished)
    world.chatwork.remove_file(file)
    for _day in range(2):
        world.clock.pass_by(days=1)
        world.sync(full=True)

    states = world.states()
    assert ["edited", "deleted", "missing"] == [states[one] for one in (edited, deleted, vanished)]
    assert ["gone"] == [row["state"] for row in world.rows("file")]


def test_a_command_ends_without_a_traceback(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever stands in the records of these kinds."""
    world.archive.close()
    for command in ("status", "status --json", "export --list", "job show job1", "status --alerts"):
        assert main(["--home", str(world.home), *command.split()]) == 0, capsys.readouterr()


def test_the_next_erasure_does_not_take_the_number_of_a_forged_one(world: World) -> None:
    """Its records would be said to be erased by either."""
    with world.archive.reading() as reading:
        numbers = [int(one["key"].partition("/")[2]) for one in world.entries("erasure")]
        assert max(records.used_numbers(reading)) == max(numbers)
