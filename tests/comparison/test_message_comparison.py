"""How two holdings of messages compare, against a truth that the comparison does not know."""

from __future__ import annotations

import pytest

from archiver.comparison.compare import outcome_text
from archiver.comparison.message_comparison import (
    Absence,
    ComparedMessage,
    HeldMessage,
    HeldVersion,
    Outcome,
    RoomReach,
    compare_message,
)

ROOM = 7


def held(position: int, *texts: str, account: int = 1, is_masked: bool = False) -> HeldMessage:
    return HeldMessage(
        ROOM, position, position, account, "田中", 1_000 + position, "present", texts, "2026", None, None, is_masked
    )


def test_texts_of_other_times_are_told_from_texts_that_differ() -> None:
    """One text that only one side holds beside a common one is more; no common text at all is a difference."""
    assert compare_message(held(1, "前", "後"), held(1, "前", "後")) is Outcome.SAME
    assert compare_message(held(1, "前", "後"), held(1, "後")) is Outcome.A_HOLDS_MORE
    assert compare_message(held(1), held(1, "前")) is Outcome.B_HOLDS_MORE
    assert compare_message(held(1, "一", "三"), held(1, "二", "三")) is Outcome.EACH_HOLDS_MORE
    assert compare_message(held(1, "前"), held(1, "後")) is Outcome.TEXTS_DIFFER


def test_another_author_is_a_difference_whatever_the_texts() -> None:
    """Author and time of sending cannot change on Chatwork, so they come before texts and masks."""
    assert compare_message(held(1, "前"), held(1, "前", account=2, is_masked=True)) is Outcome.FACTS_DIFFER


def test_masked_texts_are_not_compared() -> None:
    """A covered text says nothing about the other side's."""
    assert compare_message(held(1, "[伏せ字]", is_masked=True), held(1, "前")) is Outcome.MASKED


@pytest.mark.parametrize(("end", "outcome"), [("10", Outcome.UPDATES_DIFFER), ("03", Outcome.SAME)])
def test_one_text_of_one_time_has_one_time_of_its_edit(end: str, outcome: Outcome) -> None:
    """After its edit to the same text again, or by a clock that is a little off, another time is no contradiction."""
    one = HeldVersion("前", 5, "2026-11-01T00:00:00.000Z", f"2026-11-01T00:{end}:00.000Z")
    other = HeldVersion("前", 9, "2026-11-01T00:02:00.000Z", "2026-11-01T00:30:00.000Z")

    pair = [held(1, "前")._replace(versions=(version,)) for version in (one, other)]

    assert outcome is compare_message(*pair)
    assert Outcome.SAME is compare_message(pair[0], pair[0])


def test_why_a_side_lacks_a_message() -> None:
    """Before and after what it holds, shown by no list that reached over it, or in a stretch that it never read."""
    reach = RoomReach()
    for position in (10, 20, 30):
        reach.add_message(position)
    reach.add_list(8, 20)
    assert [reach.absence(position) for position in (9, 15, 25, 31)] == [
        Absence.EARLIER,
        Absence.NOT_LISTED,
        Absence.NOT_READ,
        Absence.LATER,
    ]


def test_a_side_that_holds_nothing_gives_no_reason_but_that() -> None:
    """Nothing can be said of a room of which a side holds no message."""
    assert RoomReach().absence(5) is Absence.EARLIER


def test_a_package_of_a_period_lacks_what_is_outside_it() -> None:
    """It is not said that its owner did not see it."""
    reach = RoomReach()
    reach.add_message(10)
    reach.is_of_period = True

    assert [Absence.OUTSIDE_PERIOD] * 2 == [reach.absence(position) for position in (9, 11)]


def test_who_saw_a_deletion_is_said() -> None:
    """Both, or the one that did."""
    gone, there = held(1, "前")._replace(state="deleted"), held(1, "前")

    assert "削除されたことは両方が保存" in outcome_text(ComparedMessage(gone, gone, Outcome.SAME))
    assert "削除されたことは甲だけが保存" in outcome_text(ComparedMessage(gone, there, Outcome.SAME))
    assert "削除" not in outcome_text(ComparedMessage(there, there, Outcome.SAME))
