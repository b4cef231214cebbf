"""The error that ended the last rounds, remembered until a round goes through."""

from __future__ import annotations

from archiver.store.archive import Reading
from archiver.store.working import remembered_values


def standing_error(reading: Reading) -> str | None:
    """The name of the error for which no round has gone through since, however the clock was set meanwhile."""
    round_fault = remembered_values.LAST_FAULT.recall(reading)
    return (
        round_fault.name
        if round_fault is not None and round_fault.after == remembered_values.last_saved_at(reading)
        else None
    )
