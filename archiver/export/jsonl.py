"""One object a line: messages with all their versions. (`entries.jsonl` is in every package.)

The lines themselves are made by `evidence.tables`, as a verification makes them again.
"""

from __future__ import annotations

from archiver.evidence.tables.build import MESSAGES
from archiver.export.bag import Bag
from archiver.export.format_input import FormatInput


def write(content: FormatInput, bag: Bag) -> None:
    """Put `data/messages.jsonl`. Raises OSError."""
    bag.move_table(f"data/{MESSAGES}", content.tables[MESSAGES])
