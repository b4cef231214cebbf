"""What the formats of one package are given: its rooms as conversations, and its tables, made once in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archiver.records import Attachment, Conversation


@dataclass(frozen=True, slots=True)
class PreparedTable:
    """A table that lies ready to be moved into the package, with its digest and size."""

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FormatInput:
    """The same for every format of a package."""

    tables: Mapping[str, PreparedTable]
    """By the names of `evidence.tables.table_lines`: `messages.jsonl`, `messages.csv` …"""
    conversations: Callable[[], Iterator[Conversation]]
    """The rooms of the contract, each once, by number."""


def attachment_link(attachment: Attachment) -> str | None:
    """Where a page in `data/transcript/` finds the bytes of an attachment."""
    return None if attachment.stored_as is None else f"../{attachment.stored_as}"
