"""Everything that is remembered between two runs: one slot for each value, with who writes it and who reads it.

What a slot holds is no evidence; whoever loses all of it loses work and some notices, nothing that was saved. The JSON
has the names of the fields, and must stay readable: archives of earlier versions have it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, NamedTuple

import msgspec
from sqlalchemy import delete, select, update

from archiver.records import JsonObject
from archiver.store import schema
from archiver.store.engine import Reading, SmallStatement, Writing
from archiver.store.rows import Slot, upsert_rows
from archiver.store.time_text import from_text, to_text

Time = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True)
class TokenMarks:
    """The salt of an archive, and the digests of its tokens: with them a token is recognised in a text.

    A token has 128 random bits, so that nobody finds it by trying from its digest.
    """

    salt: str
    digests: tuple[str, ...] = ()

    def digest(self, word: str) -> str:
        """The digest of a word, whatever its case."""
        return hashlib.sha256(f"{self.salt}:{word.lower()}".encode("utf-8", "surrogatepass")).hexdigest()

    def knows(self, word: str) -> bool:
        """Whether a word is one of the tokens."""
        return self.digest(word) in self.digests


# --- runs -----------------------------------------------------------------------------------------


class LastSync(msgspec.Struct, frozen=True):
    """The last run that checked rooms."""

    at: Time
    complete: bool
    """Whether it left nothing unsaved."""
    every_room: bool = False
    """Whether it was over every room that is read."""
    every_list: bool = False
    """Whether it read the list of messages of each of them; without that, nobody knows that nothing is missing."""


LAST_SYNC: Slot[LastSync | None] = Slot("last_sync", LastSync, None)
"""The last run that saved something, written at its end (`sync.run_end`).

Read by everything that says since when nothing is saved: status, checks, notices, the setting up.
"""


def last_saved_at(reading: Reading) -> datetime | None:
    """When a run last checked rooms; None: none ever did."""
    last_sync = LAST_SYNC.recall(reading)
    return None if last_sync is None else last_sync.at


def standing_error(reading: Reading) -> str | None:
    """The name of the error for which no round has gone through since, however the clock was set meanwhile."""
    round_fault = LAST_FAULT.recall(reading)
    return round_fault.name if round_fault is not None and round_fault.after == last_saved_at(reading) else None


class RoundFault(msgspec.Struct, frozen=True):
    """The last error that kept a round from going through."""

    name: str
    """Name of the error's class."""
    after: Time | None = None
    """When the last round before it had gone through; if another went through since, the error is over."""


LAST_FAULT: Slot[RoundFault | None] = Slot("last_fault", RoundFault, None)
"""The error that stops every round, written after a failed one (`notices.sentences`) or one without calls left
(`sync.run_end`).

Cleared by a run that receives the list of rooms (`sync.run_end`); read by `standing_error`.
"""


class ScheduledRun(msgspec.Struct, frozen=True):
    """The last run that nobody watched: of a scheduler or the daemon."""

    at: Time
    error: str | None
    """Name of the error's class; None: it went through."""


SCHEDULED_RUN: Slot[ScheduledRun | None] = Slot("scheduled_run", ScheduledRun, None)
"""The last run that nobody watched, written after it (`notices.sentences`), for `health`.

A run that is typed later says nothing of the schedule. Forgotten when the schedule is removed (`setup.unattended`).
"""

CLOCK_OFFSET: Slot[int | None] = Slot("clock_offset_ms", int, None)
"""The server's clock minus ours in the last run that knew it: from `sync.run_end` for `health` and `status`."""

DOUBTFUL_TIME: Slot[float | None] = Slot("doubtful_hours", float, None)
"""How many hours Chatwork's replies were ahead of this computer in the last run, where one of the two was doubtful.

From `sync.run_end` for `health`; read by `rounds`.
"""

UNREAD_DROPPED: Slot[datetime | None] = Slot("unread_dropped", Time, None)
"""When the own unread messages last became fewer during a run: from `sync.run_end` for `status`."""


