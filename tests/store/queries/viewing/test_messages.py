"""Pages of a room: the same records, pauses and proofs as in a package, in order, never too much text."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver.evidence.tables import build
from archiver.export import conversation
from archiver.records import Message, Observation
from archiver.store import seals
from archiver.store.archive import Archive, Reading
from archiver.store.queries.entries import message_entries
from archiver.store.queries.viewing import calendar, messages
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.queries.viewing.messages import MessagePage, proofs
from archiver.store.search.query import parse
from archiver.store.search.search import search
from archiver.store.time_text import to_text
from archiver.store.working.stamp_queue import DueStamp, StampFacts, keep_stamp
from tests.support.archives.maker import ROOM, ArchiveMaker, at, message_object
from tests.support.archives.notes import append_observations, entries
from tests.support.archives.random_histories import archive_with_history, message, reading, shown, window

HISTORY = strategies.lists(
    strategies.lists(strategies.one_of(message(), message(), window(), window(), reading()), min_size=1, max_size=5),
    max_size=14,
)
EVERYTHING = 10**6


def with_true_replies(history: list[list[Observation]]) -> list[list[Observation]]:
    """The same, but replies with the same digest have the same list in them, and messages come from the list before."""
    observations = []
    for batch in history:
        last: dict[int | None, str] = {}
        observations.append(list[Observation]())
        for one in batch:
            if one.kind == "window":
                reply_key = (one.room_id, *(one.payload[name] for name in ("oldest", "newest", "absent")))
                last[one.room_id] = hashlib.sha256(repr(reply_key).encode()).hexdigest()
            reply = None if one.reply is None and one.kind == "message" else last.get(one.room_id)
            observations[-1].append(replace(one, reply=reply))
    return observations


def packed(snapshot: Reading, room: int) -> list[Message]:
    """The messages of a room as a package of the whole archive has them, without numbers."""
    objects = [json.loads(one.line) for one in entries(snapshot)]
    sightings = build.sightings(objects)
    groups = message_entries(snapshot, {room}, upto=EVERYTHING)
    return [conversation.build_message(0, one) for one in build.messages(groups, sightings)]


def ids(page: MessagePage) -> list[int]:
    return [int(one.message_id) for one in page.messages]


@pytest.mark.drawn
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY, many=strategies.sampled_from([0, 1, 1_000]))
def test_a_page_has_the_records_of_a_package(
    blank: Archive, monkeypatch: pytest.MonkeyPatch, history: list[list[Observation]], many: int
) -> None:
    """Every text, state, name and interval is the one that the export's own code makes of the entries."""
    monkeypatch.setattr(messages, "MANY", many)
    with archive_with_history(blank, with_true_replies(history)) as archive, archive.reading() as snapshot:
        expected = {room: packed(snapshot, room) for room in (1, 2)}

        assert expected == {room: messages.page_after(snapshot, room, messages.FIRST, 100).messages for room in (1, 2)}
        for room, records in expected.items():
            assert records == [messages.message_by_id(snapshot, room, one.message_id) for one in records]


