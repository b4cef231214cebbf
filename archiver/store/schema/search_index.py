"""The full-text index of the search, where SQLite has FTS5."""

from __future__ import annotations

_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

SEARCH = (
    "CREATE VIRTUAL TABLE search USING fts5(grams, content='', tokenize=\"ascii tokenchars '"
    + _PUNCTUATION.replace("'", "''").replace('"', '""')
    + "'\")"
)
"""The statement that makes the index of bigrams. `ascii` leaves every character beyond ASCII as it is, in each version
of SQLite; with all punctuation as token characters, only a space ends a word."""
