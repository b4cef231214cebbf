"""What the patterns of masking are put together from: words, stretches of a line, ends of numbers; for folded text."""

from __future__ import annotations

import re

from archiver.export.mask.folding import TAG, folded_text

NO_DIGIT = "(?![0-9])"


def any_word(given: str) -> str:
    """One of these words, divided by spaces; they are folded, as the text is in which they are looked for."""
    return "(?:" + "|".join(re.escape(folded_text(word)) for word in given.split()) + ")"


def up_to(count: int, besides: str = "") -> str:
    r"""At most so many signs of one line, none of these."""
    return rf"[^\n{TAG}{besides}]{{0,{count}}}"
