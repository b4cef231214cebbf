"""The mark of texts that are translated later: where they are shown, not where they stand."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - the name that catalogue extractors know
    """Mark a text for the catalogues without translating it yet."""
    return text
