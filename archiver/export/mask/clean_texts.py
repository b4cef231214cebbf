"""Remembers texts in which nothing was found, as a package looks at each text several times."""

from __future__ import annotations

from collections.abc import Iterable

from archiver.export.mask.folding import folded_text

MOST_CHARACTERS = 10_000_000
"""Characters of all remembered texts together: about 30 MB. Texts beyond that are looked at each time."""


class CleanTexts:
    """Texts in which nothing was found, to be doubted or forgotten whenever more is to be covered than before."""

    def __init__(self) -> None:
        """Begin with no text."""
        self._texts: set[str] = set()
        self._earlier: set[str] = set()
        """Texts that were looked at before the last pieces were added."""
        self._characters = 0
        self._doubted = _Pieces(frozenset())

    def __contains__(self, text: str) -> bool:
        """Whether this very text was looked at, nothing was found, and it can hold none of the pieces added since."""
        return text in self._texts or (text in self._earlier and not self._doubted.may_stand_in(text))

    def add(self, text: str) -> None:
        """Remember a text that is not remembered yet, if there is room."""
        if text in self._earlier:
            self._texts.add(text)
        elif self._characters + len(text) <= MOST_CHARACTERS:
            self._texts.add(text)
            self._characters += len(text)

    def doubt(self, pieces: Iterable[str]) -> None:
        """Take these pieces, which are to be covered too: texts that lack a character of each of them stay clean."""
        self._earlier |= self._texts
        self._texts = set()
        added = {frozenset(folded) for piece in pieces if (folded := folded_text(piece).replace(" ", "").strip())}
        self._doubted = _Pieces(self._doubted.pieces | added)

    def forget(self) -> None:
        """Forget every text."""
        self._texts.clear()
        self._earlier.clear()
        self._characters = 0
        self._doubted = _Pieces(frozenset())


class _Pieces(dict[str, tuple[frozenset[str], ...]]):
    """A character as it was typed → the characters of each piece of which it may be the rarest one."""

    def __init__(self, pieces: frozenset[frozenset[str]]) -> None:
        """Take the characters of each piece, folded."""
        super().__init__()
        self.pieces = pieces

    def may_stand_in(self, text: str) -> bool:
        """Whether a text has every character of any piece."""
        suspects = [piece for character in text for piece in self[character]]
        folded = frozenset(folded_text(text)) if suspects else frozenset()
        return any(piece <= folded for piece in suspects)

    def __missing__(self, character: str) -> tuple[frozenset[str], ...]:
        # Kanji, which have the highest codes, are rarer than kana and Latin letters.
        folded = folded_text(character)
        self[character] = found = tuple(piece for piece in self.pieces if max(piece) in folded)
        return found
