"""Rows of names without titles, told by what stands at the row: A班：境、梶; 境と梶が欠席; 早番（境、梶）.

One name in such a row says that the others are names too, be they words or surnames that no list has.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import KANJI, any_of
from archiver.export.mask.name_contexts import CLEARLY_BEHIND, OF_PLACE
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, surnames
from archiver.export.mask.name_forms.unknown_surnames import is_unfamiliar, is_unknown_full_name, is_unknown_surname

_ITEM = rf"(?:[{KANJI}]{{1,5}}(?: [{KANJI}]{{1,3}}(?![{KANJI}:=→]))?|[ァ-ヴー]{{2,8}}|[ぁ-ん]{{2,6}})(?:さん|様|氏)?"
_BETWEEN = "(?: ?[、,・/&+→＆×] ?| と | ?と(?=[一-鿿ァ-ヴ])|(?<=[一-鿿]) (?=[一-鿿]))"
_ROW = rf"{_ITEM}(?:{_BETWEEN}{_ITEM}){{0,11}}"
_GROUP = (
    rf"[A-Za-z0-9甲乙丙一二三四五①-⑨]{{1,3}} ?[班組卓]|[{KANJI}ァ-ヴー]{{0,6}}"
    "(?:[班組係]|チーム|グループ|メンバー|スタッフ|担当|当番|要員)"
)
_LABEL_REACH = 16
_BEGINS_ROW = re.compile(
    rf"(?:[:→=≫>…]|は(?=[{KANJI}ァ-ヴ]{{1,5}}[、・/と])|\n[・-]?) ?(?P<row>{_ROW})|\((?P<listed>{_ROW})\)"
)
"""A row behind its label, or in brackets."""
_ANY_LABEL = re.compile(
    rf"(?:^|[\n。/／]) ?(?P<label>[^\s:=→、。/()「」]{{1,10}}) ?[:=→] ?(?P<row>{_ROW})(?=\s|$|[。(])"
)
_ON_DAY = re.compile(
    r"(?:^|[\n、。/]) ?[・●■]? ?(?:[0-9]{1,2}[/月])?[0-9]{1,2}(?:日|(?=\())(?:\([日月火水木金土祝・]{1,3}\))? ?:? ?"
    rf"(?P<name>[{KANJI}]{{1,4}})(?=[ \n:、/・]|さん|$)"
)
_TIMES = re.compile(rf"(?P<name>(?<![{KANJI}])[{KANJI}]{{1,4}}) ?[×✕✖] ?(?P<other>[{KANJI}ァ-ヴー]{{1,6}})")
_SPOKEN = re.compile(
    rf"(?<![{KANJI}])(?P<row>[{KANJI}]{{1,4}}(?:(?:[、・&と]| と )[{KANJI}]{{1,4}}){{1,5}})"
    r"(?=(?:の?(?:[0-9二三四五両]人|[0-9二三四五両]名|両名|両氏|ペア|コンビ|組|チーム))"
    rf"|{CLEARLY_BEHIND.pattern})"
)
_IS_ITEM = re.compile(_ITEM)
_TITLE = re.compile("(?:さん|様|氏)$")


def names_in_people_rows(text: str) -> Iterator[tuple[int, int]]:
    """The names of each row in a normalised text that stands where people are listed."""
    if _HAS_LABEL.search(text):
        for match in _BEGINS_ROW.finditer(text):
            before = text[max(0, match.start() - _LABEL_REACH) : match.start()].rstrip(" ")
            if _label().search(before):
                yield from _names_of(text, *match.span("row" if match["row"] else "listed"), is_of_people=True)
        for match in _ANY_LABEL.finditer(text):
            if not OF_PLACE.search(match["label"] + ":"):
                yield from _names_of(text, *match.span("row"), is_of_people=False)
    for match in _ON_DAY.finditer(text) if _HAS_DAY.search(text) else ():
        if _may_be_name(match["name"]) and not (_is_word(match["name"]) or _is_place(match["name"])):
            yield match.span("name")
    for match in _TIMES.finditer(text) if _HAS_TIMES.search(text) else ():
        for name, other in (("name", "other"), ("other", "name")):
            is_unit = match[other] in leftover_words().belonging_words or _may_be_name(match[other])
            if is_unit and name_checks.is_spoken_surname(match[name]) and not _is_place(match[name]):
                yield match.span(name)
    for match in _SPOKEN.finditer(text) if _HAS_ROW.search(text) else ():
        is_clear = CLEARLY_BEHIND.match(text, match.end()) is not None
        yield from _names_of(text, *match.span("row"), is_of_people=is_clear)


_HAS_LABEL = re.compile(f"[:=→≫>…(][ ]?[{KANJI}ァ-ヴぁ-ん]|は[{KANJI}ァ-ヴ]|\n")
_HAS_DAY = re.compile(r"[0-9](?:日|\([日月火水木金土祝])")
_HAS_TIMES = re.compile("[×✕✖]")
_HAS_ROW = re.compile(f"[{KANJI}][、・&と][{KANJI}]")


def _names_of(text: str, start: int, end: int, *, is_of_people: bool) -> Iterator[tuple[int, int]]:
    items = [(match, _TITLE.sub("", match[0])) for match in _IS_ITEM.finditer(text, start, end)]
    items = [(match, word) for match, word in items if word and word not in leftover_words().no_members]
    if is_of_people:
        spans = [(match, word) for match, word in items if _may_be_name(word)]
        is_row = bool(spans) and (len(spans) > 1 or not _is_word(spans[0][1]))
    else:
        spans = items
        is_row = len(items) > 1 and all(_may_be_name(word) for _, word in items) and any(_is_clear(w) for _, w in items)
    places = [word for _, word in spans if _is_place(word)]
    if is_row and len(places) < len(spans):
        yield from ((match.start(), match.start() + _length_of_name(word)) for match, word in spans)


def _length_of_name(word: str) -> int:
    """How much of an item is a name; a second word that is no given name is not."""
    first, _space, second = word.partition(" ")
    return len(first) if second and are_words(second) else len(word)


def _is_place(word: str) -> bool:
    return word in leftover_words().prefectures or word in ordinary_words().places


def _is_word(word: str) -> bool:
    first = word.split()[0]
    return are_words(first) or first in ordinary_words().hiragana or first in ordinary_words().katakana


def _is_clear(word: str) -> bool:
    """Whether an item is hardly anything but a name."""
    first = word.split()[0]
    is_known = name_checks.is_surname(first) or name_checks.is_full_name(first) or is_unknown_surname(first)
    is_kanji = re.match(f"[{KANJI}]", first) is not None and len(first) > 1
    return is_kanji and is_known and not _is_place(first) and first not in leftover_words().common_surnames


def _may_be_name(word: str) -> bool:
    """Whether an item of a row may be a name, whatever else it may mean."""
    first = word.split()[0]
    if first in leftover_words().no_names or first in leftover_words().no_name_ends:
        return False
    if not re.match(f"[{KANJI}]", first):
        reading = name_checks.in_hiragana(first)
        is_word = first in ordinary_words().hiragana or first in ordinary_words().katakana
        is_known = reading in surnames().readings or reading in given_names().readings or name_checks.is_foreign(first)
        return is_known and not is_word
    is_known = name_checks.is_spoken_surname(first) or name_checks.is_full_name(first)
    is_unknown = is_unknown_surname(first) or is_unknown_full_name(first) or is_unfamiliar(first)
    return is_known or is_unknown


@functools.cache
def _label() -> re.Pattern[str]:
    """What stands before a row of people; its words are read from the data when the first text is looked at."""
    of_people = f"(?:{_GROUP}|{any_of(leftover_words().duties)})"
    start, end = rf"(?:(?<![{KANJI}ァ-ヴーA-Za-z0-9])|(?<=[はがのとで]))", r"(?:名|一覧|順)?(?:\([^()\n]{0,6}\))?$"
    return re.compile(start + of_people + end)
