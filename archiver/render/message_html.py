"""One message → its HTML in a transcript: present text, earlier texts, state, files and tasks.

Strings are joined here without a template, because a room of 100,000 messages spends most of its time here.
Everything from outside goes through `render.message_body` or `render.invisible_characters`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from html import escape
from itertools import pairwise
from typing import NamedTuple, TypeVar

from archiver.chatwork.notation.parse import DELETED, parse
from archiver.evidence.history import is_box_removal
from archiver.records import (
    AccountId,
    Attachment,
    Conversation,
    Message,
    MessageId,
    ObservedBy,
    Person,
    RoomId,
    State,
    Task,
    Version,
)
from archiver.render.exported_page_search import SearchText, TextKind, readable_text
from archiver.render.invisible_characters import visible, visible_html
from archiver.render.message_body import REL, ReferenceLink, References, anchor_html, html, picture_html
from archiver.render.times import date_text, iso_time, local_time, typed_time
from archiver.report_language import JAPANESE, is_english, say

STATES: Mapping[State, str] = {
    State.EDITED: "編集済み",
    State.DELETED: "「削除」表示に変わった",
    State.MISSING: "表示されなくなった(理由不明)",
    State.HIDDEN: "プランの制限で見えない",
}
"""The badge beside a message that was changed or is gone; it never names who did it."""

NOTICE = "Chatworkの自動メッセージ"
"""The word beside a message with the form of a post of Chatwork's own system."""

DELETED_BEFORE = "保存時点で「削除」表示(文面は不明)"
"""The badge beside a message that was never seen with a text: nobody saw it change."""

EDITED_BEFORE = "保存時点で編集済み(それより前の文面は不明)"

_KEPT = "この文面は、その前に保存したものです。"

_KINDS = {State.MISSING: TextKind.MISSING, State.HIDDEN: TextKind.HIDDEN}

_SOURCES = {ObservedBy.LIST: "", ObservedBy.SINGLE: " 1件ずつの取得", ObservedBy.RECOVERED: " 古いメッセージの取り込み"}


class Surroundings(NamedTuple):
    """The facts of a conversation that its messages need."""

    references: References
    owner_id: AccountId
    attachments: Mapping[MessageId, Sequence[Attachment]]
    tasks: Mapping[MessageId, Sequence[Task]]
    names_at: Callable[[datetime | None], Callable[[AccountId], str | None]] | None = None
    """The names of people at a time: an old message shows nobody's later name; None: as the references have it."""
    files: Mapping[str, ReferenceLink] = {}
    """The links to the files, by their numbers."""


class RenderedMessage(NamedTuple):
    """A message as HTML, and its texts for the search."""

    html: str
    texts: list[SearchText]


def anchor_id(message_id: MessageId) -> str:
    """The id of a message's element."""
    return f"m{message_id}"


def chatwork_url(room_id: RoomId, message_id: MessageId) -> str:
    """The address at which Chatwork itself shows a message."""
    return f"https://www.chatwork.com/#!rid{room_id}-{message_id}"


def state_badge(state: State, *, knows_text: bool) -> str:
    """The badge for one of a message's states; without a text that was seen, nobody saw it change."""
    return say(DELETED_BEFORE if state is State.DELETED and not knows_text else STATES[state])


def render_message(message: Message, surroundings: Surroundings) -> RenderedMessage:
    """A message as an item of the list, and its texts for the search."""
    own = message.account_id == surroundings.owner_id
    message_id = MessageId(escape(message.message_id))
    references = surroundings.references
    if surroundings.names_at is not None:
        references = references._replace(name_of=surroundings.names_at(message.send_time))
    sent = {
        one.file_id: surroundings.files.get(one.number)
        for one in reversed(surroundings.attachments.get(message.message_id, ()))
    }
    if sent:  # what replaced a file later was not in the message
        references = references._replace(file_of=lambda file: sent.get(file) or surroundings.references.file_of(file))
    texts = {message.body, *(version.body for version in message.versions)} - {DELETED}
    bodies = {body: html(parse(body), references) for body in texts}
    pills = f' <span class="pill">{say(NOTICE)}</span>' if message.is_notice else ""
    states = (state_badge(one, knows_text=bool(message.texts)) for one in message.notable_states)
    pills += "".join(f' <span class="pill look">{one}</span>' for one in states)
    at = iso_time(message.send_time)
    is_changed = len(message.versions) > 1 or message.state is State.MISSING
    kind = f"m{' mine' if own else ''}{' changed' if is_changed else ''}"
    item = (
        f'<li class="{kind}" id="{anchor_id(message_id)}">'
        f"{_author_html(message.name, message.account_id, own, say('報告者'))}"
        f' <time datetime="{at}">{at[11:16]}</time>{pills}</p>\n'
        f"{_present_html(message, bodies)}{_history_html(message, bodies)}"
        f"{_files_html(message, surroundings)}{_tasks_html(message, surroundings)}"
        f"</div>{_facts_html(message)}</li>\n"
    )
    return RenderedMessage(item, _search_texts(message, bodies, surroundings))


