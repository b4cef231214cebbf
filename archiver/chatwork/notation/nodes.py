"""The nodes that a message body is made of: one frozen struct per tag of the notation.

Every node keeps the characters it was read from: a leaf as `source`, a node with children as `opening` and
`closing`. Ids are as typed by whoever wrote the message, so they may belong to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

import msgspec

from archiver.records import AccountId, FileId, MessageId, RoomId, TaskId


class _Leaf(msgspec.Struct, frozen=True):
    source: str


class PlainText(_Leaf, frozen=True):
    """Plain text, and every tag that is unknown, unbalanced or malformed."""


class Emoticon(_Leaf, frozen=True):
    """An emoticon such as `:)`; `label` says in Japanese what it shows."""

    label: str


class Url(_Leaf, frozen=True):
    """An http(s) address, bare or in `[url]`; room and message ids if it leads to a place in Chatwork."""

    url: str
    room_id: RoomId | None = None
    message_id: MessageId | None = None


class Code(_Leaf, frozen=True):
    """`[code]…[/code]`: nothing inside is active."""

    text: str


class RuleTag(_Leaf, frozen=True):
    """`[hr]`: a horizontal rule."""


class Mention(_Leaf, frozen=True):
    """`[To:1]`, or `[CC:1]` with `copy`; the name that follows is typed text."""

    account_id: AccountId
    copy: bool = False


class MentionAll(_Leaf, frozen=True):
    """`[toall]`: a mention of everybody in the room."""


class ReplyTag(_Leaf, frozen=True):
    """`[rp aid=1 to=2-3]` and its older spellings; old ones may name no message."""

    account_id: AccountId
    room_id: RoomId | None
    message_id: MessageId | None


class PersonTag(_Leaf, frozen=True):
    """`[pname:1]`, or with `icon` `[picon:1]`, or with both `[piconname:1]`."""

    account_id: AccountId
    icon: bool
    name: bool


class SystemText(_Leaf, frozen=True):
    """`[dtext:key]`; `text` is None for a key that is not in the vocabulary."""

    key: str
    text: str | None


class PreviewTag(_Leaf, frozen=True):
    """`[preview id=1 ht=111]`: the small picture of a file."""

    file_id: FileId


class Download(_Leaf, frozen=True):
    """`[download:1]label[/download]`: a file; the label (name and rounded size) is unchanged text."""

    file_id: FileId
    label: str


class TaskReference(_Leaf, frozen=True):
    """`[task:1]`: a reference to a task."""

    task_id: TaskId


class QuoteMark(_Leaf, frozen=True):
    """`[引用 aid=1 time=2]` without an end: an old spelling that only points at what was quoted."""

    account_id: AccountId
    time: int | None


class Deleted(_Leaf, frozen=True):
    """`[deleted]` as the whole body: Chatwork's mark of a deleted message."""


class _Container(msgspec.Struct, frozen=True):
    opening: str
    children: tuple[Node, ...]
    closing: str


class Quote(_Container, frozen=True):
    """`[qt][qtmeta aid=1 time=2]…[/qt]`; `time` in Unix seconds as typed, so any number."""

    account_id: AccountId | None
    time: int | None


class Box(_Container, frozen=True):
    """`[info]…[/info]`; its title, if any, is the first child."""


class Title(_Container, frozen=True):
    """`[title]…[/title]` directly after `[info]`."""


COVERED_PART = "■■"
"""What stands for a user's text inside a post of Chatwork's system, such as the name of a chat, and for facts there."""


class TaskBox(_Container, frozen=True):
    """`[task aid=1,2 st=open lt=3 ltype=date]…[/task]`; `limit` in Unix seconds as typed, 0 = none."""

    account_ids: tuple[AccountId, ...]
    """Nobody where `[task ■■]` covers all of this."""
    status: str
    limit: int
    limit_type: str


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


