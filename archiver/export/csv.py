"""The tables for a spreadsheet: UTF-8 with a byte order mark, CRLF, everything quoted, ids as `m…`.

`evidence.tables` makes the lines, because a verification makes them again.
"""

from __future__ import annotations

from archiver.evidence.tables.build import CSV_HEADERS
from archiver.export.bag import Bag
from archiver.export.format_input import FormatInput


def write(content: FormatInput, bag: Bag) -> None:
    """Move `data/*.csv` into the bag. Raises OSError."""
    for name in CSV_HEADERS:
        bag.move_table(f"data/{name}", content.tables[name])
