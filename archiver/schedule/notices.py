"""Looks for troubles in an archive, remembers what was said of them, and puts them into words without a name or a text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext

from archiver import errors
from archiver.schedule import noticing
from archiver.schedule.noticing import ALERT, FAULT, FINDINGS, GAP, LOST, STALE, Notices
from archiver.settings.model import Settings
from archiver.signs import Level
from archiver.store import alerts, verifications, work
from archiver.store.archive import Archive, Reading
from archiver.store.clock import moment, stamp
from archiver.store.queries.status import status

NOTICED = "noticed"
"""Remembered: key of a trouble → when it was last said."""

NO_TROUBLE = (errors.ArchiveInUse, errors.NoContract, errors.UsageError)
"""Faults of a run that need nobody: another one is at work, or it was called in a way that cannot be meant."""


def settle(archive: Archive, settings: Settings, fault: errors.ArchiverError | None, *, now: datetime) -> Notices:
    """What is to be said after a round that went through, or that ended with a fault; it counts as said from now on.

    Where the archive cannot be read or written, the fault alone is said, every time.
    """
    try:
        with archive.reading() as reading:
            known = {key: moment(at) for key, at in work.recall(reading, NOTICED, {}).items()}
            present = {*troubles(reading, settings, now=now), *_of(fault)}
        made = noticing.judge(present, known, now=now)
        if made.known != known:
            with archive.writing() as writing:
                work.remember(writing, NOTICED, {key: stamp(at) for key, at in made.known.items()})
    except (errors.StorageError, errors.SettingsError, errors.NewerArchive):
        return noticing.judge(_of(fault), {}, now=now)
    return made


def troubles(reading: Reading, settings: Settings, *, now: datetime) -> Iterator[str]:
    """The keys of all that is wrong now, as far as the archive tells."""
    told = status(reading)
    if told.last_sync is not None and now - told.last_sync > timedelta(hours=settings.notify.stale_hours):
        yield STALE
    last = verifications.last(reading)
    if last is not None and last.findings:
        yield FINDINGS
    yield from (f"{ALERT}{one.number}" for one in alerts.open_alerts(reading) if one.level is Level.HIGH)
    for room in told.rooms:
        yield from (f"{GAP}{room.room_id}/{gap['before']}" for gap in room.gaps if gap["after"] is not None)
        if room.files.lost:
            yield f"{LOST}{room.room_id}/{room.files.lost}"


def _of(fault: errors.ArchiverError | None) -> set[str]:
    return set() if fault is None or isinstance(fault, NO_TROUBLE) else {f"{FAULT}{type(fault).__name__}"}


# --- words ---------------------------------------------------------------------------------------


def sentences(made: Notices, *, hours: int | None) -> list[str]:
    """One for each kind of trouble, the most urgent first; `hours` since the last good round, None: not known."""
    found = []
    if noticing.of_kind(ALERT, made.say):
        found.append(
            _("[Check] There was a great change on the other side. Do not leave the chat; call: archive")
        )
    if STALE in made.say:
        found.append(
            ngettext(
                "[Stopped] Nothing was saved for {n} hour. Texts that change meanwhile are lost. Call: archive check",
                "[Stopped] Nothing was saved for {n} hours. Texts that change meanwhile are lost. Call: archive check",
                hours or 0,
            ).format(n=hours or 0)
        )
    elif noticing.of_kind(FAULT, made.say):
        found.append(_("Saving does not work just now. It is tried again by itself. Call: archive check"))
    if FINDINGS in made.say:
        found.append(_("[Check] Something in the archive does not match. Change nothing; call: archive verify --deep"))
    gaps, lost = noticing.of_kind(GAP, made.say), noticing.of_kind(LOST, made.say)
    if gaps:
        found.append(ngettext("A new gap: {n}. See: archive status", "New gaps: {n}. See: archive status", gaps))
        found[-1] = found[-1].format(n=gaps)
    if lost:
        found.append(_("A file could not be had. See: archive status"))
    if any(key in (STALE, FINDINGS) or key.startswith(FAULT) for key in made.over) and not _lasts(made):
        found.append(_("That is over: saving works again."))
    return found


def _lasts(made: Notices) -> bool:
    """Whether something that keeps from saving is still there."""
    return any(key in (STALE, FINDINGS) or key.startswith(FAULT) for key in made.known)