SYSTEM_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "chatroom_groupchat_created": "新しくグループチャットを作成しました。",
        "chatroom_mychat_created": "マイチャットを作成しました。",
        "chatroom_chatname_is": "チャット名を「",
        "chatroom_set": "」に設定しました。",
        "chatroom_description_is": "概要を「",
        "chatroom_changed": "」に変更しました。",
        "chatroom_chat_edited": "チャット情報を変更しました。",
        "chatroom_adminsetting_edited": "チャット設定を変更しました。",
        "chatroom_icon_updated": "グループチャットのアイコンを変更しました。",
        "chatroom_member_is": "メンバー「",
        "chatroom_added": "」を追加しました。",
        "chatroom_deleted": "」を削除しました。",
        "chatroom_leaved": "」が退席しました。",
        "chatroom_priv_changed": "」の権限を変更しました。",
        "chatroom_chat_joined": "チャットに参加しました。",
        "chatroom_contact_added": "コンタクトを追加しました。",
        "chatroom_contact_added_by_facebook": "Facebookの友達追加設定によりコンタクトが追加されました。",
        "chatroom_over_groupchatnum": "はグループチャット制限数を越えているため追加できませんでした。",
        "chatroom_disable_external": "は組織外ユーザーとのやりとりが禁止されているため追加できませんでした。",
        "chatroom_resigned_priv_change": (
            "」がチャットワークを解約したため、このチャットをダイレクトチャットからグループチャットへと変更しました。"
        ),
        "chatroom_resigned_priv_change_all": (
            "このチャットの管理者が存在しないため、メンバー全員の権限を管理者へと変更しました。"
        ),
        "file_uploaded": "ファイルをアップロードしました。",
        "file_edited": "ファイル名を編集しました。",
        "file_deleted": "このファイルは削除されました",
        "task_added": "タスクを追加しました。",
        "task_edited": "タスクを編集しました。",
        "task_done": "タスクを完了しました。",
        "task_reverted": "タスクを未完了に戻しました。",
        "task_deleted": "タスクを削除しました。",
        "live_start": "ChatWork Liveを開始しました",
        "nickname_suffix": "さん",
    }
)
"""The text for `[dtext:key]`, by key, as Chatwork's own Japanese client words it (state of about 2016 to 2018).

Only `task_deleted` is worded by us, after its neighbours: no copy of that table has it.
"""

EMOTICONS: Mapping[str, str] = MappingProxyType(
    {
        ":)": "笑顔",
        ":(": "悲しい",
        ":D": "大笑い",
        "8-)": "クール",
        ":o": "驚き",
        ";)": "ウインク",
        ";(": "泣く",
        "(sweat)": "汗",
        ":|": "無表情",
        ":*": "キス",
        ":p": "べー",
        "(blush)": "照れる",
        ":^)": "疑問",
        "|-)": "眠い",
        "(inlove)": "夢中",
        "]:)": "にやり",
        "(talk)": "話す",
        "(yawn)": "あくび",
        "(puke)": "気分が悪い",
        "(emo)": "かっこいい",
        "8-|": "めがね",
        ":#)": "内緒",
        "(nod)": "うなずく",
        "(shake)": "首をふる",
        "(^^;)": "苦笑い",
        "(whew)": "ほっとする",
        "(clap)": "拍手",
        "(bow)": "お辞儀",
        "(roger)": "了解",
        "(flex)": "筋肉",
        "(dance)": "ダンス",
        "(:/)": "困る",
        "(devil)": "悪魔",
        "(*)": "星",
        "(h)": "ハート",
        "(F)": "花",
        "(cracker)": "クラッカー",
        "(^)": "ケーキ",
        "(coffee)": "コーヒー",
        "(beer)": "ビール",
        "(handshake)": "握手",
        "(y)": "いいね",
        "(ec14)": "ec14",
        "(gogo)": "ゴーゴー",
        "(think)": "考える",
        "(please)": "お願い",
        "(quick)": "急ぐ",
        "(anger)": "怒り",
        "(lightbulb)": "ひらめき",
        "(eat)": "食べる",
    }
)
"""What an emoticon shows, in Japanese, by its characters."""
