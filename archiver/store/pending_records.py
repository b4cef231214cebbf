"""What runs have counted and no entry says yet: looks at lists that stayed the same, and idle runs.

It becomes entries with the next news and before a seal; idle runs alone once a week. A process that is killed loses
nothing of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from archiver.records import Observation
from archiver.store import writer
from archiver.store.archive import Reading, Writing
from archiver.store.queries import current_state
from archiver.store.time_text import from_text, run_time, to_text
from archiver.store.working import last_lists, remembered_values

IDLE_RUNS_KEPT = timedelta(days=7)
"""So long idle runs are collected while nothing happens; the times of looks are written for each day's seal."""


def append_pending(writing: Writing, *, at: datetime) -> None:
    """Append the looks and the idle runs so far, so that nothing is sealed or handed out without them."""
    writer.append_steady(writing)
    append_idle_runs(writing, at=at)


def append_due(writing: Writing, *, news: bool, at: datetime) -> None:
    """The same for the seal of a day: without `news` idle runs are collected on, up to a week."""
    if news or _is_old(_idle_since(writing), at):
        append_pending(writing, at=at)
    else:
        writer.append_steady(writing)


def append_idle_runs(writing: Writing, *, at: datetime) -> None:
    """Append the record of the idle runs collected so far."""
    sweep = remembered_values.IDLE_RUNS.recall(writing)
    if sweep is not None:
        owner = (current_state.owner(writing) or {}).get("account_id")
        time, dated = run_time(writing, sweep, at)
        append_sweep(writing, sweep, account_id=owner, at=time, dated=dated)
        remembered_values.IDLE_RUNS.remember(writing, None)


def append_sweep(
    writing: Writing, sweep: dict[str, object], *, account_id: int | None, at: datetime, dated: bool = False
) -> None:
    """Append the record of a run, or of several idle ones; `dated`: `at` is Chatwork's time although no reply came."""
    observation = Observation("sweep", f"sweep/{writer.SELF}", sweep)
    writer.append(writing, [observation], account_id=account_id, at=at, dated=dated)


def oldest_pending(reading: Reading) -> str | None:
    """When the oldest of what is counted or typed was seen or begun, as text; None: there is nothing."""
    typed = [to_text(one.at) for one in remembered_values.TYPED_FACTS.recall(reading).values()]
    times = (last_lists.oldest_look(reading), _idle_since(reading), *typed)
    return min((at for at in times if at is not None), default=None)


def oldest_due(reading: Reading, now: datetime) -> str | None:
    """The same of what the seal of a day waits for: looks, and idle runs that were collected for a week."""
    idle = _idle_since(reading)
    times = (last_lists.oldest_look(reading), idle if _is_old(idle, now) else None)
    return min((at for at in times if at is not None), default=None)


def _idle_since(reading: Reading) -> str | None:
    idle = remembered_values.IDLE_RUNS.recall(reading)
    return None if idle is None else str(idle["from"])


def _is_old(since: str | None, now: datetime) -> bool:
    """Whether runs are collected since a week; a time that lies ahead was a wrong clock's and is not waited for."""
    return since is not None and not timedelta() <= now - from_text(since) < IDLE_RUNS_KEPT
