"""Seals at once what was saved until now, and asks for the third-party time of every seal that waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archiver.app import App
from archiver.custody import stamp_renewals
from archiver.custody.stamp_requests import StampOutcome, request_stamps
from archiver.records import Seal
from archiver.rounds.round import settle_seals
from archiver.store import seals


@dataclass(frozen=True, slots=True)
class Sealing:
    """What sealing at once brought."""

    told: Sequence[str]
    """What was found and settled before: an older database that was put back, an erasure that was left half done."""
    new_seals: Sequence[Seal]
    """Empty if everything was sealed already."""
    outcomes: Sequence[StampOutcome]


def seal_now(app: App) -> Sealing:
    """Seal everything and request stamps; a stamp that an authority does not give leaves its seal waiting.

    Raises StorageError.
    """
    told = settle_seals(app)
    with app.archive.reading() as reading:
        is_sealed = seals.is_tail_of_stamps(reading) and not stamp_renewals.is_renewal_due(reading, app.now())
    new_seals = [] if is_sealed else seals.close_seals(app.archive, now=app.now())
    return Sealing(told, new_seals, request_stamps(app, at_once=True, seconds=None).outcomes)
