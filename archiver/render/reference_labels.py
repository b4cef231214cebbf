"""The labels of references in a body: people, messages, files, quotes and tasks, as plain words.

Shared by the plain text and the HTML of `render.message_body`. Ids are looked up by functions that the caller gives
(`References`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archiver.chatwork.notation.nodes import (
    Box,
    Code,
    Node,
    PersonTag,
    PlainText,
    Quote,
    ReplyTag,
    RuleTag,
    TaskBox,
    Title,
    Url,
)
from archiver.records import AccountId, FileId, MessageId, RoomId
from archiver.render.invisible_characters import visible
from archiver.render.times import typed_date, typed_time
from archiver.report_language import say


class Picture(NamedTuple):
    """The thumbnail of a file, drawn anew by us and so safe to show."""

    href: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ReferenceLink:
    """The label of a reference, and its address if it has one."""

    label: str
    """Shown as it is, so untrusted text in it must have gone through `visible`."""
    href: str | None = None
    picture: Picture | None = None
    """The thumbnail, if it is a picture that could be read."""


@dataclass(frozen=True, slots=True)
class References:
    """The functions that look up the ids in a body; they return None for what is not known."""

    name_of: Callable[[AccountId], str | None]
    link_of: Callable[[RoomId, MessageId], ReferenceLink | None]
    file_of: Callable[[FileId], ReferenceLink | None]


NOWHERE = References(name_of=lambda _account: None, link_of=lambda _room, _message: None, file_of=lambda _file: None)
"""References that know nothing: ids are shown as numbers."""

BETWEEN_NAMES = "、"
"""Put between adjacent names, as Chatwork puts nothing there."""

BLOCKS = Quote | Box | Title | TaskBox | Code | RuleTag
"""Nodes that stand on lines of their own."""


def lay_out_nodes(nodes: Sequence[Node], *, inside: bool) -> Iterator[Node]:
    """The nodes without the line feed that only separates a block from the text around it, and with names separated."""
    last = len(nodes) - 1
    for index, node in enumerate(nodes):
        if not isinstance(node, PlainText):
            if index and _is_name(node) and _is_name(nodes[index - 1]):
                yield PlainText(say(BETWEEN_NAMES))
            yield node
            continue
        text = node.source
        if (isinstance(nodes[index - 1], BLOCKS) if index else inside) and text.startswith("\n"):
            text = text[1:]
        if (isinstance(nodes[index + 1], BLOCKS) if index < last else inside) and text.endswith("\n"):
            text = text[:-1]
        if text:
            yield node if text == node.source else PlainText(text)


def _is_name(node: Node) -> bool:
    return isinstance(node, PersonTag) and node.name


def person_name(account: AccountId, references: References) -> str:
    """The name of a person, or the account id if it is not known; 0 stands for none, or for one that is masked."""
    name = references.name_of(account)
    return visible(name) if name else (f"ID {account}" if account else say("(不明)"))


def quote_head(account: AccountId | None, time: int | None, references: References) -> str:
    """The heading of a quotation: author and time, as they are typed in it."""
    words = [say("引用:")]
    if account is not None:
        words.append(person_name(account, references))
    if time is not None:
        words.append(typed_time(time))
    return " ".join(words) if len(words) > 1 else say("引用")


def task_head(node: TaskBox, references: References) -> str:
    """State, people and time limit of a task, as they were when it was announced."""
    status = {"open": say("未完了"), "done": say("完了")}.get(node.status, visible(node.status))
    people = say("、").join(person_name(account, references) for account in node.account_ids)
    if node.limit == 0 or node.limit_type == "none":
        limit = say("なし")
    else:
        limit = typed_date(node.limit) if node.limit_type == "date" else typed_time(node.limit)
    return say("タスク({status}) 担当: {people} 期限: {limit}", status=status, people=people, limit=limit)


def reply_target(node: ReplyTag, references: References) -> tuple[str, ReferenceLink | None]:
    """The name of the person who is answered, and a link to the message if one is named."""
    name = person_name(node.account_id, references)
    if node.room_id is None or node.message_id is None:
        return name, None
    link = references.link_of(node.room_id, node.message_id)
    return name, link or ReferenceLink(say("メッセージID {message_id}", message_id=node.message_id))


def file_link(file_id: FileId, references: References) -> ReferenceLink:
    """The link to a file, labelled by its number in the package or else by its id."""
    return references.file_of(file_id) or ReferenceLink(say("ファイルID {file_id}", file_id=file_id))


def message_link(node: Url, references: References) -> ReferenceLink | None:
    """The link to the message that a URL points to, if it is one in Chatwork."""
    if node.room_id is None or node.message_id is None:
        return None
    return references.link_of(node.room_id, node.message_id)
