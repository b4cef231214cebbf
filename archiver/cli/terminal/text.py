"""Text on a terminal: how wide it is, where Japanese may break, and nothing in it that a terminal obeys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

#: Signs that begin no line, and signs that end none (kinsoku; JIS X 4051, JLREQ §3.1.7 and §3.1.8).
_NOT_FIRST = set(
    "、。,.・:;?!゛゜ヽヾゝゞ々ー’”)〕]}〉》」』】〜ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%)]},.:;!?…"
)
_NOT_LAST = set("‘“(〔[{〈《「『【([{")

#: Controls (line ends and tabs too), signs that turn the direction of text or take no room, lone surrogates.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)

_HIRAGANA = re.compile("[\u3041-\u3096]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_KANJI = re.compile("[\u3400-\u9fff々]")
_WORDS = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u9fff々]")


_COMMAND = re.compile(r"archive(?: [a-z]+){1,2}(?![a-z])")
_JOINT = "\ue000"
"""Stands for a blank at which no line may end; a private sign: a foreign text that has it is taken as it is."""


def columns(text: str) -> int:
    """How many columns the text takes: full-width signs two, combining ones none."""
    return sum(map(_column, text))


def pad(text: str, width: int) -> str:
    """The text with blanks up to `width` columns; a longer one stays as it is."""
    return text + " " * (width - columns(text))


def side_by_side(rows: Sequence[tuple[str, str]]) -> str:
    """Two columns of text, one row a line, the right one beginning at the same place in all."""
    width = max(columns(left) for left, _right in rows) + 2
    return "\n".join(pad(left, width) + right for left, right in rows)


def visible(text: str) -> str:
    """One line for the screen: what a terminal would obey or not show appears as `[U+001B]`.

    Line ends and tabs become a blank. Names, file names and replies of a server are foreign text.
    """
    return _UNSEEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", re.sub(r"\r\n|[\t\n\r]", " ", text))


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns: broken at blanks, and between Japanese signs where that is allowed.

    A command to be typed, such as `archive schedule install`, stays on one line if it fits into one.
    """
    if _JOINT in text:
        return _wrapped(text, width)
    lines = _wrapped(_COMMAND.sub(lambda found: _joined(found[0], width), text), width)
    return [line.replace(_JOINT, " ") for line in lines]


def paragraph(text: str) -> str:
    """Several lines of source as one; a blank joins them except between Japanese signs."""
    joined = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        tight = joined and _column(joined[-1]) == 2 and _column(line[0]) == 2
        joined += line if tight or not joined else f" {line}"
    return joined


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    line, blanks = "", ""
    for unit in _fitting(text, width):
        if unit.isspace():
            blanks += unit
        elif columns(line + blanks + unit) <= width:
            line, blanks = line + blanks + unit, ""
        else:
            lines += [line] if line else []
            *whole, line = _cut(unit, width)
            lines += whole
            blanks = ""
    return [*lines, line] if line else lines


def _column(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _joined(command: str, width: int) -> str:
    return command.replace(" ", _JOINT) if columns(command) <= width else command


def _fitting(text: str, width: int) -> Iterator[str]:
    """Words as far as they fit into a line, else the pieces of them that no line end may fall into."""
    for word in _units(text, lambda before, after: _cling(before, after) or _is_one_word(before, after)):
        yield from (word,) if columns(word) <= width else _units(word, _cling)


def _units(text: str, cling: Callable[[str, str], bool]) -> Iterator[str]:
    """The text in pieces whose neighbouring signs cling to each other."""
    unit = ""
    for sign in text:
        if unit and not cling(unit[-1], sign):
            yield unit
            unit = ""
        unit += sign
    if unit:
        yield unit


def _cling(before: str, after: str) -> bool:
    if before.isspace() or after.isspace():
        return before.isspace() and after.isspace()
    if after in _NOT_FIRST or before in _NOT_LAST or _column(after) == 0:
        return True
    return _column(before) != 2 and _column(after) != 2


def _is_one_word(before: str, after: str) -> bool:
    """What hiragana goes on with, and a run of katakana or kanji: 「コピーしてください」 is read as a whole."""
    if _HIRAGANA.fullmatch(after):
        return _WORDS.fullmatch(before) is not None
    return any(kind.fullmatch(before) and kind.fullmatch(after) for kind in (_KATAKANA, _KANJI))


def _cut(unit: str, width: int) -> list[str]:
    """A unit wider than a line, such as a long address, in pieces that fit."""
    pieces = [""]
    for sign in unit:
        if pieces[-1] and columns(pieces[-1] + sign) > width:
            pieces.append("")
        pieces[-1] += sign
    return pieces
