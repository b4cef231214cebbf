"""Pure: plans what is read in a run, in order, from the rooms, their last visits and the time.

Text costs one request, so the message lists of every room that moved come first, then file lists, then people.
Within a kind the room that was read longest ago comes first, and what was put off far too long comes before
everything, so that a small budget starves nothing over several runs. Because nobody knows whether an edit moves a
room's counters (chatwork-api §15, 7), each room is read at least every `full_every` all the same, spread over
that time by room id. Files and people follow what moves with them, and what Chatwork's own posts announce
(`announced_kinds`): a message alone costs one request.

Nobody says whether an edit or a deletion moves a room's counters, so every list is read again and again, moved rooms
first, within a share of the allowance that is counted over all our processes in each of its windows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from math import ceil
from types import MappingProxyType
from typing import NamedTuple

from archiver.chatwork.models import Room
from archiver.chatwork.reply_headers import FALLBACK_WINDOW, USUAL_LIMIT, Budget
from archiver.records.alerts import CLOCK_TOLERANCE
from archiver.store.working.remembered_values import Visit, WindowRequests

MESSAGES, FILES, PEOPLE = "messages", "files", "people"
KINDS = (MESSAGES, FILES, PEOPLE)
"""The kinds of visits: the message list · the file list · members, description and tasks."""

BACKFILL, REREAD = "backfill", "reread"
"""The kinds of single reads, which are no visits: ids that something named · messages older than the list."""

DAILY = timedelta(days=1)

FILES_OF_BUSY_ROOM = timedelta(hours=1)
"""How often the file list is read of a room in which anything moved since."""

REQUESTS_OF_KIND = {MESSAGES: 1, FILES: 1, PEOPLE: 4}
"""Requests for each kind, if no list is at its limit: people are members, description, open and done tasks."""

RUN_REQUESTS = 2
"""Requests of every run before any step: the account and the rooms."""

NEVER = datetime.min.replace(tzinfo=UTC)

EARLY_REQUESTS = 8
"""The most requests for steps that were put off far too long and come first, lest messages wait for them."""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A kind of reading in a room and its reason: `moved`, `due`, `turn`, `first`, `asked`; singly `named`, `near`."""

    room_id: int
    kind: str
    reason: str
    overdue: bool = False
    """Whether leaving it over must be reported: it is new, moved, or was put off for twice its time."""
    requests: int = 0
    """The requests that it takes at least."""
    early: bool = False
    """Whether it has waited so long that it comes before everything else."""


class Turns(NamedTuple):
    """What a run may read in turn, within its share of the allowance."""

    lists: int
    """Lists of messages, those of rooms that moved or are due included."""
    calls: int
    """Requests for all kinds of lists; 0 where later rounds need what these leave."""


def counters_text(room: Room) -> str:
    """A room's counters as a text; two equal texts mean that nothing is known to have happened."""
    # ASCII: a name may hold what no column can (half surrogates).
    values = (room.message_num, room.file_num, room.task_num, room.last_update_time, room.name, room.role)
    return json.dumps(values, separators=(",", ":"))


_FOLLOWED = {FILES: (1,), PEOPLE: (2, 4, 5)}
"""Which of the counters a list follows, by their places in `counters_text`; the list of messages follows all."""


def has_moved(kind: str, counters: str, room: Room) -> bool:
    """Whether what this kind of list follows differs from the counters of its last visit; without these it does."""
    if counters == counters_text(room):
        return False
    before, now = _counter_values(counters), _counter_values(counters_text(room))
    return kind not in _FOLLOWED or len(before) != len(now) or any(before[at] != now[at] for at in _FOLLOWED[kind])


def _counter_values(counters: str) -> list[object]:
    try:
        values = json.loads(counters)
    except ValueError:
        return []
    return values if isinstance(values, list) else []


def reading_intervals(full_every: timedelta) -> dict[str, timedelta]:
    """How often each kind is read if nothing moved."""
    return {MESSAGES: full_every, FILES: full_every, PEOPLE: DAILY}


Visits = Mapping[tuple[int, str], Visit]
"""When each list of a room was last read, by room and kind of list."""


def plan_steps(
    rooms: Iterable[Room],
    visits: Visits,
    *,
    now: datetime,
    full_every: timedelta,
    full: bool = False,
    every_list: bool = False,
    read_before: Mapping[int, AbstractSet[str]] = MappingProxyType({}),
    turns: Turns | None = None,
) -> list[PlanStep]:
    """The steps for these rooms, in order: early ones, then kind by kind, read longest ago first.

    `full`: everything is read but what was `read_before` in this run; `every_list`: so is every list of messages;
    `turns`: what may be read in turn (None: nothing).
    """
    every = reading_intervals(full_every)
    listed = list(rooms)
    asked = frozenset(KINDS) if full else frozenset({MESSAGES} if every_list else ())
    found = [
        step
        for kind in KINDS
        for step in _sort_steps(
            (
                _plan_step(room, kind, visits, now, every[kind], kind in asked - read_before.get(room.room_id, set()))
                for room in listed
            ),
            visits,
        )
    ]
    if turns is not None:
        found = _with_turns(
            listed, found, visits, turns, lambda step: (now - _last_visit(step, visits)) / every[step.kind]
        )
    waiting = [step for step in found if _is_starved(step, visits, now, every)]
    early = _affordable_steps(sorted(waiting, key=lambda step: _last_visit(step, visits)))
    return [replace(step, early=True) for step in early] + [step for step in found if step not in early]


