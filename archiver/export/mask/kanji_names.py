"""Finds a name in an unbroken run of kanji: alone, with a given name, and among words that are written at names.

「弊社高田」 and 「契約書藤原署名済」 hold one. 「前田建設」, 「和田峠」 and 「佐藤錦」 do not: what stands at the
surname is none of these words.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from typing import NamedTuple

from archiver.export.mask.folding import folded_text
from archiver.export.mask.name_data import leftover_words, surnames

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
            start = len(parts.before)
            return start, start + len(parts.surname) + len(parts.given)
    return None


def _divisions(run: str) -> Iterator[_RunParts]:
    """Every way to divide a run, the one with the fewest words first."""
    folded, spoken = folded_text(run), leftover_words().spoken_surname_characters
    if len(folded) != len(run):
        return
    for start in range(len(run)):
        if not _are_words(run[:start]):
            continue
        for end in range(min(len(run), start + _LONGEST_SURNAME), start, -1):
            if folded[start:end] in folded_surnames() or (end - start == 1 and run[start] in spoken):
                for behind in (end, *range(min(len(run), end + _LONGEST_GIVEN_NAME), end, -1)):
                    if (behind == end or run[behind - 1] in leftover_words().given_name_ends) and _are_words(
                        run[behind:]
                    ):
                        yield _RunParts(run[:start], run[start:end], run[end:behind], run[behind:])


def _is_name(parts: _RunParts) -> bool:
    words, name = leftover_words(), parts.surname + parts.given
    if name in words.no_names or parts.surname in words.no_names:
        return False
    strong = words.person_words - words.weak_words
    if len(parts.surname) == 1:
        return not parts.before and not parts.given and _begins_with(parts.behind, strong)
    if parts.surname in words.common_surnames:
        return len(parts.given) > 1 or _begins_with(parts.behind, strong) or _ends_with(parts.before, strong)
    return True


def _begins_with(text: str, words: Collection[str]) -> bool:
    return any(text[:length] in words for length in range(1, min(5, len(text)) + 1))


def _ends_with(text: str, words: Collection[str]) -> bool:
    return any(text[-length:] in words for length in range(1, min(5, len(text)) + 1))


@functools.lru_cache(8192)
def _are_words(text: str) -> bool:
    """Whether a text is a row of words that are written at names; no text is one."""
    known = leftover_words().person_words | leftover_words().work_words
    return not text or any(text[:end] in known and _are_words(text[end:]) for end in range(1, min(6, len(text)) + 1))


@functools.cache
def folded_surnames() -> frozenset[str]:
    """The surnames, folded; of those of one character the ones that are seldom words."""
    known = leftover_words().surname_characters.union(one for one in surnames().kanji if len(one) > 1)
    return frozenset(map(folded_text, known))
