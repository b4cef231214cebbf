"""One line of a text around what was found in it, with marks that are seen without colours too."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator

import click

from archiver.cli.text import columns, visible
from archiver.store.search_signs import one_form

_BEFORE = 24
"""Columns before the first mark."""
_CUT = "..."


def snippet(text: str, words: Collection[str], width: int) -> str:
    """At most `width` columns of a text, with 【】 around what these folded words are found in."""
    marks = list(_marks(text, words))
    begin = _begin(text, marks[0][0]) if marks else 0
    left = width - 2 * len(_CUT)
    line = _CUT if begin else ""
    while begin < len(text):
        end, is_mark = _next(marks, begin, len(text))
        left -= columns("【】") if is_mark else 0
        shown, stop = _fitting(text, begin, end, left)
        line += click.style(f"【{shown}】", bold=True) if is_mark and shown else shown
        left -= columns(shown)
        begin = stop
        if stop < end:
            return line + _CUT
    return line


def _marks(text: str, words: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where the words stand in the text, in order and apart."""
    folded, places = _folded(text)
    found = sorted(
        (places[at][0], places[at + len(word) - 1][1]) for word in words for at in _occurrences(folded, word)
    )
    last: tuple[int, int] | None = None
    for begin, end in found:
        if last is not None and begin <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (begin, end)
    if last is not None:
        yield last


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The folded text, and for each of its signs where the text has it; a sign and its accents are one."""
    signs: list[str] = []
    places: list[tuple[int, int]] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _joins(text[end]):
            continue
        for sign in one_form(text[begin:end]):
            blank = sign.isspace()
            if not (blank and signs[-1:] == [" "]):
                signs.append(" " if blank else sign)
                places.append((begin, end))
        begin = end
    return "".join(signs), places


def _joins(sign: str) -> bool:
    """Whether a sign can become one with the sign before it."""
    return unicodedata.combining(unicodedata.normalize("NFKC", sign)[0]) != 0 or "\u1160" <= sign <= "\u11ff"


def _occurrences(folded: str, word: str) -> Iterator[int]:
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + len(word))


def _begin(text: str, mark: int) -> int:
    """Where to begin, so that some of what stands before the mark is seen."""
    begin, room = mark, _BEFORE
    while begin and (room := room - columns(visible(text[begin - 1]))) >= 0:
        begin -= 1
    return begin


def _next(marks: list[tuple[int, int]], begin: int, whole: int) -> tuple[int, bool]:
    """Where the piece that begins here ends, and whether it is a mark."""
    for start, end in marks:
        if start <= begin < end:
            return end, True
        if start > begin:
            return start, False
    return whole, False


def _fitting(text: str, begin: int, end: int, room: int) -> tuple[str, int]:
    """As much of a piece as fits, and where that stops."""
    shown = ""
    for place in range(begin, end):
        sign = visible(text[place])
        if columns(shown + sign) > room:
            return shown, place
        shown += sign
    return shown, end