def count_requests(planned: Sequence[PlanStep]) -> int:
    """Requests that a run with these steps takes at least."""
    return RUN_REQUESTS + sum(step.requests for step in planned)


def _sort_steps(possible: Iterable[PlanStep | None], visits: Visits) -> list[PlanStep]:
    """Steps of one kind: what moved before what is merely due, and read longest ago first."""
    steps = [step for step in possible if step is not None]
    return sorted(steps, key=lambda step: (not step.overdue, _last_visit(step, visits)))


def _with_turns(
    rooms: Iterable[Room], steps: Sequence[PlanStep], visits: Visits, turns: Turns, waited: Callable[[PlanStep], float]
) -> list[PlanStep]:
    """These steps, and the lists of the other rooms that were unread for longest, as far as the requests go.

    What is merely due comes by how many of its intervals it has `waited`, and waits on while there is no call for it.
    """
    lists = [step for step in steps if step.kind == MESSAGES and (step.reason != "due" or step.overdue)]
    planned = {step.room_id for step in lists}
    others = [PlanStep(room.room_id, MESSAGES, "turn", requests=1) for room in rooms if room.room_id not in planned]
    others.sort(key=lambda step: _last_visit(step, visits))
    lists += others[: max(0, turns.lists - len(lists))]
    rest = [step for step in steps if step.kind != MESSAGES]
    due = sorted((step for step in rest if step.reason == "due" and not step.overdue), key=waited, reverse=True)
    must = sum(step.requests for step in [*lists, *rest]) - sum(step.requests for step in due)
    together = accumulate((step.requests for step in due), initial=must)
    put_off = due[sum(calls <= turns.calls for calls in islice(together, 1, None)) :]
    return [*lists, *(step for step in rest if step not in put_off)]


def _is_starved(step: PlanStep, visits: Visits, now: datetime, every: Mapping[str, timedelta]) -> bool:
    """Whether this kind is not read though the room's messages are; after a pause messages come first."""
    messages = visits.get((step.room_id, MESSAGES))
    if step.kind == MESSAGES or messages is None or now - messages.at > every[MESSAGES]:
        return False
    return _last_visit(step, visits) <= now - 2 * every[step.kind]


def _affordable_steps(waiting: Sequence[PlanStep]) -> list[PlanStep]:
    """The first of these that cost no more than `EARLY_REQUESTS` together."""
    together = accumulate(step.requests for step in waiting)
    return [step for step, requests in zip(waiting, together, strict=True) if requests <= EARLY_REQUESTS]


def _last_visit(step: PlanStep, visits: Visits) -> datetime:
    visit = visits.get((step.room_id, step.kind))
    return NEVER if visit is None else visit.at


def _plan_step(
    room: Room, kind: str, visits: Visits, now: datetime, every: timedelta, is_asked: bool
) -> PlanStep | None:
    visit, overdue = visits.get((room.room_id, kind)), True
    if visit is None:
        reason = "first"
    elif is_asked:
        reason = "asked"
    elif has_moved(kind, visit.counters, room):
        reason = "moved"
    else:
        is_busy = kind == FILES and visit.counters != counters_text(room)
        if not is_due(room.room_id, visit.at, now, min(every, FILES_OF_BUSY_ROOM) if is_busy else every):
            return None
        reason, overdue = "due", now - visit.at >= 2 * every
    return PlanStep(room.room_id, kind, reason, overdue, REQUESTS_OF_KIND[kind])


def is_due(room_id: int, last: datetime, now: datetime, every: timedelta) -> bool:
    """Whether the room's turn, which comes once in `every` at a time of its own, is after the last visit.

    A clock that was set well back makes everything due: it is better to read too often than never again. The
    corrected clocks of two runs differ by a moment, which makes nothing due.
    """
    if last - now > CLOCK_TOLERANCE:
        return True
    return _turn_number(room_id, now, every) > _turn_number(room_id, last, every)


def _turn_number(room_id: int, at: datetime, every: timedelta) -> int:
    length = max(1, int(every.total_seconds()))
    # A multiplier without a common factor spreads neighbouring ids over the whole time.
    offset = room_id * 7919 % length
    return int(at.astimezone(UTC).timestamp() - offset) // length


ACCOUNT_EVERY = timedelta(minutes=30)
"""A process asks so often whose token it has; the token itself is refused at once if it was withdrawn."""

OTHERS_AT_LEAST = 10
"""Up to so many calls that are not counted as ours mean nothing: our smaller commands make some."""

