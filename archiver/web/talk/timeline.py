"""What happened in the chats of a job: changes that were noticed, gaps, people, files.

Every line says when the event was noticed, and between which times it happened if that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from archiver.render.invisible_characters import visible
from archiver.render.reference_labels import NOWHERE, References
from archiver.render.snippet import Snippet
from archiver.render.times import local_time, time_from_id
from archiver.store.archive import Reading
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.queries.viewing.messages import message_seen_before, text_seen_before
from archiver.store.queries.viewing.people import last_name
from archiver.store.queries.viewing.timeline import EventKind, TimelineEvent, newest_events
from archiver.web.talk.event_words import EventText, event_text
from archiver.web.talk.message_context import references_by_room
from archiver.web.talk.message_line import message_snippet, text_snippet

_OF_MESSAGES = (
    *(EventKind.EDITED, EventKind.TOUCHED, EventKind.DELETED, EventKind.MISSING),
    *(EventKind.SHOWN_AGAIN, EventKind.FIRST_EDITED, EventKind.FIRST_DELETED),
)
_OF_GAPS = (EventKind.GAP_OPENED, EventKind.GAP_NARROWED, EventKind.GAP_CLOSED, EventKind.ERASED)
_OF_CHATS = (
    *_OF_GAPS,
    *(EventKind.INACCESSIBLE, EventKind.ACCESSIBLE, EventKind.ROOM_RENAMED),
    *(EventKind.ROOM_DESCRIBED, EventKind.ROOM_TYPE),
)
_OF_PEOPLE = (
    *(EventKind.JOINED, EventKind.LEFT, EventKind.RENAMED, EventKind.ROLE, EventKind.ORGANIZATION),
    *(EventKind.DEPARTMENT, EventKind.CONTACT, EventKind.NO_CONTACT),
)
_WITHOUT_NAME = (EventKind.CONTACT, EventKind.NO_CONTACT)
"""Their entries name an account by its number only."""
_OF_FILES = (
    *(EventKind.FILE_GONE, EventKind.FILE_BACK, EventKind.FILE_REPLACED, EventKind.FILE_RENAMED),
    EventKind.FILE_LOST,
)
GROUPS = (_OF_MESSAGES, _OF_PEOPLE, _OF_CHATS, _OF_FILES)
"""What is told of a job: the newest of each."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as a line; hidden characters of names are visible already."""

    event: TimelineEvent
    words: EventText
    before: Snippet | None
    after: Snippet | None
    """The texts before and after, as far as they are shown; None if there is none."""
    since: datetime | None
    """The event happened after this time, and at `event.at` at the latest; None if not known."""


def newest_lines(reading: Reading, rooms: Collection[int]) -> list[EventLine]:
    """The newest lines of each group."""
    references_of = references_by_room(reading)
    return [_row(reading, one, references_of) for one in newest_events(reading, rooms, GROUPS)]


def _row(
    reading: Reading,
    event: TimelineEvent,
    references_of: Callable[[int], References],
) -> EventLine:
    event = _with_person(reading, event)
    event_words = event_text(_with_named_ends(reading, event) if event.kind in _OF_GAPS else event)
    to_snippet: Callable[[str], Snippet] = text_snippet
    if event.kind in _OF_MESSAGES:
        references = NOWHERE if event.room_id is None else references_of(event.room_id)
        to_snippet = partial(message_snippet, references=references)
    return EventLine(
        event,
        event_words,
        to_snippet(event_words.before) if event_words.before else None,
        to_snippet(event_words.after) if event_words.after else None,
        _since(reading, event),
    )


def _with_person(reading: Reading, event: TimelineEvent) -> TimelineEvent:
    """The event with the name of whom it is about, if its entry tells only the number."""
    if event.account_id is None or event.kind not in _WITHOUT_NAME:
        return event
    return event._replace(person=last_name(reading, event.account_id, event.room_id))


def _with_named_ends(reading: Reading, event: TimelineEvent) -> TimelineEvent:
    """The event with the messages on both sides by time and author, as nobody knows them by their ids."""
    room = event.room_id or 0
    return event._replace(before=_named(reading, room, event.before), after=_named(reading, room, event.after))


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
    if event.kind in (EventKind.EDITED, EventKind.DELETED):
        return text_seen_before(reading, event.room_id, event.message_id, event.seq)
    if event.kind is EventKind.MISSING:
        return message_seen_before(reading, event.room_id, event.message_id, event.seq)
    return None
