"""Finds what is active in a message body: tags, addresses and emoticons, each with its place.

Part of `chatwork.notation`, which describes the whole; what pairs with what is decided in `chatwork.tree`.
Linear in the length of the body: every pattern ends at the next bracket or at the end of an address, and no
closing tag is searched for twice in the same stretch.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from archiver.chatwork.notation.nodes import (
    Box,
    Code,
    Container,
    Download,
    Emoticon,
    Leaf,
    Mention,
    MentionAll,
    Node,
    PersonTag,
    PreviewTag,
    Quote,
    ReplyTag,
    RuleTag,
    SystemText,
    TaskBox,
    TaskReference,
    Title,
    Url,
)
from archiver.chatwork.notation.vocabulary import EMOTICONS, SYSTEM_TEXTS
from archiver.records import AccountId, FileId, MessageId, RoomId, TaskId

Make = Callable[[tuple[Node, ...], str], Container]
"""The children and the closing text → the container."""


class NotationToken(NamedTuple):
    """Something active in `body[start:end]`: a leaf, or the beginning or the end of a container."""

    start: int
    end: int
    leaf: Leaf | None = None
    name: str = ""
    """Of the container: `info`, `title`, `qt`, `引用` or `task`, for its beginning and its end alike."""
    make: Make | None = None
    """Only at a beginning."""


def tokens_of(body: str) -> list[NotationToken]:
    """Everything active in a body, from left to right, never overlapping."""
    tokens = []
    ends = _Ends(body)
    position = 0
    while found := _ACTIVE.search(body, position):
        token = _token(body, found, ends)
        if token is None:  # a malformed tag may still hold an address: only its bracket is passed over
            position = found.start() + 1
        else:
            tokens.append(token)
            position = token.end
    return tokens


def trimmed(url: str) -> str:
    """An address without what more likely ends the sentence around it: `.,;:!?'` and a `)` never opened."""
    surplus = url.count(")") - url.count("(")
    end = len(url)
    while url[end - 1] in ".,;:!?')":
        if url[end - 1] == ")":
            if surplus <= 0:
                break
            surplus -= 1
        end -= 1
    return url[:end]


def canonical(digits: str) -> MessageId:
    """A message id as the archive writes it, without leading zeros."""
    return MessageId(str(int(digits)))


ID = "[0-9]{1,19}"
"""Ids have 64 bits at most; anything longer is no id."""

# RFC 3986 without the brackets: a Japanese sentence may follow at once, so ASCII is where an address ends.
_URL = r"ttps?://[A-Za-z0-9][A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]*"
ADDRESS = re.compile(f"h{_URL}|H{_URL}")
"""An http(s) address, still to be `trimmed`."""

_PLACE = re.compile(rf"https?://(?:www\.chatwork\.com|kcw\.kddi\.ne\.jp)/?#!rid({ID})(?:-({ID}))?", re.IGNORECASE)
_NAMES = (
    "info|/info|title|/title|/qt|引用|/引用|task|/task|code|download|url|hr|To|to|TO|toall|ToAll|TOALL|CC|cc"
    "|rp|返信|Reply|picon|pname|piconname|dtext|preview"
)
# Each way to begin is a literal character: only so does `re` skip plain text at full speed.
_ACTIVE = re.compile(
    r"\[qt\](?:\[qtmeta [^\[\]]*\])?"
    rf"|\[(?:{_NAMES})(?:[ :][^\[\]]*)?\]"
    rf"|h{_URL}|H{_URL}|" + "|".join(re.escape(sign) for sign in sorted(EMOTICONS, key=len, reverse=True))
)
_TAG = re.compile(r"\[([^\s:\[\]]+[ :]?)([^\[\]]*)\]")


class _Ends:
    """Where closing tags stand; each stretch of the body is searched for each of them only once."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._found: dict[str, int] = {}

    def after(self, closing: str, position: int) -> int:
        """The first place from `position` on, or -1."""
        known = self._found.get(closing, 0)
        if known == -1 or known > position:
            return known
        self._found[closing] = self._body.find(closing, position)
        return self._found[closing]


def _token(body: str, found: re.Match[str], ends: _Ends) -> NotationToken | None:
    text, start, end = found[0], found.start(), found.end()
    if text[0] in "hH":
        url = trimmed(text)
        return NotationToken(start, start + len(url), _url(url, url))
    if text[0] != "[":
        return NotationToken(start, end, Emoticon(text, EMOTICONS[text]))
    head = _TAG.match(text)
    assert head is not None, "the pattern of active text lets no other bracket through"
    kind, argument = head[1], head[2]
    if kind in _LITERALS:
        return _LITERALS[kind](body, start, end, argument, ends)
    if kind in _BEGINNINGS:
        make = _BEGINNINGS[kind](text, argument)
        return None if make is None else NotationToken(start, end, None, kind.rstrip(), make)
    if kind in _LEAVES:
        leaf = _LEAVES[kind](text, argument)
        return None if leaf is None else NotationToken(start, end, leaf)
    return NotationToken(start, end, None, kind[1:]) if kind[0] == "/" and not argument else None


# --- tags whose content is literal -------------------------------------------------------------


