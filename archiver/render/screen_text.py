"""Names on one line of a screen: their width in columns, cut where they are too wide, and nothing hidden in them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import accumulate

#: Controls (line ends and tabs too), characters that change the direction of text or have no width, lone surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)

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


def visible(text: str) -> str:
    """One line for the screen: characters that a terminal would obey or not show appear as `[U+001B]`.

    Line ends and tabs become a space. Names, file names and replies of a server are untrusted text.
    """
    return _INVISIBLE.sub(lambda match: f"[U+{ord(match[0]):04X}]", re.sub(r"\r\n|[\t\n\r]", " ", text))


def shorten(name: str, width: int = 24) -> str:
    """The name cut to `width` columns, for one line of the screen."""
    longest = _CHARACTERS_IN_A_COLUMN * width
    shown = visible(name[:longest])
    if len(name) <= longest and columns(shown) <= width:
        return shown
    ends = accumulate(map(columns, shown))
    return shown[: bisect_right(list(ends), width - 1)] + "…"
