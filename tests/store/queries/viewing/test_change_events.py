"""The timeline of rooms: everything that happened, the newest first."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver.evidence.history import Sightings
from archiver.evidence.tables import build
from archiver.evidence.tables.events import EVENT_WORDS, EventKind, message_events, other_events
from archiver.records import Observation
from archiver.store.archive import Archive, Reading
from archiver.store.queries.entries import message_entries
from archiver.store.queries.viewing.change_events import TimelineEvent, newest_events
from tests.support.archives.maker import CLIENT, OTHER_ROOM, ROOM, ArchiveMaker, at, file_object
from tests.support.archives.notes import entries
from tests.support.archives.random_histories import HISTORY, archive_with_history

K = EventKind


def packed(reading: Reading) -> set[tuple[int, str]]:
    """What a package of everything tells, by entry and kind."""
    objects = [json.loads(one.line) for one in entries(reading)]
    sightings = build.sightings(objects)
    found = list(other_events(objects))
    for group in message_entries(reading, {1, 2}, upto=10**6):
        found += message_events(1, group, sightings.get(group[0]["room_id"]) or Sightings())
    return {(one.seq, one.kind) for one in found}


def whole(reading: Reading, rooms: list[int]) -> list[TimelineEvent]:
    """Events of every kind, however many."""
    return newest_events(reading, rooms, [list(EventKind)], 10**6)


@pytest.mark.drawn
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=HISTORY, limit=strategies.integers(1, 9))
def test_it_tells_what_a_package_tells(blank: Archive, history: list[list[Observation]], limit: int) -> None:
    """Whatever happened, in falling order; of a group the newest."""
    with archive_with_history(blank, history) as archive, archive.reading() as reading:
        found = whole(reading, [1, 2])
        edits = [one for one in found if one.kind is K.EDITED]

        assert packed(reading) == {(one.seq, EVENT_WORDS[one.kind]) for one in found if one.kind in EVENT_WORDS}
        assert [one.seq for one in found] == sorted((one.seq for one in found), reverse=True)
        assert len(set(found)) == len(found)
        assert edits[:limit] == newest_events(reading, [1, 2], [[K.EDITED]], limit)


def events_of(maker: ArchiveMaker, rooms: list[int]) -> list[TimelineEvent]:
    with maker.archive.reading() as reading:
        return whole(reading, rooms)


def test_a_message_comes_with_both_texts(story_maker: ArchiveMaker) -> None:
    """Before and after, as they were received; of one that vanished only the last. A room tells nothing of another."""
    told = events_of(story_maker, [ROOM])
    edited, deleted, missing = (
        next(one for one in told if one.kind is kind) for kind in (K.EDITED, K.DELETED, K.MISSING)
    )

    assert ("2", at(120)) == (edited.message_id, edited.at)
    assert ("残り3本もお願いします。", "残り3本は無しで。") == (edited.before, edited.after)
    assert ("やっぱり今回の分は払えません", "") == (deleted.before, deleted.after)
    assert ("承知しました。", "", "4") == (missing.before, missing.after, missing.message_id)
    assert {ROOM} == {one.room_id for one in told}
    assert [] == events_of(story_maker, [OTHER_ROOM])


def test_people_and_things_change(story_maker: ArchiveMaker) -> None:
    """Roles, contacts, files under another name or with other bytes."""
    member = {"account_id": CLIENT, "name": "田中", "role": "admin", "department": "制作"}
    for minutes, state in ((400, "present"), (401, "gone")):
        payload = {"object": member, "state": state}
        story_maker.append([Observation("member", f"member/{ROOM}/{CLIENT}", payload, ROOM)], minutes=minutes)
        story_maker.append(
            [Observation("contact", f"contact/{CLIENT}", {"account_id": CLIENT, "state": state})], minutes=402
        )
    listed = {"object": file_object(11, "別名.png", 10, sent=3), "state": "present"}
    story_maker.append([Observation("file", "file/11", listed, ROOM)], minutes=403)

    actual = [(one.kind, one.number or one.account_id, one.before, one.after) for one in events_of(story_maker, [ROOM])]

    assert [
        (K.FILE_REPLACED, 11, "9", "10"),
        (K.FILE_RENAMED, 11, "画面.png", "別名.png"),
        (K.NO_CONTACT, CLIENT, "", ""),
        (K.LEFT, CLIENT, "", ""),
        (K.JOINED, CLIENT, "", ""),
    ] == actual[:5]
    assert (K.FILE_LOST, 12, "", "404") in actual
