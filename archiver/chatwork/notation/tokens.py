"""Finds the tokens of a message body: tags, addresses and emoticons, each with its position.

`parse` describes the whole, and pairs opening and closing tags.
Linear in the length of the body: every pattern ends at the next bracket or at the end of an address, and no
closing tag is searched for twice in the same part.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from archiver.chatwork.notation import nodes
from archiver.chatwork.notation.nodes import EMOTICONS, SYSTEM_TEXTS
from archiver.records import AccountId, FileId, MessageId, RoomId, TaskId

MakeContainer = Callable[[tuple[nodes.Node, ...], str], nodes.Container]
"""Makes a container from its children and the text of its closing tag."""


class NotationToken(NamedTuple):
    """A token in `body[start:end]`: a leaf, or the opening or closing tag of a container."""

    start: int
    end: int
    leaf: nodes.Leaf | None = None
    name: str = ""
    """The container's name, for opening and closing tag alike: `info`, `title`, `qt`, `引用` or `task`."""
    make: MakeContainer | None = None
    """Makes the container; None but for an opening tag."""


def tokens_of(body: str) -> list[NotationToken]:
    """The tokens of a body, from left to right, never overlapping."""
    tokens = []
    closing_tags = _ClosingTags(body)
    position = 0
    while match := _ACTIVE.search(body, position):
        token = _read_token(body, match, closing_tags)
        if token is None:  # a malformed tag may still hold an address: only its bracket is skipped
            position = match.start() + 1
        else:
            tokens.append(token)
            position = token.end
    return tokens


def trim_url(url: str) -> str:
    """An address without characters that more likely end the sentence around it: `.,;:!?'` and a `)` never opened."""
    surplus = url.count(")") - url.count("(")
    end = len(url)
    while url[end - 1] in ".,;:!?')":
        if url[end - 1] == ")":
            if surplus <= 0:
                break
            surplus -= 1
        end -= 1
    return url[:end]


def canonical_id(digits: str) -> MessageId:
    """A message id as the archive writes it, without leading zeros."""
    return MessageId(str(int(digits)))


ID_PATTERN = "[0-9]{1,19}"
"""Ids have 64 bits at most; anything longer is no id."""

# RFC 3986 without the brackets: a Japanese sentence may follow at once, so ASCII is where an address ends.
_URL = r"ttps?://[A-Za-z0-9][A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]*"
ADDRESS_PATTERN = re.compile(f"h{_URL}|H{_URL}")
"""Matches an http(s) address, still to be shortened by `trim_url`."""

_CHATWORK_LINK = re.compile(
    rf"https?://(?:www\.chatwork\.com|kcw\.kddi\.ne\.jp)/?#!rid({ID_PATTERN})(?:-({ID_PATTERN}))?", re.IGNORECASE
)
_NAMES = (
    "info|/info|title|/title|/qt|引用|/引用|task|/task|code|download|url|hr|To|to|TO|toall|ToAll|TOALL|CC|cc"
    "|rp|返信|Reply|picon|pname|piconname|dtext|preview"
)
# Each alternative begins with a literal character: only then does `re` skip plain text at full speed.
_ACTIVE = re.compile(
    r"\[qt\](?:\[qtmeta [^\[\]]*\])?"
    rf"|\[(?:{_NAMES})(?:[ :][^\[\]]*)?\]"
    rf"|h{_URL}|H{_URL}|" + "|".join(re.escape(emoticon) for emoticon in sorted(EMOTICONS, key=len, reverse=True))
)
_TAG = re.compile(r"\[([^\s:\[\]]+[ :]?)([^\[\]]*)\]")


