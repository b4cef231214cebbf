"""A message as a line of a list: its facts, and the part of its text that is shown."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from gettext import gettext as _
from typing import Any

from archiver.chatwork.notation.parse import parse
from archiver.records import notable_states
from archiver.render.invisible_characters import visible
from archiver.render.message_body import plain_text
from archiver.render.message_html import state_badge
from archiver.render.reference_labels import NOWHERE, References
from archiver.render.snippet import Snippet, one_line, own_words, readable_body, snippet
from archiver.store.queries.viewing.message_summaries import MessageSummary
from archiver.store.search.search import SearchHit

WIDTH = 180
"""Columns of the text; a full-width character takes two."""
_ENOUGH = 2_000
"""Characters of a text that are read for so many columns."""


FoundMessage = SearchHit | MessageSummary
"""A message that was found by a search or named in an address."""


def message_line(
    message: FoundMessage,
    names: Mapping[int, str],
    *,
    words: Collection[str] = (),
    references: References = NOWHERE,
) -> dict[str, Any]:
    """The line of a message; `names` are those of the chats, `words` are marked, `references` name what it mentions."""
    text = readable_body(message.text, words, references)
    return {
        "room_id": message.room_id,
        "message_id": message.message_id,
        "chat": chat_name(message.room_id, names),
        "sent": message.sent,
        "account_id": message.account_id,
        "name": visible(message.name),
        "states": _states(message),
        "text_state": _text_state(message),
        "text": text_snippet(text, words) if words else message_snippet(message.text, references),
    }


def chat_name(room: int, names: Mapping[int, str]) -> str:
    """The name of a chat; its number if the name is not known."""
    return visible(names.get(room, "")) or f"{room}"


def text_snippet(text: str, words: Collection[str] = ()) -> Snippet:
    """The part of a text that is shown."""
    return snippet(text, words, width=WIDTH, measure=_columns)


def message_snippet(body: str, references: References = NOWHERE) -> Snippet:
    """The part of a message that is shown, as Chatwork shows it: without tags for people, boxes and replies."""
    return text_snippet(one_line(plain_text(parse(body[:_ENOUGH]), references)))


def words_line(body: str, references: References = NOWHERE) -> str:
    """What a message says on one line, without whom it addresses; hidden characters are visible."""
    return visible("".join(part.text for part in text_snippet(own_words(body[:_ENOUGH], references)).parts))


def _states(message: FoundMessage) -> tuple[str, ...]:
    states = notable_states(message.state, was_edited=message.was_edited, was_deleted=message.was_deleted)
    return tuple(state_badge(one, knows_text=bool(message.text)) for one in states)


def _text_state(message: FoundMessage) -> str:
    if message.before_deletion:
        return _("text before the change to “deleted”")
    return _("earlier text") if message.earlier else ""


def _columns(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
