"""Which sentences of the artifacts no parser of the judge has read, by the texts of the catalogue they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from archiver.platforms.job_platform import english_texts
from tests.claims.artifact_judge import READ
from tests.claims.dispute import NAMES, RENAMED
from tests.support import report_catalogue

LISTED = Path(__file__).with_name("unread_sentences.txt")
"""The texts that are not read yet, one a line, as they stand in the catalogue but for spaces."""

LEAST = 5
"""A text with fewer characters of its own is a label, a unit or a mark."""


def unread(sentences: Iterable[str]) -> set[str]:
    """The texts of which something stands in these sentences (without spaces) that no parser has read."""
    parsers = [re.compile(one) for one in sorted(READ)]
    alike = {_made_equal(sentence): sentence for sentence in sorted(sentences)}
    rests = "\n".join(_rest(sentence, parsers) for sentence in alike.values())
    return {text for text, form in _texts().items() if form.search(rests)}


def _rest(sentence: str, parsers: Iterable[re.Pattern[str]]) -> str:
    """What the parsers leave of a sentence, with equal names and numbers."""
    for parser in parsers:
        sentence = parser.sub("", sentence)
    return _made_equal(sentence)


def _made_equal(sentence: str) -> str:
    for name in (RENAMED, *NAMES.values()):
        sentence = sentence.replace(name, "名")
    return re.sub(r"[0-9][0-9,:.\-]*", "0", sentence)


def _texts() -> dict[str, re.Pattern[str]]:
    """Each sentence of the catalogue, and how it is recognized."""
    whole = [*report_catalogue.english(), *english_texts()]
    texts = {re.sub(r"\s", "", one) for text in whole for one in re.split(r"[。\n]", text)}
    return {text: _form(text) for text in sorted(texts) if len(re.sub(r"\{[^}]*\}", "", text)) >= LEAST}


def _form(text: str) -> re.Pattern[str]:
    pieces = [re.escape(re.sub(r"[0-9]+", "0", one)) for one in re.split(r"\{[^}]*\}", text)]
    return re.compile(".*?".join(filter(None, pieces)))
