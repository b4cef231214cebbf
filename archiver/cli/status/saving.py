"""How saving by itself stands, for `status` and the viewer: who starts it, how the last round ended, what keeps it.

What the archive and this computer know, gathered in `observe`; the sentences are made of that alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING

from archiver.cli.answers import BEGUN, FINISHED, KEY
from archiver.cli.terminal.text import columns
from archiver.cli.terminal.times import span
from archiver.health import disk, fault_reasons
from archiver.health.runs import RUNS
from archiver.records import JST
from archiver.records.alerts import Level
from archiver.rounds import last_fault, run_log
from archiver.schedule import commands, schedulers
from archiver.store.engine import is_writable
from archiver.store.working import memory

if TYPE_CHECKING:
    from archiver.cli.status.emergency import Emergency
    from archiver.settings.model import Settings
    from archiver.store.archive import Reading
    from archiver.store.queries.status import Status

WIDTH = 80


@dataclass(frozen=True, slots=True)
class SavingStatus:
    """What is known of saving by itself."""

    every: timedelta
    by: str | None
    """Schedulers and a running daemon, in a few words; None: nothing here starts it."""
    idle: bool = False
    """Whether the only one of them is a cron that does not run."""
    fault: str | None = None
    """The name of the error for which no round has gone through since."""
    failed: datetime | None = None
    """When one last failed."""
    full: str | None = None
    """That the disk has no room left."""
    begun: bool = False
    """Whether the first run was begun and not finished."""


def observe(reading: Reading, settings: Settings, environ: Mapping[str, str]) -> SavingStatus:
    """Ask the archive, this computer's schedulers and its disk. Raises OSError."""
    fault = last_fault.standing(reading)
    answers, by = memory.recall(reading, KEY, {}), schedulers.installed(settings.home, environ)
    return SavingStatus(
        every=settings.sync.every,
        by=by,
        idle=by == schedulers.title(schedulers.CRON) and commands.is_cron_running() is False,
        fault=fault,
        failed=None if fault is None else run_log.last_failure(settings.home),
        full=_full(settings.home),
        begun=BEGUN in answers and FINISHED not in answers,
    )


def is_setting_up(stands: SavingStatus, told: Status) -> bool:
    """Whether `archive init` has still to be gone on with: no account yet, or left before anything saves by itself."""
    if not told.contracts and not told.account_id:
        return True
    return stands.begun and not (told.contracts and stands.by)


def warnings(stands: SavingStatus, told: Status, *, now: datetime) -> list[str]:
    """What keeps the archive from saving, one sentence each, the most urgent first."""
    found = []
    if is_setting_up(stands, told):
        found.append(_("The setting up is not finished. Go on with: archive init"))
    found += _obstacles(stands.fault, stands.full)
    if stands.idle:
        found.append(_("Nothing saves by itself: the job stands in the crontab, but no cron runs here. archive check"))
    elif _nothing_starts_it(stands, told, now):
        found.append(_("Nothing saves by itself here, and the last save is not new. Call: archive schedule install"))
    return found


def obstacles(reading: Reading, home: Path) -> list[str]:
    """The same without a look at the schedulers, for pages that are called again and again. Raises OSError."""
    return _obstacles(last_fault.standing(reading), _full(home))


def _obstacles(fault: str | None, full: str | None) -> list[str]:
    found = [] if fault is None else [fault_reasons.stands(fault)]
    return found if full is None else [*found, full]


def _full(home: Path) -> str | None:
    """A disk that takes nothing anyhow, such as a copy on a CD, is not full."""
    return disk.full(home) if is_writable(home) else None


def _nothing_starts_it(stands: SavingStatus, told: Status, now: datetime) -> bool:
    """A fresh save may come from a starter that cannot be seen, such as the host of a container."""
    ran = _ran(told)
    if stands.by is not None or ran is None or not told.contracts:
        return False
    return now - ran > RUNS * stands.every


def _ran(told: Status) -> datetime | None:
    """When a run last had the list of rooms, whatever it could read of them."""
    return max((at for at in (told.last_sync, told.looks.listed) if at is not None), default=None)


# --- the line ------------------------------------------------------------------------------------


def status_line(stands: SavingStatus, told: Status, *, now: datetime) -> str:
    """Whether it saves by itself, how the last round ended, when the next one comes."""
    label = _("Saving")
    if stands.by is None:
        parts = [_("nothing here starts it")]
    elif stands.idle:
        parts = [_("registered with {scheduler}, which does not run").format(scheduler=stands.by)]
    else:
        parts = [_("by itself (every {every}; {scheduler})").format(every=span(stands.every), scheduler=stands.by)]
    parts.append(_last(stands, told, now))
    if stands.by is not None and not stands.idle:
        parts.append(_next(stands, told, now))
    lines = [f"{label}   {parts[0]}"]
    for part in parts[1:]:
        if columns(f"{lines[-1]}  {part}") > WIDTH:
            lines.append("    " + part)
        else:
            lines[-1] += "  " + part
    return "\n".join(lines)


def _last(stands: SavingStatus, told: Status, now: datetime) -> str:
    if stands.fault is not None:
        time = "" if stands.failed is None else _time(stands.failed, now)
        why = fault_reasons.reason(stands.fault)
        words = _("last {time} failed: {reason}") if why else _("last {time} failed")
        return " ".join(words.format(time=time, reason=why).split())
    if told.last_sync is None:
        return _("last: none yet")
    words = _("last {time} good") if told.last_complete else _("last {time} partly unsaved")
    return words.format(time=_time(told.last_sync, now))


def _next(stands: SavingStatus, told: Status, now: datetime) -> str:
    """One pace after the last; where that has passed, as after a pause of the computer, within a pace."""
    ended = [at for at in (_ran(told), stands.failed) if at is not None]
    due = max(ended) + stands.every if ended else now
    if due > now:
        return _("next {time}").format(time=_time(due, now))
    return _("next within {every}").format(every=span(stands.every))


def _time(at: datetime, now: datetime) -> str:
    here = at.astimezone(JST)
    return f"{here:%H:%M}" if here.date() == now.astimezone(JST).date() else f"{here:%m-%d %H:%M}"


# --- what to do next -----------------------------------------------------------------------------


def next_step(
    stands: SavingStatus,
    told: Status,
    found: Sequence[str],
    alarms: Sequence[Emergency],
    *,
    now: datetime,
    stale: timedelta,
) -> str:
    """The first thing to do; that there is nothing where all is good and something starts it."""
    old = told.last_sync is not None and now - told.last_sync > stale
    levels = {one.level for one in told.alerts}
    steps = (
        (bool(alarms), _("what stands above under “What to do now”")),
        (is_setting_up(stands, told), "archive init"),
        (not told.contracts, "archive contract add"),
        (stands.fault is not None, fault_reasons.command(stands.fault)),
        (stands.full is not None, _("make space on this disk")),
        (told.last_sync is None, "archive sync"),
        (Level.HIGH in levels, "archive alerts"),
        (stands.by is None, _("archive schedule install (if nothing else starts it)")),
        (old or stands.idle, "archive check"),
        (bool(found), _("look at the lines with [{attention}] above").format(attention=_("Attention"))),
        (Level.MEDIUM in levels, "archive alerts"),
    )
    return next((words for is_so, words in steps if is_so), _("nothing to do"))