SAME_RESET = timedelta(seconds=5)
"""Ends of a window that are no further apart are one: each is computed from a reply's own times."""

OWN_COMMAND_CALLS = 2
"""Calls of a run of a process of its own that read no list: the account and the rooms."""

UPKEEP_A_DAY = 4
"""Calls for a room's files, people and tasks on a day on which nothing moves, if all are put off to twice their time: a
list of files each twelve hours, the four lists of people and tasks every two days."""

DAEMON_INTERVALS = (timedelta(minutes=1), FALLBACK_WINDOW)
"""How far apart the daemon's rounds may be; each has one call for the list of rooms."""


def is_same_window(first: datetime | None, second: datetime | None) -> bool:
    """Whether two ends of windows are the same window's."""
    return first is not None and second is not None and abs(first - second) <= SAME_RESET


def window_requests(remembered: WindowRequests | None, reset: datetime | None, run: WindowRequests) -> WindowRequests:
    """Our calls in the window that ends at `reset`: those remembered of it, and those of this `run`."""
    if remembered is None or not is_same_window(remembered.reset, reset):
        return run
    return WindowRequests(run.reset, remembered.spent + run.spent, remembered.looks + run.looks)


def requests_in_share(budget: Budget, *, spent: int, looks: int, reserve: int, share: int) -> int:
    """How many more calls reading lists in turn may take in the present window; `share` in percent.

    `spent` are all our calls in it, `looks` those of the share: for the account, the list of rooms and lists of
    messages. Where others use the allowance too, or less than the share is left above the reserve, it is half of what
    is left.
    """
    limit = budget.limit or USUAL_LIMIT
    own = max(0, limit * share // 100 - looks)
    if budget.remaining is None:
        return own
    free = max(0, budget.remaining - min(reserve, limit // 5))
    by_others = limit - budget.remaining - spent
    return min(own, free // 2) if by_others > OTHERS_AT_LEAST or free < own else own


def rounds_to_come(left: timedelta, every: timedelta | None) -> int:
    """How many more rounds a window has that lasts so much longer (`every` None: no round comes by itself)."""
    return 0 if every is None else max(0, ceil(left / every) - 1)


def lists_of_round(rooms: int, requests: int, *, later: int) -> int:
    """How many of so many rooms' lists a round reads, of the requests that its window has left for looking.

    The `later` rounds of the window get as many, and one call each for the list of rooms. Where not all lists are
    read, calls are left to the lists of files and people, and no more are read than lets each room have its turn as
    soon as it could.
    """
    lists = (requests - later) // (later + 1)
    if lists >= rooms:
        return rooms
    lists = ceil((requests - later - _upkeep(rooms, FALLBACK_WINDOW)) / (later + 1))
    return ceil(rooms / ceil(rooms / lists)) if lists > 0 else 0


def longest_unseen(rooms: int, *, every: timedelta, share: int) -> timedelta:
    """The longest time until an edit or a deletion in one of so many rooms is seen, while runs come every `every`."""
    return _time_of_all(rooms, every, share=share, overhead=OWN_COMMAND_CALLS)


def daemon_interval(rooms: int, *, share: int) -> timedelta:
    """How far apart the daemon's rounds are: so that each room has its turn soonest, and the shortest of these."""
    return min(DAEMON_INTERVALS, key=lambda every: (daemon_unseen(rooms, every=every, share=share), every))


def daemon_unseen(rooms: int, *, every: timedelta, share: int) -> timedelta:
    """As `longest_unseen`, of a daemon, which asks for the account every half hour only."""
    return _time_of_all(rooms, every, share=share, overhead=1 + every / ACCOUNT_EVERY)


def present_unseen(
    bound: timedelta,
    spent: WindowRequests | None,
    now: datetime,
    *,
    every: timedelta,
    rooms: int,
    reserve: int,
    share: int,
) -> timedelta:
    """The longest time from now on, after our calls in the last window that is known.

    With too few calls left in it for its rounds, these may read nothing.
    """
    left = timedelta() if spent is None else spent.reset - now
    if spent is None or not timedelta() < left <= FALLBACK_WINDOW:
        return bound  # that window is over
    requests = requests_in_share(Budget(), spent=spent.spent, looks=spent.looks, reserve=reserve, share=share)
    lists = ceil(rooms / max(1, ceil(bound / every)))
    return every * ceil((left + bound) / every) if requests < int(left / every) * (lists + 1) else bound


def _time_of_all(rooms: int, every: timedelta, *, share: int, overhead: float) -> timedelta:
    calls = USUAL_LIMIT * share // 100 * min(every / FALLBACK_WINDOW, 1) - overhead
    each_run = rooms if calls >= rooms else max(1, int(calls - _upkeep(rooms, every)))
    return every * max(1, ceil(rooms / max(1, each_run)))


def _upkeep(rooms: int, every: timedelta) -> float:
    """The calls of one run of those every so often for what else is read of rooms in which nothing moves."""
    return rooms * UPKEEP_A_DAY * (every / timedelta(days=1))
