"""An event in words: what was seen or stated, and never who did it or why.

Pure; one function for each kind of event, in the two modules that are put together here.
"""

from __future__ import annotations

from archiver.store.queries.viewing.event import Event
from archiver.web.event_words import chat as happened_chat
from archiver.web.event_words import things as happened_things
from archiver.web.event_words.sentence import Happening

TELLERS = {**happened_chat.TELLERS, **happened_things.TELLERS}
"""Each kind of event, and what puts it into words."""


def happening(event: Event) -> Happening:
    """The words for an event."""
    return TELLERS[event.kind](event)
