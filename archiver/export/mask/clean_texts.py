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
        self._doubted = _FoldsToAnyOf(frozenset())

    def __contains__(self, text: str) -> bool:
        """Whether this very text was looked at, nothing was found, and it holds none of the pieces added since."""
        return text in self._texts or (text in self._earlier and not any(map(self._doubted.__getitem__, text)))

    def add(self, text: str) -> None:
        """Remember a text that is not remembered yet, if there is room."""
        if text in self._earlier:
            self._texts.add(text)
        elif self._characters + len(text) <= MOST_CHARACTERS:
            self._texts.add(text)
            self._characters += len(text)

    def doubt(self, pieces: Iterable[str]) -> None:
        """Take these pieces, which are to be covered too: texts without the rarest character of each stay clean."""
        rarest = {max(folded) for piece in pieces if (folded := folded_text(piece).strip())}
        self._earlier |= self._texts
        self._texts = set()
        self._doubted = _FoldsToAnyOf(self._doubted.wanted | rarest)

    def forget(self) -> None:
        """Forget every text."""
        self._texts.clear()
        self._earlier.clear()
        self._characters = 0
        self._doubted = _FoldsToAnyOf(frozenset())


class _FoldsToAnyOf(dict[str, bool]):
    """A character as it was typed → whether it folds to any of these; kanji, the highest, are rarer than kana."""

    def __init__(self, wanted: frozenset[str]) -> None:
        super().__init__()
        self.wanted = wanted

    def __missing__(self, character: str) -> bool:
        self[character] = found = not self.wanted.isdisjoint(folded_text(character))
        return found
