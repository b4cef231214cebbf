"""Sentences about events as HTML, with untrusted names escaped."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from markupsafe import Markup, escape

from archiver.render.invisible_characters import visible
from archiver.store.queries.viewing.timeline_event import TimelineEvent

LONGEST = 120
"""Characters of a name or a reason within a sentence."""


class EventText(NamedTuple):
    """The text of a timeline's line."""

    sentence: Markup
    before: str = ""
    """The text, name or value before, as received; empty if the sentence says all."""
    after: str = ""


EventWriter = Callable[[TimelineEvent], EventText]
"""Writes the text of an event."""


def safe_sentence(text: str, /, **names: object) -> Markup:
    """A sentence as HTML; the untrusted values put into it are escaped and isolated in their text direction."""
    safe = {key: Markup("<bdi>{}</bdi>").format(visible(_shorten(f"{value}"))) for key, value in names.items()}
    return Markup(escape(text)).format(**safe)  # noqa: S704 - it was just escaped


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
