"""Derives from a pattern sets of characters of each of which every hit has one, or the text around it.

A look-ahead and a look-behind that must match count as well; what may be absent, or may be any character, needs
nothing. Only what Python's own parser of patterns says is used; of a form that is not known here nothing is needed.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable
from typing import Any

Characters = frozenset[tuple[int, int]]
"""Characters as ranges of their codes, both ends included."""

Needs = frozenset[Characters]
"""Sets of characters: of each of them one is needed."""

_NOTHING: Needs = frozenset()
_MOST = 3
"""Sets that are kept of a pattern: those whose characters are the rarest."""

_OFTEN = (
    (0x20, 0x22, 20), (0x30, 0x39, 10), (0x41, 0x7A, 3), (0x3001, 0x3002, 20), (0x3041, 0x309F, 40),
    (0x30A1, 0x30FF, 8),
)  # fmt: skip
"""How often characters from a code to another one stand in Japanese texts, beside any single kanji."""


def needed_characters(pattern: re.Pattern[str]) -> Needs:
    """The rarest sets of characters that each hit of a pattern needs."""
    if pattern.flags & re.IGNORECASE:
        return _NOTHING
    parser: Any = importlib.import_module("re._parser")
    needs = _of_row(parser.parse(pattern.pattern, pattern.flags))
    return frozenset(sorted(needs, key=_frequency)[:_MOST])


def _of_row(row: Iterable[tuple[object, Any]]) -> Needs:
    return _NOTHING.union(*(_of_part(str(name), value) for name, value in row))


def _of_part(name: str, value: Any) -> Needs:
    derive = _FORMS.get(name)
    return _NOTHING if derive is None else derive(value)


def _of_literal(code: int) -> Needs:
    return frozenset([frozenset([(code, code)])])


def _of_set(items: list[tuple[object, Any]]) -> Needs:
    """Of a set in brackets; of one that is negated or names a category nothing."""
    ranges = [
        (value, value) if str(name) == "LITERAL" else value if str(name) == "RANGE" else None for name, value in items
    ]
    found = frozenset(one for one in ranges if one is not None)
    return frozenset([found]) if len(ranges) == len([one for one in ranges if one]) else _NOTHING


def _of_branch(value: tuple[object, list[Any]]) -> Needs:
    """Of alternatives: one character of the rarest set of any of them."""
    needs = [_of_row(row) for row in value[1]]
    if not all(needs):
        return _NOTHING
    return frozenset([frozenset[tuple[int, int]]().union(*(min(one, key=_frequency) for one in needs))])


def _of_group(value: tuple[object, int, int, Any]) -> Needs:
    _number, flags, _without, row = value
    return _NOTHING if flags & re.IGNORECASE else _of_row(row)


def _of_repeat(value: tuple[int, object, Any]) -> Needs:
    least, _most, row = value
    return _of_row(row) if least else _NOTHING


def _of_look(value: tuple[int, Any]) -> Needs:
    return _of_row(value[1])


_FORMS: dict[str, Callable[[Any], Needs]] = {
    "LITERAL": _of_literal,
    "IN": _of_set,
    "BRANCH": _of_branch,
    "SUBPATTERN": _of_group,
    "ATOMIC_GROUP": _of_row,
    "MAX_REPEAT": _of_repeat,
    "MIN_REPEAT": _of_repeat,
    "POSSESSIVE_REPEAT": _of_repeat,
    "ASSERT": _of_look,
}
"""Form in Python's parser → what it needs."""


def _frequency(characters: Characters) -> tuple[float, list[tuple[int, int]]]:
    """About how often one of these stands in a text; then their order, so that the choice is always the same."""
    return sum(_weight(*one) for one in characters), sorted(characters)


def _weight(first: int, last: int) -> float:
    often = sum(max(0, min(last, end) - max(first, start) + 1) * weight for start, end, weight in _OFTEN)
    return often + (last - first + 1) * 0.1
