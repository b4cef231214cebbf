"""The entries of a room → the conversation that the pages show."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archiver.evidence.tables.build import messages
from archiver.evidence.tables.files_and_tasks import files
from archiver.export.conversation import PackageRoom, build_conversation, build_message, room_name
from archiver.export.package_scope import PackageScope
from archiver.records import Contract, ContractRoom, Pause, Period, RoomId, State, Watch
from tests.support.archives.entries import ROOM, blob, entry, file, message_entry, object_entry

NOON = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONTRACT = Contract("job1", (ContractRoom(RoomId(ROOM)),))
GROUPS = [[message_entry(2, 5, "前"), message_entry(9, 5, "後", state="edited")], [message_entry(3, 6, "二")]]


def facts(*other: dict[str, Any], **changes: Any) -> PackageRoom:
    """A room with these entries."""
    made = PackageRoom(
        room_id=ROOM,
        contract="12345678",
        owner_id=1,
        read_at=NOON,
        other=other,
        everything=other,
        files=files(other),
        not_packed={},
        authors={7654321: "田中"},
        numbers=array("Q", [4, 9]),
        histories=lambda: messages(GROUPS, {}),
        watch=Watch(),
        covered=(),
    )
    return replace(made, **changes)


def room(seq: int, name: str, description: str) -> dict[str, Any]:
    return object_entry(seq, "room", f"room/{ROOM}", {"name": name, "description": description})


def gap(seq: int, number: int, kind: str = "gap", **changes: Any) -> dict[str, Any]:
    payload = {"after": "1", "before": "5", "from": "2026-11-05T02:00:00.000Z", "to": "2026-11-05T02:30:00.000Z"}
    return entry(seq, kind, f"gap/{ROOM}/{number}", payload | {"missing": 3, "reason": "window"} | changes)


def test_messages_come_as_often_as_they_are_asked_for() -> None:
    """With their numbers in the whole package and every text."""
    made = build_conversation(facts(), PackageScope(CONTRACT))

    for _ in range(2):
        assert [(4, "5", State.EDITED, ["前", "後"]), (9, "6", State.PRESENT, ["二"])] == [
            (message.no, message.message_id, message.state, [span.body for span in message.versions])
            for message in made.messages()
        ]
    assert 2 == made.count


@pytest.mark.parametrize("sent", [0, -5, 10**12, None, "x"])
def test_a_message_without_a_usable_time_stands_where_it_was_first_seen(sent: object) -> None:
    """No time of Chatwork's stops the pages."""
    history = next(messages([[message_entry(2, 5, "a", send_time=sent)]], {}))

    assert datetime(2026, 11, 5, 1, 2, tzinfo=UTC) == build_message(1, history).send_time


def test_a_room_has_its_last_name_and_description() -> None:
    """The name is taken also from outside the period, the description only from inside."""
    inside, outside = [room(1, "旧", "概要")], [room(1, "旧", "概要"), room(9, "新", "期間外の概要")]

    made = build_conversation(facts(*inside, everything=outside), PackageScope(CONTRACT))

    assert ("新", "概要") == (made.room_name, made.description)
    assert f"ルームID {ROOM}" == room_name([], ROOM)


def test_open_gaps_that_touch_the_period_are_shown() -> None:
    """As they were last stated; closed ones are not."""
    entries = [
        gap(1, 1),
        gap(2, 1, "gap.narrowed", missing=1),
        gap(3, 2),
        gap(4, 2, "gap.closed"),
        gap(5, 3, to="2026-11-05T05:00:00.000Z"),
    ]

    everything = build_conversation(facts(*entries), PackageScope(CONTRACT))
    afternoon = build_conversation(facts(*entries), PackageScope(CONTRACT, NOON))

    assert [(1, 1), (3, 3)] == [(one.number, one.missing) for one in everything.gaps]
    assert [3] == [one.number for one in afternoon.gaps]


def test_pauses_and_covered_periods_outside_are_left_out() -> None:
    """Those that touch the period stay whole."""
    early, late = (NOON - 2 * HOUR, NOON - HOUR), (NOON, NOON + HOUR)
    room_facts = facts(watch=Watch(pauses=(Pause(*early), Pause(*late))), covered=(Period(*early), Period(*late)))

    made = build_conversation(room_facts, PackageScope(CONTRACT, NOON))

    assert ((Pause(*late),), (Period(*late),)) == (made.pauses, made.covered)


def test_a_file_that_is_not_packed_says_why() -> None:
    """It leads nowhere, though its digest is known."""
    other = [file(1, 3, "a.txt"), blob(2, 3, "ab" * 32), file(1, 4, "b.txt"), blob(2, 4, "cd" * 32)]

    made = build_conversation(facts(*other, not_packed={"F-0002": "大きすぎる"}), PackageScope(CONTRACT))

    assert [("files/F-0001.txt", None), (None, "大きすぎる")] == [
        (attachment.stored_as, attachment.reason) for attachment in made.attachments
    ]


@pytest.mark.parametrize(
    ("kinds", "since"),
    [
        (["room.inaccessible"], datetime(2026, 11, 5, 1, 1, tzinfo=UTC)),
        (["room.inaccessible", "room.accessible"], None),
        ([], None),
    ],
)
def test_a_room_that_cannot_be_opened_says_since_when(kinds: list[str], since: datetime | None) -> None:
    """Until it can be opened again."""
    other = [entry(seq, kind, f"room/{ROOM}", {}) for seq, kind in enumerate(kinds, 1)]

    assert since == build_conversation(facts(*other), PackageScope(CONTRACT)).inaccessible_since
