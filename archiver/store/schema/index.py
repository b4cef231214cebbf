"""The index of the search, where SQLite has FTS5."""

from __future__ import annotations

_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

SEARCH = (
    "CREATE VIRTUAL TABLE search USING fts5(grams, content='', tokenize=\"ascii tokenchars '"
    + _PUNCTUATION.replace("'", "''").replace('"', '""')
    + "'\")"
)
"""The index of pairs of signs, where SQLite has FTS5. `ascii` leaves every sign beyond ASCII as it is, in each version
of SQLite; together with the punctuation only the blank ends a word."""
