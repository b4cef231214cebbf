"""The input of every format of a package: its rooms as conversations, and its tables, made in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from archiver.records import Attachment, Conversation


@dataclass(frozen=True, slots=True)
class PreparedTable:
    """A finished table that waits to be moved into the package, with its digest and size."""

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class FormatInput:
    """The tables and conversations that every format of a package is written from."""

    tables: Mapping[str, PreparedTable]
    """By the names of `evidence.tables.table_lines`: `messages.jsonl`, `messages.csv` …"""
    conversations: Callable[[], Iterator[Conversation]]
    """The conversations of the contract's rooms, by room id."""


def attachment_link(attachment: Attachment) -> str | None:
    """The address of an attachment's bytes as seen from a page in `data/transcript/`."""
    return None if attachment.stored_as is None else f"../{attachment.stored_as}"
