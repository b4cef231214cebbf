"""Lines of one form, of which one clear name makes what stands at the same place of the others names too.

・藤城(営業) / ・シン(デザイン); 経理:芦田 / IT:Patel; りょうた:サムネ / まい:台本; ・森脇 27歳 / ・堤 41歳.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.leftover_patterns import KANJI, KATAKANA
from archiver.export.mask.name_contexts import NO_SIGN
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, surnames

_NAME = rf"(?P<name>[{KANJI}]{{1,4}}|[ぁ-んー]{{2,5}}|[{KATAKANA}]{{2,7}}|[A-Z][a-z]{{1,11}})"
_FORMS = (
    re.compile(rf"(?:^|\n) {{0,3}}(?:[・*●○■◆-]|[0-9]{{1,2}}[.)]) ?{_NAME}(?= ?\([^()\n]{{1,12}}\) {{0,3}}(?:\n|$))"),
    re.compile(
        rf"(?:^|\n) {{0,3}}(?:[・*●○■◆-]|[0-9]{{1,2}}[.)]) ?{_NAME}"
        r"(?= [0-9]{1,2}[歳才代]| [0-9,]{3,9}(?:円|\n|$))"
    ),
    re.compile(rf"(?:^|\n) {{0,3}}{_NAME}(?= ?: ?(?:[{KANJI}]{{1,6}}|[{KATAKANA}]{{2,8}})(?:\n|$))"),
    re.compile(rf"(?:^|\n) {{0,3}}[^\s:、。0-9]{{1,8}} ?: ?{_NAME}(?=\n|$)"),
)
_AGE = re.compile(" [0-9]{1,2}[歳才代]")
_OF_PEOPLE = re.compile("(?:^|\\n) {0,3}(?:CC|Cc|cc|TO|To|宛先|参加者?|出席者?|同席者?) ?: ?(?P<row>[^\\n:。]{3,60})")
_ITEM = re.compile(f"(?<![^、,/・ :])(?:[{KANJI}]{{1,4}}|[ぁ-んー]{{2,5}}|[{KATAKANA}]{{2,7}})(?![^、,/・ \\n])")


def names_in_alike_lines(text: str) -> Iterator[tuple[int, int]]:
    """Where in a normalised text the names of such lines stand, or of a row behind the word for who is written to."""
    for pattern in _FORMS if "\n" in text else ():
        lines = list(pattern.finditer(text))
        are_aged = all(_AGE.match(text, line.end()) for line in lines) and all(
            _may_be_name(one["name"]) for one in lines
        )
        if len(lines) > 1 and (are_aged or any(_is_clear(line["name"]) for line in lines)):
            yield from (line.span("name") for line in lines if _may_be_name(line["name"]))
    for row in _OF_PEOPLE.finditer(text) if ":" in text else ():
        items = list(_ITEM.finditer(text, *row.span("row")))
        if any(_is_clear(item[0]) for item in items):
            yield from (item.span() for item in items if _may_be_name(item[0]))


def _is_clear(word: str) -> bool:
    """Whether a word is hardly anything but a name."""
    words = ordinary_words()
    if re.match(f"[{KANJI}]", word):
        is_place = word in words.places or word in words.kanji or word in leftover_words().common_surnames
        return len(word) > 1 and name_checks.is_surname(word) and not is_place
    if word[0].isascii():
        return word.lower() in surnames().romaji and word.lower() not in leftover_words().latin_words
    reading = name_checks.in_hiragana(word)
    is_word = word in words.hiragana or word in words.katakana or word in leftover_words().kana_words
    return len(word) > 2 and reading in given_names().readings and not is_word


def _may_be_name(word: str) -> bool:
    """Whether a word may be a name where another stands beside it, whatever else it may mean."""
    words, known = ordinary_words(), leftover_words()
    if any(word in one for one in (known.no_names, known.no_members, known.role_titles, known.duties, NO_SIGN)):
        return False
    if re.match(f"[{KANJI}]", word):
        return name_checks.is_spoken_surname(word) and word not in known.prefectures
    if word[0].isascii():
        return word.lower() not in known.latin_words and word.lower() not in known.organisations
    reading = name_checks.in_hiragana(word)
    is_name = reading in given_names().readings or reading in surnames().readings or name_checks.is_foreign(word)
    return (is_name or len(word) == 2) and not (word in words.katakana and not is_name)
