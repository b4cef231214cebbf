"""Makes invisible characters visible: controls, direction marks, zero-width marks, lone surrogates.

A sender could otherwise reverse a file name (`exe.gpj`), hide words, or break a page. Marks that belong to a visible
character stay: joiners and variation selectors within emoji, selectors after a kanji.

And names on one line of a screen: their width in columns, cut where they are too wide.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from html import escape
from itertools import accumulate

# Written as numbers, so that this file holds no invisible characters.
_HIDDEN_RANGES = (
    (0x0000, 0x0008),  # controls; tab and line feed are judged by `visible`
    (0x000B, 0x001F),
    (0x007F, 0x009F),
    (0x00AD, 0x00AD),  # soft hyphen
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x061C, 0x061C),  # Arabic letter mark
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),  # zero-width space, joiners, direction marks
    (0x2028, 0x202E),  # line and paragraph separators, embeddings and overrides
    (0x2060, 0x206F),  # word joiner, invisible operators, isolates
    (0x3164, 0x3164),
    (0xD800, 0xDFFF),  # surrogates without their partner
    (0xFDD0, 0xFDEF),  # noncharacters; `render.transcript_pages` marks places with two of them
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),  # byte-order mark
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),  # tags and more variation selectors
)


def _character_class(*ranges: tuple[int, int]) -> str:
    return "[" + "".join(f"{escape_code(first)}-{escape_code(last)}" for first, last in ranges) + "]"


def escape_code(code: int) -> str:
    """A character as a pattern names it."""
    return f"\\U{code:08x}"


_HIDDEN = re.compile(_character_class(*_HIDDEN_RANGES))
_HIDDEN_OR_LINE = re.compile(_character_class((0x0000, 0x001F), *_HIDDEN_RANGES))

_EMOJI = _character_class(
    (0x00A9, 0x00A9),
    (0x00AE, 0x00AE),
    (0x203C, 0x203C),
    (0x2049, 0x2049),
    (0x2122, 0x2122),
    (0x2139, 0x2139),
    (0x2190, 0x21FF),
    (0x2300, 0x23FF),
    (0x24C2, 0x24C2),
    (0x25A0, 0x27BF),
    (0x2934, 0x2935),
    (0x2B00, 0x2BFF),
    (0x3030, 0x3030),
    (0x303D, 0x303D),
    (0x3297, 0x3299),
    (0x1F000, 0x1FAFF),
)
_ONE_EMOJI = f"{_EMOJI}{_character_class((0xFE0E, 0xFE0F))}?{_character_class((0x1F3FB, 0x1F3FF))}?"
_KANJI = _character_class((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
# Matches sequences that keep their invisible parts, or one invisible character (group 1).
_PARTS = (
    f"{escape_code(0x1F3F4)}{_character_class((0xE0030, 0xE0039), (0xE0061, 0xE007A))}{{2,6}}{escape_code(0xE007F)}"
    f"|{_ONE_EMOJI}(?:{escape_code(0x200D)}{_ONE_EMOJI})*"
    f"|[0-9#*]{escape_code(0xFE0F)}{escape_code(0x20E3)}?"
    f"|{_KANJI}{_character_class((0xFE00, 0xFE02), (0xE0100, 0xE01EF))}"
)
_PART = re.compile(f"{_PARTS}|({_HIDDEN.pattern})")
_PART_OR_LINE = re.compile(f"{_PARTS}|({_HIDDEN_OR_LINE.pattern})")


def visible(text: str, *, lines: bool = False) -> str:
    """The text with a mark such as `[U+202E]` in place of each invisible character.

    Line feeds and tabs are marked too, as names hold none; with `lines` they are kept, and CR LF becomes LF.
    """
    if lines:
        return _mark_hidden(_unify_line_ends(text), _HIDDEN, _PART, "[U+{:04X}]")
    return _mark_hidden(text, _HIDDEN_OR_LINE, _PART_OR_LINE, "[U+{:04X}]")


def visible_html(text: str, *, lines: bool = False) -> str:
    """The visible text as safe HTML for the content of an element; marks look different from typed text."""
    if lines:
        return _mark_hidden(_unify_line_ends(escape(text, quote=False)), _HIDDEN, _PART, '<i class="u">[U+{:04X}]</i>')
    return _mark_hidden(escape(text, quote=False), _HIDDEN_OR_LINE, _PART_OR_LINE, '<i class="u">[U+{:04X}]</i>')


def _unify_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n") if "\r" in text else text


def _mark_hidden(text: str, hidden: re.Pattern[str], parts: re.Pattern[str], mark: str) -> str:
    if hidden.search(text) is None:
        return text

    def replacement(match: re.Match[str]) -> str:
        return match[0] if match[1] is None else mark.format(ord(match[1]))

    return parts.sub(replacement, text)


_CHARACTERS_IN_A_COLUMN = 8
"""A letter with its accents; a name with more of them is cut, so that one of any length costs no time."""


def columns(text: str) -> int:
    """How many columns the text takes: full-width characters two, combining ones none."""
    return sum(map(character_width, text))


def character_width(character: str) -> int:
    """How many columns one character takes."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def visible_line(text: str) -> str:
    """One line for the screen: line ends and tabs become a space, and what a terminal would obey or not show is marked.

    Names, file names and replies of a server are untrusted text.
    """
    return visible(re.sub(r"\r\n|[\t\n\r]", " ", text))


def shorten(name: str, width: int = 24) -> str:
    """The name cut to `width` columns, for one line of the screen."""
    longest = _CHARACTERS_IN_A_COLUMN * width
    shown = visible_line(name[:longest])
    if len(name) <= longest and columns(shown) <= width:
        return shown
    ends = accumulate(map(columns, shown))
    return shown[: bisect_right(list(ends), width - 1)] + "…"
