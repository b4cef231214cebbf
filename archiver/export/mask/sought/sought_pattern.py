"""A pattern that is looked for only where the characters are which every hit of it needs.

There are some hundred rules and hardly one finds anything in a text: a text's characters, gathered once, tell of nearly
all of them that they need not be tried.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Iterator

from archiver.export.mask.sought.needed_characters import Characters, needed_characters

_LOOKED_AT = 8
"""Texts of which is remembered what they have, while every rule looks at the same one."""


class SoughtPattern:
    """A compiled pattern whose searches of a text that cannot hold a hit are not made."""

    __slots__ = ("_needed", "regex")

    def __init__(self, pattern: str) -> None:
        """Compile the pattern."""
        self.regex = re.compile(pattern)
        """The pattern itself, which searches everything."""
        self._needed = _KNOWN.bits_of_sets(needed_characters(self.regex))

    @property
    def pattern(self) -> str:
        """The pattern as it was written."""
        return self.regex.pattern

    def may_be_in(self, text: str) -> bool:
        """Whether a text has the characters that each hit needs."""
        needed = self._needed
        return _bits_of(text) & needed == needed

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        """Every hit, as by the pattern itself."""
        needed = self._needed
        return self.regex.finditer(text, start, end) if _bits_of(text) & needed == needed else iter(())

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        """The first hit, as by the pattern itself."""
        needed = self._needed
        return self.regex.search(text, start, end) if _bits_of(text) & needed == needed else None


def sought(pattern: str) -> SoughtPattern:
    """Compile a pattern that is looked for in whole texts."""
    return SoughtPattern(pattern)


class _KnownSets(dict[str, int]):
    """A character → one bit for each set of characters that it is in, of all that any pattern needs."""

    def __init__(self) -> None:
        super().__init__()
        self._sets: dict[Characters, int] = {}
        self._singles: dict[int, int] = {}
        """Code of a character → bits of the sets that name it alone."""
        self._ranges: dict[tuple[int, int], int] = {}
        """Range of codes → bits of the sets that have it."""

    def bits_of_sets(self, sets: frozenset[Characters]) -> int:
        """One bit for each of these sets; what is known of characters and texts is forgotten for a new one."""
        bits = 0
        for one in sorted(sets, key=sorted):
            if one not in self._sets:
                self._add(one, 1 << len(self._sets))
            bits |= self._sets[one]
        return bits

    def _add(self, characters: Characters, bit: int) -> None:
        self._sets[characters] = bit
        for first, last in characters:
            if first == last:
                self._singles[first] = self._singles.get(first, 0) | bit
            else:
                self._ranges[first, last] = self._ranges.get((first, last), 0) | bit
        self.clear()
        _bits_of.cache_clear()

    def __missing__(self, character: str) -> int:
        code = ord(character)
        bits = self._singles.get(code, 0)
        for (first, last), more in self._ranges.items():
            if first <= code <= last:
                bits |= more
        self[character] = bits
        return bits


@functools.lru_cache(_LOOKED_AT)
def _bits_of(text: str) -> int:
    """The bits of all characters of a text."""
    bits = 0
    for character in set(text):
        bits |= _KNOWN[character]
    return bits


_KNOWN = _KnownSets()
