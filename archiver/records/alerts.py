"""What the alert rules judge (changes, departures, new texts), each rule and its sentence, alerts, and grades."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from gettext import gettext as _
from typing import NamedTuple

from archiver.records import JST, JsonObject, Sides, State
from archiver.wording import N_


class PersonRenamed(NamedTuple):
    """A person's name in one room, before and now."""

    room_id: int
    account_id: int
    before: str
    after: str
    at: datetime


class DepartureSignal(NamedTuple):
    """A person whom a list of members or contacts shows no more, a direct chat of theirs that no contract has, or a
    room that cannot be opened any more; what has no room, or no person, has 0 in its place.
    """

    room_id: int
    account_id: int
    at: datetime
    is_told_cancelled: bool = False
    """Whether somebody else than the owner posted in the room, in the form of Chatwork's own, that they cancelled."""


class ChangedMessage(NamedTuple):
    """A message that was edited, turned to `[deleted]`, or is hidden or missing."""

    room_id: int
    account_id: int
    """The account that wrote it."""
    message_id: str
    state: State
    at: datetime
    texts: tuple[str, ...] = ()
    """Of an edit that was not judged yet the text before and the text now."""


class NewText(NamedTuple):
    """A new text of anybody but the owner."""

    room_id: int
    account_id: int
    message_id: str
    body: str
    at: datetime
    """When it was seen."""
    earlier: Callable[[], Sequence[str]] = tuple
    """Returns the texts that the message had before; called only if this text matters to a rule."""
    is_other: bool = True
    """Whether the author is of the other side."""
    stranger: Callable[[], str] = str
    """Returns the subject of an alert if the author has a known person's name or was first seen lately; else empty."""


class TwinSeen(NamedTuple):
    """An account with the name of a person of the chats and another id: when it was noted, and as what."""

    at: datetime
    noted: JsonObject

    @property
    def subject(self) -> str:
        """Where it was seen, both ids, and since which day each of them is known."""
        known_since = datetime.fromisoformat(self.noted["known_since"])
        days = [one.astimezone(JST).date() for one in (known_since, self.since)]
        return f"{self.noted['place']}/{self.noted['known']}/{days[0]}/{self.noted['account_id']}/{days[1]}"

    @property
    def since(self) -> datetime:
        """Since when the account is known."""
        return datetime.fromisoformat(self.noted["since"] or self.at.isoformat())


class DetailChanged(NamedTuple):
    """Another role of a member, another name of their file, or that it or their task is not shown any more."""

    room_id: int
    account_id: int
    subject: str
    """Of the alert."""
    at: datetime
    message_id: str | None = None


class RoomChanged(NamedTuple):
    """A room's name or description, or the words of a task in it, before and now."""

    room_id: int
    subject: str
    """Of the alert: `room` for the name, `description`, `task/` with its id."""
    before: str
    after: str
    at: datetime


class ChangeObservations(NamedTuple):
    """Messages, files, roles and rooms that were changed since the last judgement, and who is who in these rooms."""

    sides: Mapping[int, Sides] = {}
    """The sides of the contract, by room."""
    edited: tuple[ChangedMessage, ...] = ()
    vanished: tuple[ChangedMessage, ...] = ()
    """Messages that were deleted or missing since then."""
    lately: tuple[ChangedMessage, ...] = ()
    """Both of the two days before, which were judged already."""
    alerts: tuple[Alert, ...] = ()
    """Those that the user has not dismissed."""
    attached: frozenset[str] = frozenset()
    """Messages that the user attached something to."""
    renamed: tuple[PersonRenamed, ...] = ()
    details: tuple[DetailChanged, ...] = ()
    rooms: tuple[RoomChanged, ...] = ()
    people: Mapping[int, RoomPeople] = {}


class RoomPeople(NamedTuple):
    """The people of a room without the owner of the archive."""

    members: frozenset[int] = frozenset()
    """Accounts in the room as last read."""
    former: frozenset[int] = frozenset()
    """Accounts that were in the room and are no more."""
    wrote: Mapping[int, int] = {}
    """Number of messages by account; Chatwork's own notices in their name are not counted."""
    sent: Mapping[int, int] = {}
    """Number of files by account."""
    counterparts: frozenset[int] = frozenset()
    """Accounts that are the other side of a contract: stated as clients, or the only ones that can be meant."""


