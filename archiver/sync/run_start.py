"""The beginning of a run: its options, what the archive already has, whose token it is, and the rooms listed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver import errors
from archiver.chatwork.client import Client, Single
from archiver.chatwork.models import Me, Room
from archiver.chatwork.reply_headers import FALLBACK_WINDOW, Budget, OtherCalls, ReplyDates
from archiver.chatwork.transport import AnsweringService, Transport
from archiver.records import AccountId, JsonObject, Observation, RoomId
from archiver.store import writer
from archiver.store.archive import Archive, Reading
from archiver.store.queries import contracts, current_state
from archiver.store.queries.room_holdings import WantedFile
from archiver.store.time_text import last_compared
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import RoomFailure
from archiver.sync import plan
from archiver.sync.download import DownloadLimits
from archiver.sync.plan import ACCOUNT_EVERY, KINDS, PlanStep
from archiver.sync.pull.context import PullContext
from archiver.sync.report import RoomOutcome, RoomReport

Stamped = Callable[[], timedelta | None]
"""Asks for a stamp; its time minus this computer's, None if there is none."""

FindDeparting = Callable[[Reading, int], frozenset[int]]
"""Returns the accounts of departing counterparts, judged by the entries above a number."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a run."""

    rooms: frozenset[int] | None = None
    """The contracted rooms to read; None = all."""
    full: bool = False
    """Whether to read everything and retry every pending file now."""
    every_list: bool = False
    """Whether to read the message list of every room, also where Chatwork's counters did not move: nobody says that an
    edit or a deletion moves them."""
    window_share: int | None = None
    """Percent of the allowance for reading lists in turn; None: a list is read when counters moved or it is due."""
    pace: timedelta | None = None
    """How far apart rounds like this one come, so that each leaves its part of the share to the others; None: it is a
    single one."""
    max_seconds: float | None = None
    read_before: Mapping[int, AbstractSet[str]] = field(default_factory=dict)
    """The kinds of lists of each room that earlier parts of this run have read: they are not asked for again."""
    full_every: timedelta = timedelta(hours=6)
    reread_every: timedelta = timedelta(days=30)
    """The time in which each message older than the list is read once."""
    limits: DownloadLimits = field(default_factory=DownloadLimits)
    settings: str = ""
    """A digest of the settings that matter, for the record of the run."""
    find_departing: FindDeparting = lambda _reading, _after: frozenset()
    """Returns who is departing; their files and rooms are then read first."""
    seal: Callable[[], None] = lambda: None
    """Seals the archive as soon as the urgent things are saved."""
    stamped: Stamped = lambda: None
    """A witness where two clocks differ."""
    after_first_replies: Callable[[], None] = lambda: None
    """Called when the first replies have shown Chatwork's time: what is due is judged again."""


class ProgressCallbacks(NamedTuple):
    """Functions that a run calls with its progress; the defaults do nothing."""

    on_step: Callable[[plan.PlanStep, str], None] = lambda _step, _name: None
    on_file: Callable[[WantedFile, int], None] = lambda _file, _have: None


EVERYTHING, SILENT = Options(), ProgressCallbacks()


ROOM = "room"
"""The kind of failure where an unlisted room could not be requested; the other kinds are those of visits."""

_ORDER = (ROOM, *KINDS)


Failures = Mapping[int, RoomFailure]
"""The failure of each room."""


def split_steps(steps: Iterable[PlanStep], failures: Failures) -> tuple[list[PlanStep], list[PlanStep]]:
    """The steps in the usual order, and those of rooms that failed there: tried longest ago first, room by room."""
    first, last = list[PlanStep](), list[PlanStep]()
    for step in steps:
        failure = failures.get(step.room_id)
        is_behind = failure is not None and _ORDER.index(step.kind) >= _ORDER.index(failure.kind)
        (last if is_behind else first).append(step)
    return first, sorted(last, key=lambda step: (failures[step.room_id].at, step.room_id, _ORDER.index(step.kind)))


def failures_after(
    failures: Failures, rooms: Sequence[RoomReport], *, contracted: Iterable[int], at: datetime
) -> Failures:
    """The failures that the next run must know: new ones, and earlier ones that this run did not overcome."""
    failures_left = {room: failure for room, failure in failures.items() if room in set(contracted)}
    for report in rooms:
        before = failures_left.get(report.room_id)
        if report.failed is not None:
            failures_left[report.room_id] = RoomFailure(report.failed, at if before is None else before.since, at)
        elif before is not None and (before.kind in report.read_kinds or report.outcome is RoomOutcome.INACCESSIBLE):
            del failures_left[report.room_id]
    return failures_left


class RunInputs(NamedTuple):
    """What a run knows from the archive before it sends any request."""

    contracted: tuple[RoomId, ...]
    """Every room that a contract wants read now."""
    requested: tuple[RoomId, ...]
    """Those contracted rooms that this run shall read."""
    owner: JsonObject | None
    """The owner of the archive; None before the first sync."""
    names: dict[int, str]
    """The rooms' names, as last read."""
    budget: Budget | None
    """The budget of requests, as the last run left it."""
    failures: Failures
    """Rooms that earlier runs could not read."""


@dataclass(frozen=True, slots=True)
class RunStart:
    """The start of a run, before its first request."""

    options: Options
    at: datetime
    deadline: float | None
    """The end of the run on the monotonic clock; None: no end."""
    inputs: RunInputs


