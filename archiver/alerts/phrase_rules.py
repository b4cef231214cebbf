"""Pure: alerts about texts of the other side, by the table of phrases.

Only their own words count: quotes of others and `[code]` are left out. A text that matched before it was edited is no
news. Only what may cost money or evidence now is of high level.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from archiver.alerts.phrases import phrases
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
from archiver.records.alerts import Alert, AlertRule, Level, NewText

HIGH_RULES = frozenset({AlertRule.A3, AlertRule.A5, AlertRule.A8})
LOW_RULES = frozenset({AlertRule.A7})
UNTIL_ESCROW_RULES = frozenset({AlertRule.A1, AlertRule.A2})
"""Rules of medium level while no escrow is stated for any contract of the room, of low level after."""

_NOT_OWN_WORDS = (Quote, QuoteMark, Code, ReplyTag, Mention, Download, PreviewTag, SystemText, Deleted)
_QUOTED_LINE = re.compile(r"(?m)^[ \t]*>.*$")
_SENTENCE_ENDS = re.compile(r"[。!?\n]+")


def judge_texts(texts: Iterable[NewText], *, escrowed: Collection[int] = ()) -> Iterator[Alert]:
    """One alert for each rule that a text newly matches; `escrowed`: rooms with a contract whose escrow is stated."""
    for text in texts:
        rules = matched_rules(text.body)
        if rules:
            before = {rule for earlier_text in text.earlier() for rule in matched_rules(earlier_text)}
            for new_rule in (rule for rule in rules if rule not in before):
                level = phrase_level(new_rule, escrowed=text.room_id in escrowed)
                yield Alert(new_rule, level, text.at, text.room_id, text.account_id, text.message_id)


def phrase_level(rule: AlertRule, *, escrowed: bool) -> Level:
    """The level of a rule's alert."""
    if rule in HIGH_RULES:
        return Level.HIGH
    if rule in LOW_RULES or (rule in UNTIL_ESCROW_RULES and escrowed):
        return Level.LOW
    return Level.MEDIUM


def matched_rules(body: str) -> list[AlertRule]:
    """The rules that a body matches, each once, in the order of the table."""
    whole = unicodedata.normalize("NFKC", body)
    if not any(phrase.pattern.search(whole) for phrase in phrases()):
        return []  # nearly every message; the notation need not be parsed
    sentences = [sentence for sentence in _SENTENCE_ENDS.split(own_text(body)) if sentence.strip()]
    matched = [
        phrase.rule
        for phrase in phrases()
        if any(phrase.pattern.search(sentence) and not phrase.unless.search(sentence) for sentence in sentences)
    ]
    return list(dict.fromkeys(matched))


def matched_words(body: str, rule: AlertRule) -> str:
    """The first words of a body (NFKC) for which a rule has an alert; empty if there are none."""
    for sentence in _SENTENCE_ENDS.split(own_text(body)):
        for phrase in phrases():
            found = phrase.pattern.search(sentence) if phrase.rule is rule else None
            if found and not phrase.unless.search(sentence):
                return found.group()
    return ""


def own_text(body: str) -> str:
    """The folded text (NFKC) without quotes, code, mentions and names of files, each replaced by a line end."""
    text = unicodedata.normalize("NFKC", "".join(_own_parts(parse(body))))
    return _QUOTED_LINE.sub("", text)


def _own_parts(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, _NOT_OWN_WORDS):
            yield "\n"
        elif isinstance(node, Container):
            yield "\n"
            yield from _own_parts(node.children)
            yield "\n"
        else:
            yield node.source
