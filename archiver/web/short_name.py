"""A stranger's name in a table: what it hides is shown, and one without an end does not fill the page."""

from __future__ import annotations

from gettext import gettext as _

from archiver.render.visible import visible

LENGTH_LIMIT = 300
"""Signs; far more than any name has that is meant to be read."""


def short_name(name: str) -> str:
    """The name with its hidden signs visible; of a longer one the beginning, and how many signs follow."""
    if len(name) <= LENGTH_LIMIT:
        return visible(name)
    return visible(name[:LENGTH_LIMIT]) + _(" (and {n} more signs)").format(n=f"{len(name) - LENGTH_LIMIT:,}")
