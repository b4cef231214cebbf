"""What runs have counted and no entry says yet: looks at lists that stayed the same, and idle runs.

It becomes entries before a seal, and with the next news. A process that is killed loses nothing of it.
"""

from __future__ import annotations

from datetime import datetime

from archiver.records import Observation
from archiver.store import writer
from archiver.store.archive import Reading, Writing
from archiver.store.queries import current_state
from archiver.store.working import last_lists, remembered_values


def append_pending(writing: Writing, *, at: datetime) -> None:
    """Append the looks and the idle runs so far, so that nothing is sealed or handed out without them."""
    writer.append_steady(writing)
    append_idle_runs(writing, at=at)


def append_idle_runs(writing: Writing, *, at: datetime) -> None:
    """Append the record of the idle runs collected so far."""
    sweep = remembered_values.IDLE_RUNS.recall(writing)
    if sweep is not None:
        owner = (current_state.owner(writing) or {}).get("account_id")
        append_sweep(writing, sweep, account_id=owner, at=at)
        remembered_values.IDLE_RUNS.remember(writing, None)


def append_sweep(writing: Writing, sweep: dict[str, object], *, account_id: int | None, at: datetime) -> None:
    """Append the record of a run, or of several idle ones."""
    observation = Observation("sweep", f"sweep/{writer.SELF}", sweep)
    writer.append(writing, [observation], account_id=account_id, at=at)


def oldest_pending(reading: Reading) -> str | None:
    """When the oldest of what is counted was seen or begun, as text; None: there is nothing."""
    idle = remembered_values.IDLE_RUNS.recall(reading)
    times = (last_lists.oldest_look(reading), None if idle is None else str(idle["from"]))
    return min((at for at in times if at is not None), default=None)
