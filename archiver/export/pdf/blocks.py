"""The blocks of a report: chapters consist of blocks, each a value that the layout can draw.

Every text is data. It is made printable once, in `layout_data`, so that no block can forget it.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import ClassVar

from archiver.render.invisible_characters import escape_code, visible
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
    """A chapter with its number in its title: `3 当事者`."""

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


FONTS = Path(__file__).parent / "fonts"

_JOINING = ((0x200D, 0x200D), (0xFE00, 0xFE0F), (0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F), (0xE0100, 0xE01EF))
"""Invisible parts that `visible` leaves within a character: joiners, selectors, skin tones, tags of flags."""

_KANJI_WITH_SELECTOR = re.compile(
    "([\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])([\ufe00-\ufe0f\U000e0100-\U000e01ef])"
)
_PRIVATE = "[\ue000-\uf8ff\U000f0000-\U0010ffff]"
"""Private-use characters, refused by PDF/A even if a font has a shape for one, as they have no fixed meaning."""

_SPACES = re.compile(r"(?m)^ +| {2,}")
_NO_BREAK = "\u00a0"
_TAB = "    "


def printable(text: str, *, lines: bool = False) -> str:
    """The text with a mark in place of each character that would not be seen on paper.

    With `lines`, line feeds stay; a tab is four spaces, and spaces in a row keep their width.
    """
    missing, shapes = _coverage()
    printed = visible(text, lines=lines)
    printed = _KANJI_WITH_SELECTOR.sub(lambda match: _mark_selector(match, shapes), printed)
    printed = missing.sub(lambda match: code_point_mark(match[0]), printed)
    return _SPACES.sub(lambda match: _NO_BREAK * len(match[0]), printed.replace("\t", _TAB))


def code_point_mark(character: str) -> str:
    """The mark for a character that cannot be printed."""
    return f"[U+{ord(character):04X}]"


def _mark_selector(match: re.Match[str], shapes: dict[str, str]) -> str:
    base, selector = match[1], match[2]
    return match[0] if selector in shapes.get(base, "") else base + code_point_mark(selector)


@cache
def _coverage() -> tuple[re.Pattern[str], dict[str, str]]:
    """What matches a character that no font has; and kanji → the selectors for which the fonts have own shapes."""
    lines = (FONTS / "coverage.txt").read_text(encoding="ascii").splitlines()
    ranges = [tuple(int(end, 16) for end in line.split("-")) for line in lines if "-" in line]
    shapes = ([chr(int(one, 16)) for one in line.split(" ")] for line in lines if "-" not in line)
    printable_ranges = "".join(
        f"{escape_code(first)}-{escape_code(last)}" for first, last in (*ranges, *_JOINING, (0x09, 0x0A))
    )
    return re.compile(f"[^{printable_ranges}]|{_PRIVATE}"), {base: "".join(selectors) for base, *selectors in shapes}


MARK = "\u200b"

WORD, CELL, ENGLISH_CELL = 46, 7, 12
"""The width in ems up to which a run stays together: in a line of the page, in a cell of a table, and in a
cell of an English one, whose words stay whole."""

# A line may always break between two of these: kanji, kana but the small ones, fullwidth letters, pictographs.
_FREE = (
    " \n\u3042\u3044\u3046\u3048\u304a-\u3062\u3064-\u3082\u3084\u3086\u3088-\u308d\u308f-\u3094"
    "\u30a2\u30a4\u30a6\u30a8\u30aa-\u30c2\u30c4-\u30e2\u30e4\u30e6\u30e8-\u30ed\u30ef-\u30f4"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
    "\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
_GLUE = re.compile("([\u00a0\u2007\u2011\u202f]+)")
_RUNS = {limit: re.compile(f"[^{_FREE}]{{{limit},}}") for limit in (WORD, CELL, ENGLISH_CELL)}
_WIDE_LETTERS = frozenset("mw@%&ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_ATTACHED = re.compile("[\u200b\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]")


def mark_breaks(text: str, limit: int = WORD) -> str:
    """The printable text with a mark at every additional place where a line may break."""
    loosened = _GLUE.sub(rf"\1{MARK}", text)
    return _RUNS[limit].sub(
        lambda match: _mark_every(match[0], max(1, limit // 10)) if _width(match[0]) > limit else match[0], loosened
    )


def _width(run: str) -> float:
    """The approximate printed width of a run in ems, rather too large than too small."""
    return sum(1.0 if character > "\u02ff" else 0.93 if character in _WIDE_LETTERS else 0.62 for character in run)


def _mark_every(run: str, step: int) -> str:
    """The run with a mark after every `step` characters; combining characters stay with the one before."""
    parts, count = [run[0]], 1
    for before, character in itertools.pairwise(run):
        joined = (
            _ATTACHED.match(character) or before in "\u200d\u200b" or unicodedata.category(character).startswith("M")
        )
        if joined:
            parts.append(character)
            continue
        parts.append(character if count < step else MARK + character)
        count = count + 1 if count < step else 1
    return "".join(parts)
