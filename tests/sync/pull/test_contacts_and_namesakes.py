"""Accounts with the name of a known person: noted in a chat, as a contact and as a request; nothing else is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.archives.byte_search import places_of
from tests.support.chatwork.faults import Fault
from tests.support.world import World


def noted(world: World) -> list[tuple[int, int, str]]:
    """Account, known account and place of everything that was noted."""
    payloads = [one["payload"] for one in world.entries("twin")]
    return [(one["account_id"], one["known"], one["place"]) for one in payloads]


def later(world: World, **span: float) -> None:
    """A run after some time."""
    world.clock.pass_by(**span)
    world.sync(full=True)


@pytest.mark.drawn(but=4)
@pytest.mark.parametrize("name", ["髙橋 一郎", "一郎 高橋", "高橋一郎(公式)", "高橋\u3000一郎"])
@pytest.mark.parametrize("place", ["request", "contact", "room"])
def test_a_name_that_was_taken(world: World, name: str, place: str) -> None:
    """The entry names both accounts, since when, and the digests of their pictures; once, however often it is read."""
    chatwork = world.chatwork
    chatwork.accounts[world.tanaka].name = "高橋一郎"
    chatwork.accounts[world.tanaka].picture = "face-1"
    world.sync()
    twin = chatwork.add_account(name)
    chatwork.accounts[twin].picture = "face-2"
    if place == "request":
        chatwork.request_contact(twin, "社長です")
    elif place == "contact":
        chatwork.add_room("", members=[twin], type="direct")
    else:
        chatwork.add_member(world.room, twin)
    later(world, days=2)
    later(world, minutes=11)

    ((account, known, where),) = noted(world)
    payload = world.entries("twin")[0]["payload"]
    assert (twin, world.tanaka, place) == (account, known, where)
    assert (name, 64, True) == (
        payload["name"],
        len(payload["picture"]),
        payload["picture"] == payload["known_picture"],
    )
    assert payload["known_since"] < payload["since"]


def test_a_request_becomes_a_member(world: World) -> None:
    """Both are told; so is a name that a known account takes, and the owner's; nobody else of the lists is kept."""
    world.sync()
    twin, stranger = world.chatwork.add_account("田中 公式"), world.chatwork.add_account("ひみつの人")
    world.chatwork.request_contact(twin)
    world.chatwork.request_contact(stranger)
    suzuki = world.chatwork.add_account("鈴木")
    world.chatwork.add_member(world.room, suzuki)
    later(world, hours=3)
    world.chatwork.add_member(world.room, twin)
    later(world, days=1)
    world.chatwork.rename_account(suzuki, "田中様")
    later(world, days=1)
    false_owner = world.chatwork.add_account(f"{world.chatwork.accounts[world.chatwork.owner].name} (新)")
    world.chatwork.add_member(world.room, false_owner)
    later(world, days=1)

    told = [(twin, world.tanaka, "request"), (twin, world.tanaka, "room"), (suzuki, world.tanaka, "room")]
    assert [*told, (false_owner, world.chatwork.owner, "room")] == noted(world)
    assert {None} == {one["payload"]["picture"] for one in world.entries("twin")}  # the default ones tell nothing
    assert set() == places_of(world.home, str(stranger), "ひみつの人")


@pytest.mark.drawn
def test_a_year_of_ordinary_rooms(world: World) -> None:
    """Colleagues of one surname, a name in one organisation, marriage, renames, leaving, default pictures."""
    chatwork = world.chatwork
    add, rename = chatwork.add_account, chatwork.rename_account
    chatwork.accounts[world.tanaka].name = "田中太郎"
    homonym, friend, kimura = add("田中太郎"), add("田中 太郎"), add("木村")
    world.contract("job2", chatwork.add_room("別の仕事", members=[homonym]))  # known as long as the other
    for one in (friend, kimura):
        chatwork.add_room("", members=[one], type="direct")  # a contact from the first list on
    sato = [add("佐藤", organization="制作会社"), add("佐藤", organization="制作会社"), add("山本 花子"), add("中田")]
    world.sync()
    for person in sato:
        chatwork.add_member(world.room, person)
        later(world, days=30)
    rename(sato[2], "田中花子")
    chatwork.request_contact(add("田中次郎"), "はじめまして")
    for name in ("田中(制作部)", "鈴木", "スタッフ2", "田口", "太田", "木村"):
        chatwork.add_member(world.room, add(name))
        later(world, days=30)
    chatwork.leave_room(world.room, world.tanaka)
    later(world, days=30)
    chatwork.add_member(world.room, world.tanaka)
    rename(world.tanaka, "田中太郎@休暇中")
    later(world, days=30)
    rename(world.tanaka, "田中太郎")
    old = add("田中太郎")
    chatwork.post(world.room, old, "前の担当です", at=world.clock() - timedelta(days=600))  # found by a late reading
    later(world, days=30)

    assert [(friend, None), (kimura, None)] == [
        (one["payload"]["account_id"], one["payload"]["since"]) for one in world.entries("twin")
    ]


def test_requests_cost_one_call_in_ten_minutes(world: World) -> None:
    """Whatever is in the list, and also while it is refused; one more where everything is to be read now."""
    asked = []
    for full in (False, False, False, False, False, False, True):
        world.sync(full=full)
        asked.append(world.take_requests().count("/incoming_requests"))
        world.clock.pass_by(minutes=5)

    assert [1, 0, 1, 0, 1, 0, 1] == asked


def test_a_request_of_the_wrong_shape_hides_no_other(world: World) -> None:
    """What is understood of the list is compared."""
    world.sync()
    body = b'[{"account_id": 2999, "name": "\\u7530\\u4e2d"}, {"account_id": null, "name": 5}]'
    world.chatwork.fail(Fault.REPLY, "/incoming_requests", body=body)
    later(world, hours=3)

    assert [(2999, world.tanaka, "request")] == noted(world)
