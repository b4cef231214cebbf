"""The table of conditions: how each is judged, how serious it is, where it is said, and what to call.

Everything that tells how things stand chooses from these rows; `words` has the sentence of each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum, auto
from typing import Any, NamedTuple

from archiver.health import judgements as judge
from archiver.health.judgements import Found, Situation, found_if, if_so, is_setting_up, since_when, these
from archiver.health.snapshot import ComputerState
from archiver.records.alerts import Grade

ConditionKind = StrEnum(
    "ConditionKind",
    "SETUP NO_CONTRACT ENDED DISK_FULL LEDGER NO_SPACE FIRST_SAVE STALE FAULT JOB_FAULT IDLE UNSCHEDULED "
    "SILENT UNREAD BEHIND FAILING SHUT CLOCK DOUBT FUTURE FINDINGS ALERT HINT DUE COPY REMOTE UNHEARD "
    "PING PACE GAP LOST LARGE PENDING CUT UNREAD_DROPPED",
)
"""What a condition is about; the value, the name in small letters, is the first part of its keys, which are remembered
between rounds."""


class Notice(Enum):
    """How often notice is given of a condition while it lasts."""

    NEVER = auto()
    ONCE = auto()
    """Nobody can mend it."""
    DAILY = auto()
    GRAVE = auto()
    """Daily, and nothing is called fine on its day."""


class Row(NamedTuple):
    """How a condition is judged, and who tells it."""

    kind: ConditionKind
    judge: Callable[[Situation], Found | None]
    grade: Grade = Grade.ATTENTION
    check: str = ""
    """The check of `archive status --full` that says it; empty: it is about what is kept, not about what is set up."""
    notice: Notice = Notice.NEVER
    command: str = ""
    """What to call; empty: the sentence says what to do, or nothing can be done."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is not as it should be; `words` says it in one sentence."""

    kind: ConditionKind
    grade: Grade = Grade.ATTENTION
    which: tuple[str, ...] = ()
    """Which rooms, files or alerts it is about, if several can be: the last part of each key."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """What is remembered of it between rounds: `stale`, `fault/TokenRefused`, `pace/5`."""
        return tuple(f"{self.kind}/{one}" for one in self.which) or (str(self.kind),)

    def only(self, keys: Collection[str]) -> Condition:
        """The same condition of those of its things alone that have these keys."""
        return replace(self, which=tuple(one for one in self.which if f"{self.kind}/{one}" in keys))


def conditions(situation: Situation) -> list[Condition]:
    """All conditions, those that need action first, then in the order of `CONDITIONS`."""
    judged = ((row.kind, row.judge(situation)) for row in CONDITIONS)
    found = [condition_of(kind, one) for kind, one in judged if one is not None]
    return sorted(found, key=lambda one: one.grade is not Grade.ACTION)


def condition_of(kind: ConditionKind, found: Found) -> Condition:
    """The condition of this kind of which this was found."""
    row = ROWS[kind]
    grade, command = found.get("grade", row.grade), found.get("command", row.command)
    return Condition(kind, grade, found.get("which", ()), found, command)


def conditions_beside(*, clock_ms: int | None, computer: ComputerState) -> list[Condition]:
    """The conditions of this computer alone, where the archive is not asked or cannot be read."""
    found = {
        ConditionKind.CLOCK: judge.clock(clock_ms),
        ConditionKind.IDLE: judge.idle(computer.starters),
        ConditionKind.DISK_FULL: judge.disk_full(computer.disk),
        ConditionKind.NO_SPACE: judge.no_space(computer.disk),
    }
    return [condition_of(kind, one) for kind, one in found.items() if one is not None]


def told_conditions(found: Collection[Condition]) -> list[Condition]:
    """Those that are said: that saving has stopped, or the disk is full, gives the error as its reason already."""
    is_told = any(one.kind is ConditionKind.STALE or one.facts.get("has_failed") for one in found)
    return [one for one in found if one.kind is not ConditionKind.FAULT or not is_told]


OF_ALERTS = frozenset({ConditionKind.ALERT, ConditionKind.HINT, ConditionKind.DUE})
"""What alerts tell, which the user's own screens list one by one."""


def worst_grade(found: Iterable[Condition]) -> Grade:
    """The grade of the most serious condition."""
    grades = {one.grade for one in found}
    return next((grade for grade in (Grade.ACTION, Grade.ATTENTION) if grade in grades), Grade.GOOD)


