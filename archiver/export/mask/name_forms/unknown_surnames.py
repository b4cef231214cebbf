"""Surnames that no list has, by how they are built: 鷺沼, 灰谷; and full names with one: 纐纈春香.

They count only where something says that a person is meant: a title, a job, an introduction, a given name.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

from archiver.export.mask.folding import folded_text
from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import KANJI
from archiver.export.mask.name_data import given_characters, leftover_words, ordinary_words, surnames

_USUAL_END = 3
"""Known surnames that end with a character, from which on others may."""
_NUMERALS = frozenset("一二三四五六七八九十百千万")
_PLACES = frozenset(
    "前港駅町市区村県府都道城橋通線館園店校湾湖駅号丁組会社屋用君様氏殿部課室局用型式版的性化度率者員人名分回件"
)
"""The end of three characters or more that are a place, a number of things, a body."""


@functools.lru_cache(8192)
def is_unknown_surname(run: str) -> bool:
    """Whether two or three kanji are no known word and are built like a surname, or are a word that is a name too."""
    if run in leftover_words().name_words:
        return True
    if not is_unfamiliar(run) or len(run) > 3:
        return False
    return folded_text(run[0]) in _beginnings() and folded_text(run[-1]) in _ends()


@functools.lru_cache(8192)
def is_unfamiliar(run: str) -> bool:
    """Whether two to four kanji are no known words, nor most of them, nor end like a place or a number."""
    words = leftover_words()
    is_word = run in words.no_names or run in words.no_name_ends or are_words(run)
    if not 2 <= len(run) <= 4 or is_word or run[-1] == "々":
        return False
    if len(run) == 2:
        return run[-1] not in "用版型式的化性製行発着付込別毎順末頃的"
    has_word = any(
        are_words(run[at : at + 2]) and not _NUMERALS.issuperset(run[at : at + 2]) for at in range(len(run) - 1)
    )
    return not has_word and run[-1] not in _PLACES


@functools.lru_cache(8192)
def is_likely_given(word: str) -> bool:
    """Whether kanji are made like a given name and are no word."""
    known, words = given_characters(), leftover_words()
    if len(word) == 1:
        return word in known.single
    if any(word in one for one in (ordinary_words().kanji, words.people_words, words.no_names, words.work_words)):
        return word in words.name_words
    is_built = len(word) in (2, 3) and word[0] in known.beginnings and word[-1] in known.ends
    return is_built and (len(word) == 2 or not (are_words(word[:2]) or are_words(word[1:])))


@functools.lru_cache(8192)
def is_unknown_full_name(run: str) -> bool:
    """Whether four or five kanji are an unknown surname and what is made like a given name, and hold no known word."""
    if len(run) not in (4, 5) or are_words(run):
        return False
    return any(
        is_unknown_surname(run[:cut]) and is_likely_given(run[cut:]) and not are_words(run[cut - 1 : cut + 1])
        for cut in (2, 3)
        if len(run) - cut in (2, 3)
    )


_GIVEN = re.compile(f"[{KANJI}](?:[一太次二三]郎|[一太]朗|之介|之助|之進|佐子|美子|由美|之丞|左衛門)")
HEROES = frozenset({"桃太郎", "金太郎"})


@functools.lru_cache(8192)
def is_given_by_form(run: str) -> bool:
    """Whether kanji end like nothing but a given name: 祐一郎, 龍之介."""
    return _GIVEN.fullmatch(run) is not None and run not in HEROES | leftover_words().no_names


@functools.cache
def _known() -> tuple[str, ...]:
    words = ordinary_words()
    lists = surnames().kanji, words.rare_surnames, words.town_surnames, words.doubtful_surnames
    return tuple(folded_text(one) for known in lists for one in known if len(one) > 1)


@functools.cache
def _beginnings() -> frozenset[str]:
    return frozenset(one[0] for one in _known())


@functools.cache
def _ends() -> frozenset[str]:
    counts = Counter(one[-1] for one in _known())
    return frozenset(end for end, count in counts.items() if count >= _USUAL_END)
