"""Pages of lists: as many rows as fit, and the cursor of a page in an address: numbers with dots between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

_SMALLEST, _LARGEST = -(2**63), 2**63 - 2
"""The bounds of SQLite's integers, with room for one more."""

_NUMBERS = re.compile(r"-?[0-9]{1,19}(?:\.-?[0-9]{1,19})*")


Row = TypeVar("Row")


def first_fitting(rows: Iterable[Row], size: Callable[[Row], int], limit: int, *, least: int = 1) -> list[Row]:
    """The first rows whose sizes are together within a limit, but at least so many."""
    fitting: list[Row] = []
    for row in rows:
        limit -= size(row)
        if limit < 0 and len(fitting) >= least:
            break
        fitting.append(row)
    return fitting


def cursor_text(values: Iterable[int]) -> str:
    """The cursor for an address."""
    return ".".join(map(str, values))


def parse_cursor(text: str, count: int) -> list[int] | None:
    """The `count` numbers of a cursor; None for anything else, which means the first page."""
    if not _NUMBERS.fullmatch(text):
        return None
    values = [int(one) for one in text.split(".")]
    return values if len(values) == count and all(_SMALLEST <= one <= _LARGEST for one in values) else None
