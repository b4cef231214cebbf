"""Looks at a list that stayed the same: counted in a working row, one `steady` entry when something differs."""

from __future__ import annotations

import base64
import json
import tempfile
import zlib
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies
from sqlalchemy import select

from archiver.evidence.looks import code_intervals, decode_intervals, pauses_between_looks
from archiver.evidence.tables.build import messages, sightings
from archiver.records import JsonObject, Observation, SteadyLooks
from archiver.store import schema, writer
from archiver.store.archive import Archive
from archiver.store.rebuild import row_differences
from archiver.store.time_text import from_text, to_text
from archiver.store.working import last_lists
from archiver.store.working.last_lists import LastList, SameList
from tests.support.archives import tampering

BEGIN = datetime(2026, 11, 5, 1, tzinfo=UTC)
ROOM = 5
PAUSES = strategies.sampled_from([1, 59, 60, 60, 60, 61, 300, 5400])
CHANGES = strategies.sampled_from(
    ["nothing", "nothing", "nothing", "nothing", "new", "edit", "delete", "single", "seal"]
)
HISTORIES = strategies.lists(strategies.tuples(PAUSES, CHANGES, strategies.integers(0, 5)), max_size=40)


class Looks:
    """A room that is looked at again and again, with `steady` entries or one window for each look."""

    def __init__(self, archive: Archive, *, steady: bool) -> None:
        self.archive, self.steady = archive, steady
        self.shown: dict[int, tuple[str, int]] = {1: ("はじめ", 0)}
        self.saved: dict[int, tuple[str, int]] = {}
        self.at = BEGIN

    def live(self, pause: int, change: str, which: int) -> None:
        """Let time pass and something happen, then look."""
        self.at += timedelta(seconds=pause)
        newest = max(self.shown)
        message = newest - which % len(self.shown)
        if change == "new":
            self.shown[newest + 1] = (f"メッセージ{newest + 1}", 0)
        elif change == "edit":
            self.shown[message] = (f"{self.shown[message][0]}。", int(self.at.timestamp()))
        elif change == "delete":
            self.shown[message] = ("[deleted]", self.shown[message][1])
        elif change == "single":
            self._append([self._message(message, None)])
        elif change == "seal":
            with self.archive.writing() as writing:
                writer.append_steady(writing)
        self.look()

    def look(self) -> None:
        """Read the list: the first three are older than the list shows, as in a room with a long history."""
        listed = {one: self.shown[one] for one in sorted(self.shown)[-4:]}
        body = json.dumps(listed)
        changed = [one for one, shown in listed.items() if self.saved.get(one) != shown]
        with self.archive.reading() as reading:
            before = last_lists.find_last_list(reading, ROOM) if self.steady else None
        if before is not None and before.body == body:
            assert not changed
            with self.archive.writing() as writing:
                last_lists.add_looks(writing, [SameList(ROOM, before.seq, self.at, last_lists.SAME_BYTES)])
            return
        reply, (oldest, *_rest), newest = f"reply {self.at}", sorted(listed), max(listed)
        limits: JsonObject = {"oldest": str(oldest), "newest": str(newest), "count": len(listed)}
        other: JsonObject = {"absent": [], "message_num": None, "limited": False, "beginning": False, "joins": True}
        payload = limits | other | {"from": to_text(BEGIN)}
        window = Observation("window", f"window/{ROOM}/{writer.SELF}", payload, ROOM, reply)
        seq = self._append([window, *(self._message(one, reply) for one in changed)])
        last_list = LastList(ROOM, seq, 1, body, body, str(oldest), str(newest), len(listed), None, False)
        with self.archive.writing() as writing:
            last_lists.put_last_list(writing, last_list)

    def end(self) -> None:
        """Write what is counted."""
        with self.archive.writing() as writing:
            writer.append_steady(writing)

    def _message(self, message: int, reply: str | None) -> Observation:
        self.saved[message] = body, update_time = self.shown[message]
        received = {"body": body, "update_time": update_time, "send_time": 1, "account": {"account_id": 7, "name": "x"}}
        state = "deleted" if body == "[deleted]" else "edited" if update_time else "present"
        payload = {"object": received, "state": state, "source": "list" if reply else "single"}
        return Observation("message", f"message/{message}", payload, ROOM, reply)

    def _append(self, observations: list[Observation]) -> int:
        with self.archive.writing() as writing:
            return writer.append(writing, observations, account_id=1, at=self.at)[0].seq

    def intervals(self) -> list[Any]:
        """Every text with its interval, by the readable table."""
        table = schema.message_version.c
        columns = (table.position, table.body, table.first_seen, table.last_seen)
        with self.archive.reading() as reading:
            return [tuple(row) for row in reading.sql.execute(select(*columns).order_by(table.position, table.number))]

    def histories(self) -> list[Any]:
        """Every text with its interval up to the last look, as a package has them."""
        with self.archive.reading() as reading:
            lines = reading.sql.execute(select(schema.entry.c.line).order_by(schema.entry.c.seq)).scalars()
            entries = [json.loads(line) for line in lines]
        groups = [[one for one in entries if one["key"] == f"message/{number}"] for number in sorted(self.shown)]
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
            looks = Looks(tampering.empty_archive(Path(folder) / "home"), steady=steady)
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
    for at in times[1:]:
        looks = looks.add(at)

    gaps = [after - before for before, after in pairwise(times)]
    assert times == list(looks.each())
    assert (len(times), times[0], times[-1]) == (looks.times, looks.first, looks.last)
    assert max(gaps, default=timedelta()) == timedelta(seconds=looks.longest_s)
    assert [one for one in gaps if one > timedelta(hours=1)] == [
        end - start for start, end in pauses_between_looks(looks.first, looks.intervals, timedelta(hours=1))
    ]


def test_looks_five_minutes_apart_are_one_number(archive: Archive) -> None:
    """The payload is the design's: equal intervals in a row are one pair, and it names the window."""
    looks = Looks(archive, steady=True)
    looks.look()
    for _look in range(4):
        looks.live(300, "nothing", 0)
    looks.live(5400, "nothing", 0)
    looks.end()

    with archive.reading() as reading:
        entry = json.loads(
            reading.sql.execute(select(schema.entry.c.line).where(schema.entry.c.kind == "steady")).scalar_one()
        )

    assert {
        "window": 1,
        "oldest": "1",
        "newest": "1",
        "count": 1,
        "message_num": None,
        "limited": False,
        "first": to_text(BEGIN + timedelta(minutes=5)),
        "last": to_text(BEGIN + timedelta(minutes=110)),
        "times": 5,
        "longest_s": 5400,
        "looks": [[300, 3], [5400, 1]],
    } == entry["payload"]
    assert (entry["payload"]["last"], None) == (entry["observed_at"], entry["reply"])
    assert from_text(entry["observed_at"]) == looks.at
