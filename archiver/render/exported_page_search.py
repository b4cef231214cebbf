"""The texts of an exported page for its search in the browser, and the filter of pairs that tells which to load."""

from __future__ import annotations

import base64
import json
import re
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from html import unescape
from typing import NamedTuple

from archiver.letter_folding import join_forms
from archiver.records import Message
from archiver.render.invisible_characters import visible

BUCKETS = 32749
"""Rows of the filter: a prime, so that similar pairs get different rows. `templates/search.js` has the same numbers."""

FACTOR = 23473
FILES = 32
"""Files into which the rows are split, as a query needs the rows of a few pairs only."""

MIN_PAGES = 16
"""Up to so many pages a filter would be larger than what it saves."""

_BLOCK = re.compile("</?(?:p|div|blockquote|pre|hr)(?: [^>]*)?>")
_TAG = re.compile("<[^>]*>")


class TextKind(IntEnum):
    """The kind of a message's text; `templates/search.js` has the words for it."""

    NOW = 0
    BEFORE_EDIT = 1
    BEFORE_DELETION = 2
    MISSING = 3
    HIDDEN = 4
    FILE = 5


class SearchText(NamedTuple):
    """One text of a message, as it is read on the page."""

    kind: TextKind
    text: str


def readable_text(html: str) -> str:
    """The text of our own HTML without tags; blocks are lines of their own. Placeholders of numbers stay."""
    if "<" in html:
        html = _TAG.sub("", _BLOCK.sub("\n", html))
    return (unescape(html) if "&" in html else html).strip()


def fold(text: str) -> str:
    """The text with equal forms, cases and kinds of spaces made one (NFKC; `ß` = `ss`, `ｶ` = `カ`)."""
    return re.sub(r"[ \t\n]+", " ", join_forms(text))


@dataclass(slots=True)
class PageTexts:
    """The texts of one page for the search."""

    _names: dict[str, int] = field(default_factory=dict)
    _rows: list[list[object]] = field(default_factory=list)

    def put(self, message: Message, texts: Iterable[SearchText]) -> None:
        """Add the texts of a message, present and earlier ones."""
        name = self._names.setdefault(message.name, len(self._names))
        row: list[object] = [message.message_id, message.no, int(message.send_time.timestamp()), name]
        for kind, text in texts:
            row += (int(kind), text)
        self._rows.append(row)

    def script(self, name: str) -> str:
        """The page's texts as a script: `searchPage("R1-0001", {"names": […], "rows": [[id, no, time, name, …]]})`."""
        names = [visible(one) for one in self._names]
        return f"searchPage({_script_json(name)},{_script_json({'names': names, 'rows': self._rows})})\n"

    def joined_text(self) -> str:
        """All texts in one, for the pair filter."""
        return "\0".join(str(text) for row in self._rows for text in row[5::2])


@dataclass(slots=True)
class PairFilter:
    """Which pairs of characters occur on which page; one bit for each page and row."""

    _rows: list[int] = field(default_factory=lambda: [0] * BUCKETS)
    pages: int = 0

    def put(self, text: str) -> None:
        """Add the next page with all its texts."""
        bit = 1 << self.pages
        self.pages += 1
        for bucket in _buckets(fold(text)):
            self._rows[bucket] |= bit
        if any(unicodedata.category(character) == "Cn" for character in set(text)):
            # A browser with a newer Unicode may fold these characters to others: the page is always searched.
            self._rows = [row | bit for row in self._rows]

    @property
    def files(self) -> int:
        """How many files the filter has."""
        return FILES if self.pages > MIN_PAGES else 0

    def scripts(self, room: str) -> Iterator[tuple[str, str]]:
        """Names and contents of the filter's files: row `n` is number `n // FILES` in file `n % FILES`."""
        width = (self.pages + 7) // 8
        for number in range(self.files):
            rows = b"".join(row.to_bytes(width, "little") for row in self._rows[number::FILES])
            name = f"{room}-sieve-{number:02}"
            yield name, f"searchPage({_script_json(name)},{_script_json(base64.b64encode(rows).decode())})\n"


def _buckets(folded: str) -> set[int]:
    """The rows of every character and every pair of adjacent ones, in UTF-16 as a browser counts."""
    units = folded.encode("utf-16-le", "surrogatepass")
    singles = {FACTOR * one % BUCKETS for one in set(_integers("H", units))}
    # Two characters are one number of four bytes: those at even places, then those at odd ones.
    pairs = {*_integers("I", units), *_integers("I", units[2:])}
    return singles | {(FACTOR * (pair & 0xFFFF) + (pair >> 16)) % BUCKETS for pair in pairs}


def _integers(code: str, data: bytes) -> array[int]:
    numbers = array(code)
    numbers.frombytes(data[: len(data) // numbers.itemsize * numbers.itemsize])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _script_json(value: object) -> str:
    # A script that is loaded cannot be ended by `</script>`, but one that somebody pastes into a page could.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
