"""The nodes that a message body is made of: one frozen class per tag of the notation.

Every node keeps the characters it was read from: a leaf as `source`, a node with children as `opening` and
`closing`. Ids are as typed by whoever wrote the message, so they may belong to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from archiver.records import AccountId, FileId, MessageId, RoomId, TaskId


@dataclass(frozen=True, slots=True)
class PlainText:
    """Plain text, and every tag that is unknown, unbalanced or malformed."""

    source: str


@dataclass(frozen=True, slots=True)
class Emoticon:
    """An emoticon such as `:)`; `label` says in Japanese what it shows."""

    source: str
    label: str


@dataclass(frozen=True, slots=True)
class Url:
    """An http(s) address, bare or in `[url]`; room and message ids if it leads to a place in Chatwork."""

    source: str
    url: str
    room_id: RoomId | None = None
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """`[code]…[/code]`: nothing inside is active."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class RuleTag:
    """`[hr]`: a horizontal rule."""

    source: str


@dataclass(frozen=True, slots=True)
class Mention:
    """`[To:1]`, or `[CC:1]` with `copy`; the name that follows is typed text."""

    source: str
    account_id: AccountId
    copy: bool = False


@dataclass(frozen=True, slots=True)
class MentionAll:
    """`[toall]`: a mention of everybody in the room."""

    source: str


@dataclass(frozen=True, slots=True)
class ReplyTag:
    """`[rp aid=1 to=2-3]` and its older spellings; old ones may name no message."""

    source: str
    account_id: AccountId
    room_id: RoomId | None
    message_id: MessageId | None


@dataclass(frozen=True, slots=True)
class PersonTag:
    """`[pname:1]`, or with `icon` `[picon:1]`, or with both `[piconname:1]`."""

    source: str
    account_id: AccountId
    icon: bool
    name: bool


@dataclass(frozen=True, slots=True)
class SystemText:
    """`[dtext:key]`; `text` is None for a key that is not in the vocabulary."""

    source: str
    key: str
    text: str | None


@dataclass(frozen=True, slots=True)
class PreviewTag:
    """`[preview id=1 ht=111]`: the small picture of a file."""

    source: str
    file_id: FileId


@dataclass(frozen=True, slots=True)
class Download:
    """`[download:1]label[/download]`: a file; the label (name and rounded size) is unchanged text."""

    source: str
    file_id: FileId
    label: str


@dataclass(frozen=True, slots=True)
class TaskReference:
    """`[task:1]`: a reference to a task."""

    source: str
    task_id: TaskId


@dataclass(frozen=True, slots=True)
class QuoteMark:
    """`[引用 aid=1 time=2]` without an end: an old spelling that only points at what was quoted."""

    source: str
    account_id: AccountId
    time: int | None


@dataclass(frozen=True, slots=True)
class Deleted:
    """`[deleted]` as the whole body: Chatwork's mark of a deleted message."""

    source: str


@dataclass(frozen=True, slots=True)
class Quote:
    """`[qt][qtmeta aid=1 time=2]…[/qt]`; `time` in Unix seconds as typed, so any number."""

    opening: str
    account_id: AccountId | None
    time: int | None
    children: tuple[Node, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Box:
    """`[info]…[/info]`; its title, if any, is the first child."""

    opening: str
    children: tuple[Node, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Title:
    """`[title]…[/title]` directly after `[info]`."""

    opening: str
    children: tuple[Node, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class TaskBox:
    """`[task aid=1,2 st=open lt=3 ltype=date]…[/task]`; `limit` in Unix seconds as typed, 0 = none."""

    opening: str
    account_ids: tuple[AccountId, ...]
    status: str
    limit: int
    limit_type: str
    children: tuple[Node, ...]
    closing: str


Container: TypeAlias = Quote | Box | Title | TaskBox
Leaf: TypeAlias = (
    PlainText
    | Emoticon
    | Url
    | Code
    | RuleTag
    | Mention
    | MentionAll
    | ReplyTag
    | PersonTag
    | SystemText
    | PreviewTag
    | Download
    | TaskReference
    | QuoteMark
    | Deleted
)
Node: TypeAlias = Leaf | Container
