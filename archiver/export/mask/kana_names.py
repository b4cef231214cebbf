"""Names in kana without a title: a surname, a given name or both, names from other countries, rows of names."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from archiver.export.mask import leftover_patterns, name_checks
from archiver.export.mask.name_checks import in_hiragana
from archiver.export.mask.name_contexts import PERSONS_THING
from archiver.export.mask.name_data import (
    beginnings_of_names,
    given_names,
    leftover_words,
    ordinary_words,
    rare_names,
    surnames,
)
from archiver.export.mask.spoken_names import is_person_behind

_KANA = "ぁ-んァ-ヴー"
_INTRODUCED = re.compile(
    r"(?:^|[\n。、「『>!?~…])\s?(?P<name>[ぁ-んー]{2,6}?|[ァ-ヴー]{2,6})"
    r"(?=です(?:[。、!?~〜ー♪^(\s]|けど|が|$)|と申(?:す|し(?![訳込上合]))|でござい|だよ[ー~〜!。]|っす[。!])"
)
"""Somebody who says who it is, where a sentence begins: 「きむらです」."""
_ROW_KANJI = re.compile("(?<![一-鿿])[一-鿿々]{1,4}(?=[、,・/と ]|$|です|の[0-9二三四])")
_PEOPLE_ROW = re.compile(
    r"(?:参加者?|同席者?|メンバー|出演者?|出席者?|欠席者?|登壇者?|キャスト|モデル|担当者?|送付先|対象者|当選者"
    r"|応募者|受講生|スタッフ)"
    r" ?(?:[:→=]|は) ?(?P<row>[^\n。:]{2,80})"
)
_ROW_ITEM = re.compile(
    rf"(?<![{_KANA}一-鿿])(?:[ぁ-んー]{{2,7}}|[ァ-ヴー]{{2,8}})(?=[、,・/と ]|$|さん|です|の[0-9二三四])"
)
_KATAKANA_GIVEN = re.compile("(?<![ァ-ヴー・])[ァ-ヴー]{2,5}(?=(?:が|は|も|に|へ|と)(?!ー)|から|より)")
_SHORT_HIRAGANA = re.compile("[ぁ-ん]{2}(?=[がはにへもと](?!ー)|から|より)")
_FIRM_WORDS = (
    "(?=デザイン|スタジオ|オフィス|クリニック|企画|工房|工業|商[店会事]|建[設築]|事務所|写真館|印刷|医院|歯科)"
)
_BEGINS = re.compile("[\n。、「!?]")
_SAYS = ("です", "と申", "でござい", "だよ", "っす")
_READING = re.compile(
    r"(?<=[(「])[ぁ-ん]{2,6}(?=[」)](?:なの|か|と読|って読|です|さん))|(?<=\()[ぁ-ん]{2,6}(?=(?:さん|様)\))"
)
_LAST_WORD = re.compile(r"(?:[。!?~〜ー♪w)…]| )\s?(?P<name>(?<![ぁ-ん])[ぁ-んー]{3,5})\s{0,3}$")
"""Somebody signs a message in hiragana: 「また来週〜 えばた」."""
_SIGNED_REACH = 12


def kana_names(text: str) -> Iterator[tuple[int, int]]:
    """Names in kana: a surname, a given name or both, without a title; nicknames; names from other countries."""
    words, longest = leftover_words(), leftover_patterns.longest_katakana(text)
    for pattern in (leftover_patterns.SPACED_KANA, leftover_patterns.KATAKANA_RUN):
        is_run = pattern is leftover_patterns.KATAKANA_RUN
        is_possible = longest > 2 if is_run else (" " in text or "・" in text)
        for match in pattern.finditer(text) if is_possible else ():
            surname = match[1] if match.lastindex else match[0]
            is_surname = name_checks.is_kana_surname(surname)
            if (is_surname or (match.lastindex and _is_given_behind(*match.groups()))) and match[
                0
            ] not in words.no_names:
                yield match.span()
                yield from _firms_of(text, surname) if text.count(surname) > 1 else ()
    for pattern in (leftover_patterns.HIRAGANA_RUN, leftover_patterns.LONG_KATAKANA_RUN):
        for match in pattern.finditer(text) if pattern is leftover_patterns.HIRAGANA_RUN or longest > 4 else ():
            if _is_long_name(match[0]):
                yield match.span()
    for match in leftover_patterns.KANA_GIVEN.finditer(text):
        if match[0] not in words.kana_words and match[0] not in words.no_names and _is_bare_name(match):
            yield match.span()
    for match in leftover_patterns.DOUBLED.finditer(text):
        if match["base"] in given_names().readings and match[0] not in words.doubled_words:
            yield match.span()
    for match in leftover_patterns.FOREIGN_NAME.finditer(text) if longest > 1 else ():
        is_told = match[0] in rare_names().katakana and is_person_behind(text, match.end())
        if (is_told or match[0] in words.foreign_names) and not _is_thing(text, match):
            yield match.span()
    for match in _short_beginnings(text):
        is_word = match[0] in ordinary_words().hiragana or match[0] in words.kana_words or match[0] in words.no_names
        if match[0] in given_names().readings and not is_word and is_person_behind(text, match.end()):
            yield match.span()
    for match in _KATAKANA_GIVEN.finditer(text) if longest > 1 else ():
        reading = in_hiragana(match[0])
        is_known = reading in given_names().readings or (len(reading) == 2 and reading in beginnings_of_names())
        is_word = match[0] in ordinary_words().katakana or match[0] in words.brand_names
        if is_known and not is_word and (len(match[0]) > 2 or is_person_behind(text, match.end())):
            yield match.span()
    for match in _INTRODUCED.finditer(text) if any(one in text for one in _SAYS) else ():
        if _is_introduced(match["name"], says_so=text.startswith("と申", match.end())):
            yield match.span("name")
    for match in _READING.finditer(text) if "(" in text or "「" in text else ():
        if _is_reading_of_word(match):
            continue
        if match[0] in surnames().readings or match[0] in given_names().readings:
            yield match.span()
    match_at_end = _LAST_WORD.search(text, max(0, len(text) - _SIGNED_REACH))
    if match_at_end is not None and _is_introduced(match_at_end["name"], says_so=False):
        yield match_at_end.span("name")
    for row in _PEOPLE_ROW.finditer(text):
        yield from _row_of_people(text, *row.span("row"))


def _firms_of(text: str, surname: str) -> Iterator[tuple[int, int]]:
    """Where somebody's surname in kana begins the name of a firm of the same text: ヨネクラデザイン."""
    for match in re.finditer(re.escape(surname) + _FIRM_WORDS, text):
        yield match.start(), match.start() + len(surname)


