"""Where a page of a list begins, as it stands in an address: numbers with dots between."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SMALLEST, _LARGEST = -(2**63), 2**63 - 2
"""What SQLite still counts with, one more included."""

_NUMBERS = re.compile(r"-?[0-9]{1,19}(?:\.-?[0-9]{1,19})*")


def cursor_text(place: Iterable[int]) -> str:
    """The place for an address."""
    return ".".join(map(str, place))


def parse_cursor(text: str, count: int) -> list[int] | None:
    """So many numbers; None for anything else, which means the beginning."""
    if not _NUMBERS.fullmatch(text):
        return None
    found = [int(one) for one in text.split(".")]
    return found if len(found) == count and all(_SMALLEST <= one <= _LARGEST for one in found) else None
