"""Messages are counted on the day in Japan on which they were sent; pauses are those between looks."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections import Counter
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.records import JST
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.store.archive import Archive
from archiver.store.engine import written_state
from archiver.store.queries.looks_and_gaps import watch
from archiver.store.queries.status import RememberedStatus, Status, status
from archiver.store.queries.viewing.calendar import (
    day_counts,
    first_and_last_time,
    pauses_between,
    pauses_touching,
    span_counts,
)
from archiver.store.time_text import to_text
from archiver.store.working import alerts
from tests.support.archives import tampering
from tests.support.archives.maker import BEGIN, OTHER_ROOM, ROOM, ArchiveMaker, at, message_object
from tests.support.archives.notes import AT, append_observations, entries, note

SENT = [-600.01, -600, 0, 839.99, 840, 840.01, 2279.99, 2280, 60_000]
"""Minutes after 10:00 in Japan on 2026-11-05, among them midnights and what stands next to them."""

LOOKS = [(0, 30), (90, 100), (130, 250), (260, 270), (500, 501), (561, 570), (640, 900), (2000, 2001), (2100, 2200)]
"""Begin and end in minutes, with a look each minute; some are less than a quarter of an hour apart."""

READ = (5, 2050)
"""When its list was read and differed; the second ends a pause that no other look ends."""

ELSEWHERE = [(910, 911), *((1000 + 50 * number, 1001 + 50 * number) for number in range(18)), (2205, 2206)]
"""Looks at another room, and runs: they end no pause of this one."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive with these messages and looks, and other entries between them."""
    maker = ArchiveMaker(tmp_path_factory.mktemp("calendar") / "home")
    maker.contract()
    messages = [message_object(1000 + number, "はい", sent=sent) for number, sent in enumerate(SENT)]
    maker.sync([*messages, message_object(2000, "時刻なし") | {"send_time": 0}])
    looks = [(read, read, 0) for read in READ]
    looks += [
        (ended, begun, room) for room, times in ((ROOM, LOOKS), (OTHER_ROOM, ELSEWHERE)) for begun, ended in times
    ]
    for ended, begun, room in sorted(looks):
        if room:
            maker.look(begun, ended, room=room)
        else:
            maker.sync([], minutes=ended)
        maker.sweep(begun=to_text(at(begun)), ended=to_text(at(ended)), minutes=ended)
        maker.account(5, f"{ended}", minutes=ended)
    return maker.archive


def days() -> Counter[date]:
    seconds = [int(at(one).timestamp()) for one in SENT]
    return Counter(datetime.fromtimestamp(one, JST).date() for one in seconds)


def test_each_day_has_its_messages(archive: Archive) -> None:
    """Midnight is that of Japan; a message without a time is on no day."""
    with archive.reading() as reading:
        found = day_counts(reading, ROOM, date(2026, 1, 1), date(2027, 1, 1))

    assert dict(days()) == found


@given(strategies.dates(date(2026, 11, 1), date(2026, 12, 31)), strategies.dates(date(2026, 11, 1), date(2026, 12, 31)))
def test_a_stretch_has_the_sum_of_its_days(archive: Archive, first: date, end: date) -> None:
    """Its end excluded; one that ends before it begins has none."""
    with archive.reading() as reading:
        (found,) = span_counts(reading, ROOM, [(first, end)])

    assert sum(count for day, count in days().items() if first <= day < end) == found


def test_the_ends(archive: Archive) -> None:
    """Of those with a time; a room without messages has none."""
    with archive.reading() as reading:
        assert (at(SENT[0]).replace(microsecond=0), at(SENT[-1])) == first_and_last_time(reading, ROOM)
        assert first_and_last_time(reading, 1) is None


@given(strategies.integers(-10, 2300), strategies.integers(1, 600))
def test_pauses_that_touch_a_stretch(archive: Archive, since: int, length: int) -> None:
    """Those that going through every look finds, also where they began long before or end long after."""
    begin, end = BEGIN + timedelta(minutes=since), BEGIN + timedelta(minutes=since + length)
    with archive.reading() as reading:
        every = watch(reading, ROOM, upto=10_000).pauses
        found = pauses_touching(reading, ROOM, begin, end)

    assert [one for one in every if one.end > begin and one.start < end] == found


BORDERS = strategies.none() | strategies.integers(-10, 2300)


