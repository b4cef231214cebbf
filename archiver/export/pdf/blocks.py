"""What a report is made of: chapters of blocks, each block a value that the layout knows how to draw.

Every text is data. It is made printable once, in `layout_data`, so that no block can forget it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from archiver.export.pdf.glyphs import printable
from archiver.export.pdf.line_breaks import CELL, WORD, mark_breaks


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text; a line feed in it is one on paper."""

    kind: ClassVar[str] = "paragraph"
    text: str
    style: str = "normal"
    """`normal`, `strong` or `small`."""


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading within a chapter."""

    kind: ClassVar[str] = "subheading"
    text: str


@dataclass(frozen=True, slots=True)
class FactList:
    """Labels with what they say, one below the other."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]
    fitted: bool = False
    """As large as one page allows, and never more than that page; the first row is what the reader is asked for."""


@dataclass(frozen=True, slots=True)
class TableBlock:
    """Rows under heads; `widths` are shares of the line, 0 = as wide as its content."""

    kind: ClassVar[str] = "table"
    heads: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    size: float = 8
    """In points."""


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences, each with a dot before it."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageText:
    """One text of a message and what it is; no label = its present text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageBlock:
    """A message: who, when and where, its texts, and what is to be said of it."""

    kind: ClassVar[str] = "message"
    number: str
    head: str
    parts: tuple[MessageText, ...]
    notes: tuple[str, ...]
    beside: str = ""
    """In the margin left of it."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """Where something is left out or was never seen."""

    kind: ClassVar[str] = "interruption"
    text: str


Block = Paragraph | Subheading | FactList | TableBlock | Bullets | MessageBlock | Interruption


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter with its number in its title: `１　要約`."""

    title: str
    blocks: tuple[Block, ...]
    new_page: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report, ready to be laid out."""

    title: str
    author: str
    header: str
    reference: str
    """Right in the header of each page."""
    exhibit: str | None
    """A box for the exhibit's number in its place; for a court alone."""
    footer: str
    left_margin: float
    """In millimetres."""
    chapters: tuple[Chapter, ...]
    bookmarks: bool = True
    """Whether a reader shows the chapters beside the pages."""


def layout_data(report: Report) -> Mapping[str, object]:
    """The report for the layout: plain lists and dictionaries in which every text can be printed."""
    data = _plain_value(report, WORD)
    assert isinstance(data, dict)
    return {**data, "title": printable(report.title), "author": printable(report.author)}


def _plain_value(value: object, word: int) -> object:
    if isinstance(value, str):
        return mark_breaks(printable(value, lines=True), word)
    if isinstance(value, tuple):
        return [_plain_value(one, word) for one in value]
    if isinstance(value, int | float) or value is None:
        return value
    inside = CELL if isinstance(value, TableBlock) else word
    named = {field.name: _plain_value(getattr(value, field.name), inside) for field in fields(value)}  # type: ignore[arg-type]
    kind = getattr(value, "kind", None)
    return named if kind is None else {"kind": kind, **named}
