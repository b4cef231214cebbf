"""What happened in the chats of a job: changes that were noticed, gaps, people, files, in sentences as HTML.

Untrusted names are escaped; nobody is said to have done it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from gettext import gettext as _
from gettext import ngettext
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from archiver.errors import N_
from archiver.evidence.tables.events import EventKind
from archiver.render.invisible_characters import visible
from archiver.render.message_body import NOWHERE, References
from archiver.render.snippet import Snippet, reason
from archiver.render.times import local_time, time_from_id
from archiver.store.archive import Reading
from archiver.store.queries.people import last_name
from archiver.store.queries.viewing.change_events import TimelineEvent, newest_events
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.queries.viewing.messages import message_seen_before, text_seen_before
from archiver.web.app import size_text
from archiver.web.talk.message_links import message_snippet, references_by_room, text_snippet

Row = dict[str, Any]

LONGEST = 120
"""Characters of a name or a reason within a sentence."""

GROUPS: tuple[Mapping[EventKind, str], ...] = (
    {
        EventKind.EDITED: N_("The text of a message by {name} had changed."),
        EventKind.TOUCHED: N_("The time of the last edit of a message by {name} had changed; its text is the same."),
        EventKind.FILE_REMOVED: N_("A file or task sent by {name} had changed to “deleted”."),
        EventKind.DELETED: N_("A message by {name} had changed to “deleted”."),
        EventKind.MISSING: N_("A message by {name} was not shown any more (reason unknown)."),
        EventKind.FIRST_MISSING: N_("A message by {name} was not shown any more (reason unknown)."),
        EventKind.SHOWN_AGAIN: N_("A message by {name} was shown again."),
        EventKind.FIRST_EDITED: N_(
            "A message by {name} was already edited when it was first saved (the text before that is unknown)."
        ),
        EventKind.FIRST_DELETED: N_(
            "A message by {name} was already “deleted” when it was first saved (its text is unknown)."
        ),
    },
    {
        EventKind.JOINED: N_("{name} was among the members."),
        EventKind.LEFT: N_("{name} was not among the members any more (reason unknown)."),
        EventKind.RENAMED: N_("The display name of {name} had changed."),
        EventKind.ROLE: N_("The role of {name} had changed."),
        EventKind.ORGANIZATION: N_("The organisation of {name} had changed."),
        EventKind.DEPARTMENT: N_("The department of {name} had changed."),
        EventKind.CONTACT: N_("{name} was among your contacts."),
        EventKind.NO_CONTACT: N_("{name} was not among your contacts any more (reason unknown)."),
    },
    {
        EventKind.GAP_OPENED: N_("A gap (a period that could not be saved) between two messages: {first}, and {last}."),
        EventKind.GAP_NARROWED: N_("One of the messages in the gap before this one could be saved after all: {last}."),
        EventKind.GAP_CLOSED: N_("The gap before this message is closed, everything in it was seen: {last}."),
        EventKind.ERASED: "",
        EventKind.INACCESSIBLE: N_("The chat could not be opened any more (reason unknown)."),
        EventKind.ACCESSIBLE: N_("The chat could be opened again."),
        EventKind.ROOM_RENAMED: N_("The name of the chat had changed."),
        EventKind.ROOM_DESCRIBED: N_("The description of the chat had changed."),
        EventKind.ROOM_TYPE: N_("The kind of the chat had changed."),
    },
    {
        EventKind.FILE_GONE: N_("The file {name} was not shown any more (reason unknown)."),
        EventKind.FILE_BACK: N_("The file {name} was shown again."),
        EventKind.FILE_REPLACED: N_("The file {name} was listed with another size or time."),
        EventKind.FILE_RENAMED: N_("The name of a file had changed."),
        EventKind.FILE_LOST: N_("The bytes of the file {number} could not be saved: {reason}"),
    },
)
"""What is told of a job, the newest of each group: messages, people, chats and files, each kind in a sentence.

