"""Folds a text for masking to one width, case and form of each letter, without accents and invisible characters.

The positions are kept. So full-width digits, half-width kana, other scripts' digits, zero-width marks, accents or
variants of kanji (髙 for 高) keep nothing from being found. What is replaced are the characters of the original.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from archiver.kanji_variants import kanji_variants

# Invisible characters that count as letters or symbols: Hangul fillers, the empty Braille pattern.
_INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\u2500\u2501\u2796\u207b\u208b")
_LOOK_ALIKES = str.maketrans("авекмнорстухіѕјαβεζηικμνορτυχ", "abekmhopctyxisjabezhikmnoptyx")
"""Small letters of other scripts whose small or capital form looks like a Latin one."""
_HALF_MARKS = frozenset("\uff9e\uff9f")
"""The marks of voiced kana, as half-width letters: ｶﾞ."""
_LINE_ENDS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
_UNSEEN_CATEGORIES = ("Cf", "Cc", "Cs", "Mn", "Me")
_NUMBER_OF_ITEM = re.compile("(?<![0-9０-９①-⒛⓪-❿])[①-⒛❶-❿](?=[0-9０-９+@A-Za-z])")
"""The number of an item directly before another number or a word, which is no part of it: ①03-…, ②MIKU."""
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text, and the position in the original of each of its characters; None: the same positions."""

    text: str
    places: array[int] | None
    original: str

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that gave these characters, with accents that belong to the last one."""
        if self.places is None:
            return start, end
        first, last = self.places[start], self.places[end - 1] + 1
        while last < len(self.original) and (
            self.original[last] in _HALF_MARKS or unicodedata.category(self.original[last])[0] == "M"
        ):
            last += 1
        return first, last


TAG = "\0"
"""Stands for a whole tag of the notation; no other text is folded to this character."""


def fold(original: str, tags: Sequence[tuple[int, int]] = ()) -> FoldedText:
    """Fold a text by characters, in linear time: each becomes none, one or a few, each of the tags one `TAG`."""
    if not tags and original.isascii() and not _CONTROLS.search(original):
        return FoldedText(original.lower(), None, original)
    pieces = [_FOLDED_CHARACTERS[character] for character in original]
    for match in _NUMBER_OF_ITEM.finditer(original):
        pieces[match.start()] = " "
    for start, end in tags:
        pieces[start:end] = [TAG, *[""] * (end - start - 1)]
    text = "".join(pieces)
    if len(text) == len(original) and "" not in pieces:
        return FoldedText(text, None, original)
    places = array("I", (position for position, piece in enumerate(pieces) for _ in piece))
    return FoldedText(text, places, original)


def folded_text(original: str) -> str:
    """The folded text without positions, for names to be searched in folded texts."""
    return "".join([_FOLDED_CHARACTERS[character] for character in original])


def folded_word(original: str) -> str:
    """A word of our own patterns, folded while they are imported: none of its kanji is a variant of another."""
    return "".join([_fold_width(character) for character in original])


class _CharacterFolds(dict[str, str]):
    """A cache of folded characters."""

    def __missing__(self, character: str) -> str:
        width = _fold_width(character)
        self[character] = fold = "".join([kanji_variants().get(part, part) for part in width])
        return fold


def _fold_width(character: str) -> str:
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
    parts = unicodedata.normalize("NFKD", character).casefold().translate(_LOOK_ALIKES)
    kept = [part for part in parts if unicodedata.category(part) not in _UNSEEN_CATEGORIES]
    return "".join("-" if part in _DASHES else part for part in kept)


_FOLDED_CHARACTERS = _CharacterFolds()
