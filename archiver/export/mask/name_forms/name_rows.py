"""Rows in which one clear surname makes the others names too: 真鍋→門倉→入江, 能見案と檜山案.

Of names of files: 0930_畑中_ラフ.wav.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator

from archiver.export.mask import name_checks
from archiver.export.mask.leftover_patterns import KANJI, any_of, has_joint
from archiver.export.mask.name_data import given_names, leftover_words, ordinary_words, surnames
from archiver.export.mask.name_forms.unknown_surnames import (
    is_likely_given,
    is_unfamiliar,
    is_unknown_full_name,
    is_unknown_surname,
)

_BEHIND = "(?:案|分|版|組|宛)?"
_SEPARATOR = "(?: ?[→・/+、&と] ?)"
_ITEM = f"[{KANJI}]{{1,4}}"
_ROW = re.compile(
    rf"(?<![{KANJI}ァ-ヴー])[{KANJI}]{{1,5}}(?:{_SEPARATOR}[{KANJI}]{{1,5}}){{1,8}}(?:(?![{KANJI}ァ-ヴー])|(?=ペア|コンビ|チーム|ユニット))"
)
_HAS_ROW = re.compile(f"[{KANJI}]{_SEPARATOR}[{KANJI}]")
_IN_ROW = re.compile(rf"(?<![{KANJI}])(?P<name>{_ITEM}?){_BEHIND}(?![{KANJI}])")
_FILE = re.compile(r"[^\s、。「」]{2,80}\.[A-Za-z0-9]{2,4}(?![A-Za-z0-9])")


def names_in_rows(text: str) -> Iterator[tuple[int, int]]:
    """The names of each row in a normalised text of surnames, one of which is no other word."""
    for row in _ROW.finditer(text) if _HAS_ROW.search(text) else ():
        items = _IN_ROW.finditer(text, *row.span())
        for is_row, names in itertools.groupby(items, key=lambda item: _may_be_name(item["name"])):
            row_of_names = list(names) if is_row else []
            places = [item for item in row_of_names if item["name"] in leftover_words().prefectures]
            if len(row_of_names) > 1 and len(places) < 2 and any(_is_clear(item["name"]) for item in row_of_names):
                yield from (item.span("name") for item in row_of_names)


def _may_be_name(word: str) -> bool:
    is_known = name_checks.is_spoken_surname(word) or name_checks.is_full_name(word)
    is_unknown = is_unknown_surname(word) or is_unfamiliar(word)
    return (is_known or is_unknown) and word not in leftover_words().no_names


def _is_clear(word: str) -> bool:
    is_known = name_checks.is_surname(word) or name_checks.is_full_name(word) or _is_unknown(word)
    return len(word) > 1 and is_known and word not in leftover_words().common_surnames


_JOINED = re.compile(
    rf"(?<![{KANJI}])(?P<surname>[{KANJI}]{{1,4}})[_.-](?P<given>[{KANJI}]{{1,3}}|[ぁ-ん]{{2,5}}|[ァ-ヴー]{{2,5}})(?![{KANJI}ぁ-んァ-ヴー])"
)
_AT_ENDS = re.compile(rf"(?:^|(?<=[\s/「(_-]))(?P<name>[{KANJI}]{{3,5}})(?=[様さ_.-])")


_KANA_PART = re.compile(
    r"(?:^|(?<=[\s/「(_-]))(?P<name>[ぁ-んー]{2,6}|[ァ-ヴー]{2,6})(?:ちゃん|くん|さん|様)?(?=[_.-])"
)


def _is_kana_name(word: str) -> bool:
    """Whether kana in the name of a file are a given name or a surname, and no word."""
    words, reading = ordinary_words(), name_checks.in_hiragana(word)
    is_word = word in words.hiragana or word in words.katakana or word in leftover_words().kana_words
    is_word = is_word or word in leftover_words().no_names or word in leftover_words().brand_names
    return not is_word and (reading in given_names().readings or reading in surnames().readings)


def _is_unknown(word: str) -> bool:
    return is_unknown_surname(word) and not name_checks.is_spoken_surname(word) and word not in ordinary_words().places


def names_in_file_names(text: str) -> Iterator[tuple[int, int]]:
    """Surnames that are a part of their own in the name of a file, with a role that is written at them."""
    for match in _JOINED.finditer(text) if has_joint(text) else ():
        is_surname = name_checks.is_spoken_surname(match["surname"]) or is_unknown_surname(match["surname"])
        if is_surname and _is_given(match["given"]):
            yield match.span()
    for file in _FILE.finditer(text) if "." in text and ("_" in text or "-" in text) else ():
        for match in _KANA_PART.finditer(text, *file.span()):
            if _is_kana_name(match["name"]):
                yield match.span("name")
    for file in _FILE.finditer(text) if "." in text else ():
        for match in _AT_ENDS.finditer(text, *file.span()):
            if is_unknown_full_name(match["name"]) or name_checks.is_full_name(match["name"]):
                yield match.span("name")
    for file in _FILE.finditer(text) if "." in text and ("_" in text or "-" in text) else ():
        for match in _part_pattern().finditer(text, *file.span()):
            is_name = name_checks.is_spoken_surname(match["name"]) or is_unknown_surname(match["name"])
            is_place = match["name"] in leftover_words().prefectures or match["name"] in leftover_words().no_names
            if is_name and not is_place:
                yield match.span()


_DID = any_of(
    "追記 追加 記入 記載 記 筆 談 撮影 作成 更新 修正 編集 確認済み 確認済 承認済み 承認済 確認 提出 対応 回答 メモ 案 "
    "版 分 加筆 校正 赤入れ 赤 訳 チェック 担当 用 宛 FIX fix ver 様 様分 さん さん分"
)
_IN_MARK = re.compile(rf"[(\[【〔「『<《_-](?P<name>[{KANJI}]{{1,4}}?){_DID}(?=[)\]】〕」』>》_.-])")
_HAS_MARK = re.compile(rf"[{KANJI}A-Za-z][)\]】〕」』>》_.-]")
_BEGINS_FILE = re.compile(rf"(?:^|(?<=[\s「『(、。→:]))(?P<name>[{KANJI}]{{1,4}}?){_DID}?(?=[_])")
_NO_ONE = frozenset(
    "表裏図章案版稿新旧仮済未元写音動文絵本紙上下左右前後内外中大小全各別他東西南北男女親子年月日時分秒回第毎"
)


def marked_names(text: str) -> Iterator[tuple[int, int]]:
    """Surnames with what somebody did, in brackets or as a part of the name of a file: (成瀬追記), 録_浜口修正.docx."""
    for match in _IN_MARK.finditer(text) if _HAS_MARK.search(text) else ():
        if _is_marked(match["name"]):
            yield match.span("name")
    for match in _BEGINS_FILE.finditer(text) if "_" in text else ():
        if _is_marked(match["name"]):
            yield match.span("name")


def _is_marked(word: str) -> bool:
    is_word = word in leftover_words().no_names or word in _NO_ONE or word in leftover_words().prefectures
    if is_word or word in ordinary_words().kanji or word in ordinary_words().places:
        return False
    return name_checks.is_spoken_surname(word) or is_unknown_surname(word) or is_unfamiliar(word)


def _is_given(word: str) -> bool:
    reading = name_checks.in_hiragana(word)
    return is_likely_given(word) or (reading in given_names().readings and word not in ordinary_words().katakana)


@functools.cache
def _part_pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<=[_-])(?P<name>[{KANJI}]{{2,4}}?){any_of(leftover_words().role_titles)}?(?=[_.-])")
