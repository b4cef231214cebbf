"""The pairs of neighbouring characters (bigrams) of folded texts, which are indexed.

The index holds all bigrams of a text, so that every part of it is found as a phrase, in Japanese as in English,
without a dictionary of words.
"""

from __future__ import annotations

import re
import unicodedata
from operator import add

INDEX_FORMAT = f"3/{unicodedata.unidata_version}"
"""The format of the index. If it changes, the index is built again: `search_folding` depends on Python's Unicode."""

_HAS_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_CONTROLS = {code: 0x10_0000 + code for code in (*range(0x09), *range(0x0E, 0x20), 0x7F)}
"""Private-use characters for control characters, which SQLite's `ascii` tokenizer would take for ends of words."""


def index_text(folded: str) -> str:
    """What the index holds of a folded text: of each run between spaces its bigrams, then its last character."""
    if _HAS_CONTROLS.search(folded):  # hardly any text has one, and looking costs less than replacing
        folded = folded.translate(_CONTROLS)
    parts: list[str] = []
    for run in folded.split(" "):
        parts += map(add, run, run[1:])
        parts += run[-1:]
    return " ".join(parts)


def match_expression(folded: str) -> str:
    """An expression of FTS5 that matches exactly the texts that contain this one, which is not empty.

    The last run may go on in the text, so its last character alone is not searched for. A run of one character matches
    every bigram that begins with it.
    """
    *runs, last = folded.translate(_CONTROLS).split(" ")
    parts = [index_text(run) for run in runs] + (list(map(add, last, last[1:])) or [last])
    quoted = '"' + " ".join(parts).replace('"', '""') + '"'
    return quoted + " *" if len(last) == 1 else quoted