@pytest.fixture
def room_maker(tmp_path: Path) -> ArchiveMaker:
    """A room with messages 10, 20 … 90, sent a minute apart."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.sync([message_object(number * 10, f"{number}番", sent=number) for number in range(1, 10)], minutes=20)
    return maker


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (lambda told: messages.page_after(told, ROOM, messages.FIRST, 3), ([10, 20, 30], False, True)),
        (lambda told: messages.page_before(told, ROOM, messages.LAST, 3), ([70, 80, 90], True, False)),
        (
            lambda told: messages.page_before(told, ROOM, messages.LAST, 9),
            ([*range(10, 100, 10)], False, False),
        ),
        (lambda told: messages.page_after(told, ROOM, 40, 2), ([50, 60], True, True)),
        (lambda told: messages.page_after(told, ROOM, 45, 2), ([50, 60], True, True)),
        (lambda told: messages.page_after(told, ROOM, 90, 2), ([], False, False)),
        (lambda told: messages.page_before(told, ROOM, 40, 2), ([20, 30], True, True)),
        (lambda told: messages.page_before(told, ROOM, 10, 2), ([], False, False)),
        (lambda told: messages.page_around(told, ROOM, 50, 4), ([30, 40, 50, 60], True, True)),
        (lambda told: messages.page_around(told, ROOM, 10, 4), ([10, 20, 30, 40], False, True)),
        (lambda told: messages.page_around(told, ROOM, 90, 4), ([70, 80, 90], True, False)),
        (lambda told: messages.page_around(told, ROOM, 999, 2), ([80, 90], True, False)),
        (lambda told: messages.page_around(told, 1, 50, 4), ([], False, False)),
    ],
)
def test_pages_are_cut_where_they_are_asked_for(
    room_maker: ArchiveMaker, page: Any, expected: tuple[list[int], bool, bool]
) -> None:
    """In the order of the ids, with whether anything lies before and after."""
    with room_maker.archive.reading() as snapshot:
        actual = page(snapshot)

    assert expected == (ids(actual), actual.has_earlier, actual.has_later)


@pytest.mark.parametrize("message_id", ["15", "0", "", "x", "-10", "１０", "9" * 30])
def test_a_message_that_is_not_known_is_none(room_maker: ArchiveMaker, message_id: str) -> None:
    """Whatever stands in an address is answered."""
    with room_maker.archive.reading() as snapshot:
        assert messages.message_by_id(snapshot, ROOM, message_id) is None
        assert messages.message_by_id(snapshot, ROOM, "10") is not None


def test_the_last_text_is_the_last_in_time_and_not_the_one_that_was_taken_in_last(tmp_path: Path) -> None:
    """A text from another copy has the newest entry but its place in time; no search shows it as the newest."""
    maker = ArchiveMaker(tmp_path / "home")
    maker.sync([message_object(7, "10本で50,000円")], minutes=1)
    maker.sync([message_object(7, "10本で30,000円", update_time=9)], changed={7: "edited"}, minutes=4)
    late = {"object": message_object(7, "10本で40,000円", update_time=5), "state": "edited", "source": "copy"}
    late |= {"seen": to_text(at(2)), "copy": "0" * 64}
    append_observations(maker.archive, Observation("message", "message/7", late, ROOM))

    with maker.archive.reading() as reading:
        (line,) = message_summaries(reading, [(ROOM, 7)])
        (by_filter,) = search(reading, parse("has:edit", now=at(0))).hits
        (by_words,) = search(reading, parse("40,000円", now=at(0))).hits
        by_both = [search(reading, parse(words, now=at(0))).hits[0] for words in ("10本", "本", "10本 has:edit")]
    maker.archive.close()

    assert [("10本で30,000円", False)] * 2 == [(one.text, one.earlier) for one in (line, by_filter)]
    assert ("10本で40,000円", True) == (by_words.text, by_words.earlier)
    assert {("10本で30,000円", False)} == {(one.text, one.earlier) for one in by_both}


def test_long_texts_shorten_a_page(tmp_path: Path) -> None:
    """It never holds more text than fits, on the side that was asked for, but at least one message."""
    maker = ArchiveMaker(tmp_path / "home")
    size = messages.TEXT_BYTES_LIMIT // 3 // 3
    maker.sync([message_object(number, "あ" * size, sent=number) for number in range(1, 10)])
    maker.sync([message_object(20, "あ" * messages.TEXT_BYTES_LIMIT, sent=20)], minutes=2, beginning=False)

    with maker.archive.reading() as snapshot:
        assert [1, 2, 3] == ids(messages.page_after(snapshot, ROOM, messages.FIRST, 100))
        assert [7, 8, 9] == ids(messages.page_before(snapshot, ROOM, 20, 100))
        assert [20] == ids(messages.page_before(snapshot, ROOM, messages.LAST, 100))
        assert [4, 5, 6] == ids(messages.page_around(snapshot, ROOM, 5, 100))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=strategies.lists(strategies.integers(1, 30), min_size=1, max_size=12), minute=strategies.integers(0, 31))
def test_a_date_leads_to_the_first_message_sent_then_or_later(blank: Archive, sent: list[int], minute: int) -> None:
    """Also where ids do not rise with the time."""
    batch = [shown(message_object(number, "a", sent=minutes), room=1) for number, minutes in enumerate(sent, 1)]
    expected = next((str(number) for number, minutes in enumerate(sent, 1) if minutes >= minute), None)

    with archive_with_history(blank, [batch]) as archive, archive.reading() as snapshot:
        assert expected == calendar.first_on_or_after(snapshot, 1, at(minute))
        assert calendar.first_on_or_after(snapshot, 2, at(0) - timedelta(days=1)) is None


def test_each_text_has_its_entry_its_seal_and_its_times(tmp_path: Path) -> None:
    """The first text lies in a stamped seal, the second in none yet."""
    maker = ArchiveMaker(tmp_path / "home")
    first = maker.sync([message_object(7, "はい")], minutes=1)[1]
    (closed,) = seals.close_seals(maker.archive, now=at(2))
    keep_stamp(maker.archive, DueStamp(closed, "freetsa"), b"reply", StampFacts(at(3), "0" * 64), pem=[])
    second = maker.sync([message_object(7, "いいえ", update_time=5)], changed={7: "edited"}, minutes=4)[1]
    with maker.archive.reading() as reading:
        found = proofs(reading, ROOM, 7)
        nothing = proofs(reading, ROOM, 8)
    maker.archive.close()

    assert [(first.seq, first.digest, 1), (second.seq, second.digest, None)] == [one[:3] for one in found]
    assert [("freetsa", at(3))] == [time[:2] for time in found[0].times]
    assert (closed.day, (), None) == (found[0].day, found[1].times, found[1].day)
    assert [] == nothing
