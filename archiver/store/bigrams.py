"""How a text is folded before it is compared, and the pairs of neighbouring signs by which it is found.

A text is kept as all its pairs, so that each piece of it is found as a phrase, in Japanese as in English; no
dictionary says where words begin, and none can miss one. The same fold makes the search of an exported transcript
(`render/searchable.py`; a test holds the two together).
"""

from __future__ import annotations

import unicodedata
from operator import add

FORMAT = f"1/{unicodedata.unidata_version}"
"""Of the index. Another one means that the index is made anew: how texts fold depends on Python's Unicode."""

_CONTROLS = {sign: 0x10_0000 + sign for sign in (*range(0x09), *range(0x0E, 0x20), 0x7F)}
"""SQLite's `ascii` tokenizer knows controls as nothing but ends of words; private signs stand in for them."""


def fold(text: str) -> str:
    """Forms, cases and kinds of blanks that people do not tell apart, made one; no blank at either end."""
    return " ".join(one_form(text).split())


def one_form(text: str) -> str:
    """The same but for blanks, which stay as they are."""
    return unicodedata.normalize("NFKC", text).lower().upper().lower().replace("ς", "σ")


def grams(folded: str) -> str:
    """What the index holds of a folded text: for each run between blanks its pairs, then its last sign."""
    found: list[str] = []
    for run in folded.translate(_CONTROLS).split(" "):
        found += map(add, run, run[1:])
        found += run[-1:]
    return " ".join(found)


def phrase(folded: str) -> str:
    """An expression of FTS5 for exactly the texts that contain this one, which is not empty.

    The last run may go on in the text, so its last sign does not count by itself; of a run of one sign any pair that
    begins with it will do.
    """
    *runs, last = folded.translate(_CONTROLS).split(" ")
    found = [grams(run) for run in runs] + (list(map(add, last, last[1:])) or [last])
    quoted = '"' + " ".join(found).replace('"', '""') + '"'
    return quoted + " *" if len(last) == 1 else quoted
