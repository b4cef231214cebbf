"""Remembers texts in which nothing was found, as a package looks at each text several times."""

from __future__ import annotations

MOST_CHARACTERS = 10_000_000
"""Characters of all remembered texts together: about 30 MB. Texts beyond that are looked at each time."""


class CleanTexts:
    """Texts in which nothing was found, to be forgotten whenever more is to be covered than before."""

    def __init__(self) -> None:
        """Begin with no text."""
        self._texts: set[str] = set()
        self._characters = 0

    def __contains__(self, text: str) -> bool:
        """Whether this very text was looked at, and nothing was found."""
        return text in self._texts

    def add(self, text: str) -> None:
        """Remember a text that is not remembered yet, if there is room."""
        if self._characters + len(text) <= MOST_CHARACTERS:
            self._texts.add(text)
            self._characters += len(text)

    def forget(self) -> None:
        """Forget every text."""
        self._texts.clear()
        self._characters = 0
