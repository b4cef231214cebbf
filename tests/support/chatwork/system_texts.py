"""The bodies of Chatwork's system messages that the demo has not (chatwork-api.md §3.4, §9.1, §9.2)."""

from collections.abc import Iterable
from typing import Literal

from archiver.demo.chatwork import File, person_tags

MemberChange = Literal["added", "deleted", "leaved", "priv_changed"]


def members_changed(change: MemberChange, members: Iterable[int]) -> str:
    """The post about members who came, left or have another role now; only who leaves is posted without a title."""
    title = "" if change == "leaved" else "[title][dtext:chatroom_chat_edited][/title]"
    return f"[info]{title}[dtext:chatroom_member_is]{person_tags(members)}[dtext:chatroom_{change}][/info]"


def account_cancelled(account: int) -> str:
    """The post in a direct chat that became a group chat as its other person cancelled; its exact body is not known."""
    line = f"[dtext:chatroom_member_is]{person_tags([account])}[dtext:chatroom_resigned_priv_change]"
    return f"[info][title]{line}[/title][/info]"


def everyone_admin() -> str:
    """The post in a group chat whose last administrator cancelled; its exact body is not known."""
    return "[info][dtext:chatroom_resigned_priv_change_all][/info]"


def room_changed(what: Literal["chatname", "description"], text: str) -> str:
    """The post about a room's new name or description."""
    ending = "set" if what == "chatname" else "changed"
    return (
        "[info][title][dtext:chatroom_chat_edited][/title]"
        f"[dtext:chatroom_{what}_is]{text}[dtext:chatroom_{ending}][/info]"
    )


def deleted_file_box(file: File) -> str:
    """The box of an upload after the file was deleted."""
    return f"[info][title][dtext:file_deleted][/title]{file.filename}[/info]"
