"""The present time where Chatwork is not asked: by the offset that the last run has shown, while that can hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from archiver.store.archive import Reading
from archiver.store.working import remembered_values
from archiver.sync.wrong_clock import is_clock_wrong


def known_time(reading: Reading, own: datetime) -> datetime:
    """This computer's time `own`, corrected by the last run's offset, of which the condition `CLOCK` tells.

    Where that would lie before the last run itself, the clock was set since, and its own time counts.
    """
    offset_ms = remembered_values.CLOCK_OFFSET.recall(reading)
    if offset_ms is None or not is_clock_wrong(offset_ms):
        return own
    corrected = own + timedelta(milliseconds=offset_ms)
    last = remembered_values.LAST_SYNC.recall(reading)
    return own if last is not None and corrected < last.at - timedelta(minutes=1) else corrected