_ACTION, _ATTENTION = Grade.ACTION, Grade.ATTENTION
_ONCE, _DAILY, _GRAVE = Notice.ONCE, Notice.DAILY, Notice.GRAVE
_ALERTS, _CHECKS = "archive status --alerts", "archive status --full"

CONDITIONS = (
    Row(ConditionKind.SETUP, lambda one: if_so(is_setting_up(one)), _ACTION, command="archive init"),
    Row(ConditionKind.ALERT, lambda one: judge.alerts(one, departs=True), _ACTION, "", _GRAVE, _ALERTS),
    Row(ConditionKind.NO_CONTRACT, judge.no_contract, _ACTION, "pace", command="archive job add"),
    Row(ConditionKind.ENDED, judge.ended, check="pace"),
    Row(ConditionKind.STALE, judge.stale, _ACTION, "last_run", _GRAVE),
    Row(ConditionKind.FAULT, judge.standing_fault, _ATTENTION, "last_run", _GRAVE),
    Row(ConditionKind.LEDGER, lambda one: found_if(error=one.archive.ledger_error), _ACTION, command=_CHECKS),
    Row(ConditionKind.DISK_FULL, judge.disk_full_now, _ACTION, "disk", _DAILY),
    Row(ConditionKind.NO_SPACE, lambda one: judge.no_space(one.computer.disk), _ACTION, "disk", _DAILY),
    Row(ConditionKind.FIRST_SAVE, judge.first_save, _ACTION, "last_run", command="archive save"),
    Row(ConditionKind.JOB_FAULT, judge.job_fault, check="schedule"),
    Row(ConditionKind.IDLE, lambda one: judge.idle(one.starters), _ACTION, "schedule", command=_CHECKS),
    Row(ConditionKind.UNSCHEDULED, judge.unscheduled, _ACTION, "schedule", command="archive init schedule"),
    Row(ConditionKind.SILENT, judge.silent, check="schedule", command="archive init schedule --show"),
    Row(ConditionKind.FINDINGS, judge.findings, _ACTION, "verification", _GRAVE, "archive verify --deep"),
    Row(ConditionKind.COPY, judge.copy, _ATTENTION, "backup", _DAILY, "archive backup"),
    Row(ConditionKind.HINT, lambda one: judge.alerts(one, departs=False), _ACTION, "", _GRAVE, _ALERTS),
    Row(ConditionKind.UNREAD, judge.unread, _ACTION, "last_run", _DAILY, "archive save"),
    Row(ConditionKind.BEHIND, judge.behind, check="last_run"),
    Row(ConditionKind.FAILING, lambda one: since_when(one.archive.looks.failing), check="last_run"),
    Row(ConditionKind.SHUT, lambda one: since_when(one.archive.shut)),
    Row(ConditionKind.CLOCK, lambda one: judge.clock(one.archive.clock_ms), _ACTION, "clock", _DAILY),
    Row(ConditionKind.DOUBT, lambda one: found_if(hours=one.archive.doubtful_hours), check="clock"),
    Row(ConditionKind.FUTURE, judge.future, check="last_run"),
    Row(ConditionKind.PENDING, lambda one: found_if(n=one.archive.pending or None)),
    Row(ConditionKind.LOST, lambda one: judge.lost(one, are_large=False), notice=_ONCE),
    Row(ConditionKind.LARGE, lambda one: judge.lost(one, are_large=True), notice=_ONCE),
    Row(ConditionKind.CUT, lambda one: these(f"{cut.room_id}/{cut.kind}" for cut in one.archive.cut)),
    Row(ConditionKind.GAP, judge.gaps, notice=_ONCE),
    Row(ConditionKind.PACE, judge.pace, check="pace", notice=_ONCE),
    Row(ConditionKind.DUE, judge.due, notice=_ONCE, command=_ALERTS),
    Row(ConditionKind.REMOTE, lambda one: if_so(one.computer.lacks_library), _ACTION, "notices", _DAILY),
    Row(ConditionKind.UNHEARD, judge.unheard, _ACTION, "notices", command="archive init alerts"),
    Row(ConditionKind.PING, judge.ping, _ATTENTION, "notices", _ONCE, "archive init alerts"),
    Row(ConditionKind.UNREAD_DROPPED, judge.unread_dropped),
)
"""The most urgent condition first."""

ROWS: Mapping[ConditionKind, Row] = {row.kind: row for row in CONDITIONS}
