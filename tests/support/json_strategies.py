"""Hypothesis strategies for any text and any JSON value."""

from __future__ import annotations

from hypothesis import strategies

ANY_TEXT = strategies.text(strategies.characters(codec=None, exclude_categories=()), max_size=20)
JSON = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers(-(2**70), 2**70) | ANY_TEXT,
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
