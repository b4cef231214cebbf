"""Account holders in half-width kana, as banks write them: ｻﾄｳ ﾊﾅｺ. Hardly anything else is written so."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

from archiver.export.mask.leftover_patterns import BANK_WORD
from archiver.export.mask.name_checks import in_hiragana, is_rare_kana_name
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, surnames

_HALF = "[ｦ-ﾟ]"
_ROW = re.compile(rf"(?<!{_HALF}){_HALF}{{2,14}}(?:[ 　.･]{{1,2}}{_HALF}{{2,14}}){{0,3}}(?!{_HALF})")
_TITLE = re.compile("(?<=..)(?:サマ|サン|ドノ|センセイ)$")
_NEEDED = re.compile(_HALF + "{2}")


def half_width_holders(text: str) -> Iterator[str]:
    """The names of account holders in a text as it was typed, of full width, bank's words left out."""
    if _NEEDED.search(text) is None:
        return
    has_bank_word = BANK_WORD.search(unicodedata.normalize("NFKC", text)) is not None
    for match in _ROW.finditer(text):
        words = [unicodedata.normalize("NFKC", word) for word in re.split("[ 　.･]+", match[0])]
        for is_bank, row in itertools.groupby(words, key=lambda word: word in leftover_words().bank_kana):
            yield from () if is_bank else _holders(list(row), has_bank_word=has_bank_word)


def _holders(words: list[str], *, has_bank_word: bool) -> Iterator[str]:
    """The holder in a row of words; each before a title is one of its own."""
    titled = [word for word in words if _TITLE.search(word)]
    yield from (_TITLE.sub("", word) for word in titled)
    words = [word for word in words if word not in titled]
    is_word = all(word in ordinary_words().katakana for word in words)
    if not is_word and (has_bank_word or len(words) > 1 or _is_name(words[0])):
        yield " ".join(words)


def _is_name(word: str) -> bool:
    reading = in_hiragana(word)
    if len(reading) < 3:
        return False
    if is_rare_kana_name(reading):
        return True
    return reading in surnames().readings or reading in given_names().readings