OTHER_CALLS: Slot[datetime | None] = Slot("other_calls", Time, None)
"""When a run last saw that others use the account's calls: from `sync.run_end` for `health`."""


ASSISTANTS: Slot[dict[str, bool]] = Slot("assistants", dict[str, bool], {})
"""The jobs that an assistant may ask about, and whether it gets them as they are saved, without covers."""

TOKEN_MARKS: Slot[TokenMarks | None] = Slot("token_marks", TokenMarks, None)
"""By what the tokens are recognised with which runs have saved: from `sync.run_end` for `export.package`."""


@dataclass(frozen=True, slots=True)
class CallBudget:
    """Chatwork's budget of calls as the last run left it; None = not known."""

    limit: int | None
    remaining: int | None
    reset: Time
    """When the window ends."""


BUDGET: Slot[CallBudget | None] = Slot("budget", CallBudget, None)
"""How many calls are left, written by each run (`sync.run_end`), for the next one and for `archive status --full`."""


class WindowRequests(msgspec.Struct, frozen=True):
    """Our own calls in one window of Chatwork's allowance, of all processes."""

    reset: Time
    """When the window ends."""
    spent: int
    looks: int
    """Those of them that looking for changes took: the account, the list of rooms, lists of each kind."""


WINDOW_REQUESTS: Slot[WindowRequests | None] = Slot("window_requests", WindowRequests, None)
"""Our calls in the present window of the allowance: `sync.run_end`, for `sync.run` in the next run."""

TROUBLES: Slot[Mapping[str, datetime]] = Slot("troubles", dict[str, Time], {})
"""Key of each trouble of a run and when it was last reported: `sync.run_end`, for itself in the next run."""

IDLE_RUNS: Slot[JsonObject | None] = Slot("idle", JsonObject, None)
"""The payload of the `sweep` entry of the idle runs collected so far: `sync.run_end`, for itself."""

# --- rooms ----------------------------------------------------------------------------------------


class LastRoomList(msgspec.Struct, frozen=True):
    """The last list of rooms that was received."""

    at: Time
    rooms: frozenset[int]
    """The rooms without unread messages at that time."""


LAST_ROOM_LIST: Slot[LastRoomList | None] = Slot("looked", LastRoomList, None)
"""When the list of rooms was last received: from `sync.run_end` for `store.queries.looks_and_gaps`."""


class RoomFailure(msgspec.Struct, frozen=True):
    """The kind of reading that failed in a room, and when it was first and last tried."""

    kind: str
    since: Time
    at: Time


FAILED_ROOMS: Slot[Mapping[int, RoomFailure]] = Slot("failed_rooms", dict[int, RoomFailure], {})
"""Rooms that the last runs could not read: from `sync.run_end`, for it and `store.queries.looks_and_gaps`."""

LISTED_NAMES: Slot[Mapping[int, str]] = Slot("listed_names", dict[int, str], {})
"""Names of contracted rooms listed and not yet read: from `sync.run_end` for `store.queries.status`."""

KNOWN_ROOMS: Slot[frozenset[int] | None] = Slot("quest_rooms", frozenset[int], None)
"""Rooms for which references in the rest of the archive were queued: `sync.pull.single_messages`, for itself."""

TASKS_READ: Slot[int] = Slot("tasks_read/<room>", int, 0)
"""The last task read singly in a room, while some are left: `sync.pull.room_lists`, for itself."""

REREAD_AT: Slot[datetime | None] = Slot("reread_at", Time, None)
"""When the last batch of messages was re-read: `sync.backfill_and_rereads`, for itself."""

REREAD_CHANGES: Slot[Mapping[int, list[int]]] = Slot("reread_changed", dict[int, list[int]], {})
"""Positions of changes whose neighbours are still to be re-read, by room: `sync.backfill_and_rereads`, for itself."""

# --- rounds and the daemon ------------------------------------------------------------------------


class EndedPause(msgspec.Struct, frozen=True):
    """A long pause that has ended."""

    begin: Time
    end: Time
    gaps: int
    """How many the round that ended it found."""
    whole: bool
    """Whether that round read all that had moved in every room."""


ENDED_PAUSE: Slot[EndedPause | None] = Slot("resumed", EndedPause, None)
"""The last long pause that has ended: from `rounds.round` for `notices`."""

JUDGED_UPTO: Slot[int] = Slot("judged", int, 0)
"""The number of the last entry that the alert rules have judged: `rounds.alerting`, for itself."""


TWINS_UPTO: Slot[int] = Slot("twins", int, 0)
"""The last entry up to which names of people were compared: `sync.pull.contacts_and_namesakes`, for itself."""


class JudgedCases(msgspec.Struct, frozen=True):
    """The last judgement of the contracts' dates."""

    at: Time
    stated: int
    """The last entry about a contract at that time."""


JUDGED_CASES: Slot[JudgedCases | None] = Slot("cases_judged", JudgedCases, None)
"""When the contracts' dates were last judged in a round: `rounds.alerting`, for itself."""

JUDGED_HOUR: Slot[str | None] = Slot("dates_judged", str, None)
"""The hour in which deadlines were last judged without a round (2026-11-24T13): `rounds.alerting`, for itself."""


class ExportedDay(NamedTuple):
    """A day whose daily copies are made."""

    day: date
    """In Tokyo."""
    contract_entry: int
    """The last entry about a contract at that time."""


EXPORTED_DAY: Slot[ExportedDay | None] = Slot("dailies", ExportedDay, None)
"""The day for which every daily copy is made, a pair in the JSON: `rounds.round`, for itself."""

DAILY_COPY_UPTO: Slot[int] = Slot("daily/<contract>", int, 0)
"""The last entry that a daily copy of a contract covers: `export.package.daily_copy`, for itself."""

EXPORT_FILES: Slot[Mapping[str, Mapping[str, str]]] = Slot("export_files/<contract>", dict[str, dict[str, str]], {})
"""Package → the SHA-256 of each of its files when it was made; the entry of the export has the digest of that.

From `export.package.make_package` for `custody.exported_package_check`.
"""

COPY_FAILURES: Slot[Mapping[str, datetime]] = Slot("uncopied", dict[str, Time], {})
"""Folders that could not get copies, and when that was last reported: `rounds.round`, for itself."""


class LastChecks(msgspec.Struct, frozen=True):
    """When the daemon last verified; None: not yet."""

    sample: Time | None = None
    whole: Time | None = None


LAST_CHECKS: Slot[LastChecks] = Slot("daemon-checked", LastChecks, LastChecks())
"""When a sample and when everything was last verified: `rounds.scheduled_duties`, for itself."""

LAST_UPKEEP: Slot[datetime | None] = Slot("upkeep", Time, None)
"""When the database was last kept up: `custody.database_upkeep`, for the daemon's monthly duty."""

# --- notices --------------------------------------------------------------------------------------

NOTICED: Slot[Mapping[str, datetime]] = Slot("noticed", dict[str, Time], {})
"""Key of each trouble and when it was last reported to the user: `notices.sentences`, for itself."""


class KnownRates(msgspec.Struct, frozen=True):
    """The message rates of chats, as they were last computed."""

    upto: int
    """The number of the last entry that they take into account."""
    rates: Mapping[int, float]
    """Messages a minute in the busiest hour, by room."""


MESSAGE_RATES: Slot[KnownRates] = Slot("paces", KnownRates, KnownRates(0, {}))
"""The message rates of the chats that are read: `health.snapshot`, for itself."""


class LastPing(msgspec.Struct, frozen=True):
    """The last call of the heartbeat's address."""

    at: Time
    failing_since: Time | None
    """Since when no call is taken; None: the last one was."""


LAST_PING: Slot[LastPing | None] = Slot("ping", LastPing, None)
"""The last call of `[notify] ping`: `notices.heartbeat`, for itself and for `health`."""


class LastNoticeTrial(msgspec.Struct, frozen=True):
    """The last test notices: when they were sent, and by which ways they were seen or not."""

    at: Time
    seen: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    """`desktop`, `mail`, `urls`, `ping`."""


NOTICE_TRIAL: Slot[LastNoticeTrial | None] = Slot("notice_trial", LastNoticeTrial, None)
"""The last trial of the ways by which notices come: from `init` and `check`, for `health`."""


class SeenChanges(msgspec.Struct, frozen=True):
    """Up to where the user has seen what changed in a job."""

    entry: int
    """The last entry then."""
    at: Time


SEEN_CHANGES: Slot[Mapping[str, SeenChanges]] = Slot("seen_changes", dict[str, SeenChanges], {})
"""Contract → what its user has marked as seen on the first page, which then tells of later changes alone."""

TICKED: Slot[Mapping[str, list[str]]] = Slot("ticked", dict[str, list[str]], {})
"""Job or package → the steps of its page that its user has ticked as done."""

RESCUED: Slot[datetime | None] = Slot("rescued", Time, None)
"""When the page of trouble last began to save everything, which it does by itself only every ten minutes."""

# --- the user's own commands ----------------------------------------------------------------------


class LastBackup(msgspec.Struct, frozen=True):
    """When and where the last copy was made, and whether it was verified."""

    at: Time
    path: str
    verified: bool
    """Whether nothing was found wrong in it."""
    whole_at: Time | None = None
    """When every record was last verified, if that was for an earlier copy; None: for this one."""


LAST_BACKUP: Slot[LastBackup | None] = Slot("backup", LastBackup, None)
"""The last copy of the archive: from `custody.backup` for status and checks."""


class KnownCopy(msgspec.Struct, frozen=True):
    """A copy of the database in which nothing was found wrong."""

    at: Time
    sha256: str
    """Of its file."""
    rules: str
    """The version of the program, and of its rules for records, by which it was verified."""
    whole_at: Time
    """When every record was last verified: for this copy, or for an earlier one with which it was compared."""


KNOWN_COPIES: Slot[tuple[KnownCopy, ...]] = Slot("known_copies", tuple[KnownCopy, ...], ())
"""The last good copies, newest first: from `custody.backup`, so that the next one is compared with them."""


BROUGHT_IN: Slot[tuple[str, ...]] = Slot("brought_in", tuple[str, ...], ())
"""The digests of the last records of other databases whose messages were taken in (`custody.put_back_databases`)."""


class CopyToolRun(msgspec.Struct, frozen=True):
    """How the user's own program ended that saves the copy elsewhere."""

    at: Time
    program: str
    """Its name, without folder and arguments, which may hold a password."""
    code: int | None
    """Its exit code; None: it could not be started, or had to be ended."""
    summary: str
    """The last line that it printed, or what restic's own summary says."""


LAST_COPY_TOOL: Slot[CopyToolRun | None] = Slot("copy_tool", CopyToolRun, None)
"""The last run of `[backup] after`: from `custody.copies_elsewhere` for status and checks."""

COPY_TRIED: Slot[datetime | None] = Slot("copy_tried", Time, None)
"""When a regular copy was last begun, whether it was finished or not: `rounds.scheduled_backup`."""

COPY_FAULT: Slot[str | None] = Slot("copy_fault", str, None)
"""What went wrong with the last regular copy: `findings`, `incomplete`, `failed` or the name of an error's class.

From `rounds.scheduled_backup` for `health`; None: it is good.
"""


class UnfinishedErasure(msgspec.Struct, frozen=True):
    """An erasure that was begun: what is still to be done when a run goes on with it."""

    number: int
    contracts: tuple[str, ...]
    blobs: tuple[str, ...]
    """SHA-256 of the bytes to be removed."""
    is_executed: bool
    """Whether the records are erased, so that only files and free pages are left."""


