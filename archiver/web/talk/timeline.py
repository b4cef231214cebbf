"""The timeline, the newest first: changes that were noticed, gaps, statements, packages, seals.

Every line says when the event was noticed, and between which times it happened if that is known.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from gettext import gettext as _

from flask import Blueprint, render_template, request

from archiver.render.invisible_characters import visible
from archiver.render.reference_labels import NOWHERE, References
from archiver.render.snippet import Snippet
from archiver.render.times import local_time, time_from_id
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracts
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.store.queries.viewing.messages import message_seen_before, text_seen_before
from archiver.store.queries.viewing.people import last_name
from archiver.store.queries.viewing.timeline import Timeline, timeline
from archiver.store.queries.viewing.timeline_event import EventKind, TimelineEvent
from archiver.store.search.scope import room_names
from archiver.web.context import view_context
from archiver.web.event_words.chat import CHAT_WRITERS
from archiver.web.event_words.files_tasks_statements import THING_WRITERS
from archiver.web.event_words.sentence import EventText
from archiver.web.talk import page_cursor
from archiver.web.talk.message_context import references_by_room
from archiver.web.talk.message_line import chat_name, message_snippet, text_snippet
from archiver.web.talk.room_header import chat

pages = Blueprint("events", __name__)

SHOWN = 50
"""Events on a page at least, if there are as many."""
LOOKED_THROUGH = 3
"""Pages of all kinds that are read for a page of one kind."""

_OF_MESSAGES = (
    *(EventKind.EDITED, EventKind.TOUCHED, EventKind.DELETED, EventKind.MISSING),
    *(EventKind.SHOWN_AGAIN, EventKind.FIRST_EDITED, EventKind.FIRST_DELETED),
)
_HIDDEN = (EventKind.HIDDEN,)
"""A group of its own, in which each message is listed: elsewhere those of one reading are one line."""
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
_WITHOUT_NAME = (EventKind.CONTACT, EventKind.NO_CONTACT, EventKind.PART)
"""Their entries name an account by its number only."""
_OF_FILES = (
    *(EventKind.FILE_GONE, EventKind.FILE_BACK, EventKind.FILE_REPLACED, EventKind.FILE_RENAMED),
    EventKind.FILE_LOST,
)
_OF_TASKS = (
    *(EventKind.TASK, EventKind.TASK_TEXT, EventKind.TASK_STATUS, EventKind.TASK_LIMIT, EventKind.TASK_GONE),
    EventKind.TASK_BACK,
)
_STATED = (
    *(EventKind.CONTRACT, EventKind.CONTRACT_FACT, EventKind.DELIVERY, EventKind.DELIVERY_WITHDRAWN),
    *(EventKind.ATTACHMENT, EventKind.ATTACHMENT_WITHDRAWN, EventKind.PART, EventKind.NOTE),
)
GROUPS: Mapping[str, tuple[EventKind, ...]] = {
    "messages": _OF_MESSAGES,
    "hidden": _HIDDEN,
    "chats": _OF_CHATS,
    "people": _OF_PEOPLE,
    "files": _OF_FILES,
    "tasks": _OF_TASKS,
    "stated": _STATED,
    "packages": (EventKind.EXPORTED, EventKind.SEALED),
}
"""The groups of events that a page can be limited to."""


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
    chat: str
    contract: str


@pages.get("/events")
def index() -> str:
    """The timeline of all chats and contracts."""
    with view_context().reading() as reading:
        every_contract = contracts(reading)
        rooms = list(dict.fromkeys(int(room.room_id) for one in every_contract for room in one.rooms))
        values = _page_values(reading, rooms, [one.id for one in every_contract], seals=True)
    return render_template("events.html", **values)


@pages.get("/room/<int:room>/events")
def room(room: int) -> str:
    """The timeline of one chat and its contracts."""
    with view_context().reading() as reading:
        room_chat = chat(reading, room)
        values = _page_values(reading, [room], [one.id for one in room_chat.contracts], seals=False)
    return render_template("events_room.html", chat=room_chat, **values)


def newest_lines(
    reading: Reading, rooms: Collection[int], contract_ids: Collection[str], groups: Collection[str]
) -> list[EventLine]:
    """The newest lines of each of these groups."""
    found = [_page(reading, rooms, contract_ids, None, group=group, seals=False) for group in groups]
    names = room_names(reading)
    references_of = references_by_room(reading)
    return [_row(reading, one, names, {}, references_of) for page in found for one in page.events]


def group_words() -> dict[str, str]:
    """The groups in words; the empty key stands for all."""
    return {
        "": _("Everything"),
        "messages": _("Messages that changed"),
        "hidden": _("Messages hidden by the plan, each one"),
        "chats": _("Gaps and chats"),
        "people": _("People"),
        "files": _("Files"),
        "tasks": _("Tasks"),
        "stated": _("What you entered"),
        "packages": _("Exports and seals"),
    }


def _page_values(
    reading: Reading, rooms: Collection[int], contract_ids: Collection[str], *, seals: bool
) -> dict[str, object]:
    """The template values of a page of the timeline."""
    group = request.args.get("kind", "")
    group = group if group in GROUPS else ""
    cursor = page_cursor.parse_cursor(request.args.get("before", ""), 1)
    before = cursor[0] if cursor else None
    page = _page(reading, rooms, contract_ids, before, group=group, seals=seals)
    names = room_names(reading)
    labels = {one.id: visible(one.called) for one in contracts(reading)}
    references_of = references_by_room(reading)
    rows = [_row(reading, one, names, labels, references_of) for one in page.events]
    return {"rows": rows, "next": page.next, "before": before, "kind": group, "kinds": group_words()}


def _page(
    reading: Reading,
    rooms: Collection[int],
    contract_ids: Collection[str],
    before: int | None,
    *,
    group: str,
    seals: bool,
) -> Timeline:
    """A page of one group, or of all; it may have fewer events although more follow."""
    if not group:
        # Without the seals, which would bury everything else.
        return timeline(reading, rooms, contracts=contract_ids, before=before, limit=SHOWN)
    found: list[TimelineEvent] = []
    for _attempt in range(LOOKED_THROUGH):
        sealed = seals and group == "packages"
        singly = group == "hidden"
        page = timeline(
            reading, rooms, contracts=contract_ids, before=before, limit=SHOWN, seals=sealed, hidden_singly=singly
        )
        found += [one for one in page.events if one.kind in GROUPS[group]]
        before = page.next
        if before is None or len(found) >= SHOWN:
            break
    return Timeline(found, before)


def _row(
    reading: Reading,
    event: TimelineEvent,
    names: Mapping[int, str],
    labels: Mapping[str, str],
    references_of: Callable[[int], References],
) -> EventLine:
    event = _with_person(reading, event)
    event_words = event_text(_with_named_ends(reading, event) if event.kind in _OF_GAPS else event)
    to_snippet: Callable[[str], Snippet] = text_snippet
    if event.kind in _OF_MESSAGES + _HIDDEN + _OF_TASKS:
        references = NOWHERE if event.room_id is None else references_of(event.room_id)
        to_snippet = partial(message_snippet, references=references)
    return EventLine(
        event,
        event_words,
        to_snippet(event_words.before) if event_words.before else None,
        to_snippet(event_words.after) if event_words.after else None,
        _since(reading, event),
        "" if event.room_id is None else chat_name(event.room_id, names),
        "" if event.contract is None else labels.get(event.contract, visible(event.contract)),
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
    if event.kind in (EventKind.MISSING, EventKind.HIDDEN):
        return message_seen_before(reading, event.room_id, event.message_id, event.seq)
    return None


EVENT_WRITERS = {**CHAT_WRITERS, **THING_WRITERS}
"""The writer of each kind of event."""


def event_text(event: TimelineEvent) -> EventText:
    """The text of an event."""
    return EVENT_WRITERS[event.kind](event)
