"""What is remembered: its JSON in archives of earlier versions, what counts as never written, and the last lists."""

from __future__ import annotations

import ast
import base64
import json
import tempfile
import zlib
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies
from sqlalchemy import select

from archiver.evidence.looks import code_intervals, decode_intervals, pauses_between_looks
from archiver.evidence.tables.build import messages, sightings
from archiver.records import JsonObject, SteadyLooks
from archiver.store import schema, writer
from archiver.store.archive import Archive
from archiver.store.rebuild import row_differences
from archiver.store.rows import Slot
from archiver.store.time_text import to_text
from archiver.store.working import last_lists, remembered_values
from archiver.store.working.last_lists import LastList, SameList
from archiver.store.working.remembered_values import TokenMarks
from tests.support.archives.maker import BEGIN, ROOM, ArchiveMaker, at, message_object
from tests.support.archives.notes import all_entries
from tests.support.module_imports import modules

ROOT = Path(__file__).parents[3] / "archiver"
AT = datetime(2026, 11, 24, 13, 31, 5, 123000, UTC)
TEXT = '"2026-11-24T13:31:05.123Z"'

TIMES = ("practice", "unread_dropped", "reread_at", "rescued", "upkeep", "copy_tried")
NUMBERS = ("judged", "twins", "daily/<contract>", "tasks_read/<room>", "taken_home")
STORED: dict[str, tuple[Any, str]] = {
    **dict.fromkeys(TIMES, (AT, TEXT)),
    **dict.fromkeys(NUMBERS, (105_003, "105003")),
    "last_sync": (
        remembered_values.LastSync(AT, True, False),
        f'{{"at": {TEXT}, "complete": true, "every_list": false, "every_room": false}}',
    ),
    "last_fault": (remembered_values.RoundFault("Unreachable", AT), f'{{"after": {TEXT}, "name": "Unreachable"}}'),
    "clock_offset_ms": (-90_000, "-90000"),
    "doubtful_hours": (8760.0, "8760.0"),
    "ledger_lost": ((3, 7), "[3, 7]"),
    "other_calls": (AT, TEXT),
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
    "reread_changed": ({9: [3, 2], 10: [1]}, '{"10": [1], "9": [3, 2]}'),
    "resumed": (
        remembered_values.EndedPause(AT, AT, 2, True),
        f'{{"begin": {TEXT}, "end": {TEXT}, "gaps": 2, "whole": true}}',
    ),
    "cases_judged": (remembered_values.JudgedCases(AT, 40), f'{{"at": {TEXT}, "stated": 40}}'),
    "dates_judged": ("2026-11-24T13", '"2026-11-24T13"'),
    "dailies": (remembered_values.ExportedDay(date(2026, 11, 24), 40), '["2026-11-24", 40]'),
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
    "scheduled_run": (
        remembered_values.ScheduledRun(AT, "TokenRefused"),
        f'{{"at": {TEXT}, "error": "TokenRefused"}}',
    ),
    "window_requests": (remembered_values.WindowRequests(AT, 7, 5), f'{{"looks": 5, "reset": {TEXT}, "spent": 7}}'),
    "export_files/<contract>": ({"CW1": {"a.txt": "9f86"}}, '{"CW1": {"a.txt": "9f86"}}'),
    "uncopied": ({"/media/usb": AT}, f'{{"/media/usb": {TEXT}}}'),
    "daemon-checked": (remembered_values.LastChecks(AT), f'{{"sample": {TEXT}, "whole": null}}'),
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
    """Each slot by its key, and one of each that is one of many."""
    slots = (value for value in vars(remembered_values).values() if isinstance(value, Slot))
    return {value.key: value.of(7) if "<" in value.key else value for value in slots}


def stored_text(archive: Archive, key: str) -> str | None:
    """The JSON under a key, as it stands in the database."""
    with archive.reading() as reading:
        return reading.sql.execute(select(schema.memory.c.value).where(schema.memory.c.key == key)).scalar()


def test_every_slot_has_a_key_of_its_own_and_an_example_here() -> None:
    """A slot without an example could change its JSON unseen."""
    number = sum(isinstance(value, Slot) for value in vars(remembered_values).values())

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
    expected = remembered_values.LastSync(AT, complete=True, every_room=False)
    with archive.writing() as writing:
        writing.sql.execute(schema.memory.insert().values(key="last_sync", value=f'{{"at": {TEXT}, "complete": true}}'))

        assert expected == remembered_values.LAST_SYNC.recall(writing)


@pytest.mark.drawn
def test_nothing_is_remembered_past_the_slots() -> None:
    """Slots are made in one module; a copy of a ledger alone carries the rows of their table as they are."""
    places = {
        (name, found)
        for name, tree in modules(ROOT)
        for node in ast.walk(tree)
        if (found := _access(node)) and name not in {"store.rows", "store.schema"}
    }

    assert {("store.working.remembered_values", "Slot"), ("team.ledger_copy.exchange", "table")} == places


def _access(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Name(id="Slot")):
            return "Slot"
        case ast.Attribute(value=ast.Name(id="schema"), attr="memory"):
            return "table"
    return ""


PAUSES = strategies.sampled_from([1, 59, 60, 60, 60, 61, 300, 5400])
CHANGES = strategies.sampled_from(
    ["nothing", "nothing", "nothing", "nothing", "new", "edit", "delete", "vanish", "single", "seal"]
)
HISTORIES = strategies.lists(strategies.tuples(PAUSES, CHANGES, strategies.integers(0, 5)), max_size=40)


class Looks:
    """A room that is looked at again and again, with `steady` entries or one window for each look."""

    def __init__(self, home: Path, *, steady: bool) -> None:
        self.maker, self.steady = ArchiveMaker(home), steady
        self.archive = self.maker.archive
        self.shown: dict[int, tuple[str, int]] = {1: ("はじめ", 0)}
        self.saved: dict[int, tuple[str, int]] = {}
        self.minutes = 0.0

    def live(self, pause: int, change: str, which: int) -> None:
        """Let time pass and something happen, then look."""
        self.minutes += pause / 60
        newest = max(self.shown)
        message = sorted(self.shown)[-1 - which % len(self.shown)]
        if change == "new":
            self.shown[newest + 1] = (f"メッセージ{newest + 1}", 0)
        elif change == "edit":
            self.shown[message] = (f"{self.shown[message][0]}。", int(at(self.minutes).timestamp()))
        elif change == "delete":
            self.shown[message] = ("[deleted]", self.shown[message][1])
        elif change == "vanish" and message != newest:
            del self.shown[message]
        elif change == "single":
            self.saved[message] = self.shown[message]
            self.maker.read_singly(self._object(message), self._state(message), minutes=self.minutes)
        elif change == "seal":
            self.end()
        self.look()

    def look(self) -> None:
        """Read the list: the first three are older than the list shows, as in a room with a long history."""
        listed = {one: self.shown[one] for one in sorted(self.shown)[-4:]}
        body = json.dumps(listed)
        changed = {one: self._state(one) for one, shown in listed.items() if self.saved.get(one) != shown}
        with self.archive.reading() as reading:
            before = last_lists.find_last_list(reading, ROOM) if self.steady else None
        if before is not None and before.body == body:
            assert not changed
            with self.archive.writing() as writing:
                last_lists.add_looks(writing, [SameList(ROOM, before.seq, at(self.minutes), last_lists.SAME_BYTES)])
            return
        first, last = min(listed), max(listed)
        lacking = {one: held for one, held in self.saved.items() if one not in self.shown and first < one < last}
        absent = {one: message_object(one, body, update_time=time) for one, (body, time) in lacking.items()}
        self.saved = {one: held for one, held in self.saved.items() if one not in lacking} | listed
        objects = [self._object(one) for one in listed]
        window = self.maker.sync(objects, changed=changed, absent=absent, minutes=self.minutes, beginning=False)[0]
        ends = (f"{first}", f"{last}")
        with self.archive.writing() as writing:
            last_lists.put_last_list(
                writing, LastList(ROOM, window.seq, 1, body, body, *ends, len(listed), None, False)
            )

    def end(self) -> None:
        """Write what is counted."""
        with self.archive.writing() as writing:
            writer.append_steady(writing)

    def _object(self, message: int) -> JsonObject:
        body, update_time = self.shown[message]
        return message_object(message, body, update_time=update_time)

    def _state(self, message: int) -> str:
        body, update_time = self.shown[message]
        return "deleted" if body == "[deleted]" else "edited" if update_time else "present"

    def intervals(self) -> list[Any]:
        """Every text with its interval, by the readable table."""
        table = schema.message_version.c
        columns = (table.position, table.body, table.first_seen, table.last_seen)
        with self.archive.reading() as reading:
            return [tuple(row) for row in reading.sql.execute(select(*columns).order_by(table.position, table.number))]

    def histories(self) -> list[Any]:
        """Every text with its interval up to the last look, as a package has them."""
        entries = [json.loads(one.line) for one in all_entries(self.archive)]
        groups = [
            [one for one in entries if one["key"] == f"message/{number}"] for number in range(1, max(self.shown) + 1)
        ]
        found = messages([one for one in groups if one], sightings(one for one in entries if one["kind"] != "message"))
        return [
            (one.message_id, [(span.body, span.first_seen, span.last_seen) for span in one.versions]) for one in found
        ]

    def covered(self) -> list[Any]:
        """The covered periods."""
        with self.archive.reading() as reading:
            columns = (schema.coverage.c.oldest, schema.coverage.c.newest, schema.coverage.c.end)
            return [tuple(row) for row in reading.sql.execute(select(*columns))]


@pytest.mark.drawn
@settings(max_examples=25, deadline=None)
@given(HISTORIES)
def test_intervals_are_those_of_one_window_for_each_look(history: list[tuple[int, str, int]]) -> None:
    """Whatever happens in a room, every text has the same interval, and the rebuild gives the same tables."""
    results = []
    for steady in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            looks = Looks(Path(folder) / "home", steady=steady)
            looks.look()
            for pause, change, which in history:
                looks.live(pause, change, which)
            live = looks.intervals()
            looks.end()
            results.append((live, looks.histories(), looks.covered()))
            with looks.archive.reading() as reading:
                assert [] == list(row_differences(reading))
            looks.archive.close()

    assert results[1] == results[0]


UNEVEN = strategies.lists(strategies.integers(57, 64) | strategies.integers(0, 200_000), max_size=200)


@given(UNEVEN)
def test_uneven_looks_are_packed_and_read_again(seconds: list[int]) -> None:
    """Whichever form is the shorter is written, and gives back the seconds from each look to the next."""
    intervals = tuple((one, len(list(equal))) for one, equal in groupby(seconds))
    coded = code_intervals(intervals)

    assert intervals == decode_intervals(json.loads(json.dumps(coded)))
    assert len(json.dumps(coded)) <= len(json.dumps(intervals)) + 2


def test_a_packed_text_is_what_the_reference_says() -> None:
    """Seven bits of each number a byte, the lowest first, by zlib, in base64."""
    intervals = ((60, 1), (61, 1), (300, 1), (60, 2), (59, 1), (62, 1), (60, 1), (61, 3), (58, 1))
    packed = code_intervals(intervals * 3)

    assert isinstance(packed, str)
    assert bytes([60, 61, 0xAC, 2, 60, 60, 59, 62, 60, 61, 61, 61, 58] * 3) == zlib.decompress(base64.b64decode(packed))


@given(strategies.lists(strategies.integers(0, 100_000), min_size=1, max_size=50))
def test_the_time_of_each_look_is_kept(seconds: list[int]) -> None:
    """The code gives back every look's own time, the number of looks and the longest time between two."""
    times = [BEGIN + timedelta(seconds=one) for one in sorted(seconds)]
    looks = SteadyLooks.begin(times[0])
    for time in times[1:]:
        looks = looks.add(time)

    gaps = [after - before for before, after in pairwise(times)]
    steps = [timedelta(seconds=seconds) for seconds, number in looks.intervals for _look in range(number)]
    assert times == [looks.first + after for after in accumulate(steps, initial=timedelta())]
    assert (len(times), times[0], times[-1]) == (looks.times, looks.first, looks.last)
    assert max(gaps, default=timedelta()) == timedelta(seconds=looks.longest_s)
    assert [one for one in gaps if one > timedelta(hours=1)] == [
        end - start for start, end in pauses_between_looks(looks.first, looks.intervals, timedelta(hours=1))
    ]


def test_looks_five_minutes_apart_are_one_number(tmp_path: Path) -> None:
    """The payload is the design's: equal intervals in a row are one pair, and it names the window."""
    looks = Looks(tmp_path / "home", steady=True)
    looks.look()
    for pause in (*[300] * 4, 5400):
        looks.live(pause, "nothing", 0)
    looks.end()

    (entry,) = [json.loads(one.line) for one in all_entries(looks.archive) if one.kind == "steady"]

    limits = {"window": 1, "oldest": "1", "newest": "1", "count": 1, "message_num": None, "limited": False}
    times = {"first": to_text(at(5)), "last": to_text(at(110)), "times": 5, "longest_s": 5400}
    assert limits | times | {"looks": [[300, 3], [5400, 1]]} == entry["payload"]
    assert (entry["payload"]["last"], None) == (entry["observed_at"], entry["reply"])