def _facts_html(message: Message) -> str:
    """Behind its No.: who wrote it and when to the second, its id, and when it was saved."""
    message_id = MessageId(escape(message.message_id))
    label = say("メッセージID {id}", id=message_id)
    saved = say("保存した時刻 {time}", time=local_time(message.first_seen))
    return (
        f'<details class="more"><summary>No.{message.no}</summary><p class="sheet">{local_time(message.send_time)} '
        f'ID {message.account_id} <a href="{chatwork_url(message.room_id, message_id)}" {REL}>{label}</a> '
        f"{saved}{say(_SOURCES[message.source])}</p></details>"
    )


def attachment_html(attachment: Attachment, link: ReferenceLink | None) -> str:
    """A file in one line: number and link, name as the sender gave it, size, and whether its bytes were saved."""
    head = anchor_html(link) if link else f"<b>{escape(attachment.number)}</b>"
    words = [f"{head} <bdi>{visible_html(attachment.name)}</bdi> {say('{size:,}バイト', size=attachment.size)}"]
    if attachment.sha256 is None:
        reason = attachment.reason or "理由は記録されていません"
        words.append(f"{say('保存できていません:')} {visible_html(say(reason))}")
    elif attachment.saved_at is not None:
        words.append(say("保存した時刻 {time}", time=local_time(attachment.saved_at)))
    if attachment.sha256 is not None and attachment.stored_as is None:
        words.append(say("保存済みですが、この資料には入れていません"))
    if attachment.replaced_at is not None:
        words.append(say("差し替えを{time}に確認", time=local_time(attachment.replaced_at)))
    if attachment.gone_since is not None:
        words.append(say("{time} に、Chatworkに表示されないことを確認", time=local_time(attachment.gone_since)))
    return " / ".join(words)


def task_html(task: Task) -> str:
    """A task in one line, as last seen, without its text."""
    status = {"open": say("未完了"), "done": say("完了")}.get(task.status, visible(task.status))
    unread = say("読み取れません(Chatworkの値 {value})", value=visible(task.unread_limit)) if task.unread_limit else ""
    day_or_time = date_text if task.limit_type == "date" else local_time
    words = [
        f"{say('タスクの最後に見えた状態:')} {escape(status)}",
        f"{say('担当')} <bdi>{visible_html(task.assignee)}</bdi>",
        f"{say('依頼')} <bdi>{visible_html(task.assigned_by)}</bdi>",
        f"{say('期限')} {day_or_time(task.limit) if task.limit else escape(unread) or say('なし')}",
    ]
    if task.gone_since is not None:
        words.append(say("{time} に、Chatworkに表示されないことを確認", time=local_time(task.gone_since)))
    return " / ".join(words)


# --- present text --------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _author_html(name: str, account: AccountId, own: bool, reporter: str) -> str:
    """The beginning of a message: the first character of its author's name, and the name."""
    trimmed = visible(name).strip()
    initial = "" if trimmed.startswith("[U+") else trimmed[:1]
    own_mark = f' <span class="pill">{reporter}</span>' if own else ""
    return (
        f'<span class="face h{account % 5 + 1}" aria-hidden="true">{escape(initial)}</span><div>'
        f'<p class="who"><b><bdi>{visible_html(name)}</bdi></b>{own_mark}'
    )


def _present_html(message: Message, bodies: Mapping[str, str]) -> str:
    shown = message.shown_text
    if not shown and not message.texts:
        return f'<p class="words soft">{say("保存した時点で「削除」表示でした。文面は分かりません。")}</p>\n'
    notes = [say(EDITED_BEFORE)] if any(version.update_time > 0 for version in message.texts[:1]) else []
    if message.state in {State.MISSING, State.HIDDEN}:
        notes.append(_vanished_note(message))
    return _text_html(bodies.get(shown, "")) + "".join(f'<p class="fate">{note}</p>\n' for note in notes)


def _text_html(body: str, kind: str = "words ") -> str:
    """A text of the conversation, which is in Japanese among words that are not."""
    language = f' lang="{JAPANESE}"' if is_english() else ""
    return f'<div class="{kind}t"{language}>{body}</div>\n'


