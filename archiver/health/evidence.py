"""Looks at what the evidence rests on: the database, third-party time of the seals, and the last verification."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from typing import NamedTuple

from archiver.custody.stamping import SEAL_CHANGED
from archiver.errors import BadRoots
from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.timestamp import REASONS
from archiver.health.finding import CheckResult, action, attention, day, good, minute
from archiver.store.archive import Reading
from archiver.store.working import stamp_queue
from archiver.store.working.stamp_queue import Longest
from archiver.store.working.verification_log import Verified

PATIENCE = timedelta(days=2)
"""A stamp that waits no longer than this needs nobody: authorities are down for hours, computers off for a night."""

OLD = timedelta(days=35)
"""Everything is to be verified once a month."""


class StampStanding(NamedTuple):
    """How the third-party time of the seals stands."""

    authorities: Sequence[str]
    """Names of the settings; none: it is off."""
    days: int
    """Sealed days."""
    waiting: Sequence[Longest]
    """One for each authority whose stamp a seal lacks."""
    faults: Sequence[BadRoots]
    """Pinned roots that cannot be read."""
    available: bool
    """Whether stamps can be asked for and checked on this computer."""


# --- looking ---------------------------------------------------------------------------------


def stamping(reading: Reading, authorities: Sequence[str], faults: Sequence[BadRoots]) -> StampStanding:
    """Ask the queue of stamps; `authorities` and `faults` as the settings have them."""
    waiting = [stamp_queue.longest_waiting(reading, name) for name in authorities]
    days = stamp_queue.tally(reading, authorities).days
    return StampStanding(authorities, days, [one for one in waiting if one is not None], faults, timestamp.available())


# --- judging ---------------------------------------------------------------------------------


def database_look(damage: Sequence[str]) -> CheckResult:
    """What SQLite's quick check found; nothing is to be repaired by hand."""
    if damage:
        sentence = _(
            "SQLite finds the database damaged ({detail}). "
            "Change nothing, keep a copy as it is, and see: archive verify"
        )
        return action("database", sentence.format(detail=damage[0]))
    return good("database", _("SQLite's quick check finds nothing wrong."))


def stamps_look(seen: StampStanding, *, now: datetime) -> CheckResult:
    """Off, all there, or who lets wait since when, and why."""
    if not seen.authorities:
        sentence = _(
            "Off: no third party vouches for the time of the seals. To turn it on: archive init --timestamps on"
        )
        return attention("stamps", sentence)
    if seen.faults:
        return action("stamps", " ".join([*map(str, seen.faults), seen.faults[0].advice()]))
    if any(one.reason == SEAL_CHANGED for one in seen.waiting):
        return action("stamps", _("A seal is not as it was closed, so it is not stamped. See: archive verify"))
    if not seen.available and seen.waiting:
        sentence = _(
            "This computer cannot check time stamps, so none is asked for, and the seals wait. "
            "Another computer can stamp them: archive backup, there archive restore and archive seal"
        )
        return attention("stamps", sentence)
    if any(now - one.since > PATIENCE for one in seen.waiting):
        said = [_waits(one) for one in seen.waiting]
        return attention("stamps", " ".join([*said, _("Every run asks again; at once: archive seal")]))
    return good("stamps", " ".join([_held(seen), *map(_waits, seen.waiting)]))


def verification_look(last: Verified | None, *, now: datetime) -> CheckResult:
    """When everything was looked through, and what came of it."""
    if last is None:
        return attention("verification", _("The archive was not verified yet: archive verify"))
    if last.findings:
        sentence = ngettext(
            "{n} thing did not match on {time}. Change nothing and see: archive verify",
            "{n} things did not match on {time}. Change nothing and see: archive verify",
            last.findings,
        )
        return action("verification", sentence.format(n=last.findings, time=minute(last.at)))
    sentence = _("Nothing was found changed on {time} (records {entries}, files {files}).")
    counts = {name: last.checked.get(name, 0) for name in ("entries", "files")}
    told = sentence.format(time=minute(last.at), **counts)
    if now - last.at > OLD:
        return attention("verification", f"{told} " + _("That is long ago: archive verify"))
    return good("verification", told)


def _held(seen: StampStanding) -> str:
    if not seen.days:
        return _("On. Nothing is sealed yet.")
    sentence = ngettext("On ({names}). {n} day is sealed.", "On ({names}). {n} days are sealed.", seen.days)
    return sentence.format(names=", ".join(seen.authorities), n=seen.days)


def _waits(one: Longest) -> str:
    sentence = ngettext(
        "{name}: {n} seal waits since {day} ({reason}).", "{name}: {n} seals wait since {day} ({reason}).", one.seals
    )
    known: dict[str, str] = {**REASONS}
    reason = _(known[one.reason]) if one.reason in known else _("its turn has not come yet")
    return sentence.format(name=one.authority, n=one.seals, day=day(one.since), reason=reason)
