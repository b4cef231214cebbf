"""How the archive stands: what is observed of it and of this computer, and how saving goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver.app import utc_now
from archiver.health import error_reasons, snapshot
from archiver.health.conditions import OF_ALERTS, Condition, conditions, told_conditions
from archiver.health.judgements import Situation, last_list
from archiver.health.rooms_and_runs import round_interval, unseen_bound
from archiver.health.snapshot import ComputerState, known_time
from archiver.health.words import sentence
from archiver.notices import apprise_sender
from archiver.records.alerts import Alert
from archiver.render.times import interval_words, short_time
from archiver.rounds import run_log

if TYPE_CHECKING:
    from archiver.settings.model import Settings
    from archiver.store.archive import Reading


@dataclass(frozen=True, slots=True)
class Standing:
    """How the archive stands: what was observed, and the conditions that follow."""

    situation: Situation
    found: tuple[Condition, ...]
    """Those that are said, the most urgent first."""

    @property
    def sentences(self) -> list[str]:
        """The conditions that are not listed as alerts, one sentence each."""
        return [sentence(one) for one in self.found if one.kind not in OF_ALERTS]

    @property
    def unseen(self) -> timedelta | None:
        """How long an edit may stay unseen while saving runs; None where it does not run by itself."""
        situation = self.situation
        return unseen_bound(situation.archive, situation.settings, situation.starters, situation.now)


def observe_standing(
    reading: Reading,
    settings: Settings,
    environ: Mapping[str, str] | None = None,
    *,
    now: datetime | None = None,
    alerts: Sequence[Alert] | None = None,
) -> Standing:
    """Ask the archive and this computer; without `environ` the schedulers are not asked, which takes a while.

    `alerts`: the open ones, if they were read already.
    """
    computer = ComputerState(
        disk=snapshot.observe_disk(settings.home, settings.files.stop_when_free_bytes),
        starters=None if environ is None else snapshot.observe_starters(settings.home, environ),
        lacks_library=bool(settings.notify.urls) and not apprise_sender.is_installed(),
    )
    now = now or known_time(reading, utc_now())
    situation = Situation(snapshot.read_snapshot(reading, now, alerts), settings, now, computer)
    return Standing(situation, tuple(told_conditions(conditions(situation))))


# --- the line ------------------------------------------------------------------------------------


def saving_words(situation: Situation, *, failed_at: datetime | None = None) -> list[str]:
    """What starts saving, how the last round ended, when the next one comes."""
    starters = situation.computer.starters
    last = _last_run_words(situation, failed_at)
    if starters is None or starters.names is None:
        return [_("nothing here starts it"), last]
    if starters.is_idle:
        return [_("registered with {scheduler}, which does not run").format(scheduler=starters.names), last]
    every = interval_words(_round_interval(situation))
    started = _("automatically (every {every}; {scheduler})").format(every=every, scheduler=starters.names)
    return [started, last, _next_run_words(situation, failed_at)]


def last_failure(situation: Situation) -> datetime | None:
    """When a round last failed, if none went through since."""
    return None if situation.archive.error_name is None else run_log.last_failure(situation.settings.home)


def _round_interval(situation: Situation) -> timedelta:
    return round_interval(len(situation.archive.rooms), situation.settings)


def _last_run_words(situation: Situation, failed_at: datetime | None) -> str:
    archive, now, run = situation.archive, situation.now, situation.archive.scheduled_run
    error, at = archive.error_name, failed_at
    if error is None and run is not None:  # a run that was typed went through since; the line is about the others
        error, at = run.error, run.at
    if error is not None:
        time = "" if at is None else short_time(at, now)
        why = error_reasons.reason(error)
        words = _("last {time} failed: {reason}") if why else _("last {time} failed")
        return " ".join(words.format(time=time, reason=why).split())
    if archive.last_run is None:
        return _("last: none yet")
    words = _("last save {time}") if archive.is_complete else _("last {time} incomplete")
    return words.format(time=short_time(archive.last_run, now))


def _next_run_words(situation: Situation, failed_at: datetime | None) -> str:
    """When the next round comes: one interval after the last, or “within” one if that has passed, as after suspend."""
    ends = [at for at in (last_list(situation.archive), failed_at) if at is not None]
    every = _round_interval(situation)
    due = max(ends) + every if ends else situation.now
    if due > situation.now:
        return _("next {time}").format(time=short_time(due, situation.now))
    return _("next within {every}").format(every=interval_words(every))
