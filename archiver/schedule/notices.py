"""Looks for troubles in an archive, remembers what was said of them, and puts them into words without names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext

from archiver import errors
from archiver.schedule import noticing
from archiver.schedule.noticing import ALERT, FAULT, FINDINGS, GAP, HINT, LOST, STALE, Notices
from archiver.settings.model import Settings
from archiver.signs import GOING, Level
from archiver.store import alerts, verifications, work
from archiver.store.archive import Archive, Reading
from archiver.store.clock import moment, stamp
from archiver.store.queries import contracts, files
from archiver.store.queries.status import open_gaps

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


def idle_hours(archive: Archive, *, now: datetime) -> int | None:
    """How long ago a round last went through; None: never, or nobody can tell."""
    try:
        with archive.reading() as reading:
            last = work.recall(reading, "last_sync")
    except (errors.StorageError, errors.SettingsError, errors.NewerArchive):
        return None
    return None if last is None else round((now - moment(last["at"])) / timedelta(hours=1))


def troubles(reading: Reading, settings: Settings, *, now: datetime) -> Iterator[str]:
    """The keys of all that is wrong now, as far as the archive tells."""
    yield from urgent(reading, settings, now=now)
    lost = files.counts(reading)
    for room in contracts.rooms_to_read(reading, now):
        yield from (f"{GAP}{room}/{gap['before']}" for gap in open_gaps(reading, room) if gap["after"] is not None)
        if room in lost and lost[room].lost:
            yield f"{LOST}{room}/{lost[room].lost}"


def urgent(reading: Reading, settings: Settings, *, now: datetime) -> Iterator[str]:
    """The keys of what every command warns of."""
    last = work.recall(reading, "last_sync")
    if last is not None and now - moment(last["at"]) > timedelta(hours=settings.notify.stale_hours):
        yield STALE
    verified = verifications.last(reading)
    if verified is not None and verified.findings:
        yield FINDINGS
    for one in alerts.open_alerts(reading):
        if one.level is Level.HIGH:
            yield f"{ALERT if one.rule in GOING else HINT}{one.number}"


def _of(fault: errors.ArchiverError | None) -> set[str]:
    return set() if fault is None or isinstance(fault, NO_TROUBLE) else {f"{FAULT}{type(fault).__name__}"}


def is_to_say(fault: errors.ArchiverError | None, made: Notices) -> bool:
    """Whether the fault of a run is new, or has lasted for another day; what is no trouble is always said."""
    return not (keys := _of(fault)) or bool(keys & set(made.say))


# --- words ---------------------------------------------------------------------------------------


def sentences(made: Notices, *, hours: int | None) -> list[str]:
    """One for each kind of trouble, the most urgent first; `hours` since the last good round, None: not known."""
    found = []
    if noticing.of_kind(ALERT, made.say):
        found.append(_("[Check] There was a great change on the other side. Do not leave the chat; call: archive"))
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
    if noticing.of_kind(HINT, made.say):
        found.append(_("[Check] Something asks for a decision of yours. See: archive alerts"))
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