class _ClosingTags:
    """The positions of closing tags; each part of the body is searched for each of them only once."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._positions: dict[str, int] = {}

    def after(self, closing: str, position: int) -> int:
        """The position of the first such closing tag from `position` on, or -1."""
        known = self._positions.get(closing, 0)
        if known == -1 or known > position:
            return known
        self._positions[closing] = self._body.find(closing, position)
        return self._positions[closing]


def _read_token(body: str, match: re.Match[str], closing_tags: _ClosingTags) -> NotationToken | None:
    text, start, end = match[0], match.start(), match.end()
    if text[0] in "hH":
        url = trim_url(text)
        return NotationToken(start, start + len(url), _url_node(url, url))
    if text[0] != "[":
        return NotationToken(start, end, nodes.Emoticon(text, EMOTICONS[text]))
    head = _TAG.match(text)
    assert head is not None, "the pattern of active text lets no other bracket through"
    kind, argument = head[1], head[2]
    if kind in _LITERAL_TAGS:
        return _LITERAL_TAGS[kind](body, start, end, argument, closing_tags)
    if kind in _OPENING_TAGS:
        make = _OPENING_TAGS[kind](text, argument)
        return None if make is None else NotationToken(start, end, None, kind.rstrip(), make)
    if kind in _LEAF_TAGS:
        leaf = _LEAF_TAGS[kind](text, argument)
        return None if leaf is None else NotationToken(start, end, leaf)
    return NotationToken(start, end, None, kind[1:]) if kind[0] == "/" and not argument else None


# --- tags whose content is literal -------------------------------------------------------------


def _code(body: str, start: int, end: int, argument: str, closing_tags: _ClosingTags) -> NotationToken | None:
    stop = closing_tags.after("[/code]", end)
    after = stop + len("[/code]")
    return (
        None if stop == -1 or argument else NotationToken(start, after, nodes.Code(body[start:after], body[end:stop]))
    )


def _download(body: str, start: int, end: int, argument: str, closing_tags: _ClosingTags) -> NotationToken | None:
    number, stop = _parse_number(argument), closing_tags.after("[/download]", end)
    if number is None or stop == -1:
        return None
    after = stop + len("[/download]")
    return NotationToken(start, after, nodes.Download(body[start:after], FileId(number), body[end:stop]))


def _link(body: str, start: int, end: int, argument: str, _closing_tags: _ClosingTags) -> NotationToken | None:
    address = ADDRESS_PATTERN.match(body, end)
    if argument or address is None or not body.startswith("[/url]", address.end()):
        return None
    after = address.end() + len("[/url]")
    return NotationToken(start, after, _url_node(body[start:after], address[0]))


def _url_node(text: str, url: str) -> nodes.Url:
    match = _CHATWORK_LINK.fullmatch(url)
    if match is None:
        return nodes.Url(text, url)
    message = canonical_id(match[2]) if match[2] else None
    return nodes.Url(text, url, RoomId(int(match[1])), message)


_LITERAL_TAGS: dict[str, Callable[[str, int, int, str, _ClosingTags], NotationToken | None]] = {
    "code": _code,
    "download:": _download,
    "url": _link,
}


# --- tags that hold others ---------------------------------------------------------------------


def _plain(kind: type[nodes.Box | nodes.Title]) -> Callable[[str, str], MakeContainer | None]:
    return lambda opening, argument: None if argument else lambda children, closing: kind(opening, children, closing)


def _quote(opening: str, argument: str) -> MakeContainer:
    attributes = _parse_attributes(argument or opening.removeprefix("[qt][qtmeta ").removesuffix("]"))
    account, time = _parse_number(attributes.get("aid", "")), _parse_number(attributes.get("time", ""))
    author = None if account is None else AccountId(account)
    return lambda children, closing: nodes.Quote(opening, children, closing, author, time)


def _task(opening: str, argument: str) -> MakeContainer | None:
    attributes = _parse_attributes(argument)
    accounts = [_parse_number(digits) for digits in attributes.get("aid", "").split(",")]
    limit = _parse_number(attributes.get("lt", "0"))
    if argument == nodes.COVERED_PART:
        return lambda children, closing: nodes.TaskBox(opening, children, closing, (), "", 0, "")
    if limit is None or None in accounts:
        return None
    people = tuple(AccountId(account) for account in accounts if account is not None)
    status, kind = attributes.get("st", ""), attributes.get("ltype", "")
    return lambda children, closing: nodes.TaskBox(opening, children, closing, people, status, limit, kind)


_OPENING_TAGS: dict[str, Callable[[str, str], MakeContainer | None]] = {
    "info": _plain(nodes.Box),
    "title": _plain(nodes.Title),
    "qt": _quote,
    "引用 ": _quote,
    "task ": _task,
}


# --- tags that stand alone ---------------------------------------------------------------------


def _reply(text: str, argument: str) -> nodes.Leaf | None:
    attributes = _parse_attributes(argument)
    account = _parse_number(attributes.get("aid", ""))
    if account is None:
        return None
    room, _, message = attributes.get("to", "").partition("-")
    if _parse_number(room) is None or _parse_number(message) is None:
        return nodes.ReplyTag(text, AccountId(account), None, None)
    return nodes.ReplyTag(text, AccountId(account), RoomId(int(room)), canonical_id(message))


def _preview(text: str, argument: str) -> nodes.Leaf | None:
    number = _parse_number(_parse_attributes(argument).get("id", ""))
    return None if number is None else nodes.PreviewTag(text, FileId(number))


def _without_argument(node: Callable[[str], nodes.Leaf]) -> Callable[[str, str], nodes.Leaf | None]:
    return lambda text, argument: None if argument else node(text)


def _with_number(node: Callable[[str, int], nodes.Leaf]) -> Callable[[str, str], nodes.Leaf | None]:
    def leaf(text: str, argument: str) -> nodes.Leaf | None:
        number = _parse_number(argument)
        return None if number is None else node(text, number)

    return leaf


_TO = _with_number(lambda text, number: nodes.Mention(text, AccountId(number)))
_CC = _with_number(lambda text, number: nodes.Mention(text, AccountId(number), copy=True))

# Tags are case-sensitive, but some bots write the mentions otherwise (chatwork-api.md §9.1).
_LEAF_TAGS: dict[str, Callable[[str, str], nodes.Leaf | None]] = {
    "hr": _without_argument(nodes.RuleTag),
    **dict.fromkeys(("toall", "ToAll", "TOALL"), _without_argument(nodes.MentionAll)),
    **dict.fromkeys(("To:", "to:", "TO:"), _TO),
    **dict.fromkeys(("CC:", "cc:"), _CC),
    **dict.fromkeys(("rp ", "返信 ", "Reply "), _reply),
    "picon:": _with_number(lambda text, number: nodes.PersonTag(text, AccountId(number), icon=True, name=False)),
    "pname:": _with_number(lambda text, number: nodes.PersonTag(text, AccountId(number), icon=False, name=True)),
    "piconname:": _with_number(lambda text, number: nodes.PersonTag(text, AccountId(number), icon=True, name=True)),
    "dtext:": lambda text, key: nodes.SystemText(text, key, SYSTEM_TEXTS.get(key)) if key else None,
    "preview ": _preview,
    "task:": _with_number(lambda text, number: nodes.TaskReference(text, TaskId(number))),
}


# --- arguments ---------------------------------------------------------------------------------


def _parse_attributes(argument: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in argument.split())
    return {name: value for name, _, value in pairs}


def _parse_number(text: str) -> int | None:
    """A number in an id or a time; None for other characters and for more digits than 64 bits have."""
    return int(text) if len(text) <= 19 and text.isascii() and text.isdigit() else None