def _short_beginnings(text: str) -> Iterator[re.Match[str]]:
    """Two hiragana before a particle where a clause begins."""
    for position in (0, *(match.end() for match in _BEGINS.finditer(text))):
        match = _SHORT_HIRAGANA.match(text, position)
        if match is not None:
            yield match


@functools.lru_cache(8192)
def _is_long_name(run: str) -> bool:
    """Whether a long run of kana is a surname and a given name without a space, and no word."""
    if run in leftover_words().no_names or run in ordinary_words().katakana:
        return False
    return name_checks.is_kana_name(in_hiragana(run)) or _is_rare_name(run)


def _is_rare_name(run: str) -> bool:
    """Whether a long run of kana is a rare surname with a given name, and begins with no word."""
    is_word = any(
        run[:cut] in ordinary_words().katakana or run[cut:] in ordinary_words().katakana for cut in range(2, 6)
    )
    return len(run) > 6 and not is_word and name_checks.is_rare_kana_name(in_hiragana(run))


def _is_reading_of_word(match: re.Match[str]) -> bool:
    """Whether a reading is told of something that has no title: a place, a product."""
    before = match.string[max(0, match.start() - 24) : match.start()]
    has_title = re.search(
        "さん|さま|様|氏|君|先生|名前|苗字|名字|姓", before + match.string[match.end() : match.end() + 4]
    )
    return re.search("(?:読み|よみ|ルビ|発音)[^「]{0,3}「$", before) is not None and has_title is None


def _is_thing(text: str, match: re.Match[str]) -> bool:
    """Whether a name from another country is an ordinary word, a brand, or owns what people do not."""
    if match[0] in ordinary_words().katakana or match[0] in leftover_words().brand_names:
        return True
    return text.startswith("の", match.end()) and PERSONS_THING.match(text, match.end()) is None


def _is_bare_name(match: re.Match[str]) -> bool:
    """Whether hiragana before a particle are a given name, or a surname that is no other word."""
    if match[0] in given_names().readings:
        return True
    is_surname = match[0] in surnames().readings and match[0] not in ordinary_words().hiragana
    return is_surname and (len(match[0]) > 3 or is_person_behind(match.string, match.end()))


def _is_introduced(word: str, *, says_so: bool) -> bool:
    """Whether a word before です is a name; whoever says と申します has one, whatever it may also mean."""
    reading = in_hiragana(word)
    if reading not in surnames().readings and reading not in given_names().readings:
        return name_checks.is_foreign(word) and word not in ordinary_words().katakana
    words = leftover_words()
    if says_so:
        return True
    is_word = len(reading) == 2 and (reading in ordinary_words().hiragana or reading in words.kana_words)
    return not (is_word or word in words.no_names or word in words.kana_words or word in ordinary_words().katakana)


def _row_of_people(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Nicknames in a row behind the word for those who take part."""
    for item in _ROW_KANJI.finditer(text, start, end):
        if name_checks.is_spoken_surname(item[0]):
            yield item.span()
    for item in _ROW_ITEM.finditer(text, start, end):
        is_word = item[0] in ordinary_words().hiragana or item[0] in ordinary_words().katakana
        is_word = is_word or item[0][-1] in "けねよか" or item[0] in leftover_words().no_members
        is_word = is_word or item[0] in leftover_words().no_name_ends or item[0] in leftover_words().no_names
        if not is_word:
            yield item.span()


def _is_given_behind(first: str, second: str) -> bool:
    """Whether the second of two words is a given name, so that the first, no known word, is a surname."""
    is_word = first in ordinary_words().katakana or first in ordinary_words().hiragana
    rare = rare_names()
    if in_hiragana(first) in rare.surname_readings and name_checks.is_name_reading(second):
        return second not in ordinary_words().katakana
    is_given = in_hiragana(second) in given_names().readings and second not in ordinary_words().katakana
    return is_given and len(second) > 2 and len(first) > 2 and not is_word and name_checks.is_katakana(first[0])
