"""Text on a terminal: its width, its line breaks in Japanese, and its control characters made visible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from archiver.render.screen_text import character_width
from archiver.render.screen_text import columns as columns
from archiver.render.screen_text import visible as visible

WIDTH = 80
"""Columns of the screen that everything is made for."""

#: Characters that begin no line, and characters that end none (kinsoku; JIS X 4051, JLREQ §3.1.7 and §3.1.8).
_NOT_FIRST = set(
    "、。,.・:;?!゛゜ヽヾゝゞ々ー’”)〕]}〉》」』】〜ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%)]},.:;!?…"
)
_NOT_LAST = set("‘“(〔[{〈《「『【([{")

_HIRAGANA = re.compile("[\u3041-\u3096]")
_KATAKANA = re.compile("[\u30a1-\u30fa\u30fc]")
_KANJI = re.compile("[\u3400-\u9fff々]")
_WORD_CHARACTERS = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u9fff々]")


_COMMAND = re.compile(r"archive(?: --home (?:'[^']*'|\S+))?(?: [a-z]+){1,2}(?![a-z])")
_JOINT = "\ue000"
"""Stands for a space at which no line may end; a text that contains this private-use character stays as it is."""


def pad(text: str, width: int) -> str:
    """The text with spaces up to `width` columns; a longer one stays as it is."""
    return text + " " * (width - columns(text))


def beside(head: str, texts: Iterable[str]) -> Iterator[str]:
    """Lines of the screen's width: the texts at the right of a head, broken below each other."""
    margin = columns(head)
    for line in (line for text in texts for line in wrap(text, WIDTH - margin)):
        yield head + line
        head = " " * margin


def side_by_side(rows: Sequence[tuple[str, str]]) -> str:
    """Two aligned columns of text, one line for each row."""
    width = max(columns(left) for left, _right in rows) + 2
    return "\n".join(pad(left, width) + right for left, right in rows)


def wrap(text: str, width: int, *, cuts_words: bool = True) -> list[str]:
    """Lines of at most `width` columns: broken at spaces, and between Japanese characters where that is allowed.

    A command to be typed, such as `archive init schedule`, stays on one line if it fits into one. A word wider than
    a line, such as an address or a path, is cut, or else keeps a line of its own.
    """
    if _JOINT in text:
        return _wrap_lines(text, width, cuts_words=cuts_words)
    text = _COMMAND.sub(lambda match: _with_joints(match[0], width), text)
    lines = _wrap_lines(text, width, cuts_words=cuts_words)
    return [line.replace(_JOINT, " ") for line in lines]


def paragraph(text: str) -> str:
    """Several lines as one; a space joins them except between Japanese characters."""
    joined = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        is_joined = joined and character_width(joined[-1]) == 2 and character_width(line[0]) == 2
        joined += line if is_joined or not joined else f" {line}"
    return joined


def _wrap_lines(text: str, width: int, *, cuts_words: bool) -> list[str]:
    lines: list[str] = []
    line, spaces = "", ""
    for unit in _fitting_pieces(text, width):
        if unit.isspace():
            spaces += unit
        elif columns(line + spaces + unit) <= width:
            line, spaces = line + spaces + unit, ""
        else:
            lines += [line] if line else []
            *whole, line = _cut_unit(unit, width) if cuts_words else [unit]
            lines += whole
            spaces = ""
    return [*lines, line] if line else lines


def _with_joints(command: str, width: int) -> str:
    return command.replace(" ", _JOINT) if columns(command) <= width else command


def _fitting_pieces(text: str, width: int) -> Iterator[str]:
    """Words that fit into a line; a longer one in the smallest pieces between which a line may end."""
    for word in _units(text, lambda before, after: _is_inseparable(before, after) or _is_one_word(before, after)):
        yield from (word,) if columns(word) <= width else _units(word, _is_inseparable)


def _units(text: str, are_joined: Callable[[str, str], bool]) -> Iterator[str]:
    """The text in pieces whose neighbouring characters are joined by `are_joined`."""
    unit = ""
    for character in text:
        if unit and not are_joined(unit[-1], character):
            yield unit
            unit = ""
        unit += character
    if unit:
        yield unit


def _is_inseparable(before: str, after: str) -> bool:
    if before.isspace() or after.isspace():
        return before.isspace() and after.isspace()
    if after in _NOT_FIRST or before in _NOT_LAST or character_width(after) == 0:
        return True
    return character_width(before) != 2 and character_width(after) != 2


def _is_one_word(before: str, after: str) -> bool:
    """Whether two characters belong to one word: hiragana after any Japanese, a run of katakana or kanji, 1週間.

    「コピーしてください」 stays whole.
    """
    if before.isdecimal() and _KANJI.fullmatch(after):
        return True
    if _HIRAGANA.fullmatch(after):
        return _WORD_CHARACTERS.fullmatch(before) is not None
    return any(kind.fullmatch(before) and kind.fullmatch(after) for kind in (_KATAKANA, _KANJI))


def _cut_unit(unit: str, width: int) -> list[str]:
    """A unit wider than a line, such as a long address, in pieces that fit."""
    pieces = [""]
    for character in unit:
        if pieces[-1] and columns(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces
