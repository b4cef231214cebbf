"""One event of a timeline: something that happened in a room or was stated about a contract."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from archiver.evidence.history import EntryObject
from archiver.records import MessageId
from archiver.store.time_text import from_text


class EventKind(StrEnum):
    """The kinds of events; `before`, `after` and `about` of an event are empty where nothing is said of them here."""

    EDITED = "edited"
    """The text of a message changed: `before` and `after` are both texts."""
    TOUCHED = "touched"
    """Only the update time of a message changed."""
    DELETED = "deleted"
    """Chatwork shows its mark of a deletion: `before` is the text."""
    MISSING = "missing"
    HIDDEN = "hidden"
    """Hidden by the plan; `number`: so many of one reading as one event."""
    SHOWN_AGAIN = "shown_again"
    FIRST_EDITED = "first_edited"
    """It was edited before it was first seen."""
    FIRST_DELETED = "first_deleted"
    GAP_OPENED = "gap_opened"
    """`before` and `after` are the ids on both sides (empty: the room's beginning), `about` how many are missing."""
    GAP_NARROWED = "gap_narrowed"
    GAP_CLOSED = "gap_closed"
    ERASED = "erased"
    """The owner erased messages between the ids `before` and `after`; `about` is how many."""
    INACCESSIBLE = "inaccessible"
    ACCESSIBLE = "accessible"
    ROOM_RENAMED = "room_renamed"
    ROOM_DESCRIBED = "room_described"
    ROOM_TYPE = "room_type"
    """A direct chat became a group chat: `before` and `after` are Chatwork's words."""
    JOINED = "joined"
    """`about` is the name, here and below."""
    LEFT = "left"
    RENAMED = "renamed"
    ROLE = "role"
    ORGANIZATION = "organization"
    DEPARTMENT = "department"
    CONTACT = "contact"
    NO_CONTACT = "no_contact"
    """Not in the list of contacts any more."""
    FILE_GONE = "file_gone"
    """`about` is the name, here and below; as the sender gave it."""
    FILE_BACK = "file_back"
    FILE_REPLACED = "file_replaced"
    """Another size or time is listed under the same id: `before` and `after` are the sizes."""
    FILE_RENAMED = "file_renamed"
    FILE_LOST = "file_lost"
    """The bytes were given up: `after` is the recorded reason."""
    TASK = "task"
    """A task was first seen: `after` is its text. `about` of the others is the text."""
    TASK_TEXT = "task_text"
    TASK_STATUS = "task_status"
    TASK_LIMIT = "task_limit"
    """`before` and `after` are Unix seconds."""
    TASK_GONE = "task_gone"
    TASK_BACK = "task_back"
    CONTRACT = "contract"
    """A contract was stated for the first time."""
    CONTRACT_FACT = "contract_fact"
    """`about` is the fact's name in the statement."""
    DELIVERY = "delivery"
    """`after` is the time as typed, `about` the file's name."""
    DELIVERY_WITHDRAWN = "delivery_withdrawn"
    ATTACHMENT = "attachment"
    """`about` is the file's name, `after` its kind."""
    ATTACHMENT_WITHDRAWN = "attachment_withdrawn"
    PART = "part"
    """The role of an account was stated: `after` is the role (empty if withdrawn), `about` the reason."""
    NOTE = "note"
    EXPORTED = "exported"
    """`about` is the profile, `after` the SHA-256."""
    SEALED = "sealed"
    """`number` is the seal's, `about` its day, `after` its SHA-256."""


class TimelineEvent(NamedTuple):
    """An event of a timeline; texts are unescaped and of any length."""

    seq: int
    at: datetime
    """When the event was noticed or stated."""
    kind: EventKind
    room_id: int | None
    message_id: MessageId | None = None
    account_id: int | None = None
    number: int | None = None
    """The number of the file, task, gap, delivery, attachment or seal, or how many messages were hidden."""
    contract: str | None = None
    before: str = ""
    after: str = ""
    about: str = ""
    person: str = ""
    """The name of the account where the entry tells none; empty if it was not looked up, or is not known."""


def make_event(
    entry: EntryObject, kind: EventKind, before: str = "", after: str = "", about: str = ""
) -> TimelineEvent:
    """An event of an entry, without the message, account, number or contract that it is about."""
    at = from_text(entry["observed_at"])
    return TimelineEvent(entry["seq"], at, kind, entry["room_id"], before=before, after=after, about=about)


def entry_ident(entry: EntryObject) -> str:
    """The last part of an entry's key."""
    return str(entry["key"].rpartition("/")[2])
