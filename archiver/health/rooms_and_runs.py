"""Says what is well of rooms and runs: clock, last save, pace, schedule, plan, calls, how long a change is unseen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from archiver.errors import BudgetSpent
from archiver.health.check_result import CheckResult, attention, good
from archiver.health.conditions import ROWS, Condition, ConditionKind, conditions_beside
from archiver.health.judgements import LATE, MISSED_RUNS
from archiver.health.snapshot import ComputerState, HealthSnapshot, Starters, observe_disk
from archiver.health.words import sentence
from archiver.render.times import interval_words, iso_date, minute_text
from archiver.schedule.schedulers import is_daemon_running
from archiver.settings.model import Settings
from archiver.store.queries.status import Horizon
from archiver.sync import plan
from archiver.sync.report import SyncReport
from archiver.wording import gettext as _
from archiver.wording import ngettext

SHARED = timedelta(days=1)
"""For this long calls of another program are reported."""

HORIZON = timedelta(days=40)
"""How far back the free plan shows messages (chatwork-api §9; help.chatwork.com, message limit)."""


def check_clock(offset_ms: int | None) -> CheckResult:
    """Say how far this computer's clock is off; `offset_ms`: Chatwork's clock minus ours, None if never compared."""
    if offset_ms is None:
        return good("clock", _("It has not been compared with Chatwork's yet; the first save does that."))
    seconds = f"{abs(offset_ms) / 1000:.1f}"
    return good("clock", _("It differs from Chatwork's by {seconds} seconds.").format(seconds=seconds))


def check_schedule(registered: str | None, *, reads: bool = True) -> CheckResult:
    """Say what starts the runs, if anything that can be seen here does; `reads`: whether any room is read."""
    if registered is not None:
        return good("schedule", _("Registered with {scheduler}.").format(scheduler=registered))
    if not reads:
        return good("schedule", _("Off: no chat is to be saved."))
    sentence = _(
        "Not registered: this computer's scheduler does not start it. If nothing else does, such as archive "
        "daemon: archive init schedule"
    )
    return attention("schedule", sentence)


def check_last_run(last: datetime | None, *, every: timedelta, now: datetime, reads: bool = True) -> CheckResult:
    """Say when a run last ended, and whether that is long ago; `reads`: whether any room is read."""
    if last is None:
        return attention("last_run", _("Nothing has been saved yet."))
    text = last_save_sentence(last)
    if reads and now - last > max(LATE, MISSED_RUNS * every):
        return attention("last_run", f"{text} " + _("If this computer was not off since then, see the schedule."))
    return good("last_run", text)


def last_save_sentence(last: datetime) -> str:
    """When a run last ended."""
    return _("Last saved at {time}.").format(time=minute_text(last))


def check_pace(rooms: int, *, every: timedelta, unseen: timedelta | None = None) -> CheckResult:
    """Say how many rooms are read; where rounds come by themselves, that they are often enough, and how long a change
    may stay unseen.
    """
    text = ngettext("{n} chat is saved.", "{n} chats are saved.", rooms).format(n=rooms)
    if unseen is not None:  # never a promise for times in which the computer is off
        enough = _("Every {every} is enough.").format(every=interval_words(every))
        noticed = _("An edit or deletion is noticed within {time}, while saving runs and no other tool uses the calls.")
        text = f"{text} {enough} {noticed.format(time=interval_words(unseen))}"
    return good("pace", text)


def check_plan(horizons: Sequence[Horizon], *, now: datetime) -> CheckResult:
    """Report what the plan hides of these rooms, and until when older messages can still be fetched."""
    if not horizons:
        return good("plan", _("The plan hides no messages in any chat, as far as was seen."))
    rooms = ", ".join(str(one.room_id) for one in horizons)
    open_until = [one.unsaved_until + HORIZON for one in horizons if one.unsaved_until is not None]
    last = max((until for until in open_until if until > now), default=None)
    if last is not None:
        sentence = _(
            "The plan hides what is older than about {n} days (chats {rooms}). Messages older than those "
            "saved can be brought in only until {day}: archive guide old"
        )
        return attention("plan", sentence.format(n=HORIZON.days, rooms=rooms, day=iso_date(last)))
    sentence = _("The plan hides older messages (chats {rooms}). What was saved is kept; a larger plan shows the rest.")
    return good("plan", sentence.format(rooms=rooms))


def check_budget(
    others_seen: datetime | None, others: Sequence[Path], *, home: Path, now: datetime, is_spent: bool = False
) -> CheckResult:
    """Check whether this archive alone uses the account's calls.

    `others_seen`: when a run last saw calls that were not ours; `others`: homes of this computer that save the same
    account; `is_spent`: Chatwork refused the last run's calls as too many.
    """
    if others:
        homes = ", ".join(str(one) for one in [home, *others])
        sentence = _(
            "Several archives on this computer save the same account: {homes}. They share Chatwork's 300 calls in 5 "
            "minutes, so each is slower. If one is enough, end the daemon of another, or its automatic saving: "
            "archive --home {other} init schedule --off"
        )
        return attention("budget", sentence.format(homes=homes, other=others[0]))
    if others_seen is not None and timedelta() <= now - others_seen < SHARED:
        sentence = _(
            "Another program uses the same account's calls (another computer with this archiver, or another tool; "
            "last seen {time}). That is allowed; saving takes longer while it does."
        )
        return attention("budget", sentence.format(time=minute_text(others_seen)))
    if is_spent:  # by whom is not known
        return attention("budget", _(BudgetSpent.message))
    return good("budget", _("Nobody else was seen using the account's calls."))


def round_interval(rooms: int, settings: Settings) -> timedelta:
    """How far apart rounds are: by the settings, or while a daemon runs as it paces itself for so many rooms."""
    sync = settings.sync
    if not is_daemon_running(settings.home):
        return sync.every
    return min(sync.every, plan.daemon_interval(rooms, share=sync.window_share))


def unseen_bound(
    snapshot: HealthSnapshot, settings: Settings, starters: Starters | None, now: datetime
) -> timedelta | None:
    """The longest time, if no other tool calls; None where no round comes by itself, or nothing is read.

    Calls that typed runs and `recover` took count: until the window of the allowance ends, rounds may have none left.
    """
    rooms, share = len(snapshot.rooms), settings.sync.window_share
    if not rooms:
        return None
    every = round_interval(rooms, settings)
    if is_daemon_running(settings.home):
        bound = plan.daemon_unseen(rooms, every=every, share=share)
    elif starters is None or starters.names is None or starters.is_idle:
        return None
    else:
        bound = plan.longest_unseen(rooms, every=every, share=share)
    return plan.present_unseen(
        bound, snapshot.window_requests, now, every=every, rooms=rooms, reserve=settings.sync.reserve, share=share
    )


def run_sentences(report: SyncReport, settings: Settings) -> dict[str, str]:
    """What a run met that deserves attention, in words, by the keys by which notices remember it."""
    from archiver.sync.download import NO_SPACE  # here, as how things stand is told without it

    disk = observe_disk(settings.home, settings.files.stop_when_free_bytes) if NO_SPACE in report.reported else None
    clock_ms = None if report.is_undecided else report.clock_offset_ms
    found = conditions_beside(clock_ms=clock_ms, computer=ComputerState(disk))
    found += [Condition(ConditionKind.UNREAD_DROPPED)] if report.unread_dropped else []
    said = {str(one.kind): sentence(one) for one in found}
    if disk is not None and not any(ROWS[one.kind].check == "disk" for one in found):  # a quota, or space again
        said["quota"] = _("There was no space for a file, or your quota is used up: a later save tries it again.")
    return said