`_sentence` has that of what was erased.
"""

_OF_GAPS = {EventKind.GAP_OPENED, EventKind.GAP_NARROWED, EventKind.GAP_CLOSED, EventKind.ERASED}
_WITHOUT_NAME = {EventKind.CONTACT, EventKind.NO_CONTACT}
"""Their entries name an account by its number only."""

_WITH_VALUES = {
    *(EventKind.EDITED, EventKind.DELETED, EventKind.MISSING, EventKind.ROOM_RENAMED, EventKind.ROOM_DESCRIBED),
    *(EventKind.ROOM_TYPE, EventKind.RENAMED, EventKind.ROLE, EventKind.ORGANIZATION, EventKind.DEPARTMENT),
    *(EventKind.FILE_REPLACED, EventKind.FILE_RENAMED),
}
"""Beside whose sentence stands what was before and after."""


def newest_lines(reading: Reading, rooms: Collection[int]) -> list[Row]:
    """The newest lines of each group: time and kind, the sentence, the texts before and after as far as they are shown.

    `since`: the event happened after this time, and at `at` at the latest; None if not known.
    """
    references_of = references_by_room(reading)
    return [_row(reading, one, references_of) for one in newest_events(reading, rooms, GROUPS)]


def _row(reading: Reading, event: TimelineEvent, references_of: Callable[[int], References]) -> Row:
    room = event.room_id or 0
    if event.account_id is not None and event.kind in _WITHOUT_NAME:
        event = event._replace(person=last_name(reading, event.account_id, event.room_id))
    if event.kind in _OF_GAPS:  # nobody knows a message by its id
        event = event._replace(before=_named(reading, room, event.before), after=_named(reading, room, event.after))
    words = event_text(event)
    to_snippet: Callable[[str], Snippet] = text_snippet
    if event.kind in GROUPS[0]:
        to_snippet = partial(message_snippet, references=references_of(room) if room else NOWHERE)
    return {
        "at": event.at,
        "kind": event.kind,
        "words": words.sentence,
        "before": to_snippet(words.before) if words.before else None,
        "after": to_snippet(words.after) if words.after else None,
        "since": _since(reading, event),
    }


def _named(reading: Reading, room: int, message: str) -> str:
    """Time and author of a message; for one that is not saved the time that its id tells."""
    if not message.isdecimal():
        return message
    found = message_summaries(reading, [(room, int(message))])
    if not found:
        return time_from_id(int(message)) or message
    return " ".join(filter(None, ("" if found[0].sent is None else local_time(found[0].sent), visible(found[0].name))))


def _since(reading: Reading, event: TimelineEvent) -> datetime | None:
    if event.room_id is None or event.message_id is None:
        return None
    if event.kind in (EventKind.EDITED, EventKind.FILE_REMOVED, EventKind.DELETED):
        return text_seen_before(reading, event.room_id, event.message_id, event.seq)
    if event.kind is EventKind.MISSING:
        return message_seen_before(reading, event.room_id, event.message_id, event.seq)
    return None


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
    why = reason(event.after) if event.kind is EventKind.FILE_LOST else ""
    names = {"name": name or nameless, "number": event.number, "first": event.before, "last": event.after}
    safe = {
        key: Markup("<bdi>{}</bdi>").format(visible(_shorten(f"{value}")))  # untrusted: escaped, of its own direction
        for key, value in (names | {"reason": why}).items()
    }
    sentence = Markup(escape(_sentence(event))).format(**safe)  # noqa: S704 - it was just escaped
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
    sentence = _(next(group[event.kind] for group in GROUPS if event.kind in group))
    if event.kind is EventKind.GAP_OPENED and not event.before:
        sentence = _("A gap (a period that could not be saved) from the beginning of the chat to a message: {last}.")
    if event.kind in (EventKind.GAP_OPENED, EventKind.GAP_NARROWED) and event.about.isdecimal():
        sentence += ngettext(
            " According to Chatwork's counter, about {n} message is missing.",
            " According to Chatwork's counter, about {n} messages are missing.",
            count,
        ).format(n=f"{count:,}")
    return sentence


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
