"""What was changed → alerts: hits and near misses of A10 and A12."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from archiver.alerts import change_rules
from archiver.records import Sides, State
from archiver.records.alerts import (
    ChangedMessage,
    ChangeObservations,
    DetailChanged,
    PersonRenamed,
    RoomChanged,
    RoomPeople,
)

AT = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
OWNER, TANAKA, SUZUKI, ROOM, OTHER = 1, 2, 3, 10, 11
ALONE = RoomPeople(members=frozenset({TANAKA}), wrote={TANAKA: 5})
CROWD = RoomPeople(members=frozenset(range(100, 129)) | {TANAKA}, wrote={TANAKA: 1, 100: 50})


def observations(**facts: Any) -> ChangeObservations:
    """Changes in a room of the owner and 田中."""
    return ChangeObservations(sides=dict.fromkeys((ROOM, OTHER), Sides(OWNER)), people={ROOM: ALONE})._replace(**facts)


def alert_facts(**facts: Any) -> list[tuple[str, str, str | None, int]]:
    """Rule, level, subject and number of messages of each alert."""
    found = change_rules.judge_changes(observations(**facts))
    return [(one.rule.value, one.level.value, one.subject, one.count) for one in found]


def edited(number: int, *, by: int = TANAKA, room: int = ROOM) -> ChangedMessage:
    return ChangedMessage(room, by, str(number), State.EDITED, AT)


def vanished_message(
    number: int, *, by: int = TANAKA, room: int = ROOM, state: State = State.DELETED
) -> ChangedMessage:
    return ChangedMessage(room, by, str(number), state, AT)


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        ({"edited": (edited(1), edited(2))}, 2),
        ({"edited": (edited(2),), "lately": (edited(1),)}, 2),
        ({"edited": (edited(2),), "vanished": (vanished_message(1),)}, 1),
        ({"edited": (edited(2),), "vanished": (vanished_message(1, state=State.MISSING),)}, 1),
        ({"edited": (edited(1), edited(2), edited(3)), "vanished": (vanished_message(1),)}, 2),
        ({"vanished": (vanished_message(1),), "lately": (edited(2),)}, 1),
        ({"edited": (edited(2),), "lately": (vanished_message(1),)}, 1),
        ({"edited": (edited(1),), "attached": frozenset({"1"})}, 1),
        ({"edited": tuple(map(edited, range(9)))}, 9),
        ({"edited": (edited(1, by=SUZUKI), edited(2, by=SUZUKI))}, 2),
        # One edit, one's own, two people's, two rooms', third persons', deletions alone.
        ({"edited": (edited(1),)}, None),
        ({"edited": (edited(1), edited(1))}, None),
        ({"edited": (edited(1),), "lately": (edited(1),)}, None),
        ({"edited": (edited(1), edited(2, by=SUZUKI))}, None),
        ({"edited": (edited(1), edited(2, room=OTHER))}, None),
        ({"edited": (edited(1, by=OWNER), edited(2, by=OWNER))}, None),
        ({"vanished": (vanished_message(1), vanished_message(2))}, None),
        ({"lately": (edited(1), edited(2))}, None),
        ({"edited": (edited(1),), "vanished": (vanished_message(1), vanished_message(2))}, None),
        ({"edited": (edited(1),), "vanished": (vanished_message(2, by=OWNER),)}, None),
        ({"edited": (edited(1),), "vanished": (vanished_message(2, room=OTHER),)}, None),
        ({"edited": (edited(1),), "attached": frozenset({"2"})}, None),
        ({"edited": (edited(1), edited(2)), "sides": {ROOM: Sides(OWNER, thirds=frozenset({TANAKA}))}}, None),
        ({"edited": (edited(1), edited(2)), "sides": {ROOM: Sides(OWNER, clients=frozenset({SUZUKI}))}}, None),
        ({"edited": (edited(1), edited(2)), "sides": {ROOM: Sides(OWNER, mine=frozenset({TANAKA}))}}, None),
    ],
)
def test_several_changes_within_a_day_are_told(facts: dict[str, Any], count: int | None) -> None:
    """Two texts of one person, an edit and a deletion, or one that matters alone; less is not.

    What was deleted has its own alert and is not counted here once more.
    """
    assert ([] if count is None else [("A10", "medium", None, count)]) == alert_facts(**facts)


def renamed(before: str, after: str, *, who: int = TANAKA, room: int = ROOM) -> PersonRenamed:
    return PersonRenamed(room, who, before, after, AT)


def described(before: str, after: str) -> RoomChanged:
    return RoomChanged(ROOM, "description", before, after, AT)


@pytest.mark.parametrize(
    ("facts", "level", "subject"),
    [
        ({"renamed": (renamed("田中", "佐藤"),)}, "medium", "name"),
        ({"renamed": (renamed("田中", "佐藤"), renamed("田中", "佐藤", room=OTHER))}, "medium", "name"),
        ({"renamed": (renamed("田中", "佐藤", room=OTHER), renamed("田中", "佐藤"))}, "medium", "name"),
        ({"renamed": (renamed("田中", "佐藤"),), "people": {ROOM: CROWD}}, "low", "name"),
        ({"details": (DetailChanged(ROOM, TANAKA, "role", AT),)}, "medium", "role"),
        ({"details": (DetailChanged(ROOM, OWNER, "role", AT),)}, "medium", "role"),
        ({"rooms": (RoomChanged(ROOM, "room", "動画", "別の名前", AT),)}, "medium", "room"),
        ({"rooms": (described("1本 5,000円", "1本 3,000円"),)}, "medium", "description"),
        ({"rooms": (described("納期は月末\nメモ", "メモ"),)}, "medium", "description"),
        ({"rooms": (described("1本 5000", "1本 3500"),)}, "medium", "description"),
        ({"rooms": (described("メモ", "メモ\n検収は10日後"),)}, "medium", "description"),
        ({"details": (DetailChanged(ROOM, TANAKA, "file/7", AT, "5"),)}, "medium", "file/7"),
        ({"details": (DetailChanged(ROOM, OWNER, "file/7", AT, "5"),)}, "", ""),
        # A name first seen, a closed account, one's own name, third persons, lines without money.
        ({"renamed": (renamed("田中", "田中"),)}, "", ""),
        ({"renamed": (renamed("田中", "田中(解約済)"),)}, "", ""),
        ({"renamed": (renamed("yamada", "yamada2", who=OWNER),)}, "", ""),
        ({"renamed": (renamed("田中", "佐藤"),), "sides": {ROOM: Sides(OWNER, thirds=frozenset({TANAKA}))}}, "", ""),
        (
            {
                "details": (DetailChanged(ROOM, SUZUKI, "role", AT),),
                "sides": {ROOM: Sides(OWNER, frozenset({2}))},
            },
            "",
            "",
        ),
        ({"rooms": (described("よろしく", "よろしくお願いします"),)}, "", ""),
        ({"rooms": (described("1本 5,000円\nよろしく", "1本 5,000円\nどうぞよろしく"),)}, "", ""),
        ({"rooms": (described("1本 5,000円\nメモ", "1本 5,000円"),)}, "", ""),
        ({"rooms": (described("", "連絡はこちらへ"),)}, "", ""),
        ({"rooms": (described("Zoom: https://zoom.us/j/111", "Zoom: https://zoom.us/j/222\n毎週月曜10時"),)}, "", ""),
        ({}, "", ""),
    ],
)
def test_names_roles_and_descriptions_are_told(facts: dict[str, Any], level: str, subject: str) -> None:
    """Each kind of change is told for itself, once; one of thirty only as good to know."""
    assert ([("A12", level, subject, 1)] if level else []) == alert_facts(**facts)
