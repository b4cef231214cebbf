"""Which entries belong in a package."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from archiver.export.package_scope import PackageScope, subject
from archiver.records import Contract, ContractRoom, RoomId
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