ERASURE: Slot[UnfinishedErasure | None] = Slot("erasure", UnfinishedErasure, None)
"""The erasure that is under way: `custody.erasures`, for itself after a kill, and for `health`."""

ERASURES_BROUGHT: Slot[list[UnfinishedErasure]] = Slot("erasures_brought", list[UnfinishedErasure], [])
"""Erasures of other machines that this copy of a ledger carried out, until their files are gone too: from
the team's keeper for `custody.erasures`."""

ERASURES_SETTLED: Slot[list[int]] = Slot("erasures_settled", list[int], [])
"""Numbers of the notes of erasures of which this database is known to hold nothing: `custody.erasures`, for itself.

An older database that was put back does not have them, and is compared with the notes.
"""

TAKEN_HOME: Slot[int] = Slot("taken_home", int, 0)
"""The last record that this archive had when it was taken home from a team's ledger: from `team`.

What was put back before it was put back there: for `custody.put_back_databases`.
"""

LOST_RECORDS: Slot[tuple[int, int] | None] = Slot("ledger_lost", tuple[int, int], None)
"""The first and last unsealed record that only a database which `team` set aside has, until an entry says so: for
`store.orphaned_seals`."""

SETUP_ANSWERS: Slot[Mapping[str, str]] = Slot("setup", dict[str, str], {})
"""Answers in the setting up and in `job add`, by question: from `setup.answers`, also for `status`.

Pressing Enter leaves no other trace.
"""


@dataclass(frozen=True, slots=True)
class TypedFacts:
    """What somebody types on the page of a job and no entry says yet."""

    at: Time
    """When they last typed."""
    facts: JsonObject
    """Of the payload of the contract, what differs."""
    deliveries: Mapping[int, str] = field(default_factory=dict)
    """Number → day; 0: a delivery that is none yet; an empty day: it is withdrawn."""
    roles: Mapping[int, str] = field(default_factory=dict)
    """Account → who it is; empty: that is withdrawn."""


TYPED_FACTS: Slot[Mapping[str, TypedFacts]] = Slot("typed_facts", dict[str, TypedFacts], {})
"""Contract → what was typed of it: `store.user_statements`, for itself; entries are made of it before each seal."""

PRACTICE: Slot[datetime | None] = Slot("practice", Time, None)
"""When the demo made this archive of invented people and messages; every page, report and text of it says so."""


class Visit(NamedTuple):
    """When a list of a room was last read completely, and Chatwork's counters at that time."""

    at: datetime
    counters: str


_VISITS = SmallStatement(select(schema.visit))


def last_visits(reading: Reading) -> dict[tuple[int, str], Visit]:
    """Every visit, by room and kind of list."""
    return {(room, kind): Visit(from_text(at), counters) for room, kind, at, counters in _VISITS.rows(reading.sql)}


def put_visit(writing: Writing, room: int, kind: str, *, at: datetime, counters: str) -> None:
    """Store that a list was read completely."""
    row = {"room_id": room, "kind": kind, "at": to_text(at), "counters": counters}
    upsert_rows(writing.sql, schema.visit, [row])


def forget_counters(writing: Writing, room: int, kinds: Collection[str]) -> None:
    """Let lists of a room count as moved, until each is read again."""
    visit = schema.visit
    if kinds:
        of_kinds = visit.c.room_id == room, visit.c.kind.in_(kinds)
        writing.sql.execute(update(visit).where(*of_kinds).values(counters=""))


def put_retry(writing: Writing, room: int, file: int, *, attempts: int, next_at: datetime, reason: str) -> None:
    """Store when to retry the download of a file."""
    values = {"room_id": room, "file_id": file, "attempts": attempts, "next_at": to_text(next_at), "reason": reason}
    upsert_rows(writing.sql, schema.retry, [values])


def drop_retry(writing: Writing, room: int, file: int) -> None:
    """Delete the retry of a file that is saved or given up."""
    table = schema.retry
    writing.sql.execute(delete(table).where(table.c.room_id == room, table.c.file_id == file))
