"""Which entries belong in a package, and the conversation that its pages show of them."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archiver.evidence.tables.build import messages
from archiver.evidence.tables.files_and_tasks import files
from archiver.export.conversation import PackageRoom, build_conversation, build_message, room_name
from archiver.export.package_scope import PackageScope, subject
from archiver.records import Contract, ContractRoom, Pause, Period, RoomBeginning, RoomId, State, Watch
from tests.support.archives.entries import ROOM, blob, entry, file, message_entry, object_entry, window

ELSEWHERE = 42
NOON = datetime(2026, 11, 5, 3, 0, tzinfo=UTC)
"""12:00 in Tokyo: minute 120 of the entries."""

CONTRACT = Contract("job1", (ContractRoom(RoomId(ROOM)),))
NOON_SECONDS = int(NOON.timestamp())


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (window(1, 1, 9), True),
        (object_entry(1, "task", "task/5", {}), True),
        (object_entry(1, "room", f"room/{ROOM}", {}), True),
        (entry(1, "gap", f"gap/{ROOM}/1", {"reason": "window"}), True),
        (entry(1, "contract", "contract/job1", {}, room=None), True),
        (entry(1, "attachment", "attachment/job1/3", {}, room=None), True),
        (entry(1, "contract", "contract/job10", {}, room=None), False),
        (entry(1, "contract", "contract/job2", {}, room=None), False),
        (object_entry(1, "task", "task/5", {}, room=ELSEWHERE), False),
        (entry(1, "sweep", "sweep/1", {}, room=None), False),
        (entry(1, "export", "export/1", {}, room=None), False),
        (entry(1, "me", "me", {}, room=None), False),
        (entry(1, "note", "note/job1", {}, room=None), False),
        (entry(1, "note", "note/job1", {}, room=ROOM), False),
        (entry(1, "contact", "contact/7", {}, room=None), False),
    ],
)
def test_only_the_contracts_rooms_and_statements_belong(judged: dict[str, Any], expected: bool) -> None:
    """Runs, exports, private notes, other rooms and other contracts never do."""
    assert expected == PackageScope(CONTRACT).includes(judged)


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (window(119, 1, 9), False),
        (window(120, 1, 9), True),
        (file(130, 3, "a", upload_time=NOON_SECONDS - 1), False),
        (file(130, 3, "a", upload_time=NOON_SECONDS), True),
        (blob(130, 3, "ab" * 32, upload_time=NOON_SECONDS - 1), False),
        (blob(130, 3, "ab" * 32, upload_time=NOON_SECONDS), True),
        (file(130, 3, "a", upload_time=0), True),
        (entry(1, "contract", "contract/job1", {}, room=None), True),
    ],
)
def test_a_period_judges_by_the_time_of_the_thing(judged: dict[str, Any], expected: bool) -> None:
    """A file and its bytes by the upload, everything else by when it was seen; a statement always belongs."""
    assert expected == PackageScope(CONTRACT, NOON).includes(judged)


def test_a_statement_that_names_a_chat_or_a_person_of_another_contract_stays_outside() -> None:
    """As it was before a chat was taken out of this contract; the package would name what is no longer its own."""
    scope = PackageScope(CONTRACT)
    scope.withdrawn = frozenset({"mapping/job1/7"})
    stated = [
        entry(1, "contract", "contract/job1", {"rooms": [{"room_id": room} for room in rooms]}, room=None)
        for rooms in ([ROOM, ELSEWHERE], [ROOM])
    ]
    mapped = [entry(1, "mapping", f"mapping/job1/{one}", {"account_id": one}, room=None) for one in (7, 8)]

    assert [False, True, False, True] == [scope.includes(one) for one in (*stated, *mapped)]


def test_a_message_is_judged_by_when_it_was_sent() -> None:
    """Its later entries go with it, also when they were seen after the period, which ends before its end."""
    scope = PackageScope(CONTRACT, None, NOON)
    before = [
        message_entry(130, 5, "a", send_time=NOON_SECONDS - 1),
        message_entry(200, 5, "b", send_time=NOON_SECONDS + 5),
    ]
    after = [message_entry(130, 6, "a", send_time=NOON_SECONDS)]

    actual = [scope.includes_message(one) for one in before + after]

    assert [True, True, False] == actual
    assert [True, False] == [scope.holds_message(ROOM, position) for position in (5, 6)]


def test_each_room_has_its_own_period_unless_one_was_asked_for() -> None:
    """A bound that was given stands in place of the contract's."""
    rooms = (ContractRoom(RoomId(ROOM), start=NOON), ContractRoom(RoomId(ELSEWHERE), end=NOON))
    contract = Contract("job1", rooms)
    early = [object_entry(60, "task", "task/5", {}, room=room) for room in (ROOM, ELSEWHERE)]

    assert [False, True] == [PackageScope(contract).includes(one) for one in early]
    assert [True, True] == [PackageScope(contract, datetime(2026, 1, 1, tzinfo=UTC)).includes(one) for one in early]


def test_without_any_bound_no_message_need_be_looked_into() -> None:
    """All messages of the rooms are in it."""
    bounded = Contract("job1", (ContractRoom(RoomId(ROOM), end=NOON),))

    assert [True, False, False] == [
        scope.all_messages for scope in (PackageScope(CONTRACT), PackageScope(bounded), PackageScope(CONTRACT, news=[]))
    ]


def test_a_daily_scope_has_whole_subjects_and_later_readings() -> None:
    """The bytes of a file belong to the file; a message with news comes with all its entries."""
    scope = PackageScope(CONTRACT, after=10, news=[(ROOM, "file/3"), (ROOM, "message/5")])

    assert [True, True, False, False, True] == [
        scope.includes(entry)
        for entry in (file(2, 3, "a"), blob(12, 3, None), file(2, 4, "b"), window(10, 1, 9), window(11, 1, 9))
    ]
    assert [True, False] == [scope.includes_message(message_entry(1, entry, "a")) for entry in (5, 6)]
    assert "file/3" == subject("blob", f"blob/{ROOM}/3")


def test_a_gap_without_an_end_touches_every_period_after_it() -> None:
    """What began before the period and lasts into it is said."""
    scope = PackageScope(CONTRACT, NOON, NOON)
    earlier, later = NOON.replace(hour=1), NOON.replace(hour=5)

    assert [True, True, False, False] == [
        scope.overlaps(ROOM, *range_) for range_ in ((None, NOON), (earlier, None), (None, earlier), (later, None))
    ]


HOUR = timedelta(hours=1)
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
        histories=lambda _start: messages(GROUPS, {}),
        watch=Watch(),
        covered=(),
        beginning=lambda gaps: RoomBeginning(None, tuple(gaps)),
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
    watch = Watch(pauses=(Pause(*early), Pause(*late)), limit=HOUR / 2)
    room_facts = facts(watch=watch, covered=(Period(*early), Period(*late)))

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
