"""Makes texts alike before they are searched: forms, cases, spaces, variants of kanji, commas in numbers.

The search of the archive and the marks in what it finds fold alike. The search of an exported transcript
(`render/page_templates.py`) joins forms and cases only.
"""

from __future__ import annotations

import re
import unicodedata

from archiver.letter_folding import join_variants

_COMMAS = re.compile(r"(?<=[0-9]),(?=[0-9])")
"""Commas within numbers, as in 5,000."""
_OPEN_COMMA = re.compile(r"^,[0-9]|[0-9],$")
"""A comma at an end that may stand within a number."""
_BETWEEN = "\U0010fffd"
"""Stands between the two forms of a text; a private character, so that no word goes across."""


def join_forms(text: str) -> str:
    """The text without differences of form and case (NFKC; `ß` = `ss`, `ｶ` = `カ`); spaces stay as they are."""
    return unicodedata.normalize("NFKC", text).lower().upper().lower().replace("ς", "σ")


def fold(text: str) -> str:
    """The text without differences of form, case, kind of space and variant of kanji, without spaces at its ends."""
    return " ".join(join_variants(join_forms(text)).split())


def fold_character(character: str) -> str:
    """One character of a text, with its accents, folded; a space stays what it is."""
    return join_variants(join_forms(character))


def fold_word(text: str) -> str:
    """A word that is searched for, folded; 5,000 is 5000, unless the word ends or begins within a number."""
    folded = fold(text)
    return folded if _OPEN_COMMA.search(folded) else join_numbers(folded)


def fold_searched(text: str) -> str:
    """A text that is searched, folded; one that has 5,000 also has 5000, so that every part of it is found."""
    folded = fold(text)
    joined = join_numbers(folded)
    return folded if joined == folded else f"{folded} {_BETWEEN} {joined}"


def is_comma_in_number(folded: str, index: int) -> bool:
    """Whether the character at this place is a comma within a number."""
    return _COMMAS.match(folded, index) is not None


def join_numbers(folded: str) -> str:
    """A folded text without the commas in its numbers."""
    return _COMMAS.sub("", folded) if "," in folded else folded
