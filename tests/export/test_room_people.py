"""The entries of a room → its people: names in order, and what the lists of members said."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from archiver.export.conversation import room_people
from archiver.records import Membership, MembershipPeriod, PersonName
from tests.support.archives.entries import ROOM, object_entry, time


def account(seq: int, name: str, number: int = 7) -> dict[str, Any]:
    return object_entry(seq, "account", f"account/{ROOM}/{number}", {"name": name})


def member(seq: int, name: str, *, state: str = "present", **fields: str) -> dict[str, Any]:
    return object_entry(seq, "member", f"member/{ROOM}/7", {"name": name, **fields}, state=state)


def at(seq: int) -> datetime:
    return datetime.fromisoformat(time(seq))


def test_people_have_every_name_in_order() -> None:
    """Also those who wrote but were in no list that was read; a list of who is gone repeats an old one, no change."""
    entries = [account(1, "田中"), member(2, "田中"), account(3, "田中(解約済)")]

    for more in ([], [member(4, "田中", state="gone")]):
        found = room_people([*entries, *more], {7: "田中", 8: "yamada"})

        assert {7: ("田中", "田中(解約済)"), 8: ("yamada",)} == {one: person.names for one, person in found.items()}
        assert (at(1), at(3)) == found[7].named_at
    back = room_people([account(1, "田中"), account(2, "田中太郎"), account(3, "田中")], {})
    assert ("田中", "田中太郎", "田中") == back[7].names


def test_the_name_of_an_author_stands_where_it_was_seen() -> None:
    """Its own entry may lie outside the package's period, before it or behind it."""
    inside = [account(5, "田中(解約済)")]

    before = room_people(inside, {7: "田中"}, [account(1, "田中"), *inside])
    behind = room_people(inside, {7: "田中太郎"}, [*inside, account(9, "田中太郎")])
    unknown = room_people(inside, {7: "田中"}, inside)

    assert ("田中", "田中(解約済)") == before[7].names
    assert ("田中(解約済)", "田中太郎") == behind[7].names == room_people(inside, {7: "田中太郎"})[7].names
    assert (at(5), None) == unknown[7].named_at


def test_lists_of_members_tell_ids_organisation_and_times() -> None:
    """Each value once, and every time in which the list showed somebody."""
    fields = {"chatwork_id": "tanaka_xx", "organization_name": "株式会社△△", "department": "制作部"}
    entries = [
        member(1, "田中", **fields),
        member(2, "田中太郎", **fields),
        member(3, "田中太郎", state="gone", **fields),
        member(4, "田中太郎", chatwork_id="tanaka_yy", organization_name="", department=""),
    ]

    expected = Membership(
        chatwork_ids=(PersonName("tanaka_xx", at(1)), PersonName("tanaka_yy", at(4))),
        organisations=(PersonName("株式会社△△ 制作部", at(1)),),
        stays=(MembershipPeriod(at(1), at(3)), MembershipPeriod(at(4), None)),
    )
    assert expected == room_people(entries, {})[7].membership


def test_who_went_within_a_period_but_came_before_it_has_an_end_alone() -> None:
    """When the list began to show them lies outside of what is told; their name is that of before, without a time."""
    found = room_people([member(3, "田中", state="gone"), member(4, "田中", state="gone")], {})[7]

    assert (("田中",), (None,)) == (found.names, found.named_at)
    assert (MembershipPeriod(None, at(3)),) == found.membership.stays
