"""What happened in a chat, in sentences as HTML: untrusted names are escaped; nobody is said to have done it."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _
from gettext import ngettext
from typing import NamedTuple

from markupsafe import Markup, escape

from archiver.errors import N_
from archiver.render.invisible_characters import visible
from archiver.render.snippet import reason
from archiver.store.queries.viewing.timeline import EventKind, TimelineEvent
from archiver.web.template_env import size_text

LONGEST = 120
"""Characters of a name or a reason within a sentence."""

SENTENCES: Mapping[EventKind, str] = {
    EventKind.EDITED: N_("The text of a message by {name} had changed."),
    EventKind.TOUCHED: N_("The time of the last edit of a message by {name} had changed; its text is the same."),
    EventKind.DELETED: N_("A message by {name} had changed to “deleted”."),
    EventKind.MISSING: N_("A message by {name} was not shown any more (reason unknown)."),
    EventKind.SHOWN_AGAIN: N_("A message by {name} was shown again."),
    EventKind.FIRST_EDITED: N_(
        "A message by {name} was already edited when it was first saved (the text before that is unknown)."
    ),
    EventKind.FIRST_DELETED: N_(
        "A message by {name} was already “deleted” when it was first saved (its text is unknown)."
    ),
    EventKind.GAP_OPENED: N_("A gap (a period that could not be saved) between two messages: {first}, and {last}."),
    EventKind.GAP_NARROWED: N_("One of the messages in the gap before this one could be saved after all: {last}."),
    EventKind.GAP_CLOSED: N_("The gap before this message is closed, everything in it was seen: {last}."),
    EventKind.INACCESSIBLE: N_("The chat could not be opened any more (reason unknown)."),
    EventKind.ACCESSIBLE: N_("The chat could be opened again."),
    EventKind.ROOM_RENAMED: N_("The name of the chat had changed."),
    EventKind.ROOM_DESCRIBED: N_("The description of the chat had changed."),
    EventKind.ROOM_TYPE: N_("The kind of the chat had changed."),
    EventKind.JOINED: N_("{name} was among the members."),
    EventKind.LEFT: N_("{name} was not among the members any more (reason unknown)."),
    EventKind.RENAMED: N_("The display name of {name} had changed."),
    EventKind.ROLE: N_("The role of {name} had changed."),
    EventKind.ORGANIZATION: N_("The organisation of {name} had changed."),
    EventKind.DEPARTMENT: N_("The department of {name} had changed."),
    EventKind.CONTACT: N_("{name} was among your contacts."),
    EventKind.NO_CONTACT: N_("{name} was not among your contacts any more (reason unknown)."),
    EventKind.FILE_GONE: N_("The file {name} was not shown any more (reason unknown)."),
    EventKind.FILE_BACK: N_("The file {name} was shown again."),
    EventKind.FILE_REPLACED: N_("The file {name} was listed with another size or time."),
    EventKind.FILE_RENAMED: N_("The name of a file had changed."),
    EventKind.FILE_LOST: N_("The bytes of the file {number} could not be saved: {reason}"),
}

_WITH_VALUES = {
    *(EventKind.EDITED, EventKind.DELETED, EventKind.MISSING, EventKind.ROOM_RENAMED, EventKind.ROOM_DESCRIBED),
    *(EventKind.ROOM_TYPE, EventKind.RENAMED, EventKind.ROLE, EventKind.ORGANIZATION, EventKind.DEPARTMENT),
    *(EventKind.FILE_REPLACED, EventKind.FILE_RENAMED),
}
"""Beside whose sentence stands what was before and after."""


class EventText(NamedTuple):
    """The text of a line."""

    sentence: Markup
    before: str = ""
    """The text, name or value before, as received; empty if the sentence says all."""
    after: str = ""


def event_text(event: TimelineEvent) -> EventText:
    """The text of an event."""
    name = event.before if event.kind is EventKind.RENAMED else event.about or event.person
    nameless = event.number if event.account_id is None else f"ID {event.account_id}"
    sentence = safe_sentence(
        _sentence(event),
        name=name or nameless,
        number=event.number,
        first=event.before,
        last=event.after,
        reason=reason(event.after) if event.kind is EventKind.FILE_LOST else "",
    )
    if event.kind not in _WITH_VALUES:
        return EventText(sentence)
    words: Mapping[str, str] = {}
    if event.kind is EventKind.ROOM_TYPE:
        words = {"direct": _("direct chat"), "group": _("group chat"), "my": _("My Chat")}
    elif event.kind is EventKind.FILE_REPLACED:
        words = {one: size_text(int(one)) for one in (event.before, event.after) if one.isdecimal()}
    return EventText(sentence, words.get(event.before, event.before), words.get(event.after, event.after))


def _sentence(event: TimelineEvent) -> str:
    """The sentence with the places for names; counts stand in it."""
    count = int(event.about) if event.about.isdecimal() else 0
    if event.kind is EventKind.ERASED:
        sentence = ngettext(
            "You erased {count} saved message between two others: {first}, and {last}.",
            "You erased {count} saved messages between two others: {first}, and {last}.",
            count,
        )
        return sentence.replace("{count}", f"{count}")
    sentence = _(SENTENCES[event.kind])
    if event.kind is EventKind.GAP_OPENED and not event.before:
        sentence = _("A gap (a period that could not be saved) from the beginning of the chat to a message: {last}.")
    if event.kind in (EventKind.GAP_OPENED, EventKind.GAP_NARROWED) and event.about.isdecimal():
        sentence += ngettext(
            " According to Chatwork's counter, about {n} message is missing.",
            " According to Chatwork's counter, about {n} messages are missing.",
            count,
        ).format(n=f"{count:,}")
    return sentence


def safe_sentence(text: str, /, **names: object) -> Markup:
    """A sentence as HTML; the untrusted values put into it are escaped and isolated in their text direction."""
    safe = {key: Markup("<bdi>{}</bdi>").format(visible(_shorten(f"{value}"))) for key, value in names.items()}
    return Markup(escape(text)).format(**safe)  # noqa: S704 - it was just escaped


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