class DepartureObservations(NamedTuple):
    """People, rooms, contacts and messages that disappeared or were renamed since the last judgement."""

    owner: int = 0
    renamed: tuple[PersonRenamed, ...] = ()
    members_left: tuple[DepartureSignal, ...] = ()
    contacts_removed: tuple[DepartureSignal, ...] = ()
    other_chats: tuple[DepartureSignal, ...] = ()
    closed_rooms: tuple[DepartureSignal, ...] = ()
    vanished: tuple[ChangedMessage, ...] = ()
    recently_vanished: tuple[ChangedMessage, ...] = ()
    """Messages that disappeared in the day before, as a burst may be spread over several runs."""
    hidden_before: frozenset[int] = frozenset()
    """Rooms in which the plan had hidden something already."""
    rooms: Mapping[int, RoomPeople] = {}
    """The people of the rooms of these changes, and of every other room of these people."""
    alerts: tuple[Alert, ...] = ()
    """The alerts stored so far."""


class AlertRule(StrEnum):
    """The rule behind an alert. The kinds of disappearance are distinguished."""

    ROOM_INACCESSIBLE = "room_inaccessible"
    ACCOUNT_CLOSED = "account_closed"
    MEMBER_GONE = "member_gone"
    CONTACT_GONE = "contact_gone"
    HIDDEN_BY_PLAN = "hidden_by_plan"
    DELETIONS = "deletions"
    FILE_GONE = "file_gone"
    OTHER_CHAT = "other_chat"
    A1 = "A1"
    """Work is asked for before the escrow."""
    A2 = "A2"
    """A survey, a manual or an explanation is asked for first."""
    A3 = "A3"
    """The escrow is to come only after something else."""
    A4 = "A4"
    """Contact data are asked for."""
    A5 = "A5"
    """Work or payment past the platform is proposed."""
    A6 = "A6"
    """The conversation is to move to another channel."""
    A7 = "A7"
    """Seminars, investments or costs in advance are proposed."""
    A8 = "A8"
    """Identity papers or bank data are asked for."""
    A9 = "A9"
    """The platform's permission is claimed, or remote control of the computer is asked for."""
    A10 = "A10"
    """Several messages were changed within a day, or one that matters alone."""
    A11 = "A11"
    """The other side is silent after a delivery."""
    A12 = "A12"
    """A person's or file's name, a role, or a chat's name or description changed."""
    A13 = "A13"
    """Changed pay, no pay, another day or the end of the job is spoken of."""
    END_REQUEST = "end_request"
    """A request on the platform to end the job early is spoken of, to which silence may count as consent."""
    A14 = "A14"
    """Nothing was saved for long."""
    A15 = "A15"
    """Bank data or a transfer are written of by a new account, or by one with a known person's name."""
    TWIN = "twin"
    """Another account has the name of a known person."""
    EARLY_CONTACT = "early_contact"
    """The oldest message is earlier than the platform allows contact."""
    UNDELIVERED = "undelivered"
    """Work was sent on Chatwork but not delivered within a day on the platform, whose record decides on payment."""
    DEADLINE = "deadline"
    """A deadline counted from the contract's dates is near or has just passed."""


CANCELLED = "cancelled"
"""The subject of an alert about a departed member whom a post of Chatwork's form calls a cancelled account."""

TERM = "term"
"""The subject of an alert about an edit of an amount, a day or an acceptance."""

SENTENCES: Mapping[tuple[AlertRule, str], str] = {
    (AlertRule.ROOM_INACCESSIBLE, ""): N_(
        "Chat {room} cannot be opened any more (reason unknown). What was saved is kept."
    ),
    (AlertRule.ACCOUNT_CLOSED, ""): N_("A name in chat {room} now ends in a mark such as “(解約済)” (account closed)."),
    (AlertRule.MEMBER_GONE, CANCELLED): N_(
        "Somebody is no longer listed as a member of chat {room}. A post there, in the form of "
        "Chatwork's automatic messages (anybody can write one), says that the account was cancelled."
    ),
    (AlertRule.MEMBER_GONE, ""): N_("Somebody is no longer listed as a member of chat {room} (reason unknown)."),
    (AlertRule.CONTACT_GONE, ""): N_(
        "Somebody from your work chats is no longer listed as your contact (reason unknown)."
    ),
    (AlertRule.OTHER_CHAT, ""): N_(
        "You have a direct chat with somebody from your work chats that is not saved: chat {room}. If "
        "you talk about work there, add it: archive job set"
    ),
    (AlertRule.HIDDEN_BY_PLAN, "1"): N_(
        "{n} message of chat {room} is now hidden by the plan. What was saved is kept."
    ),
    (AlertRule.HIDDEN_BY_PLAN, ""): N_(
        "{n} messages of chat {room} are now hidden by the plan. What was saved is kept."
    ),
    (AlertRule.DELETIONS, "1"): N_(
        "{n} message by somebody else in chat {room} now shows as deleted or is not shown any more."
    ),
    (AlertRule.DELETIONS, ""): N_(
        "{n} messages by somebody else in chat {room} now show as deleted or are not shown any more."
    ),
    (AlertRule.DELETIONS, "edited"): N_(
        "Chat {room}: messages by somebody else: {edited} edited, {n} deleted or no longer shown. "
        "The texts before the edits are kept: archive search --chat {room_id}"
    ),
    (AlertRule.FILE_GONE, "own"): N_(
        "Chat {room}: a file that you delivered is no longer shown on Chatwork. Keep your own copy of it."
    ),
    (AlertRule.FILE_GONE, "unsaved"): N_(
        "Chat {room}: a file from somebody else is no longer shown on Chatwork. Its content was not saved."
    ),
    (AlertRule.FILE_GONE, "unlisted"): N_(
        "Chat {room}: a file was sent, but Chatwork's list of files did not have it, so it is not saved. It may have "
        "been deleted first. Ask for it once more."
    ),
    (AlertRule.FILE_GONE, "task"): N_(
        "Chat {room}: a task from somebody else is no longer shown on Chatwork. Its text is saved."
    ),
    (AlertRule.FILE_GONE, ""): N_(
        "Chat {room}: a file from somebody else is no longer shown on Chatwork. Its content is saved."
    ),
    (AlertRule.A1, ""): N_("Chat {room}: somebody seems to ask for work before the escrow (仮払い). Start after it."),
    (AlertRule.A2, ""): N_(
        "Chat {room}: a survey, manual or explanation seems to come before the contract or escrow. "
        "Do it after the escrow."
    ),
    (AlertRule.A3, ""): N_(
        "Chat {room}: the escrow seems to be tied to a condition. Do nothing before the escrow, ask about it "
        "on the platform, and keep a screenshot: archive job enter {job} file"
    ),
    (AlertRule.A4, "direct"): N_(
        "Chat {room}: a message holds something like an email address or phone number. This archive sees only "
        "Chatwork: have what is agreed elsewhere confirmed here."
    ),
    (AlertRule.A4, ""): N_(
        "Chat {room}: a message holds something like an email address or phone number. Keep to the "
        "platform's rules on contact data; exports for the platform's support hide it."
    ),
    (AlertRule.A5, ""): N_(
        "Chat {room}: a message mentions working outside {platform} or avoiding its fees. Decline, deliver "
        "on {platform}, and keep a screenshot: archive job enter {job} file"
    ),
    (AlertRule.A6, "direct"): N_(
        "Chat {room}: a message mentions another channel. This archive sees only Chatwork: have what is agreed "
        "elsewhere confirmed here."
    ),
    (AlertRule.A6, ""): N_(
        "Chat {room}: a message mentions another channel. This archive sees only Chatwork: stay here or on "
        "the platform."
    ),
    (AlertRule.A7, ""): N_("Chat {room}: a message mentions a seminar, an investment or upfront costs. Ask why."),
    (AlertRule.A8, "direct"): N_(
        "Chat {room}: somebody seems to ask for identity papers or bank details. Don't send them here; ask the person "
        "by another way that you know, and keep a screenshot: archive job enter {job} file"
    ),
    (AlertRule.A8, ""): N_(
        "Chat {room}: somebody seems to ask for identity papers or bank details. Don't send them here; ask "
        "the platform, and keep a screenshot: archive job enter {job} file"
    ),
    (AlertRule.A9, ""): N_(
        "Chat {room}: somebody claims that support has allowed something, or asks to control a computer. "
        "Ask support yourself, and install nothing."
    ),
    (AlertRule.A10, TERM): N_(
        "Chat {room}: an amount, a day or an acceptance was edited in a message by somebody else. The earlier text is "
        "kept: archive search --chat {room_id}"
    ),
    (AlertRule.A10, "1"): N_(
        "Chat {room}: a message by somebody else was edited. The earlier text is kept: archive search --chat {room_id}"
    ),
    (AlertRule.A10, ""): N_(
        "Chat {room}: {n} messages by somebody else were edited. The earlier texts are kept: "
        "archive search --chat {room_id}"
    ),
    (AlertRule.A11, "closed"): N_(
        "Job {contract}: in what was read up to {until} there is no answer to what you wrote or sent on {day}. A chat "
        "does not open since. {advice}"
    ),
    (AlertRule.A11, ""): N_("Job {contract}: no answer to what you wrote or sent on {day}. {advice}"),
    (AlertRule.A12, "name"): N_("Chat {room}: somebody else has a new name now. The earlier one is kept."),
    (AlertRule.A12, "file"): N_("Chat {room}: a file from somebody else has a new name now. The earlier one is kept."),
    (AlertRule.A12, "role"): N_(
        "Chat {room}: somebody's role (who may manage the chat) has changed. The earlier one is kept."
    ),
    (AlertRule.A12, "task"): N_(
        "Chat {room}: an amount, a day or an acceptance changed in a task from somebody else. The earlier text is kept."
    ),
    (AlertRule.A12, "room"): N_("Chat {room}: the chat's name has changed. The earlier one is kept."),
    (AlertRule.A12, ""): N_(
        "Chat {room}: the description changed near an amount or a date. The earlier one is kept: compare the two."
    ),
    (AlertRule.A13, ""): N_(
        "Chat {room}: a message seems to be about changed pay, no pay, another date or the end of the job. Answer in "
        "writing, on the platform too if there is one, and don't agree in a hurry."
    ),
    (AlertRule.END_REQUEST, ""): N_(
        "Chat {room}: a message is about a request to end the job. {advice}. Once it has come, enter when: "
        "archive job enter {job} end-request"
    ),
    (AlertRule.A14, "1"): N_(
        "Saving was off for {pause} from {day}. Of messages written and edited meanwhile at most the new "
        "text is saved: archive status --full"
    ),
    (AlertRule.A14, ""): N_(
        "Saving was off {n} times for more than a day, last for {pause} from {day}. Of messages written and edited "
        "meanwhile at most the new text is saved: archive status --full"
    ),
    (AlertRule.A15, "new"): N_(
        "Chat {room}: an account that was first seen here on {day} (ID {account}) writes about bank data or a "
        "transfer. Before you pay or answer, ask by another way that you know: archive guide stranger"
    ),
    (AlertRule.A15, ""): N_(
        "Chat {room}: somebody writes about bank data or a transfer. Same name or one like it, but another account "
        "(ID {known} since {known_day}, ID {account} since {day}). Before you pay or answer, ask by another "
        "way that you know: archive guide stranger"
    ),
    (AlertRule.UNDELIVERED, ""): N_(
        "Job {contract}: you seem to have delivered on Chatwork, but no delivery on the platform is "
        "entered. Deliver there too, as its record counts most: archive job enter {job} delivery"
    ),
    (AlertRule.DEADLINE, ""): N_("Job {contract}, {day}: {name}. {advice}."),
    (AlertRule.EARLY_CONTACT, "before_approval"): N_("the approval of {since}"),
    (AlertRule.EARLY_CONTACT, "before_escrow"): N_("the escrow of {since}"),
    (AlertRule.EARLY_CONTACT, "before_contract"): N_("the agreement of {since}"),
    (AlertRule.EARLY_CONTACT, ""): N_(
        "Job {contract}: its platform allows no contact outside it, and there is a message on Chatwork of {day}. "
        "Exports show it."
    ),
    (AlertRule.TWIN, "request"): N_("A request to become your contact: "),
    (AlertRule.TWIN, "contact"): N_("A new contact: "),
    (AlertRule.TWIN, ""): N_("Chat {room}: "),
}
"""Rule, and what its subject, its count or a name tells more exactly → what happened, and what to consider."""


