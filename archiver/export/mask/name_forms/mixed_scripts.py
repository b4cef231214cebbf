"""Names half in kanji and half in hiragana before a title: 高なしさん, さかき原さん, さくら子さん."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask.leftover_patterns import KANJI
from archiver.export.mask.name_data import given_names, surnames

_TITLE = "(?= ?(?:さん|さま|様|氏|ちゃん|くん|君|先生|先輩|です|と申))"
_HALVES = re.compile(
    rf"(?:(?<![ぁ-ん])(?P<lead>[ぁ-ん]{{0,3}}?)(?P<name>[ぁ-ん]{{2,4}}[{KANJI}])"
    rf"|(?<![{KANJI}])(?P<other>[{KANJI}][ぁ-ん]{{2,4}})){_TITLE}"
)
_HAS_HALVES = re.compile(rf"(?:[ぁ-ん]{{2}}[{KANJI}]|[{KANJI}][ぁ-ん]{{2,4}}){_TITLE}")
_GIVEN = re.compile(rf"(?<![ぁ-ん{KANJI}])(?P<name>(?P<base>[ぁ-ん]{{2,3}})[子美江代])(?=さん|さま|様|ちゃん|先生)")


def mixed_names(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text a surname or a given name is written in two scripts."""
    for match in _HALVES.finditer(text) if _HAS_HALVES.search(text) else ():
        group = "name" if match["name"] else "other"
        if match[group] in _half_surnames():
            yield match.span(group)
    for match in _GIVEN.finditer(text):
        if match["base"] in given_names().readings or match["base"] + "こ" in given_names().readings:
            yield match.span("name")


@functools.cache
def _half_surnames() -> frozenset[str]:
    """Surnames of two kanji with one of them in kana."""
    pairs = [(one, kanji) for one, many in surnames().readings.items() for kanji in many if len(kanji) == 2]
    behind = {reading[:cut] + kanji[1] for reading, kanji in pairs for cut in range(2, len(reading))}
    before = {kanji[0] + reading[cut:] for reading, kanji in pairs for cut in range(1, len(reading) - 1)}
    return frozenset(behind | before)