@given(BORDERS, BORDERS)
def test_a_stretch_has_the_pauses_that_begin_in_it(archive: Archive, since: int | None, until: int | None) -> None:
    """Those that going through every look finds, and no others."""
    begin, end = (None if one is None else at(one) for one in (since, until))
    with archive.reading() as reading:
        every = watch(reading, ROOM, upto=10_000).pauses
        found = pauses_between(reading, ROOM, begin, end)

    assert [one for one in every if _is_between(one.start, begin, end)] == found
    assert 8 == len(every)


def _is_between(at_: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since < at_) and (until is None or at_ <= until)


def test_pauses_between_uneven_looks_are_found(tmp_path: Path) -> None:
    """Looks that are a second or two off stand packed in their record; the times between them are the same."""
    maker = ArchiveMaker(tmp_path / "home")
    with maker.archive.reading() as reading:
        assert [] == pauses_between(reading, ROOM, None, None)
    maker.looks(0, [59, 61, 60, 62] * 20 + [7200] + [60, 58, 61] * 30)

    with maker.archive.reading() as reading:
        (line,) = [one.line for one in entries(reading) if one.kind == "steady"]
        told = watch(reading, ROOM, upto=10_000)
        found = pauses_between(reading, ROOM, None, None)

    assert isinstance(json.loads(line)["payload"]["looks"], str)
    assert [(at(4840 / 60), at(12040 / 60))] == [(one.start, one.end) for one in told.pauses]
    assert (list(told.pauses), 172) == (found, told.looks)


OLD = 1_700_000_000


class Counted:
    """Asks for the status as a page does, from an archive opened anew, and counts how often it was really asked."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.times, self.remembered = home, 0, RememberedStatus()

        def counted(*words: object, **named: object) -> Status:
            self.times += 1
            return status(*words, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(f"{RememberedStatus.__module__}.status", counted)

    def ask(self, *authorities: str) -> Status:
        """The status for a page."""
        with closing(Archive(self.home, read_only=True)) as archive:
            written = written_state(archive.database)
            with archive.reading() as reading:
                reading.written = written
                return self.remembered.status(reading, authorities=authorities)

    def settle(self) -> None:
        """Let the files have been written long ago, one step after the other."""
        for number, path in enumerate(sorted(self.home.glob("archive.sqlite3*"))):
            os.utime(path, (OLD + number, OLD + number))


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The status of an archive that was written long ago."""
    tampering.sample_archive(tmp_path / "home").close()
    found = Counted(tmp_path / "home", monkeypatch)
    found.settle()
    return found


@pytest.mark.skipif(os.name == "nt", reason="Windows writes the times of files down late")
def test_an_archive_that_nobody_wrote_to_is_asked_once(asked: Counted) -> None:
    """The second page has what the first one had; other authorities are another question."""
    first, second = asked.ask("a"), asked.ask("a")

    assert first is second
    assert 1 == asked.times
    assert (True, 2) == (asked.ask("b") is not first, asked.times)


@pytest.mark.parametrize("what", ["record", "alert", "past the triggers"])
def test_after_a_write_it_is_asked_again(asked: Counted, what: str) -> None:
    """Whether a record came, a working row alone, or rows were changed as an erasure changes them."""
    before = asked.ask()
    with closing(Archive(asked.home)) as archive:
        if what == "past the triggers":
            with tampering.changing_past_triggers(archive) as database:
                database.execute("DELETE FROM message")
        elif what == "record":
            append_observations(archive, note("新"))
        else:
            with archive.writing() as writing:
                alerts.keep(writing, Alert(AlertRule.A4, Level.MEDIUM, AT))

    after = asked.ask()

    changes = {
        "alert": len(before.alerts) + 1 == len(after.alerts),
        "record": before is not after,
        "past the triggers": all(room.messages == 0 for room in after.rooms),
    }
    assert (2, True) == (asked.times, changes[what])


def test_a_write_in_a_log_that_is_still_open_counts(asked: Counted) -> None:
    """The database's own file is as it was until the log is written into it."""
    with closing(sqlite3.connect(asked.home / "archive.sqlite3")) as open_log:
        asked.ask()
        open_log.execute("PRAGMA wal_autocheckpoint = 0")
        open_log.execute("INSERT INTO memory VALUES ('x', '1')")
        open_log.commit()
        asked.ask()

    assert 2 == asked.times


def test_just_after_a_write_nothing_is_remembered(asked: Counted) -> None:
    """A second write within the same step of the disk's clock would look like the first."""
    now = time.time()
    os.utime(asked.home / "archive.sqlite3", (now, now))

    asked.ask()
    asked.ask()

    assert 2 == asked.times
    assert written_state(asked.home / "none.sqlite3") is None
