"""The error that ended the last rounds, remembered until a round goes through."""

from __future__ import annotations

from typing import NamedTuple

from archiver.store.archive import Reading, Writing
from archiver.store.queries import last_looks
from archiver.store.working import memory

LAST_FAULT = last_looks.LAST_ERROR
"""Remembered: a `RoundFault`."""


class RoundFault(NamedTuple):
    """The last error that kept a round from going through."""

    name: str
    """Name of the error's class."""
    after: str | None
    """Time of the last round that had gone through before it; if another went through since, the error is over."""


def standing_error(reading: Reading) -> str | None:
    """The name of the error for which no round has gone through since, however the clock was set meanwhile."""
    payload = memory.recall(reading, LAST_FAULT)
    if not isinstance(payload, dict) or not isinstance(payload.get("name"), str):
        return None
    return payload["name"] if payload.get("after") == last_round_text(reading) else None


def keep_fault(writing: Writing, name: str) -> None:
    """Remember an error of unwatched runs, also if a round of another kind went through after it."""
    memory.remember(writing, LAST_FAULT, RoundFault(name, last_round_text(writing))._asdict())


def last_round_text(reading: Reading) -> str | None:
    """The time of the last round that went through, as it is remembered; None: there was none."""
    last = memory.recall(reading, "last_sync")
    return None if last is None else last["at"]