def _vanished_note(message: Message) -> str:
    last_seen = message.versions[-1].last_seen if message.versions else message.first_seen
    note = say(
        "{state} 最後に見えた {seen} / 見えなくなっていた {gone}。",
        state=say(STATES[message.state]),
        seen=local_time(last_seen),
        gone=local_time(message.changed_at),
    )
    return note + say(_KEPT)


# --- earlier texts -----------------------------------------------------------------------


def _history_html(message: Message, bodies: Mapping[str, str]) -> str:
    """What became of it, the latest first, each with the interval and the text before where that is another one."""
    last = len(message.versions) - 1
    steps = [
        _change_html(before, after, f" {number}/{last}" if last > 1 else "", bodies, message.shown_text)
        for number, (before, after) in enumerate(pairwise(message.versions), 1)
    ]
    return "".join(reversed(steps))


def text_before(before: Version, after: Version) -> str:
    """What a text is called that another one follows."""
    removed = is_box_removal(before.body, after.body, after.update_time)
    return say("ファイル・タスクが「削除」表示に変わる前の文面" if removed else "編集前の文面")


def _change_html(before: Version, after: Version, position: str, bodies: Mapping[str, str], shown: str) -> str:
    interval = say(
        "最後に見えた {seen} / 変わっていた {changed}",
        seen=local_time(before.last_seen),
        changed=local_time(after.first_seen),
    )
    if after.update_time > 0 and after.body != DELETED and after.update_time != before.update_time:
        interval += say("(Chatworkの編集時刻 {time})", time=typed_time(after.update_time))
    if before.body == after.body:
        return f'<p class="fate">{say("文面は同じまま、編集時刻だけが変わりました。")}{interval}</p>\n'
    if before.body == DELETED:
        return f'<p class="fate">{say("「削除」表示だった期間があります。")}{interval}</p>\n'
    if before.body == shown and after.body == DELETED:
        return f'<p class="fate"><b>{say("「削除」表示に変わりました。")}</b>{say(_KEPT)}{interval}</p>\n'
    title = say("「削除」表示に変わる前の文面") if after.body == DELETED else text_before(before, after)
    head = f"<small><b>{title}{position}</b> {interval}</small>"
    return f'<div class="was">{head}{_text_html(bodies[before.body], "")}</div>\n'


# --- files and tasks ------------------------------------------------------------------------


def _files_html(message: Message, surroundings: Surroundings) -> str:
    attachments = surroundings.attachments.get(message.message_id)
    if not attachments:
        return ""
    lines = "".join(
        f"<li>{attachment_html(attachment, surroundings.files.get(attachment.number))}"
        f"{_file_picture_html(attachment, message, surroundings)}</li>"
        for attachment in attachments
    )
    return f'<ul class="files">{lines}</ul>\n'


def _file_picture_html(attachment: Attachment, message: Message, surroundings: Surroundings) -> str:
    """The thumbnail of a file, unless one of the message's texts shows it already."""
    link = surroundings.files.get(attachment.number)
    preview = f"[preview id={attachment.file_id}"
    if link is None or any(preview in version.body for version in message.versions):
        return ""
    return picture_html(link)


def _search_texts(message: Message, bodies: Mapping[str, str], surroundings: Surroundings) -> list[SearchText]:
    """The texts for the search: each once, the latest first, then the names of the files."""
    found = []
    if message.body in bodies:
        found.append(SearchText(_KINDS.get(message.state, TextKind.NOW), readable_text(bodies[message.body])))
    for later, earlier in pairwise(reversed(message.versions)):
        if earlier.body in bodies and earlier.body != later.body:
            kind = TextKind.BEFORE_DELETION if later.body == DELETED else TextKind.BEFORE_EDIT
            found.append(SearchText(kind, readable_text(bodies[earlier.body])))
    found += [
        SearchText(TextKind.FILE, visible(attachment.name))
        for attachment in surroundings.attachments.get(message.message_id, ())
    ]
    return found


def _tasks_html(message: Message, surroundings: Surroundings) -> str:
    tasks = surroundings.tasks.get(message.message_id, ())
    return "".join(f'<p class="note">{task_html(task)}</p>\n' for task in tasks)


# No text can hold these two characters: `visible` shows noncharacters as `[U+FDD0]`.
PLACEHOLDER_BEGIN = "\ufdd0"
_MARK = "\ufdd0{}{}\ufdd1"
PLACEHOLDER = re.compile("\ufdd0([nh])([0-9]+)\ufdd1")
"""A link to a later message: group 1 is `n` for its number or `h` for its address, group 2 its id."""


