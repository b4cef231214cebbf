"""Gives an export access to time stamps: those of the seals, and new ones from the authorities."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from archiver import errors
from archiver.app import App
from archiver.custody import stamp_requests
from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.timestamp import StampRefused
from archiver.export.stamps import StampService


def stamp_service(app: App) -> StampService | None:
    """The stamp service for a package of this archive; None if no authority is configured.

    Stamps for seals are requested first, and an authority that gave none is not asked again. Nothing is raised if an
    authority fails or the archive cannot be written: the export reports what is missing.
    """
    if not app.authorities:
        return None
    silent: set[str] = set()

    def ask_for_seals() -> None:
        with suppress(errors.StorageError):
            outcomes = stamp_requests.request_stamps(app, at_once=True).outcomes
            came = {one.authority for one in outcomes if one.time is not None}
            silent.update({one.authority for one in outcomes if one.reason != stamp_requests.SEAL_CHANGED} - came)

    def stamp(data: bytes) -> Iterator[tuple[str, bytes]]:
        for authority in app.authorities:
            if authority.name not in silent:
                with suppress(StampRefused):
                    yield authority.name, timestamp.request_stamp(data, authority, now=app.now).reply

    return StampService(
        {authority.name: authority.roots for authority in app.authorities},
        ask_for_seals,
        stamp,
        {authority.name: authority.known_class for authority in app.authorities},
    )
