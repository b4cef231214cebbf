"""Messages are counted on the day in Japan on which they were sent."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, strategies

from archiver.records import JST
from archiver.store.archive import Archive
from archiver.store.queries.looks_and_gaps import watch
from archiver.store.queries.viewing.calendar import day_counts, first_and_last_time, pauses_touching, span_counts
from tests.support.archives.maker import BEGIN, ROOM, ArchiveMaker, at, message_object

SENT = [-600.01, -600, 0, 839.99, 840, 840.01, 2279.99, 2280, 60_000]
"""Minutes after 10:00 in Japan on 2026-11-05, among them midnights and what stands next to them."""

LOOKS = [(0, 30), (90, 100), (130, 250), (260, 270), (500, 501), (561, 570), (640, 900), (2000, 2001), (2100, 2200)]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    maker = ArchiveMaker(tmp_path_factory.mktemp("calendar") / "home")
    maker.contract()
    messages = [message_object(1000 + number, "はい", sent=sent) for number, sent in enumerate(SENT)]
    messages.append(message_object(2000, "時刻なし") | {"send_time": 0})
    maker.sync(messages)
    for begun, ended in LOOKS:
        maker.look(begun, ended)
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
