"""The messages with all their versions, and the pauses, as JSON Lines. (`entries.jsonl` is in every package.)

`evidence.tables` makes the lines, because a verification makes them again.
"""

from __future__ import annotations

from archiver.evidence.tables.build import MESSAGES, PAUSES
from archiver.export.bag import Bag
from archiver.export.format_input import FormatInput


def write(content: FormatInput, bag: Bag) -> None:
    """Move `data/messages.jsonl` and `data/pauses.jsonl` into the bag. Raises OSError."""
    for name in (MESSAGES, PAUSES):
        bag.move_table(f"data/{name}", content.tables[name])
