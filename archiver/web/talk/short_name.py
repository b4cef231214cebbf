"""Shortens an untrusted name for a table and makes its hidden characters visible."""

from __future__ import annotations

from gettext import gettext as _

from archiver.render.invisible_characters import visible

LENGTH_LIMIT = 300
"""Characters; far more than any real name has."""


def short_name(name: str) -> str:
    """The name with hidden characters made visible; of a long name the beginning and how many characters follow."""
    if len(name) <= LENGTH_LIMIT:
        return visible(name)
    return visible(name[:LENGTH_LIMIT]) + _(" (and {n} more characters)").format(n=f"{len(name) - LENGTH_LIMIT:,}")
