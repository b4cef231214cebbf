"""How the archive stands for `status` and the viewer: what is observed, and the line about automatic saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import TYPE_CHECKING

from archiver.app import utc_now
from archiver.cli.terminal.text import columns
from archiver.health import error_reasons, snapshot
from archiver.health.conditions import OF_ALERTS, Condition, conditions, told_conditions, worst_grade
from archiver.health.judgements import Situation, last_list
from archiver.health.rooms_and_runs import round_interval, unseen_bound
from archiver.health.snapshot import ComputerState, known_time
from archiver.health.words import graded, sentence
from archiver.notices import apprise_sender
from archiver.records.alerts import Alert, Level
from archiver.records.grades import Grade, grade_word
from archiver.render.times import interval_words, short_time
from archiver.rounds import run_log
from archiver.wording import typed

if TYPE_CHECKING:
    from archiver.cli.status.emergency_block import Emergency
    from archiver.settings.model import Settings
    from archiver.store.archive import Reading

WIDTH = 80


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
    def has_attention_alerts(self) -> bool:
        """Whether an alert deserves attention that is no condition."""
        return any(one.level is Level.MEDIUM for one in self.situation.archive.alerts)

    @property
    def grade(self) -> Grade:
        """How the archive stands as a whole."""
        grade = worst_grade(self.found)
        return Grade.ATTENTION if grade is Grade.GOOD and self.has_attention_alerts else grade

    @property
    def unseen(self) -> timedelta | None:
        """How long an edit may stay unseen while saving runs; None where it does not run by itself."""
        situation = self.situation
        return unseen_bound(situation.archive, situation.settings, situation.starters, situation.now)

    @property
    def graded_sentences(self) -> list[str]:
        """The same with the words for their grades."""
        return [graded(one, sentence(one)) for one in self.found if one.kind not in OF_ALERTS]


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


def saving_line(situation: Situation, *, failed_at: datetime | None = None) -> str:
    """The line of `status` about saving, with the words of `saving_words`; `failed_at`: when a round last failed."""
    first, *others = saving_words(situation, failed_at=failed_at)
    label = _("Saving")
    lines = [f"{label}   {first}"]
    for part in others:
        if columns(f"{lines[-1]}  {part}") > WIDTH:
            lines.append("    " + part)
        else:
            lines[-1] += "  " + part
    return "\n".join(lines)


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


# --- what to do next -----------------------------------------------------------------------------


def next_step(standing: Standing, emergencies: Sequence[Emergency]) -> str:
    """The first thing to do, or that there is nothing to do."""
    if emergencies:
        return _("what is listed above under “What to do now”")
    if command := next((one.command for one in standing.found if one.command), None):
        return typed(command)
    if standing.found:
        word = grade_word(standing.found[0].grade)
        return _("look at the lines with [{attention}] above").format(attention=word)
    return typed("archive status --alerts") if standing.has_attention_alerts else _("nothing to do")
