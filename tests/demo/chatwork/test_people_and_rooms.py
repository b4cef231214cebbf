"""People and rooms of the simulated Chatwork: how they come, change, leave and are cancelled."""

from tests.demo.conftest import FullRoom, Get
from tests.support.chatwork.simulator import Chatwork


def test_a_direct_chat_becomes_a_group_when_the_other_account_is_cancelled(
    chatwork: Chatwork, full: FullRoom, get: Get
) -> None:
    """A post in the other person's name says so; a group that has an administrator left is told nothing."""
    before = len(get(f"/rooms/{full.room}/messages?force=1").json())

    chatwork.cancel_account(full.tanaka)

    (*_, last) = get(f"/rooms/{full.direct}/messages?force=1").json()
    assert "group" == get(f"/rooms/{full.direct}").json()["type"]
    assert full.tanaka == last["account"]["account_id"]
    assert (
        f"[info][title][dtext:chatroom_member_is][piconname:{full.tanaka}][dtext:chatroom_resigned_priv_change]"
        "[/title][/info]" == last["body"]
    )
    assert before == len(get(f"/rooms/{full.room}/messages?force=1").json())


def test_if_the_last_admin_goes_all_become_admins(chatwork: Chatwork, get: Get) -> None:
    """A group never stays without an admin."""
    boss = chatwork.add_account("boss")
    room = chatwork.add_room("組", owner_role="member")
    chatwork.add_member(room, boss, "admin")

    chatwork.cancel_account(boss)

    assert ["admin"] == [member["role"] for member in get(f"/rooms/{room}/members").json()]
    (*_, last) = get(f"/rooms/{room}/messages?force=1").json()
    assert "[info][dtext:chatroom_resigned_priv_change_all][/info]" == last["body"]
