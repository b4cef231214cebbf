"""The nodes of a message body → plain text, and → safe HTML; and the labels of its references, as plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import NamedTuple, assert_never

from archiver.chatwork.notation import nodes
from archiver.records import AccountId, FileId, MessageId, RoomId
from archiver.render.invisible_characters import visible, visible_html
from archiver.render.times import date_text, local_time, typed_time
from archiver.report_language import say


class Picture(NamedTuple):
    """The thumbnail of a file, drawn anew by us and so safe to show."""

    href: str
    width: int
    height: int


class ReferenceLink(NamedTuple):
    """The label of a reference, and its address if it has one."""

    label: str
    """Shown as it is, so untrusted text in it must have gone through `visible`."""
    href: str | None = None
    picture: Picture | None = None
    """The thumbnail, if it is a picture that could be read."""


class References(NamedTuple):
    """The functions that look up the ids in a body; they return None for what is not known."""

    name_of: Callable[[AccountId], str | None]
    link_of: Callable[[RoomId, MessageId], ReferenceLink | None]
    file_of: Callable[[FileId], ReferenceLink | None]


NOWHERE = References(name_of=lambda _account: None, link_of=lambda _room, _message: None, file_of=lambda _file: None)
"""References that know nothing: ids are shown as numbers."""

BETWEEN_NAMES = "、"
"""Put between adjacent names, as Chatwork puts nothing there."""

BLOCKS = nodes.Quote | nodes.Box | nodes.Title | nodes.TaskBox | nodes.Code | nodes.RuleTag
"""Nodes that stand on lines of their own."""


def lay_out_nodes(tree: Sequence[nodes.Node], *, inside: bool) -> Iterator[nodes.Node]:
    """The nodes without the line feed that only separates a block from the text around it, and with names separated."""
    last = len(tree) - 1
    for index, node in enumerate(tree):
        if not isinstance(node, nodes.PlainText):
            if index and _is_name(node) and _is_name(tree[index - 1]):
                yield nodes.PlainText(say(BETWEEN_NAMES))
            yield node
            continue
        text = node.source
        if (isinstance(tree[index - 1], BLOCKS) if index else inside) and text.startswith("\n"):
            text = text[1:]
        if (isinstance(tree[index + 1], BLOCKS) if index < last else inside) and text.endswith("\n"):
            text = text[:-1]
        if text:
            yield node if text == node.source else nodes.PlainText(text)


def _is_name(node: nodes.Node) -> bool:
    return isinstance(node, nodes.PersonTag) and node.name


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


def task_head(node: nodes.TaskBox, references: References) -> str:
    """State, people and time limit of a task, as they were when it was announced, unless they are covered."""
    if not node.account_ids:
        return say("タスク(隠しています)")
    status = {"open": say("未完了"), "done": say("完了")}.get(node.status, visible(node.status))
    people = say("、").join(person_name(account, references) for account in node.account_ids)
    return say("タスク({status}) 担当: {people} 期限: {limit}", status=status, people=people, limit=task_limit(node))


def task_limit(node: nodes.TaskBox) -> str:
    """The time limit of a task as it was announced."""
    if node.limit == 0 or node.limit_type == "none":
        return say("なし")
    return typed_time(node.limit, date_text if node.limit_type == "date" else local_time)


def reply_target(node: nodes.ReplyTag, references: References) -> tuple[str, ReferenceLink | None]:
    """The name of the person who is answered, and a link to the message if one is named."""
    name = person_name(node.account_id, references)
    if node.room_id is None or node.message_id is None:
        return name, None
    link = references.link_of(node.room_id, node.message_id)
    return name, link or ReferenceLink(say("メッセージID {message_id}", message_id=node.message_id))


def file_link(file_id: FileId, references: References) -> ReferenceLink:
    """The link to a file, labelled by its number in the package or else by its id."""
    return references.file_of(file_id) or ReferenceLink(say("ファイルID {file_id}", file_id=file_id))


def message_link(node: nodes.Url, references: References) -> ReferenceLink | None:
    """The link to the message that a URL points to, if it is one in Chatwork."""
    if node.room_id is None or node.message_id is None:
        return None
    return references.link_of(node.room_id, node.message_id)


RULE = "-" * 24
"""A line across the message, in plain text."""
REL = 'rel="noreferrer noopener nofollow"'
"""On every link: the linked site learns no referrer and gets no access to our window."""


def plain_text(tree: Sequence[nodes.Node], references: References = NOWHERE) -> str:
    """The nodes as text for a terminal, a table or print; quotes have `> `, boxes `| ` before each line."""
    return _plain_nodes(lay_out_nodes(tree, inside=False), references)


def html(tree: Sequence[nodes.Node], references: References = NOWHERE) -> str:
    """The nodes as HTML for an element with `white-space: pre-wrap`; line feeds stay as they are."""
    return _nodes_html(lay_out_nodes(tree, inside=False), references)


def anchor_html(link: ReferenceLink) -> str:
    """A link as HTML, or its label alone if it leads nowhere."""
    label = escape(link.label, quote=False)
    return f"<b>{label}</b>" if link.href is None else f'<a href="{escape(link.href)}" {REL}>{label}</a>'


def picture_html(link: ReferenceLink) -> str:
    """The thumbnail of a file as HTML, linked to the file; empty if there is none."""
    if link.href is None or link.picture is None:
        return ""
    small = link.picture
    return (
        f'<a href="{escape(link.href)}" {REL}><img src="{escape(small.href)}" width="{small.width}" '
        f'height="{small.height}" alt="{escape(say("{label} の画像", label=link.label))}" loading="lazy"></a>'
    )


# --- plain text --------------------------------------------------------------------------------


def _plain_nodes(tree: Iterator[nodes.Node], references: References) -> str:
    parts: list[str] = []
    after_block = False
    for node in tree:
        block = isinstance(node, BLOCKS)
        if parts and (block or after_block):
            parts.append("\n")
        if isinstance(node, nodes.Container):
            parts.append(_plain_container(node, references))
        else:
            parts.append(_plain_leaf(node, references))
        after_block = block
    return "".join(parts)


def _plain_container(node: nodes.Container, references: References) -> str:
    content = _plain_nodes(lay_out_nodes(node.children, inside=True), references)
    match node:
        case nodes.Quote():
            return _prefix_lines("> ", quote_head(node.account_id, node.time, references), content)
        case nodes.Box():
            return _prefix_lines("| ", content)
        case nodes.Title():
            return say("【{content}】", content=content)
        case nodes.TaskBox():
            return _prefix_lines("| ", f"[{task_head(node, references)}]", content)
        case _:
            assert_never(node)


def _prefix_lines(prefix: str, *texts: str) -> str:
    return "\n".join(prefix + line for text in texts if text for line in text.split("\n"))


def _plain_leaf(node: nodes.Leaf, references: References) -> str:
    match node:
        case nodes.PlainText(source=text):
            return visible(text, lines=True)
        case nodes.Emoticon(source=text):
            return text
        case nodes.Url(url=url):
            target = message_link(node, references)
            return f"{url}({target.label})" if target else url
        case nodes.Code(text=text):
            return _prefix_lines("    ", visible(_strip_line_feeds(text), lines=True))
        case nodes.RuleTag():
            return RULE
        case nodes.Mention():
            return f"[{'CC' if node.copy else 'To'}: {person_name(node.account_id, references)}] "
        case nodes.MentionAll():
            return f"[{say('To: 全員')}] "
        case nodes.ReplyTag():
            name, link = reply_target(node, references)
            return f"[{say('返信 →')} {link.label} {name}] " if link else f"[{say('返信 →')} {name}] "
        case nodes.PersonTag():
            name = person_name(node.account_id, references)
            return name if node.name else f"[{say('アイコン: {name}', name=name)}]"
        case nodes.SystemText(text=text):
            return visible(node.source) if text is None else text
        case nodes.PreviewTag():
            return f"[{say('プレビュー: {file}', file=file_link(node.file_id, references).label)}]"
        case nodes.Download(label=text):
            return f"[{say('ファイル: {file}', file=file_link(node.file_id, references).label)} {visible(text)}]"
        case nodes.TaskReference():
            return f"[{say('タスクID {task}', task=node.task_id)}]"
        case nodes.QuoteMark():
            return f"[{quote_head(node.account_id, node.time, references)}]"
        case nodes.Deleted():
            return f"({say('「削除」表示')})"
        case _:
            assert_never(node)


# --- HTML --------------------------------------------------------------------------------------


def _nodes_html(tree: Iterator[nodes.Node], references: References) -> str:
    return "".join(
        _container_html(node, references) if isinstance(node, nodes.Container) else _leaf_html(node, references)
        for node in tree
    )


def _container_html(node: nodes.Container, references: References) -> str:
    content = _nodes_html(lay_out_nodes(node.children, inside=True), references)
    match node:
        case nodes.Quote():
            head = escape(quote_head(node.account_id, node.time, references), quote=False)
            return f'<blockquote><p class="head">{head}</p>{content}</blockquote>'
        case nodes.Box():
            return f'<div class="box">{content}</div>'
        case nodes.Title():
            return f'<p class="head">{content}</p>'
        case nodes.TaskBox():
            head = escape(task_head(node, references), quote=False)
            return f'<div class="box"><p class="head">{head}</p>{content}</div>'
        case _:
            assert_never(node)


def _leaf_html(node: nodes.Leaf, references: References) -> str:
    match node:
        case nodes.PlainText(source=text):
            return visible_html(text, lines=True)
        case nodes.Emoticon(source=text, label=label):
            # Punctuation may be no emoticon at all, so it stays as it was typed.
            return f'<i title="{escape(label)}">{text}</i>' if text[1:-1].isalpha() else escape(text)
        case nodes.Url(url=url):
            target = message_link(node, references)
            return anchor_html(ReferenceLink(url, url)) + (f"({anchor_html(target)})" if target else "")
        case nodes.Code(text=text):
            return f"<pre>{visible_html(_strip_line_feeds(text), lines=True)}</pre>"
        case nodes.RuleTag():
            return "<hr>"
        case nodes.Mention():
            return _label_html(f"{'CC' if node.copy else 'To'}: {person_name(node.account_id, references)}")
        case nodes.MentionAll():
            return _label_html(say("To: 全員"))
        case nodes.ReplyTag():
            name, link = reply_target(node, references)
            link_html = f"{anchor_html(link)} " if link else ""
            return f'<b class="to">{say("返信 →")} {link_html}{escape(name, quote=False)}</b> '
        case nodes.PersonTag():
            name = escape(person_name(node.account_id, references), quote=False)
            return f"<b>{name}</b>" if node.name else f"<b>[{say('アイコン: {name}', name=name)}]</b>"
        case nodes.SystemText(text=text):
            return escape(visible(node.source) if text is None else text, quote=False)
        case nodes.PreviewTag():
            link = file_link(node.file_id, references)
            named = say("プレビュー: {file}", file=escape(link.label, quote=False))
            return picture_html(link) or f"<b>[{named}]</b>"
        case nodes.Download(label=text):
            return f"{anchor_html(file_link(node.file_id, references))} {visible_html(text)}"
        case nodes.TaskReference():
            return f"<b>[{say('タスクID {task}', task=node.task_id)}]</b>"
        case nodes.QuoteMark():
            return _label_html(quote_head(node.account_id, node.time, references))
        case nodes.Deleted():
            return f"<b>({say('「削除」表示')})</b>"
        case _:
            assert_never(node)


def _label_html(text: str) -> str:
    return f'<b class="to">{escape(text, quote=False)}</b> '


def _strip_line_feeds(code: str) -> str:
    """The code without the line feeds that only separate it from its tags."""
    return code.removeprefix("\n").removesuffix("\n")
