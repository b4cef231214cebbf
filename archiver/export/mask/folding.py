"""A text as masking compares it: one width, one case, no accents, nothing unseen; with the way back.

Full-width digits, half-width kana, other scripts' digits, zero-width marks or accents between two signs: none of
them keeps a place from being found. What is replaced are the signs of the original.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

# Signs that look like nothing but count as letters or symbols: Hangul fillers, the empty Braille pattern.
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\u2500\u2501\u2796\u207b\u208b")
_LINE_ENDS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
_UNSEEN_CATEGORIES = ("Cf", "Cc", "Cs", "Mn", "Me")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FoldedText:
    """The folded text, and for each of its signs the place in the original; None: the same place."""

    text: str
    places: array[int] | None
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original from which these signs came, with accents that belong to the last one."""
        if self.places is None:
            return start, end
        first, last = self.places[start], self.places[end - 1] + 1
        while last < len(self.original) and unicodedata.category(self.original[last])[0] == "M":
            last += 1
        return first, last


TAG = "\0"
"""Stands for a whole tag of the notation; nothing else becomes this sign."""


def fold(original: str, tags: Sequence[tuple[int, int]] = ()) -> FoldedText:
    """Fold a text sign by sign, in linear time: each sign becomes none, one or a few, each of the tags one `TAG`."""
    if not tags and original.isascii() and not _CONTROLS.search(original):
        return FoldedText(original.lower(), None, original)
    pieces = [_FOLDED_CHARACTERS[sign] for sign in original]
    for start, end in tags:
        pieces[start:end] = [TAG, *[""] * (end - start - 1)]
    text = "".join(pieces)
    if len(text) == len(original) and "" not in pieces:
        return FoldedText(text, None, original)
    places = array("I", (place for place, piece in enumerate(pieces) for _ in piece))
    return FoldedText(text, places, original)


def folded_text(original: str) -> str:
    """The folded text alone: what a word must be to be found in one."""
    return "".join([_FOLDED_CHARACTERS[sign] for sign in original])


class _CharacterFolds(dict[str, str]):
    """Each sign folded once."""

    def __missing__(self, character: str) -> str:
        self[character] = fold = _fold_character(character)
        return fold


def _fold_character(character: str) -> str:
    if character in _LINE_ENDS:
        return "\n"
    if character.isspace():
        return " "
    if character in _INVISIBLE or unicodedata.category(character) in _UNSEEN_CATEGORIES:
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    if character in _DASHES:
        return "-"
    parts = unicodedata.normalize("NFKD", character).casefold()
    kept = [part for part in parts if unicodedata.category(part) not in _UNSEEN_CATEGORIES]
    return "".join("-" if part in _DASHES else part for part in kept)


_FOLDED_CHARACTERS = _CharacterFolds()
