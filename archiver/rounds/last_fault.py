"""The fault that ended the last rounds, remembered until one goes through."""

from __future__ import annotations

from typing import NamedTuple

from archiver.store.archive import Reading, Writing
from archiver.store.queries import last_looks
from archiver.store.working import memory

LAST_FAULT = last_looks.FAULT
"""Remembered: a `RoundFault`."""


class RoundFault(NamedTuple):
    """The last fault that kept a round from going through."""

    name: str
    """Of the error."""
    after: str | None
    """The last round that had gone through; another one since, and the fault is over."""


def standing(reading: Reading) -> str | None:
    """The name of the error for which no round has gone through since, however the clock was set meanwhile."""
    told = memory.recall(reading, LAST_FAULT)
    if not isinstance(told, dict) or not isinstance(told.get("name"), str):
        return None
    return told["name"] if told.get("after") == last_round(reading) else None


def keep_fault(writing: Writing, name: str) -> None:
    """Remember a fault of runs that nobody watches, also where a round of another kind went through after it."""
    memory.remember(writing, LAST_FAULT, RoundFault(name, last_round(writing))._asdict())


def last_round(reading: Reading) -> str | None:
    """The time of the last round that went through, as it is remembered; None: there was none."""
    last = memory.recall(reading, "last_sync")
    return None if last is None else last["at"]
