"""Makes texts printable with the fonts of the report: every other character becomes a mark such as `[U+1F389]`.

The characters of the fonts are listed in `fonts/coverage.txt`, made together with the fonts.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

from archiver.render.invisible_characters import visible

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


class _Coverage(NamedTuple):
    missing: re.Pattern[str]
    """Matches a character that no font has."""
    shapes: dict[str, str]
    """A kanji → the selectors for which the fonts have a shape of its own."""


def printable(text: str, *, lines: bool = False) -> str:
    """The text with a mark in place of each character that would not be seen on paper.

    With `lines`, line feeds stay; a tab is four spaces, and spaces in a row keep their width.
    """
    coverage = _coverage()
    printed = visible(text, lines=lines)
    printed = _KANJI_WITH_SELECTOR.sub(lambda match: _mark_selector(match, coverage.shapes), printed)
    printed = coverage.missing.sub(lambda match: code_point_mark(match[0]), printed)
    return _SPACES.sub(lambda match: _NO_BREAK * len(match[0]), printed.replace("\t", _TAB))


def code_point_mark(character: str) -> str:
    """The mark for a character that cannot be printed."""
    return f"[U+{ord(character):04X}]"


def _mark_selector(match: re.Match[str], shapes: dict[str, str]) -> str:
    base, selector = match[1], match[2]
    return match[0] if selector in shapes.get(base, "") else base + code_point_mark(selector)


@cache
def _coverage() -> _Coverage:
    lines = (FONTS / "coverage.txt").read_text(encoding="ascii").splitlines()
    ranges = [tuple(int(end, 16) for end in line.split("-")) for line in lines if "-" in line]
    shapes = ([chr(int(one, 16)) for one in line.split(" ")] for line in lines if "-" not in line)
    printable_ranges = "".join(
        f"{_escape_code(first)}-{_escape_code(last)}" for first, last in (*ranges, *_JOINING, (0x09, 0x0A))
    )
    return _Coverage(
        re.compile(f"[^{printable_ranges}]|{_PRIVATE}"), {base: "".join(selectors) for base, *selectors in shapes}
    )


def _escape_code(code: int) -> str:
    return f"\\U{code:08x}"


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