def _code(body: str, start: int, end: int, argument: str, ends: _Ends) -> NotationToken | None:
    stop = ends.after("[/code]", end)
    after = stop + len("[/code]")
    return None if stop == -1 or argument else NotationToken(start, after, Code(body[start:after], body[end:stop]))


def _download(body: str, start: int, end: int, argument: str, ends: _Ends) -> NotationToken | None:
    number, stop = _number(argument), ends.after("[/download]", end)
    if number is None or stop == -1:
        return None
    after = stop + len("[/download]")
    return NotationToken(start, after, Download(body[start:after], FileId(number), body[end:stop]))


def _link(body: str, start: int, end: int, argument: str, _ends: _Ends) -> NotationToken | None:
    address = ADDRESS.match(body, end)
    if argument or address is None or not body.startswith("[/url]", address.end()):
        return None
    after = address.end() + len("[/url]")
    return NotationToken(start, after, _url(body[start:after], address[0]))


def _url(text: str, url: str) -> Url:
    place = _PLACE.fullmatch(url)
    if place is None:
        return Url(text, url)
    message = canonical(place[2]) if place[2] else None
    return Url(text, url, RoomId(int(place[1])), message)


_LITERALS: dict[str, Callable[[str, int, int, str, _Ends], NotationToken | None]] = {
    "code": _code,
    "download:": _download,
    "url": _link,
}


# --- tags that hold others ---------------------------------------------------------------------


def _box(opening: str, argument: str) -> Make | None:
    return None if argument else lambda children, closing: Box(opening, children, closing)


def _title(opening: str, argument: str) -> Make | None:
    return None if argument else lambda children, closing: Title(opening, children, closing)


def _quote(opening: str, argument: str) -> Make:
    attributes = _attributes(argument or opening.removeprefix("[qt][qtmeta ").removesuffix("]"))
    account, time = _number(attributes.get("aid", "")), _number(attributes.get("time", ""))
    author = None if account is None else AccountId(account)
    return lambda children, closing: Quote(opening, author, time, children, closing)


def _task(opening: str, argument: str) -> Make | None:
    attributes = _attributes(argument)
    accounts = [_number(one) for one in attributes.get("aid", "").split(",")]
    limit = _number(attributes.get("lt", "0"))
    if limit is None or None in accounts:
        return None
    people = tuple(AccountId(one) for one in accounts if one is not None)
    status, kind = attributes.get("st", ""), attributes.get("ltype", "")
    return lambda children, closing: TaskBox(opening, people, status, limit, kind, children, closing)


_BEGINNINGS: dict[str, Callable[[str, str], Make | None]] = {
    "info": _box,
    "title": _title,
    "qt": _quote,
    "引用 ": _quote,
    "task ": _task,
}


# --- tags that stand alone ---------------------------------------------------------------------


def _reply(text: str, argument: str) -> Leaf | None:
    attributes = _attributes(argument)
    account = _number(attributes.get("aid", ""))
    if account is None:
        return None
    room, _, message = attributes.get("to", "").partition("-")
    if _number(room) is None or _number(message) is None:
        return ReplyTag(text, AccountId(account), None, None)
    return ReplyTag(text, AccountId(account), RoomId(int(room)), canonical(message))


def _preview(text: str, argument: str) -> Leaf | None:
    number = _number(_attributes(argument).get("id", ""))
    return None if number is None else PreviewTag(text, FileId(number))


def _alone(node: Callable[[str], Leaf]) -> Callable[[str, str], Leaf | None]:
    return lambda text, argument: None if argument else node(text)


def _numbered(node: Callable[[str, int], Leaf]) -> Callable[[str, str], Leaf | None]:
    def leaf(text: str, argument: str) -> Leaf | None:
        number = _number(argument)
        return None if number is None else node(text, number)

    return leaf


_TO = _numbered(lambda text, number: Mention(text, AccountId(number)))
_CC = _numbered(lambda text, number: Mention(text, AccountId(number), copy=True))

# Tags are case-sensitive, but some bots write the mentions otherwise (chatwork-api.md §9.1).
_LEAVES: dict[str, Callable[[str, str], Leaf | None]] = {
    "hr": _alone(RuleTag),
    **dict.fromkeys(("toall", "ToAll", "TOALL"), _alone(MentionAll)),
    **dict.fromkeys(("To:", "to:", "TO:"), _TO),
    **dict.fromkeys(("CC:", "cc:"), _CC),
    **dict.fromkeys(("rp ", "返信 ", "Reply "), _reply),
    "picon:": _numbered(lambda text, number: PersonTag(text, AccountId(number), icon=True, name=False)),
    "pname:": _numbered(lambda text, number: PersonTag(text, AccountId(number), icon=False, name=True)),
    "piconname:": _numbered(lambda text, number: PersonTag(text, AccountId(number), icon=True, name=True)),
    "dtext:": lambda text, key: SystemText(text, key, SYSTEM_TEXTS.get(key)) if key else None,
    "preview ": _preview,
    "task:": _numbered(lambda text, number: TaskReference(text, TaskId(number))),
}


# --- arguments ---------------------------------------------------------------------------------


def _attributes(argument: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in argument.split())
    return {name: value for name, _, value in pairs}


def _number(text: str) -> int | None:
    """A number as ids and times are written; what has more digits than 64 bits is none."""
    return int(text) if len(text) <= 19 and text.isascii() and text.isdigit() else None
