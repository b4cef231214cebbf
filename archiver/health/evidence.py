"""Checks what the evidence rests on: the database, third-party time of the seals, and the last verification."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from archiver.custody import stamp_requests
from archiver.custody.put_back_databases import PutBackDatabase, advice
from archiver.custody.stamp_requests import SEAL_CHANGED, StampLife
from archiver.errors import N_, BadRoots
from archiver.evidence.looks import other_address_sentence, other_addresses, read_services
from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.roots import OWNER_REASONS, REASONS, class_sentence
from archiver.evidence.stamps.timestamp import Authority
from archiver.health.check_result import CheckResult, action, attention, good
from archiver.render.times import iso_date, minute_text
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.time_text import from_text
from archiver.store.working import stamp_queue
from archiver.store.working.stamp_queue import LongestWait
from archiver.store.working.verification_log import VerificationRecord
from archiver.wording import gettext as _
from archiver.wording import ngettext

PATIENCE = timedelta(days=2)
"""A stamp may wait for this time: authorities are down for hours, computers off for a night."""

OLD = timedelta(days=35)
"""Age of a verification that needs attention: everything is to be verified once a month."""


PUT_BACK_RECENTLY = timedelta(days=30)
"""How long after an older database was put back the newer one is asked for as something to be done."""


class StampStatus(NamedTuple):
    """The state of the seals' third-party time stamps."""

    authorities: Sequence[str]
    """Names of the authorities in the settings; none: stamping is off."""
    days: int
    """Sealed days."""
    waiting: Sequence[LongestWait]
    """The longest waiting seal of each authority whose stamp a seal lacks."""
    root_errors: Sequence[BadRoots]
    """Pinned roots that cannot be read."""
    lives: Sequence[StampLife]
    """The newest stamp of each authority that ever stamped."""
    is_available: bool
    """Whether stamps can be asked for and checked on this computer."""


# --- looking ---------------------------------------------------------------------------------


def stamp_status(reading: Reading, authorities: Sequence[str], faults: Sequence[BadRoots]) -> StampStatus:
    """Read the queue of stamps; `authorities` and `faults` come from the settings."""
    waiting = [stamp_queue.longest_waiting(reading, name) for name in authorities]
    days = stamp_queue.count_days(reading)
    lives = stamp_requests.stamp_lives(reading)
    return StampStatus(
        authorities, days, [one for one in waiting if one is not None], faults, lives, timestamp.can_stamp()
    )


def service_sentences(reading: Reading) -> list[str]:
    """One for each time in which data came from another address than Chatwork's; empty if it never did."""
    services = other_addresses(read_services(current_state.service_entries(reading)))
    return [other_address_sentence(one, lambda at: minute_text(from_text(at))) for one in services]


# --- judging ---------------------------------------------------------------------------------


def check_database(damage: Sequence[str]) -> CheckResult:
    """Report what SQLite's quick check found; nothing is to be repaired by hand."""
    if damage:
        sentence = _(
            "SQLite finds the database damaged ({detail}). "
            "Change nothing, keep a copy as it is, and see: archive verify"
        )
        return action("database", sentence.format(detail=damage[0]))
    return good("database", _("SQLite's quick check finds nothing wrong."))


def check_stamps(status: StampStatus, *, now: datetime) -> CheckResult:
    """Check whether stamping is on, and which authority's stamps have waited too long, and why."""
    if not status.authorities:
        sentence = _(
            "Off: nobody outside vouches for the time of the seals. To turn it on: archive init --timestamps on"
        )
        return attention("stamps", sentence)
    if status.root_errors:
        return action("stamps", " ".join([*map(str, status.root_errors), status.root_errors[0].advice()]))
    if any(one.reason == SEAL_CHANGED for one in status.waiting):
        return action(
            "stamps", _("A seal is not as it was when it was closed, so it is not time-stamped. See: archive verify")
        )
    if not status.is_available and status.waiting:
        sentence = _(
            "This computer cannot check time stamps, so none is asked for, and the seals wait. Another "
            "computer can time-stamp them: archive backup here, then archive backup --restore and archive "
            "seal there"
        )
        return attention("stamps", sentence)
    if any(one.reason in OWNER_REASONS for one in status.waiting):
        sentences = [_waiting_sentence(one) for one in status.waiting]
        mend = _(
            "Asking again does not help. See [timestamp] in archive.toml and the files that it names; then: "
            "archive seal"
        )
        return attention("stamps", " ".join([*sentences, mend]))
    if any(now - one.since > PATIENCE for one in status.waiting):
        sentences = [_waiting_sentence(one) for one in status.waiting]
        return attention("stamps", " ".join([*sentences, _("Every save asks again; at once: archive seal")]))
    endings = stamp_requests.ending(status.lives, now, stamp_requests.WARN_BEFORE)
    if endings:
        grade = action if any(one.ends <= now for one in endings) else attention
        return grade("stamps", " ".join(_ending_sentence(one, now) for one in endings))
    return good("stamps", " ".join([_sealed_days_sentence(status), *map(_waiting_sentence, status.waiting)]))


