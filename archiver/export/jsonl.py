"""The messages with all their versions as JSON Lines. (`entries.jsonl` is in every package.)

`evidence.tables` makes the lines, because a verification makes them again.
"""

from __future__ import annotations

from archiver.evidence.tables.build import MESSAGES
from archiver.export.bag import Bag
from archiver.export.format_input import FormatInput


def write(content: FormatInput, bag: Bag) -> None:
    """Move `data/messages.jsonl` into the bag. Raises OSError."""
    bag.move_table(f"data/{MESSAGES}", content.tables[MESSAGES])
