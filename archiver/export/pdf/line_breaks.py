"""Marks where a line may break inside runs that would otherwise not fit on the page: long words, rows of one
character, and no-break spaces.

The mark is U+200B. `printable` makes that character visible where a text itself has it, so afterwards the mark can only
be ours. The layout may break there; it prints nothing, and nothing of it is copied.
"""

from __future__ import annotations

import itertools
import re
import unicodedata

MARK = "\u200b"

WORD, CELL, ENGLISH_CELL = 46, 7, 12
"""The width in ems up to which a run stays together: in a line of the page, in a cell of a table, and in a
cell of an English one, whose words stay whole."""

# A line may always break between two of these: kanji, kana but the small ones, fullwidth letters, pictographs.
_FREE = (
    " \n\u3042\u3044\u3046\u3048\u304a-\u3062\u3064-\u3082\u3084\u3086\u3088-\u308d\u308f-\u3094"
    "\u30a2\u30a4\u30a6\u30a8\u30aa-\u30c2\u30c4-\u30e2\u30e4\u30e6\u30e8-\u30ed\u30ef-\u30f4"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
    "\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
_GLUE = re.compile("([\u00a0\u2007\u2011\u202f]+)")
_RUNS = {limit: re.compile(f"[^{_FREE}]{{{limit},}}") for limit in (WORD, CELL, ENGLISH_CELL)}
_WIDE_LETTERS = frozenset("mw@%&ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ATTACHED = re.compile("[\u200b\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]")


def mark_breaks(text: str, limit: int = WORD) -> str:
    """The printable text with a mark at every additional place where a line may break."""
    loosened = _GLUE.sub(rf"\1{MARK}", text)
    return _RUNS[limit].sub(
        lambda match: _mark_every(match[0], max(1, limit // 10)) if _width(match[0]) > limit else match[0], loosened
    )


def _width(run: str) -> float:
    """The approximate printed width of a run in ems, rather too large than too small."""
    return sum(1.0 if character > "\u02ff" else 0.93 if character in _WIDE_LETTERS else 0.62 for character in run)


def _mark_every(run: str, step: int) -> str:
    """The run with a mark after every `step` characters; combining characters stay with the one before."""
    parts, count = [run[0]], 1
    for before, character in itertools.pairwise(run):
        joined = (
            _ATTACHED.match(character) or before in "\u200d\u200b" or unicodedata.category(character).startswith("M")
        )
        if joined:
            parts.append(character)
            continue
        parts.append(character if count < step else MARK + character)
        count = count + 1 if count < step else 1
    return "".join(parts)
