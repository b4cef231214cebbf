"""Surnames that no list has, by how they are built: 鷺沼, 灰谷.

They count only where something says that a person is meant: a title, a job, an introduction.
"""

from __future__ import annotations

import functools
import re
from collections import Counter

from archiver.export.mask.kanji_names import are_words
from archiver.export.mask.leftover_patterns import KANJI
from archiver.export.mask.name_data import leftover_words, ordinary_words, surnames

_USUAL_END = 3
"""Known surnames that end with a character, from which on others may."""


@functools.lru_cache(8192)
def is_unknown_surname(run: str) -> bool:
    """Whether two kanji are no known word and are built like a surname, or are a word that is a name too."""
    if run in leftover_words().name_words:
        return True
    if len(run) != 2 or are_words(run) or run in leftover_words().no_names | leftover_words().no_name_ends:
        return False
    return run[0] in _beginnings() and run[1] in _ends() and run[1] != "々"


_GIVEN = re.compile(f"[{KANJI}](?:[一太次二三]郎|[一太]朗|之介|之助|之進|佐子|美子|由美|之丞|左衛門)")
_HEROES = frozenset({"桃太郎", "金太郎"})


@functools.lru_cache(8192)
def is_given_by_form(run: str) -> bool:
    """Whether kanji end like nothing but a given name: 祐一郎, 龍之介."""
    return _GIVEN.fullmatch(run) is not None and run not in _HEROES | leftover_words().no_names


@functools.cache
def _known() -> tuple[str, ...]:
    words = ordinary_words()
    lists = surnames().kanji, words.rare_surnames, words.town_surnames, words.doubtful_surnames
    return tuple(one for known in lists for one in known if len(one) == 2)


@functools.cache
def _beginnings() -> frozenset[str]:
    return frozenset(one[0] for one in _known())


@functools.cache
def _ends() -> frozenset[str]:
    counts = Counter(one[1] for one in _known())
    return frozenset(end for end, count in counts.items() if count >= _USUAL_END)
