"""Pure: what the other side wrote -> alerts, by the table of phrases.

Only their own words count: quotes of others and `[code]` are left out. A text that said the same before it was edited
is no news. High is only what may cost money or evidence now.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from archiver.alerts.phrases import PHRASES
from archiver.chatwork.notation.parse import (
    Code,
    Container,
    Deleted,
    Download,
    Mention,
    Node,
    PreviewTag,
    Quote,
    QuoteMark,
    ReplyTag,
    SystemText,
    parse,
)
from archiver.records.alerts import Alert, AlertRule, Level
from archiver.records.signals import NewText

HIGH = frozenset({AlertRule.A3, AlertRule.A5, AlertRule.A8})
LOW = frozenset({AlertRule.A7})
UNTIL_ESCROW = frozenset({AlertRule.A1, AlertRule.A2})
"""Medium while no escrow is stated for any contract of the room, low after."""

_NOT_THEIRS = (Quote, QuoteMark, Code, ReplyTag, Mention, Download, PreviewTag, SystemText, Deleted)
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>.*$")
_ENDS = re.compile(r"[。!?\n]+")
_ANY = tuple(phrase.pattern for phrase in PHRASES)


def judge(said: Iterable[NewText], *, escrowed: Collection[int] = ()) -> Iterator[Alert]:
    """One alert for each rule that a message newly meets; `escrowed`: rooms with a contract whose escrow is stated."""
    for one in said:
        found = rules_of(one.body)
        if found:
            before = {rule for text in one.earlier() for rule in rules_of(text)}
            for rule in (rule for rule in found if rule not in before):
                level = level_of(rule, escrowed=one.room_id in escrowed)
                yield Alert(rule, level, one.at, one.room_id, one.account_id, one.message_id)


def level_of(rule: AlertRule, *, escrowed: bool) -> Level:
    """How urgent a phrase is."""
    if rule in HIGH:
        return Level.HIGH
    if rule in LOW or (rule in UNTIL_ESCROW and escrowed):
        return Level.LOW
    return Level.MEDIUM


def rules_of(body: str) -> list[AlertRule]:
    """The rules that a body meets, each once, in the order of the table."""
    whole = unicodedata.normalize("NFKC", body)
    if not any(pattern.search(whole) for pattern in _ANY):
        return []  # nearly every message; the notation need not be read
    sentences = [one for one in _ENDS.split(own_words(body)) if one.strip()]
    met = [
        phrase.rule
        for phrase in PHRASES
        if any(phrase.pattern.search(one) and not (phrase.unless and phrase.unless.search(one)) for one in sentences)
    ]
    return list(dict.fromkeys(met))


def own_words(body: str) -> str:
    """The folded text without quotes, code, mentions and names of files; where one was, a line ends."""
    text = unicodedata.normalize("NFKC", "".join(_texts(parse(body))))
    return _QUOTED_LINE.sub("", text)


def _texts(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, _NOT_THEIRS):
            yield "\n"
        elif isinstance(node, Container):
            yield "\n"
            yield from _texts(node.children)
            yield "\n"
        else:
            yield node.source
