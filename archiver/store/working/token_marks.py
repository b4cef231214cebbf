"""Recognises the user's own API token in a text without holding it: by a salted digest of each that was used.

A token has 128 random bits, so that nobody finds it by trying from its digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenMarks:
    """The salt of an archive, and the digests of the tokens with which it was saved."""

    salt: str
    digests: tuple[str, ...] = ()

    def digest(self, word: str) -> str:
        """The digest of a word, whatever its case."""
        return hashlib.sha256(f"{self.salt}:{word.lower()}".encode("utf-8", "surrogatepass")).hexdigest()

    def knows(self, word: str) -> bool:
        """Whether a word is one of the tokens."""
        return self.digest(word) in self.digests
