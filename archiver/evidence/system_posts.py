"""Which messages are posts that Chatwork's own system makes in the acting person's name.

The API has no flag for them. A post counts as one if its whole body has one of the forms that Chatwork's client
knows by its system texts (`[dtext:…]`); anybody can type such a body, so it is never more than that.
Standard library only and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from typing import Iterable  # noqa: UP035 - Python 3.8 syntax

SPEECH, NOTICE, UNKNOWN = "speech", "notice", "unknown"
"""The kinds of messages: `notice` is a post of Chatwork's own system, `unknown` one of which no text was ever seen,
`speech` everything else."""

DELETED_BODY = "[deleted]"

PERSON_ACTIONS = (
    *("chatroom_added", "chatroom_deleted", "chatroom_leaved", "chatroom_priv_changed"),
    *("chatroom_resigned_priv_change", "chatroom_over_groupchatnum", "chatroom_disable_external"),
)
"""Keys of texts that follow the people whom they are about."""

LONE_TEXTS = (
    *("chatroom_groupchat_created", "chatroom_mychat_created", "chatroom_chat_edited", "chatroom_adminsetting_edited"),
    *("chatroom_icon_updated", "chatroom_chat_joined", "chatroom_contact_added", "chatroom_contact_added_by_facebook"),
    *("chatroom_resigned_priv_change_all", "live_start"),
)
"""Keys of texts that stand for themselves, as a title or as a line."""

_USER_TEXT = r"(?:(?!\[/?(?:info|title|task|download)\b|\[dtext:)[\s\S])*"
"""A text of the user's inside a form: a name, a description, a task's text. None of them ends the form."""

_LONE_POST = rf"\[dtext:(?:{'|'.join(LONE_TEXTS)})\]"
_PERSON_TAGS = r"(?:\[(?:piconname|picon|pname):[0-9]{1,19}\][ 、,]*)*"
_POST_LINE = (
    rf"(?:{_LONE_POST}"
    rf"|\[dtext:chatroom_(?:chatname|description)_is\]{_USER_TEXT}\[dtext:chatroom_(?:set|changed)\]"
    rf"|(?:\[dtext:chatroom_member_is\])?{_PERSON_TAGS}\[dtext:(?:{'|'.join(PERSON_ACTIONS)})\])"
)
_FILE_POST = (
    r"\[title\]\[dtext:(?:file_uploaded|file_edited)\]\[/title\]"
    rf"(?:(?:\[preview [^\[\]]*\])*\[download:[0-9]{{1,19}}\]{_USER_TEXT}\[/download\]\s*)+"
)
_DELETED_FILE_POST = rf"\[title\]\[dtext:file_deleted\]\[/title\]{_USER_TEXT}"
_TASK_POST = (
    r"\[title\]\[dtext:(?:task_added|task_edited|task_done|task_reverted|task_deleted)\]\[/title\]"
    rf"\[task [^\[\]]*\]{_USER_TEXT}\[/task\]"
)
_CANCELLED = re.compile(r"\[(?:piconname|picon|pname):([0-9]{1,19})\][ 、,]*\[dtext:chatroom_resigned_priv_change\]")
_POST_LINES = rf"(?:\[title\]{_POST_LINE}\[/title\]|{_POST_LINE})(?:\s*{_POST_LINE})*"
_MASK_SUFFIX = r"(?:\(隠した部分が異なる文面[0-9]+\))?"
"""What a masked package adds to a text that differs from another of the message only where both are masked."""

_POST_FORM = re.compile(
    rf"(?:\[info\](?:{_POST_LINES}|{_FILE_POST}|{_DELETED_FILE_POST}|{_TASK_POST})\[/info\]|{_LONE_POST}){_MASK_SUFFIX}"
)


def is_system_post(body: str) -> bool:
    """Whether the whole body has the form of a post of Chatwork's own system."""
    return "[dtext:" in body and _POST_FORM.fullmatch(body.strip()) is not None


def cancelled_account(body: str) -> int | None:
    """Whose account a post of the system says was cancelled; None for every other body.

    0 where the post names nobody: a group chat whose last administrator cancelled.
    """
    if "[dtext:chatroom_resigned_priv_change" not in body or not is_system_post(body):
        return None
    match = _CANCELLED.search(body)
    return int(match.group(1)) if match else 0


def message_kind(bodies: Iterable[str]) -> str:
    """`notice` if every known text that a message had has such a form, `unknown` if none is known, else `speech`.

    The display of a deletion is no text: the post of a file can be deleted alone and stays a notice.
    """
    texts = [body for body in bodies if body != DELETED_BODY]
    if not texts:
        return UNKNOWN
    return NOTICE if all(map(is_system_post, texts)) else SPEECH
