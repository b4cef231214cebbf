"""The blocks of a report: chapters consist of blocks, each a value that the layout can draw.

Every text is data. It is made printable once, in `layout_data`, so that no block can forget it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar

from archiver.export.pdf.glyphs import CELL, ENGLISH_CELL, WORD, mark_breaks, printable
from archiver.report_language import JAPANESE, current_language


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text; a line feed in it is one on paper."""

    kind: ClassVar[str] = "paragraph"
    text: str
    style: str = "normal"
    """`normal`, `strong` (introduces the next block), `small`, or `whole` (on one page, with what follows it)."""


@dataclass(frozen=True, slots=True)
class Subheading:
    """A heading within a chapter."""

    kind: ClassVar[str] = "subheading"
    text: str


@dataclass(frozen=True, slots=True)
class MessageText:
    """One text of a message with its label; an empty label means the present text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class QuotedMessage:
    """A message whose words stand side by side, before and after a change."""

    head: str
    parts: tuple[MessageText, ...]


@dataclass(frozen=True, slots=True)
class FactList:
    """Labels with their texts, one below the other."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]
    fitted: bool = False
    """Whether it fills one page, as large as possible; the first row is what the reader is asked for."""
    quoted: tuple[QuotedMessage, ...] = ()
    """Drawn above the text of one row."""
    quoted_row: int = 0


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table; `widths` are shares of the line, 0 = as wide as the content."""

    kind: ClassVar[str] = "table"
    heads: tuple[str, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    size: float = 8
    """The font size in points."""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences with bullets."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MessageBlock:
    """A message: number, author, time and address, its texts, and notes about it."""

    kind: ClassVar[str] = "message"
    number: str
    head: str
    parts: tuple[MessageText, ...]
    notes: tuple[str, ...]
    beside: str = ""
    """A text in the left margin."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """A line where something is left out or was never saved."""

    kind: ClassVar[str] = "interruption"
    text: str


Block = Paragraph | Subheading | FactList | TableBlock | Bullets | MessageBlock | Interruption


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter with its number in its title: `１　要約`."""

    title: str
    blocks: tuple[Block, ...]
    new_page: bool = False
    keeps_with_previous: bool = False
    """Whether it is so short that it stands on no page of its own: the last block before it comes along."""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report, ready to be laid out."""

    title: str
    author: str
    header: str
    reference: str
    """Printed at the right of each page header."""
    exhibit: str | None
    """A box for the exhibit number in place of the reference; for a court only."""
    footer: str
    left_margin: float
    """In millimetres."""
    chapters: tuple[Chapter, ...]
    is_bare: bool = False
    """Whether the PDF has no title, author, tool, date and bookmarks beside its pages, as a court wants it."""
    code_label: str = ""
    """What stands beside the code of each page (`page_code`); empty: its pages have none."""
    lang: str = field(default_factory=current_language)


def layout_data(report: Report) -> Mapping[str, object]:
    """The report as lists and dictionaries for the layout, with every text made printable."""
    data = _plain_value(report, WORD, CELL if report.lang == JAPANESE else ENGLISH_CELL)
    assert isinstance(data, dict)
    return {**data, "title": printable(report.title), "author": printable(report.author)}


def _plain_value(value: object, word: int, cell: int) -> object:
    if isinstance(value, str):
        return mark_breaks(printable(value, lines=True), word)
    if isinstance(value, tuple):
        return [_plain_value(one, word, cell) for one in value]
    if isinstance(value, int | float) or value is None:
        return value
    inside = cell if isinstance(value, TableBlock) else word
    named = {one.name: _plain_value(getattr(value, one.name), inside, cell) for one in fields(value)}  # type: ignore[arg-type]
    kind = getattr(value, "kind", None)
    return named if kind is None else {"kind": kind, **named}