def with_classes(result: CheckResult, authorities: Sequence[Authority]) -> CheckResult:
    """The result with the class of each authority of the settings."""
    sentences = [class_sentence(one.name, is_offered=one.is_offered) for one in authorities]
    return CheckResult(result.name, result.grade, " ".join([result.text, *sentences]))


def check_put_back(found: Sequence[PutBackDatabase], told: Sequence[str], *, now: datetime) -> list[CheckResult]:
    """Say for ever that an older database was put back; while a newer one may still be at hand, it needs attention.

    `told`: what no record tells of yet.
    """
    if not (found or told):
        return []
    grade = attention if told or now - found[-1].found_at < PUT_BACK_RECENTLY else good
    return [grade("rollback", " ".join([*map(advice, found), *told]))]


def check_verification(last: VerificationRecord | None, *, now: datetime) -> CheckResult:
    """When everything was looked through; findings are a condition of their own."""
    if last is None:
        return attention("verification", _("The archive has not been verified yet: archive verify"))
    sentence = _("No change was found on {time} (records {entries}, files {files}).")
    counts = {name: last.checked.get(name, 0) for name in ("entries", "files")}
    text = sentence.format(time=minute_text(last.at), **counts)
    if now - last.at > OLD:
        return attention("verification", f"{text} " + _("That is a long time ago: archive verify"))
    return good("verification", text)


def _sealed_days_sentence(status: StampStatus) -> str:
    if not status.days:
        return _("On. Nothing is sealed yet.")
    sentence = ngettext("On ({names}). {n} day is sealed.", "On ({names}). {n} days are sealed.", status.days)
    return sentence.format(names=", ".join(status.authorities), n=status.days)


def _ending_sentence(life: StampLife, now: datetime) -> str:
    """What ends behind the newest stamp of an authority, and what carries it on."""
    if life.ends <= now:
        sentence = _(
            "{name}: its certificate ended on {day}, and no later time stamp carries its time stamps on. "
            "From then on they show little. Have the seals time-stamped again now: archive seal"
        )
    elif life.is_key:
        sentence = _(
            "{name}: its key counts as too short from {day} on. Saves have the newest seal time-stamped "
            "again {days} days before; if {name} keeps that key, add another authority to [timestamp] in "
            "archive.toml."
        )
    else:
        sentence = _(
            "{name}: its certificate ends on {day}. Saves have the newest seal time-stamped again {days} "
            "days before, so let them go on; if {name} gets no new certificate, add another authority to "
            "[timestamp] in archive.toml."
        )
    days = stamp_requests.RENEW_BEFORE.days
    return sentence.format(name=life.authority, day=iso_date(life.ends), days=days)


def _waiting_sentence(longest: LongestWait) -> str:
    sentence = ngettext(
        "{name}: {n} seal has waited since {day} ({reason}).",
        "{name}: {n} seals have waited since {day} ({reason}).",
        longest.seals,
    )
    reason, day = reason_words(longest.reason), iso_date(longest.since)
    return sentence.format(name=longest.authority, n=longest.seals, day=day, reason=reason)


def reason_words(reason: str | None) -> str:
    """Why a seal waits for its stamp."""
    known = {**REASONS, SEAL_CHANGED: N_("a seal was changed: archive verify")}
    return _(known[reason]) if reason in known else _("its turn has not come yet")
