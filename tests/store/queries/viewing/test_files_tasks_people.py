"""Files, tasks and people of rooms: as a package has them, newest first, page by page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from archiver.evidence.tables.files_and_tasks import files as listed_files
from archiver.export.conversation import PackageRoom, build_conversation
from archiver.export.package_scope import PackageScope
from archiver.records import Contract, ContractRoom, MessageId, Observation, RoomBeginning, RoomId, Watch
from archiver.store import blobs
from archiver.store.engine import driver_connection
from archiver.store.queries import people
from archiver.store.queries.viewing import files_and_tasks
from archiver.store.queries.viewing.files_and_tasks import FileState
from archiver.store.working import remembered_values
from tests.support.archives.maker import CLIENT, OTHER_ROOM, OWNER, ROOM, ArchiveMaker, at, file_object
from tests.support.archives.notes import entries


def packed(maker: ArchiveMaker, room: int) -> Any:
    """The room as a package shows it."""
    with maker.archive.reading() as reading:
        objects = [json.loads(one.line) for one in entries(reading)]
    facts = PackageRoom(
        room_id=room,
        contract="job1",
        owner_id=OWNER,
        read_at=at(500),
        other=objects,
        everything=objects,
        files=listed_files(objects),
        not_packed={},
        authors={},
        numbers=(),
        histories=lambda _first: iter(()),
        watch=Watch(),
        covered=(),
        beginning=lambda gaps: RoomBeginning(None, tuple(gaps)),
    )
    return build_conversation(facts, PackageScope(Contract("job1", (ContractRoom(RoomId(room)),))))


def pending_files(maker: ArchiveMaker) -> list[int]:
    with maker.archive.reading() as reading:
        files = files_and_tasks.file_page(reading, [ROOM])[0]
    return [one.attachment.file_id for one in files if one.state is FileState.PENDING]


# --- files -------------------------------------------------------------------------------------


def test_files_are_the_records_of_a_package(story_maker: ArchiveMaker) -> None:
    """Only the number and the place of the bytes are others."""
    story_maker.file(file_object(13, "報告.pdf", 5, sent=9), b"12345", state="gone", minutes=300)
    expected = {one.file_id: one for one in packed(story_maker, ROOM).attachments}

    with story_maker.archive.reading() as reading:
        listed = files_and_tasks.file_page(reading, [ROOM])[0]

    assert [13, 12, 11] == [one.attachment.file_id for one in listed]
    for details in listed:
        actual, expected_attachment = details.attachment, expected[details.attachment.file_id]
        fields: tuple[str, ...] = ("room_id", "message_id", "account_id", "account_name", "name", "size", "uploaded_at")
        fields += ("gone_since", "sha256", "saved_at", "reason")
        assert [getattr(expected_attachment, name) for name in fields] == [getattr(actual, name) for name in fields]
        assert (expected_attachment.stored_as is None) == (actual.stored_as is None)
        if actual.stored_as is not None and actual.sha256 is not None:
            assert story_maker.home / actual.stored_as == blobs.blob_path(story_maker.home, actual.sha256)
            assert (story_maker.home / actual.stored_as).is_file()


def test_a_file_that_is_tried_again_is_pending(story_maker: ArchiveMaker) -> None:
    """As one that was never tried is, and one that had been given up before."""
    listed = {"object": file_object(14, "c.mp4", 9, sent=9), "state": "present"}
    story_maker.append([Observation("file", "file/14", listed, ROOM)], minutes=301)

    assert [14] == pending_files(story_maker)
    with story_maker.archive.writing() as writing:
        remembered_values.put_retry(writing, ROOM, 12, attempts=1, next_at=at(400), reason="no_space")
    assert [14, 12] == pending_files(story_maker)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_of_files_miss_and_repeat_none(story_maker: ArchiveMaker, limit: int) -> None:
    """Also where several rooms have files of the same time, or of the same id."""
    for room in (ROOM, OTHER_ROOM):
        for number in range(20, 24):
            story_maker.file(file_object(number, "a", 1, sent=30), b"x", room=room, minutes=300)
    found, older = [], None
    with story_maker.archive.reading() as reading:
        while True:
            page, older = files_and_tasks.file_page(reading, [ROOM, OTHER_ROOM], older_than=older, limit=limit)
            found += [(one.attachment.file_id, one.attachment.room_id) for one in page]
            if older is None:
                break

    assert [(number, room) for number in (23, 22, 21, 20) for room in (OTHER_ROOM, ROOM)] == found[:8]
    assert {(99, OTHER_ROOM), (12, ROOM), (11, ROOM)} == set(found[8:])
    assert len(set(found)) == len(found) == 11


def test_files_and_tasks_stand_with_their_message(story_maker: ArchiveMaker) -> None:
    """Messages without any are left out.

    A page asks for a hundred messages: going through all files of the chat for each would take most of its time.
    """
    ids = [MessageId("1"), MessageId("2")]
    with story_maker.archive.reading() as reading:
        attachments, made_of = (
            files_and_tasks.files_of_messages(reading, ROOM, ids),
            files_and_tasks.tasks_of_messages(reading, ROOM, ids),
        )
        plans = [
            driver_connection(reading.sql).execute(f"EXPLAIN QUERY PLAN {query}", (ROOM, "1")).fetchall()[0][3]
            for query in (files_and_tasks._FILES_OF_MESSAGE, files_and_tasks._TASKS_OF_MESSAGE)
        ]

    assert {"1": [11, 12]} == {message: [one.file_id for one in ones] for message, ones in attachments.items()}
    assert {"1": packed(story_maker, ROOM).tasks} == made_of
    assert ("file_message" in plans[0], "task_message" in plans[1]) == (True, True)


def test_only_bytes_that_are_held_are_given(story_maker: ArchiveMaker) -> None:
    """Not those that were lost, of no file, or of what was listed under the id before."""
    with story_maker.archive.reading() as reading:
        held = files_and_tasks.file_details(reading, ROOM, 11)
        others = [files_and_tasks.file_details(reading, ROOM, one) for one in (12, 99, 0, -1, 2**64)]

    assert held is not None
    assert held.attachment.sha256 is not None
    assert ("画面.png", 9, b"png bytes") == (
        held.attachment.name,
        held.attachment.size,
        blobs.blob_path(story_maker.home, held.attachment.sha256).read_bytes(),
    )
    assert [None] * 5 == [one and one.attachment.sha256 for one in others]
    replaced = {"object": file_object(11, "画面.png", 10, sent=3), "state": "present", "source": "list"}
    story_maker.append([Observation("file", "file/11", replaced, ROOM)], minutes=300)
    with story_maker.archive.reading() as reading:
        listed = files_and_tasks.file_details(reading, ROOM, 11)
    assert (True, None) == (listed is not None, listed and listed.attachment.sha256)


def test_a_file_that_was_renamed_has_the_name_under_which_its_bytes_were_listed(story_maker: ArchiveMaker) -> None:
    """As in a package. Other content under the id has the name that it was listed with."""
    for minutes, name, size in ((300, "発注書_3万円.pdf", 4), (310, "発注書_2万円.pdf", 4)):
        story_maker.file(file_object(31, name, size, sent=9, message_id=1), b"3000", minutes=minutes)

    def names() -> tuple[str | None, list[str], list[str]]:
        with story_maker.archive.reading() as reading:
            one = files_and_tasks.file_details(reading, ROOM, 31)
            beside = files_and_tasks.files_of_messages(reading, ROOM, [MessageId("1")])[MessageId("1")]
        made = [one.name for one in packed(story_maker, ROOM).attachments if one.file_id == 31]
        return one and one.attachment.name, [one.name for one in beside if one.file_id == 31], made

    assert ("発注書_3万円.pdf", ["発注書_3万円.pdf"], ["発注書_3万円.pdf"]) == names()
    story_maker.file(file_object(31, "発注書_1万円.pdf", 5, sent=9, message_id=1), b"10000", minutes=320)
    assert ("発注書_1万円.pdf", ["発注書_1万円.pdf"]) == names()[:2]


# --- tasks -------------------------------------------------------------------------------------


def test_tasks_come_with_all_their_texts(story_maker: ArchiveMaker) -> None:
    """The record is that of a package; one that is not listed any more says so."""
    story_maker.task(55, "字幕の修正と音量", minutes=300)
    story_maker.task(56, "書き出し", minutes=300)
    story_maker.task(56, "書き出し", state="gone", minutes=310)

    with story_maker.archive.reading() as reading:
        both = [files_and_tasks.task_page(reading, [ROOM, OTHER_ROOM], are_open=one) for one in (False, True)]
    listed = [task for tasks in both for task in tasks]

    assert list(packed(story_maker, ROOM).tasks) == [one.task for one in reversed(listed)]
    assert [["書き出し"], ["字幕の修正", "字幕の修正と音量"]] == [
        [seen.body for seen in one.versions] for one in listed
    ]


# --- people ------------------------------------------------------------------------------------


def test_people_are_shown_over_time(story_maker: ArchiveMaker) -> None:
    """Every name with the time at which it was first seen, roles, when they were gone; also as a contact."""
    member = {"account_id": CLIENT, "name": "田中", "role": "admin", "organization_name": "株式会社サンプル"}
    story_maker.append(
        [Observation("member", f"member/{ROOM}/{CLIENT}", {"object": member, "state": "present"}, ROOM)], minutes=400
    )
    for minutes, state in ((401, "present"), (402, "gone")):
        story_maker.append(
            [Observation("contact", f"contact/{CLIENT}", {"account_id": CLIENT, "state": state})], minutes=minutes
        )

    with story_maker.archive.reading() as reading:
        owner, client = people.people(reading, ROOM)

    assert (OWNER, CLIENT) == (owner.account_id, client.account_id)
    assert [("yamada", at(0))] == [(one.value, one.since) for one in owner.names][:1]
    assert ["田中", "田中(解約済)", "田中"] == [one.value for one in client.names]
    assert at(121) == client.names[1].since
    assert [("member", at(0)), ("admin", at(400))] == [one[:2] for one in client.roles]
    assert ["株式会社サンプル"] == [one.value for one in client.organizations]
    assert [("present", at(0)), ("gone", at(121)), ("present", at(400))] == [one[:2] for one in client.membership]
    assert [("present", at(401)), ("gone", at(402))] == [one[:2] for one in client.contact]
    assert (False, "田中", ()) == (client.is_gone, client.name, owner.membership)


def test_a_picture_is_given_where_it_is_held(story_maker: ArchiveMaker) -> None:
    """By the SHA-256 under which it lies."""
    url = "https://example.com/face.png"
    payload = {"object": {"account_id": CLIENT, "name": "田中", "avatar_image_url": url}}
    story_maker.append([Observation("account", f"account/{ROOM}/{CLIENT}", payload, ROOM)], minutes=400)
    with story_maker.archive.reading() as reading:
        assert people.avatar(reading, ROOM, CLIENT) is None

    people.record_download(story_maker.archive, url, b"picture", next_at=at(500))

    with story_maker.archive.reading() as reading:
        avatar = people.avatar(reading, ROOM, CLIENT)
        assert avatar is not None
        assert b"picture" == (story_maker.home / people.AVATARS / avatar).read_bytes()
        assert [None, avatar] == [one.avatar for one in people.people(reading, ROOM)]
        assert (None, None) == (people.avatar(reading, ROOM, 1), people.avatar(reading, ROOM, 2**70))