def placeholder(part: str, message_id: MessageId) -> str:
    """The placeholder for a message that comes later; `part` is `n` (number) or `h` (address)."""
    return _MARK.format(part, message_id)


@dataclass(slots=True)
class MessagePlaces:
    """The messages added so far, by page; `names` are the file names of the pages."""

    names: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _ids: array[int] = field(default_factory=lambda: array("Q"))
    _numbers: array[int] = field(default_factory=lambda: array("Q"))

    def begin_page(self, name: str) -> None:
        """Begin a page."""
        self.names.append(name)
        self._starts.append(len(self._ids))

    def put(self, message: Message) -> None:
        """Add a message to the page begun last; its id is larger than all before."""
        self._ids.append(int(message.message_id))
        self._numbers.append(message.no)

    def has_passed(self, message_id: int) -> bool:
        """Whether all messages up to this id have been added, so that one not found does not exist."""
        return bool(self._ids) and message_id <= self._ids[-1]

    def find(self, message_id: int) -> tuple[str, int] | None:
        """The page and the number (No.) of a message."""
        index = bisect_left(self._ids, message_id)
        if index == len(self._ids) or self._ids[index] != message_id:
            return None
        return self.names[bisect_right(self._starts, index) - 1], self._numbers[index]


AttachmentOrTask = TypeVar("AttachmentOrTask", Attachment, Task)


class MessageFacts(NamedTuple):
    """The facts of a conversation that each of its messages may need, as values that can be sent to a process."""

    room_id: RoomId
    owner_id: AccountId
    people: Mapping[int, Person]
    files: Mapping[str, ReferenceLink]
    attachments: Mapping[MessageId, Sequence[Attachment]]
    tasks: Mapping[MessageId, Sequence[Task]]


Rendering = Callable[[Iterable[Message], MessageFacts], Iterator[tuple[Message, RenderedMessage]]]
"""Gives each message with its HTML, in order."""


def renderer(facts: MessageFacts) -> Callable[[Message], RenderedMessage]:
    """What makes of a message its HTML and its texts for the search, by these facts, with placeholders."""

    def link_of(room: RoomId, message: MessageId) -> ReferenceLink:
        if room != facts.room_id:
            return link_elsewhere(room, message)
        return ReferenceLink(placeholder("n", message), placeholder("h", message))

    def names_at(at: datetime | None) -> Callable[[AccountId], str | None]:
        return partial(name_at, facts.people, at=at)

    attachments = [one for group in facts.attachments.values() for one in group]
    by_id = {one.file_id: facts.files[one.number] for one in attachments if one.number in facts.files}
    references = References(names_at(None), link_of, by_id.get)
    surroundings = Surroundings(references, facts.owner_id, facts.attachments, facts.tasks, names_at, facts.files)
    return partial(render_message, surroundings=surroundings)


def message_facts(conversation: Conversation, files: Mapping[str, ReferenceLink]) -> MessageFacts:
    """The facts of a conversation for its messages; `files` are the links to its files, by their numbers."""
    return MessageFacts(
        conversation.room_id,
        conversation.owner_id,
        dict(conversation.people),
        files,
        _group_by_message(conversation.attachments),
        _group_by_message(conversation.tasks),
    )


def render_here(messages: Iterable[Message], facts: MessageFacts) -> Iterator[tuple[Message, RenderedMessage]]:
    """Each message with its HTML, rendered in this process."""
    render = renderer(facts)
    return ((message, render(message)) for message in messages)


def name_at(people: Mapping[int, Person], account: AccountId, at: datetime | None) -> str | None:
    """The name that a person had at a time, or else the last one (`at` None: the last one)."""
    person = people.get(account)
    if person is None or not person.names:
        return None
    return visible(person.names[-1] if at is None else person.name_at(at))


def link_elsewhere(room: RoomId, message: MessageId) -> ReferenceLink:
    """The link to a message of another room, which only Chatwork can show."""
    return ReferenceLink(
        say("別のチャット(ルームID {room})のメッセージID {message}", room=room, message=message),
        chatwork_url(room, message),
    )


def _group_by_message(items: Iterable[AttachmentOrTask]) -> dict[MessageId, Sequence[AttachmentOrTask]]:
    groups: dict[MessageId, list[AttachmentOrTask]] = defaultdict(list)
    for item in items:
        groups[item.message_id].append(item)
    return dict(groups)
