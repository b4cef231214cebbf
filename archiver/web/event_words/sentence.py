"""Sentences about what happened: our words, with a stranger's names in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup, escape

from archiver.render.visible import visible
from archiver.store.queries.viewing.event import TimelineEvent

LONGEST = 120
"""Signs of a name or a reason within a sentence."""


class EventText(NamedTuple):
    """What a line of the timeline says."""

    sentence: Markup
    before: str = ""
    """The text, name or value that was there, as it came; empty if the sentence says all."""
    after: str = ""


EventWriter = Callable[[TimelineEvent], EventText]
"""Puts an event into words."""


def safe_sentence(text: str, /, **names: object) -> Markup:
    """A sentence as HTML; what is put into it is a stranger's, and keeps its direction to itself."""
    safe = {key: Markup("<bdi>{}</bdi>").format(visible(_short(f"{value}"))) for key, value in names.items()}
    return Markup(escape(text)).format(**safe)  # noqa: S704 - it was just escaped


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
