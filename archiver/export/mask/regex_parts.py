"""Parts of the masking patterns for folded text: words, parts of a line, ends of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from archiver.letter_folding import TAG, folded_word

NO_DIGIT = "(?![0-9])"


def any_of(words: str | Iterable[str]) -> str:
    """A pattern for any of these words, the longer ones first; a text is divided at its spaces."""
    listed = words.split() if isinstance(words, str) else words
    return "(?:" + "|".join(map(re.escape, sorted(listed, key=lambda one: (-len(one), one)))) + ")"


def any_word(given: str) -> str:
    """A pattern for any of these words (divided by spaces), folded like the texts that are searched."""
    return "(?:" + "|".join(re.escape(folded_word(word)) for word in given.split()) + ")"


def up_to(count: int, besides: str = "") -> str:
    r"""A pattern for at most `count` characters of one line, none of `besides`."""
    return rf"[^\n{TAG}{besides}]{{0,{count}}}"