DEPARTURES = frozenset(
    {
        AlertRule.ROOM_INACCESSIBLE,
        AlertRule.ACCOUNT_CLOSED,
        AlertRule.MEMBER_GONE,
        AlertRule.CONTACT_GONE,
        AlertRule.HIDDEN_BY_PLAN,
        AlertRule.DELETIONS,
    }
)
"""Rules for somebody or something that disappears: the archive is then sealed and copied at once."""


class Level(StrEnum):
    """How urgent an alert is: act now, look soon, good to know."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Alert:
    """A hint to the user about something in the archive."""

    rule: AlertRule
    level: Level
    at: datetime
    room_id: int | None = None
    account_id: int | None = None
    message_id: str | None = None
    """The first message that it is about, if it is about messages."""
    count: int = 1
    """How many messages it is about."""
    subject: str | None = None
    """Further details of what it is about, in the form that its rule writes."""
    number: int = 0
    """The number by which the user names it; 0 before it is stored."""
    dismissed_at: datetime | None = None
    reason: str | None = None
    """Why the user dismissed it, in their words."""

    @property
    def dismissed(self) -> bool:
        """Whether the user has dismissed it."""
        return self.dismissed_at is not None

    @property
    def tells_terms(self) -> bool:
        """Whether it is about terms that stand in a description or a task."""
        return self.subject == "description" or (self.subject or "").startswith("task/")


class Grade(StrEnum):
    """How things stand; the values are those of the JSON documents."""

    GOOD = "good"
    ATTENTION = "attention"
    """It works, but something should be done."""
    ACTION = "action"
    """Something that unattended work needs is not there."""


GRADE_WORDS = {Grade.ACTION: N_("Action needed"), Grade.ATTENTION: N_("Check"), Grade.GOOD: N_("OK")}
"""In the order in which a screen lists them: what has to be done comes first."""


def grade_word(grade: Grade) -> str:
    """The word for a grade, in the language of the process."""
    return _(GRADE_WORDS[grade])


REPEAT_AFTER = timedelta(days=1)

CLOCK_TOLERANCE = timedelta(minutes=5)
"""So far ahead a time may lie without the clock having been set back: the corrected clocks of two rounds differ."""


class DueReminders(NamedTuple):
    """What to say now, and what to remember for the next time."""

    say: tuple[str, ...]
    """Keys of what is new, or was said a day ago and is still there."""
    over: tuple[str, ...]
    """Keys of what was said before and has ended."""
    known: dict[str, datetime]
    """Key → when it was last said."""
    is_remembered: bool = True
    """Whether the archive could remember that these were said."""


def due_reminders(
    present: Iterable[str],
    known: Mapping[str, datetime],
    *,
    now: datetime,
    in_order: Iterable[str] = ("",),
    once: tuple[str, ...] = (),
) -> DueReminders:
    """The reminders due for the keys that are present, given those said before; `now` is aware.

    `in_order` are prefixes of keys that were looked at: one below them that is not present has ended, while any
    other may still be there. `once` are prefixes of keys that are said once and not every day.
    """
    present_keys = set(present)
    over = {key for key in known.keys() - present_keys if key.startswith(tuple(in_order))}
    daily = {key for key in present_keys if not key.startswith(once) and is_due(known.get(key), now)}
    say = sorted(daily | (present_keys - known.keys()))
    remembered = {key: at for key, at in known.items() if key in present_keys or not (key in over or is_due(at, now))}
    return DueReminders(tuple(say), tuple(sorted(over)), remembered | dict.fromkeys(say, now))


def is_due(said_at: datetime | None, now: datetime) -> bool:
    """Whether a thing is to be said that was last said then; None: it is new."""
    return said_at is None or not -CLOCK_TOLERANCE <= now - said_at < REPEAT_AFTER
