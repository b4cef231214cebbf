"""People and rooms of the simulated Chatwork: how they come, change, leave and are cancelled."""

from tests.support.chatwork.full_room import FullRoom, Get
from tests.support.chatwork.simulator import Chatwork


def test_rooms_and_members_announce_what_happens_to_them(chatwork: Chatwork, get: Get) -> None:
    """System messages are posts in the acting person's name, in Chatwork's own notation."""
    tanaka, sato = chatwork.add_account("田中"), chatwork.add_account("sato")
    room = chatwork.add_room("一号", members=[tanaka])
    chatwork.rename_room(room, "二号")
    chatwork.describe_room(room, "新しい概要", by=tanaka)
    chatwork.add_member(room, sato)
    chatwork.leave_room(room, sato)
    chatwork.describe_room(room, "黙って", announce=False)

    messages = get(f"/rooms/{room}/messages?force=1").json()

    member = f"[dtext:chatroom_member_is][piconname:{sato}]"
    changed = "[info][title][dtext:chatroom_chat_edited][/title]"
    assert [
        (
            "[info][title][dtext:chatroom_groupchat_created][/title][dtext:chatroom_chatname_is]一号"
            f"[dtext:chatroom_set]\n\n[dtext:chatroom_member_is][piconname:{tanaka}]"
            "[dtext:chatroom_added][/info]"
        ),
        f"{changed}[dtext:chatroom_chatname_is]二号[dtext:chatroom_set][/info]",
        f"{changed}[dtext:chatroom_description_is]新しい概要[dtext:chatroom_changed][/info]",
        f"{changed}{member}[dtext:chatroom_added][/info]",
        f"[info]{member}[dtext:chatroom_leaved][/info]",
    ] == [message["body"] for message in messages]
    assert [tanaka, sato] == [messages[number]["account"]["account_id"] for number in (2, 4)]
    assert "黙って" == get(f"/rooms/{room}").json()["description"]


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
