"""What an export is handed in to get its stamps: the queue of the seals, and the authorities themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from archiver import errors
from archiver.app import App
from archiver.custody import stamping as stamps
from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.timestamp import StampRefused
from archiver.export.stamps import StampService


def stamping(app: App) -> StampService | None:
    """How a package of this archive gets its stamps; None if no authority is asked.

    Who gave nothing for the seals, which are asked for first, is not waited for again. Nothing is raised for an
    authority's sake, nor because the archive cannot be written: what is missing then is told.
    """
    if not app.authorities:
        return None
    silent: set[str] = set()

    def ask_for_seals() -> None:
        with suppress(errors.StorageError):
            outcomes = stamps.ask(app, at_once=True).outcomes
            came = {one.authority for one in outcomes if one.time is not None}
            silent.update({one.authority for one in outcomes if one.reason != stamps.SEAL_CHANGED} - came)

    def stamp(data: bytes) -> Iterator[tuple[str, bytes]]:
        for one in app.authorities:
            if one.name not in silent:
                with suppress(StampRefused):
                    yield one.name, timestamp.stamp(data, one, now=app.now).reply

    return StampService({one.name: one.roots for one in app.authorities}, ask_for_seals, stamp)