def start_run(archive: Archive, transport: Transport, options: Options, *, at: datetime) -> RunStart:
    """Read the inputs of a run and prepare the transport for it. Raises NoContract, UnknownRoom."""
    seconds = options.max_seconds
    deadline = None if seconds is None else time.monotonic() + seconds
    inputs = read_inputs(archive, at=at, chosen=options.rooms)
    own_deadline = None if seconds is None else transport.clock.own() + timedelta(seconds=seconds)
    _prepare(archive, transport, inputs, own_deadline, options.stamped)
    transport.host_fails = transport.begins_with_probe  # else each run tries with patience once
    transport.tally = OtherCalls()  # between two runs another command of ours may have called
    return RunStart(options, at, deadline, inputs)


def start_without_lists(
    archive: Archive, client: Client, *, now: Callable[[], datetime], seconds: timedelta | None = None
) -> RunInputs:
    """The same for a run of single messages: it waits for no call, nor for the first reply longer than `seconds`."""
    transport = client.transport
    inputs = read_inputs(archive, at=now(), chosen=None)
    transport.may_wait = False
    _prepare(archive, transport, inputs, None if seconds is None else transport.clock.own() + seconds)
    return inputs


def _prepare(
    archive: Archive, transport: Transport, inputs: RunInputs, deadline: datetime | None, *stamped: Stamped
) -> None:
    transport.deadline, transport.budget = deadline, inputs.budget or transport.budget
    transport.requests = transport.unparsed = 0
    expect_dates(archive, transport, *stamped)


def ask_account(archive: Archive, client: Client, inputs: RunInputs, *, now: Callable[[], datetime]) -> PullContext:
    """Ask whose token it is, and refuse that of another account before anything is written. Raises WrongAccount."""
    account = client.me().model.account_id
    check_account(account, inputs.owner, archive)
    keep_service(archive, client.transport.service, account=account, at=now())
    return PullContext(archive, client, now, account)


def expect_dates(archive: Archive, transport: Transport, stamped: Stamped = lambda: None) -> None:
    """Judge the dates of the next replies by what the runs before know of the time, and by a stamp."""
    transport.dates = ReplyDates(transport.clock, last_run(archive), stamped)


def last_run(archive: Archive) -> tuple[datetime, timedelta] | None:
    """The last time that was Chatwork's, and its clock minus this computer's as that run measured it; None: no run."""
    with archive.reading() as reading:
        times = (last_compared(reading), remembered_values.last_saved_at(reading))
        offset = remembered_values.CLOCK_OFFSET.recall(reading)
    at = max((one for one in times if one is not None), default=None)
    return None if at is None or offset is None else (at, timedelta(milliseconds=offset))


def first_replies(
    archive: Archive, client: Client, owner: JsonObject | None, *, at: datetime
) -> tuple[Single[Me], dict[int, Room]]:
    """Check the account, once a process and every half hour, and read the counters of all rooms."""
    me = client.recent_me(at=at, within=ACCOUNT_EVERY)
    check_account(me.model.account_id, owner, archive)
    return me, {item.model.room_id: item.model for item in client.rooms().items}


def read_inputs(archive: Archive, *, at: datetime, chosen: AbstractSet[int] | None) -> RunInputs:
    """Read the inputs of a run from the archive; `chosen` are the rooms, None = all. Raises NoContract, UnknownRoom."""
    with archive.reading() as reading:
        if not contracts.contracts(reading):
            raise errors.NoContract
        contracted = contracts.rooms_to_read(reading, at)
        owner = current_state.owner(reading)
        names = current_state.room_names(reading)
        budget = remembered_values.BUDGET.recall(reading)
        failures = remembered_values.FAILED_ROOMS.recall(reading)
    for room in sorted(chosen or ()):
        if room not in contracted:
            raise errors.UnknownRoom(room=room)
    return RunInputs(
        tuple(contracted),
        tuple(room for room in contracted if chosen is None or room in chosen),
        owner,
        names,
        None if budget is None or budget.reset - at > FALLBACK_WINDOW else Budget(**asdict(budget)),
        failures,
    )


def check_account(found: AccountId, owner: dict[str, object] | None, archive: Archive) -> None:
    """Refuse another account's token before anything is written. Raises WrongAccount."""
    if owner is not None and owner["account_id"] != found:
        raise errors.WrongAccount(found=found, expected=owner["account_id"], path=archive.home)


def keep_service(archive: Archive, service: AnsweringService | None, *, account: AccountId, at: datetime) -> None:
    """Append an entry about where the replies come from, if that changed."""
    before = archive.read(current_state.last_payload, "service", None)
    if service is not None and service._asdict() != before:
        with archive.writing() as writing:
            observation = Observation("service", "service", service._asdict())
            writer.append(writing, [observation], account_id=account, at=at)


def keep_owner(archive: Archive, me: Single[Me], owner: JsonObject | None, *, at: datetime | None = None) -> None:
    """Append an entry about the archive's owner, if it is new or changed.

    `at`: after more replies showed the time; None: as the reply tells it.
    """
    # Who the owner is and whose organisation it is, nothing else.
    fields = ("account_id", "name", "chatwork_id", "organization_id", "organization_name")
    payload, account = {name: getattr(me.model, name) for name in fields}, me.model.account_id
    if payload != owner:
        with archive.writing() as writing:
            observation = Observation("me", "me", payload, None, me.reply.digest)
            if at is None:
                writer.append_dated(writing, [observation], me.reply, account_id=account)
            else:
                writer.append(writing, [observation], account_id=account, at=at)
