"""Finds a name in an unbroken run of kanji: alone, with a given name, and among words that are written at names.

「弊社高田」 and 「契約書藤原署名済」 hold one. 「前田建設」, 「和田峠」 and 「佐藤錦」 do not: what stands at the
surname is none of these words.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from archiver.export.mask.folding import folded_text
from archiver.export.mask.name_data import given_characters, leftover_words, ordinary_words, surnames

_OURS = frozenset(["弊社", "当社", "上司", "部下", "同僚", "先輩", "後輩", "前任", "後任", "友人", "知人"])
"""Words at which even a single character is a name."""
_LONGEST_SURNAME, _LONGEST_GIVEN_NAME = 4, 3


class _RunParts(NamedTuple):
    """A run of kanji divided into words before a name, the name, and words behind it."""

    before: str
    surname: str
    given: str
    behind: str


@functools.lru_cache(8192)
def name_in_run(run: str) -> tuple[int, int] | None:
    """Where in a run of kanji a name stands; None if the run cannot be divided into a name and known words."""
    for parts in _divisions(run) if run not in leftover_words().no_names else ():
        if _is_name(parts):
            start, end = len(parts.before), len(parts.before) + len(parts.surname) + len(parts.given)
            return (start if len(parts.surname) > 1 else 0), end  # 「弊社林」 is hidden as a whole
    return None


def _divisions(run: str) -> Iterator[_RunParts]:
    """Every way to divide a run, the one with the fewest words first."""
    folded, spoken = folded_text(run), folded_spoken_characters()
    if len(folded) != len(run):
        return
    for start in range(len(run)):
        if not are_words(run[:start]):
            continue
        for end in range(min(len(run), start + _LONGEST_SURNAME), start, -1):
            part = folded[start:end]
            if part in folded_surnames() or part in folded_doubtful_surnames() or (end - start == 1 and part in spoken):
                for behind in (end, *range(min(len(run), end + _LONGEST_GIVEN_NAME), end, -1)):
                    is_given = behind == end or _may_be_given(run[end:behind])
                    if is_given and _may_stand_behind(run[behind:]):
                        yield _RunParts(run[:start], run[start:end], run[end:behind], run[behind:])


def _may_be_given(word: str) -> bool:
    """Whether kanji end like a given name, or are two of which given names are made."""
    known = given_characters()
    is_pair = len(word) == 2 and word[0] in known.beginnings and word[1] in known.ends
    return word[-1] in leftover_words().given_name_ends or (
        is_pair and word not in ordinary_words().kanji and folded_text(word) not in folded_surnames()
    )


def _is_name(parts: _RunParts) -> bool:
    """Whether the name of a divided run is a person's, by what it may also mean and by the words at it."""
    words, name = leftover_words(), parts.surname + parts.given
    if name in words.no_names or parts.surname in words.no_names or parts.given in words.people_words:
        return False
    strong = words.person_words - words.weak_words
    if len(parts.surname) == 1:
        is_person = _begins_with(parts.behind, strong) or _is_role(parts.behind)
        is_ours = parts.before in _OURS and not parts.behind
        is_alone = not parts.before and is_person
        return (is_ours or is_alone) and not parts.given and parts.surname not in words.sentence_characters
    if parts.surname in words.common_surnames or folded_text(parts.surname) not in folded_surnames():
        is_person = _begins_with(parts.behind, strong) or _is_role(parts.behind) or _ends_with(parts.before, strong)
        is_whole = not (parts.before or parts.behind) and parts.given in given_characters().single
        return len(parts.given) > 1 or is_person or is_whole
    return not parts.given or name not in ordinary_words().kanji


def _begins_with(text: str, words: Collection[str]) -> bool:
    return any(text[:length] in words for length in range(1, min(5, len(text)) + 1))


def _ends_with(text: str, words: Collection[str]) -> bool:
    return any(text[-length:] in words for length in range(1, min(5, len(text)) + 1))


@functools.lru_cache(8192)
def are_words(text: str) -> bool:
    """Whether a text is a row of ordinary words, or words that are written at names; no text is one."""
    return _is_row(text, lambda one: one in ordinary_words().kanji or _is_written_at_name(one))


@functools.lru_cache(8192)
def _may_stand_behind(text: str) -> bool:
    """Whether a text can stand behind a name: words that are written there, or what somebody is (看護師)."""
    return _is_row(text, _is_written_at_name) or _is_role(text)


def _is_row(text: str, is_word: Callable[[str], bool]) -> bool:
    lengths = range(1, min(6, len(text)) + 1)
    return not text or any(is_word(text[:end]) and _is_row(text[end:], is_word) for end in lengths)


def _is_written_at_name(text: str) -> bool:
    return text in leftover_words().person_words or text in leftover_words().work_words


def _is_role(text: str) -> bool:
    """Whether a word says what somebody is; 市長 and 駅員 belong to a place, and so stand at the name of one."""
    is_word = text in ordinary_words().kanji or (len(text) in (3, 4) and text[:2] in ordinary_words().kanji)
    is_word = is_word and text not in leftover_words().people_words
    return is_word and text[-1] in "師士員者長医役官" and text[0] not in "市県区町村駅都道府国州島家店社校"


@functools.cache
def folded_surnames() -> frozenset[str]:
    """The surnames, folded; of those of one character the ones that are seldom words."""
    known = leftover_words().surname_characters.union(one for one in surnames().kanji if len(one) > 1)
    more = frozenset(one for one in leftover_words().more_surnames if len(one) > 2)
    words = ordinary_words()
    return frozenset(map(folded_text, known | words.rare_surnames | words.town_surnames | more))


@functools.cache
def folded_doubtful_surnames() -> frozenset[str]:
    """The less frequent surnames that are a place or a word too, folded."""
    more = leftover_words().more_surnames
    return frozenset(map(folded_text, ordinary_words().doubtful_surnames | {one for one in more if len(one) == 2}))


@functools.cache
def folded_spoken_characters() -> frozenset[str]:
    """The surnames of one character that are words too, folded."""
    known = leftover_words().spoken_surname_characters.union(one for one in surnames().kanji if len(one) == 1)
    return frozenset(map(folded_text, known))
