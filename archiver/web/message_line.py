"""A message as a line of a list: what stands beside it, and the stretch of its text that is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from gettext import gettext as _

from archiver.chatwork.notation.parse import parse
from archiver.records import notable_states
from archiver.render.body import plain_text
from archiver.render.message_html import STATES
from archiver.render.reference_labels import NOWHERE
from archiver.render.snippet import Snippet, snippet
from archiver.render.visible import visible
from archiver.store.queries.viewing.message_summaries import MessageSummary
from archiver.store.search.search import SearchHit

WIDTH = 180
"""Columns of the text; a sign of full width takes two."""
_ENOUGH = 2_000
"""Signs of a text that are read for so many columns."""


FoundMessage = SearchHit | MessageSummary
"""What a search or an address found."""


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One line; names are made visible already."""

    room_id: int
    message_id: str
    chat: str
    sent: datetime | None
    account_id: int
    name: str
    states: tuple[str, ...]
    """What became of the message; empty if nothing."""
    text_state: str
    """What the text is, if not the one that the message has now."""
    text: Snippet


def message_line(told: FoundMessage, names: Mapping[int, str], *, words: Collection[str] = ()) -> MessageLine:
    """The line of a message; `names` are those of the chats, `words` are marked."""
    return MessageLine(
        told.room_id,
        told.message_id,
        chat_name(told.room_id, names),
        told.sent,
        told.account_id,
        visible(told.name),
        _states(told),
        _text_state(told),
        text_snippet(told.text, words) if words else message_snippet(told.text),
    )


def chat_name(room: int, names: Mapping[int, str]) -> str:
    """What a chat is called; its number if that is not known."""
    return visible(names.get(room, "")) or f"{room}"


def text_snippet(text: str, words: Collection[str] = ()) -> Snippet:
    """What is shown of a text."""
    return snippet(text, words, width=WIDTH, measure=_columns)


def message_snippet(body: str) -> Snippet:
    """The same of a message's text, read as Chatwork shows it: without its marks for people, boxes and answers."""
    return text_snippet(plain_text(parse(body[:_ENOUGH]), NOWHERE))


def _states(told: FoundMessage) -> tuple[str, ...]:
    found = notable_states(told.state, was_edited=told.was_edited, was_deleted=told.was_deleted)
    return tuple(STATES[one] for one in found)


def _text_state(told: FoundMessage) -> str:
    if told.before_deletion:
        return _("text before the change to “deleted”")
    return _("earlier text") if told.earlier else ""


def _columns(sign: str) -> int:
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
