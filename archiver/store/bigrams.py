"""The pairs of neighbouring characters (bigrams) of folded texts, which are indexed.

The index holds all bigrams of a text, so that every part of it is found as a phrase, in Japanese as in English,
without a dictionary of words.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from array import array
from operator import add

INDEX_FORMAT = f"3/{unicodedata.unidata_version}"
"""The format of the index. If it changes, the index is built again: `search_folding` depends on Python's Unicode."""

_UTF_32 = f"utf-32-{sys.byteorder[0]}e"
_CODE = next(code for code in "IL" if array(code).itemsize == 4)
_SPACE = array(_CODE, [ord(" ")])

_HAS_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_CONTROLS = {code: 0x10_0000 + code for code in (*range(0x09), *range(0x0E, 0x20), 0x7F)}
"""Private-use characters for control characters, which SQLite's `ascii` tokenizer would take for ends of words."""


def index_text(folded: str) -> str:
    """What the index holds of a folded text: of each run between spaces its bigrams, then its last character."""
    if _HAS_CONTROLS.search(folded):  # hardly any text has one, and looking costs less than replacing
        folded = folded.translate(_CONTROLS)
    if " " not in folded:
        return _pairs(folded)
    return " ".join(filter(None, map(_pairs, folded.split(" "))))


def _pairs(run: str) -> str:
    """The bigrams of a run and its last character, between spaces; `abc` → `ab bc c`.

    Whole columns of code points are copied at once: one by one, a long text would take thirty times as long.
    """
    codes = array(_CODE, run.encode(_UTF_32, "surrogatepass"))
    triples = _SPACE * (3 * len(codes))
    triples[0::3] = codes
    triples[1:-3:3] = codes[1:]
    return triples.tobytes().decode(_UTF_32, "surrogatepass")[:-2]


def match_expression(folded: str) -> str:
    """An expression of FTS5 that matches exactly the texts that contain this one, which is not empty.

    The last run may go on in the text, so its last character alone is not searched for. A run of one character matches
    every bigram that begins with it.
    """
    *runs, last = folded.translate(_CONTROLS).split(" ")
    parts = [index_text(run) for run in runs] + (list(map(add, last, last[1:])) or [last])
    quoted = '"' + " ".join(parts).replace('"', '""') + '"'
    return quoted + " *" if len(last) == 1 else quoted
