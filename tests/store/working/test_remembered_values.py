"""What is remembered: its JSON, which archives of earlier versions hold, and what counts as never written."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from archiver.store import schema
from archiver.store.archive import Archive
from archiver.store.rows import Slot, SlotFamily
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import TokenMarks
from tests.support.module_imports import modules

ROOT = Path(__file__).parents[3] / "archiver"
AT = datetime(2026, 11, 24, 13, 31, 5, 123000, UTC)
TEXT = '"2026-11-24T13:31:05.123Z"'

STORED: dict[str, tuple[Any, str]] = {
    "last_sync": (
        remembered_values.LastSync(AT, True, False),
        f'{{"at": {TEXT}, "complete": true, "every_list": false, "every_room": false}}',
    ),
    "last_fault": (remembered_values.RoundFault("Unreachable", AT), f'{{"after": {TEXT}, "name": "Unreachable"}}'),
    "calls_spent": (AT, TEXT),
    "practice": (AT, TEXT),
    "clock_offset_ms": (-90_000, "-90000"),
    "doubtful_hours": (8760.0, "8760.0"),
    "ledger_lost": ((3, 7), "[3, 7]"),
    "taken_home": (105_003, "105003"),
    "unread_dropped": (AT, TEXT),
    "other_calls": (remembered_values.OtherCallsSeen(AT, 12), f'{{"at": {TEXT}, "calls": 12}}'),
    "token_marks": (TokenMarks("ab", ("12",)), '{"digests": ["12"], "salt": "ab"}'),
    "budget": (remembered_values.CallBudget(300, None, AT), f'{{"limit": 300, "remaining": null, "reset": {TEXT}}}'),
    "troubles": ({"room/10/cut": AT, "file/9/1": AT}, f'{{"file/9/1": {TEXT}, "room/10/cut": {TEXT}}}'),
    "idle": ({"to": "x", "from": "x", "runs": 2}, '{"from": "x", "runs": 2, "to": "x"}'),
    "looked": (remembered_values.LastRoomList(AT, frozenset({10, 9})), f'{{"at": {TEXT}, "rooms": [9, 10]}}'),
    "failed_rooms": (
        {9: remembered_values.RoomFailure("files", AT, AT)},
        f'{{"9": {{"at": {TEXT}, "kind": "files", "since": {TEXT}}}}}',
    ),
    "listed_names": ({9: "動画", 10: "x"}, r'{"10": "x", "9": "\u52d5\u753b"}'),
    "quest_rooms": (frozenset({10, 9}), "[9, 10]"),
    "tasks_read/<room>": (7, "7"),
    "reread_at": (AT, TEXT),
    "reread_changed": ({9: [3, 2], 10: [1]}, '{"10": [1], "9": [3, 2]}'),
    "resumed": (
        remembered_values.EndedPause(AT, AT, 2, True),
        f'{{"begin": {TEXT}, "end": {TEXT}, "gaps": 2, "whole": true}}',
    ),
    "judged": (41, "41"),
    "twins": (41, "41"),
    "cases_judged": (remembered_values.JudgedCases(AT, 40), f'{{"at": {TEXT}, "stated": 40}}'),
    "dates_judged": ("2026-11-24T13", '"2026-11-24T13"'),
    "dailies": (remembered_values.ExportedDay(date(2026, 11, 24), 40), '["2026-11-24", 40]'),
    "daily/<contract>": (40, "40"),
    "seen_changes": ({"job1": remembered_values.SeenChanges(7, AT)}, f'{{"job1": {{"at": {TEXT}, "entry": 7}}}}'),
    "typed_facts": (
        {"job1": remembered_values.TypedFacts(AT, {"amount": "5円"}, {0: "2026-11-02"}, {7: "third"})},
        (
            f'{{"job1": {{"at": {TEXT}, "deliveries": {{"0": "2026-11-02"}}, "facts": {{"amount": "5\\u5186"}}, '
            '"roles": {"7": "third"}}}'
        ),
    ),
    "assistants": ({"job1": True}, '{"job1": true}'),
    "ticked": ({"job1": ["read"]}, '{"job1": ["read"]}'),
    "rescued": (AT, TEXT),
    "scheduled_run": (
        remembered_values.ScheduledRun(AT, "TokenRefused"),
        f'{{"at": {TEXT}, "error": "TokenRefused"}}',
    ),
    "window_requests": (
        remembered_values.WindowRequests(AT, 7, 5),
        f'{{"looks": 5, "reset": {TEXT}, "spent": 7}}',
    ),
    "export_files/<contract>": ({"CW1": {"a.txt": "9f86"}}, '{"CW1": {"a.txt": "9f86"}}'),
    "uncopied": ({"/media/usb": AT}, f'{{"/media/usb": {TEXT}}}'),
    "daemon-checked": (remembered_values.LastChecks(AT), f'{{"sample": {TEXT}, "whole": null}}'),
    "upkeep": (AT, TEXT),
    "notice_trial": (
        remembered_values.LastNoticeTrial(AT, ("mail",), ("desktop", "ping")),
        f'{{"at": {TEXT}, "seen": ["mail"], "unseen": ["desktop", "ping"]}}',
    ),
    "ping": (remembered_values.LastPing(AT, None), f'{{"at": {TEXT}, "failing_since": null}}'),
    "noticed": ({"stale": AT}, f'{{"stale": {TEXT}}}'),
    "paces": (remembered_values.KnownRates(40, {9: 0.25, 10: 1.0}), '{"rates": {"10": 1.0, "9": 0.25}, "upto": 40}'),
    "backup": (
        remembered_values.LastBackup(AT, "E:\\", True),
        f'{{"at": {TEXT}, "path": "E:\\\\", "verified": true, "whole_at": null}}',
    ),
    "known_copies": (
        (remembered_values.KnownCopy(AT, "ab12", "1", AT),),
        f'[{{"at": {TEXT}, "rules": "1", "sha256": "ab12", "whole_at": {TEXT}}}]',
    ),
    "copy_tool": (
        remembered_values.CopyToolRun(AT, "restic", 3, "files_new=2"),
        f'{{"at": {TEXT}, "code": 3, "program": "restic", "summary": "files_new=2"}}',
    ),
    "copy_tried": (AT, TEXT),
    "copy_fault": ("failed", '"failed"'),
    "erasure": (
        remembered_values.UnfinishedErasure(2, ("job1",), ("ab12",), True),
        '{"blobs": ["ab12"], "contracts": ["job1"], "is_executed": true, "number": 2}',
    ),
    "erasures_brought": (
        [remembered_values.UnfinishedErasure(3, (), ("ab12",), True)],
        '[{"blobs": ["ab12"], "contracts": [], "is_executed": true, "number": 3}]',
    ),
    "erasures_settled": ([1, 2], "[1, 2]"),
    "brought_in": (("ab",), '["ab"]'),
    "setup": ({"begun": "", "add/job1": "done"}, '{"add/job1": "done", "begun": ""}'),
}
"""By key: a value, and the JSON that every version has written for it."""


def all_slots() -> dict[str, Slot[Any]]:
    """Each slot by its key, and one of each family by the key of the family."""
    found = {value.key: value for value in vars(remembered_values).values() if isinstance(value, Slot)}
    families = {value.key: value.of(7) for value in vars(remembered_values).values() if isinstance(value, SlotFamily)}
    return found | families


def stored_text(archive: Archive, key: str) -> str | None:
    """The JSON under a key, as it stands in the database."""
    with archive.reading() as reading:
        return reading.sql.execute(select(schema.memory.c.value).where(schema.memory.c.key == key)).scalar()


def test_every_slot_has_a_key_of_its_own_and_an_example_here() -> None:
    """A slot without an example could change its JSON unseen."""
    number = sum(isinstance(value, Slot | SlotFamily) for value in vars(remembered_values).values())

    assert (sorted(STORED), len(STORED)) == (sorted(all_slots()), number)


@pytest.mark.parametrize("key", STORED)
def test_the_json_stays_what_it_was_and_is_read_again(archive: Archive, key: str) -> None:
    """Archives that earlier versions have written work on; None forgets."""
    slot, (value, text) = all_slots()[key], STORED[key]
    with archive.writing() as writing:
        slot.remember(writing, value)

    assert text == stored_text(archive, slot.key)
    with archive.writing() as writing:
        assert value == slot.recall(writing)
        slot.remember(writing, None)
        assert slot.default == slot.recall(writing)
    assert stored_text(archive, slot.key) is None


@pytest.mark.parametrize(("key", "text"), [(key, text) for key in STORED for text in ("[null]", "{", '{"x": [null]}')])
def test_what_cannot_be_understood_counts_as_never_written(archive: Archive, key: str, text: str) -> None:
    """Whatever an earlier version or another program left there; of idle runs any object is passed on as it is."""
    slot = all_slots()[key]
    with archive.writing() as writing:
        writing.sql.execute(schema.memory.insert().values(key=slot.key, value=text))
        expected = {"x": [None]} if (key, text[:2]) == ("idle", '{"') else slot.default

        assert expected == slot.recall(writing)


def test_an_older_last_run_did_not_say_whether_it_was_over_every_room(archive: Archive) -> None:
    """It counts as one that was not."""
    with archive.writing() as writing:
        writing.sql.execute(schema.memory.insert().values(key="last_sync", value=f'{{"at": {TEXT}, "complete": true}}'))

        assert remembered_values.LastSync(AT, complete=True, every_room=False) == remembered_values.LAST_SYNC.recall(
            writing
        )


@pytest.mark.drawn
def test_nothing_is_remembered_past_the_slots() -> None:
    """Slots are made in one module; a copy of a ledger alone carries the rows of their table as they are."""
    places = {
        (name, found)
        for name, tree in modules(ROOT)
        for node in ast.walk(tree)
        if (found := _access(node)) and name not in {"store.rows", "store.schema"}
    }

    slots = {("store.working.remembered_values", "Slot"), ("store.working.remembered_values", "SlotFamily")}
    assert slots | {("team.ledger_copy.exchange", "table")} == places


def _access(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id="Slot" | "SlotFamily" as name)):
            return name
        case ast.Attribute(value=ast.Name(id="schema"), attr="memory"):
            return "table"
    return ""
