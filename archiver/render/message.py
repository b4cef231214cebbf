"""One message → the HTML of its place in a transcript: what it says, what it said before, what became of it.

Strings are put together here without a template, because this is what a room of 100,000 messages spends its
time on. Everything from outside goes through `render.body` or `render.visible`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from archiver.chatwork.notation import DELETED, parse
from archiver.records import AccountId, Attachment, Message, MessageId, RoomId, Source, State, Task, Version
from archiver.render.body import REL, References, anchor, html
from archiver.render.times import clock, machine, stamp, typed
from archiver.render.visible import visible, visible_html

STATES: Mapping[State, str] = {
    State.EDITED: "編集済み",
    State.DELETED: "「削除」表示に変わった",
    State.MISSING: "表示されなくなった(理由不明)",
    State.HIDDEN: "プランの制限で見えない",
}
"""What stands beside a message that is not simply there; nobody is ever named as the one who did it."""

EDITED_BEFORE = "保存時点で編集済み(それより前の文面は不明)"

_SOURCES = {Source.LIST: "", Source.SINGLE: " 1件ずつの取得", Source.RECOVERED: " さかのぼり回収"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a message needs to know of its conversation."""

    references: References
    owner_id: AccountId
    attachments: Mapping[MessageId, Sequence[Attachment]]
    tasks: Mapping[MessageId, Sequence[Task]]


def anchor_id(message_id: MessageId) -> str:
    """The id of a message's element."""
    return f"m{message_id}"


def chatwork_url(room_id: RoomId, message_id: MessageId) -> str:
    """Where Chatwork itself shows a message."""
    return f"https://www.chatwork.com/#!rid{room_id}-{message_id}"


def message_html(message: Message, around: Surroundings) -> str:
    """A message as an `article`."""
    own = message.account_id == around.owner_id
    badge = STATES.get(message.state)
    url = escape(chatwork_url(message.room_id, message.message_id))
    return (
        f'<article class="m{" own" if own else ""}" id="{escape(anchor_id(message.message_id))}">'
        f'<h3><span class="no">No.{message.no}</span> <bdi>{visible_html(message.name)}</bdi> '
        f"<small>ID {message.account_id}</small>"
        f"{' <b>報告者</b>' if own else ''}{f' <b>{badge}</b>' if badge else ''} "
        f'<time datetime="{machine(message.send_time)}">{clock(message.send_time)}</time></h3>\n'
        f"{_present(message, around.references)}{_history(message, around.references)}"
        f"{_files(message, around)}{_tasks(message, around)}"
        f'<p class="meta"><a href="{url}" {REL}>メッセージID {message.message_id}</a> '
        f"保存した時刻 {stamp(message.first_seen)}{_SOURCES[message.source]}</p></article>\n"
    )


def attachment_html(attachment: Attachment, references: References) -> str:
    """A file in one line: its number and link, its name as the sender gave it, size, and what became of it."""
    link = references.file_of(attachment.file_id)
    head = anchor(link) if link else f"<b>{escape(attachment.number)}</b>"
    words = [f"{head} <bdi>{visible_html(attachment.name)}</bdi> {attachment.size:,}バイト"]
    if attachment.sha256 is None:
        reason = attachment.reason or "理由は記録されていません"
        words.append(f"保存できていません: {visible_html(reason)}")
    elif attachment.saved_at is not None:
        words.append(f"保存した時刻 {stamp(attachment.saved_at)}")
    if attachment.sha256 is not None and attachment.stored_as is None:
        words.append("保存済みですが、この資料には入れていません")
    if attachment.gone_since is not None:
        words.append(f"{stamp(attachment.gone_since)} 以降、Chatworkに表示されません")
    return " / ".join(words)


def task_html(task: Task) -> str:
    """A task in one line, as last seen, without its text."""
    status = {"open": "未完了", "done": "完了"}.get(task.status, visible(task.status))
    words = [
        f"タスクの最後に見えた状態: {escape(status)}",
        f"担当 <bdi>{visible_html(task.assignee)}</bdi>",
        f"依頼 <bdi>{visible_html(task.assigned_by)}</bdi>",
        f"期限 {stamp(task.limit) if task.limit else 'なし'}",
    ]
    if task.gone_since is not None:
        words.append(f"{stamp(task.gone_since)} 以降、Chatworkに表示されません")
    return " / ".join(words)


# --- what it says now --------------------------------------------------------------------------


def _present(message: Message, references: References) -> str:
    notes = []
    if message.texts and message.texts[0].update_time > 0:
        notes.append(EDITED_BEFORE)
    if message.state in {State.MISSING, State.HIDDEN}:
        notes.append(_vanished(message))
    shown = "".join(f'<p class="note">{note}</p>' for note in notes)
    if message.body != DELETED:
        return f'{shown}<div class="t">{html(parse(message.body), references)}</div>\n'
    if message.texts:
        return f'{shown}<p class="note">「削除」表示に変わりました。変わる前に保存した文面は下にあります。</p>\n'
    return f'{shown}<p class="note">保存した時点で「削除」表示でした。文面は分かりません。</p>\n'


def _vanished(message: Message) -> str:
    last_seen = message.versions[-1].last_seen if message.versions else message.first_seen
    return (
        f"{STATES[message.state]} 最後に見えた {stamp(last_seen)} / 見えなくなっていた {stamp(message.changed_at)}。"
        "最後に見えた文面:"
    )


# --- what it said before -----------------------------------------------------------------------


def _history(message: Message, references: References) -> str:
    """Every earlier text, the latest first, each with the interval in which it was replaced."""
    if len(message.versions) < 2:
        return ""
    last = len(message.versions) - 1
    steps = [
        _step(before, after, f" {number}/{last}" if last > 1 else "", references)
        for number, (before, after) in enumerate(pairwise(message.versions), 1)
    ]
    return "".join(reversed(steps))


def _step(before: Version, after: Version, counted: str, references: References) -> str:
    interval = f"最後に見えた {stamp(before.last_seen)} / 変わっていた {stamp(after.first_seen)}"
    if after.update_time > 0 and after.body != DELETED and after.update_time != before.update_time:
        interval += f"(Chatworkの編集時刻 {typed(after.update_time)})"
    if before.body == after.body:
        return f'<p class="note">文面は同じまま、編集時刻だけが変わりました。{interval}</p>\n'
    if before.body == DELETED:
        return f'<p class="note">「削除」表示だった期間があります。{interval}</p>\n'
    title = "「削除」表示に変わる前の文面" if after.body == DELETED else "編集前の文面"
    return (
        f'<section class="old"><p class="note"><b>{title}{counted}</b> {interval}</p>'
        f'<div class="t">{html(parse(before.body), references)}</div></section>\n'
    )


# --- what belongs to it ------------------------------------------------------------------------


def _files(message: Message, around: Surroundings) -> str:
    held = around.attachments.get(message.message_id)
    if not held:
        return ""
    lines = "".join(f"<li>{attachment_html(one, around.references)}</li>" for one in held)
    return f'<ul class="files">{lines}</ul>\n'


def _tasks(message: Message, around: Surroundings) -> str:
    tasks = around.tasks.get(message.message_id, ())
    return "".join(f'<p class="note">{task_html(task)}</p>\n' for task in tasks)
