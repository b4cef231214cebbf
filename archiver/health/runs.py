"""Checks the runs: this computer's clock, the last run, the calls of the account, and what starts the runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path

from archiver.health.check_result import CheckResult, Grade, action, attention, good
from archiver.health.error_reasons import NEEDS_YOU, last_save_failed_sentence
from archiver.render.times import minute_text
from archiver.store.queries.last_looks import LastLooks
from archiver.sync.run_end import is_clock_wrong

LATE = timedelta(hours=1)
"""Age of a last save that needs attention, or three times the interval where that is longer."""

SHARED = timedelta(days=1)
"""For this long calls of another program are reported."""


def check_clock(offset_ms: int | None) -> CheckResult:
    """Check this computer's clock; `offset_ms`: Chatwork's clock minus ours, None if never compared."""
    if offset_ms is None:
        return good("clock", _("It has not been compared with Chatwork's yet; the first run does that."))
    if is_clock_wrong(offset_ms):
        return action("clock", clock_sentence(offset_ms))
    seconds = f"{abs(offset_ms) / 1000:.1f}"
    return good("clock", _("It differs from Chatwork's by {seconds} seconds.").format(seconds=seconds))


def clock_sentence(offset_ms: int) -> str:
    """The sentence that says how far this computer's clock is off."""
    seconds = abs(round(offset_ms / 1000))
    if offset_ms > 0:
        sentence = _("This computer's clock is {seconds} seconds behind Chatwork's. Set it right.")
    else:
        sentence = _("This computer's clock is {seconds} seconds ahead of Chatwork's. Set it right.")
    return sentence.format(seconds=seconds)


def check_last_run(
    last: datetime | None,
    *,
    every: timedelta,
    stale: timedelta,
    now: datetime,
    looks: LastLooks | None = None,
    begun: bool = False,
    reads: bool = True,
) -> CheckResult:
    """Check when a run last ended, and when each room was last read; older than `stale` needs action.

    `looks`: of the rooms that are read; `reads`: whether any room is; `begun`: whether any message is saved.
    """
    if last is None:
        return _check_first_run(begun=begun)
    if looks is not None and not reads:
        return good("last_run", _("Every contract has ended: no chat is saved any more."))
    age = now - last
    time = minute_text(last)
    if age > stale:
        hours = round(age.total_seconds() / 3600)
        sentence = _(
            "Nothing was saved for {hours} hours (last {time}). Texts that change meanwhile are lost: archive sync"
        )
        return action("last_run", sentence.format(hours=hours, time=time))
    if age < -LATE:
        sentence = _("The last save is in the future ({time}): this computer's clock was changed. Set it right.")
        return attention("last_run", sentence.format(time=time))
    unread = [] if looks is None else looks.older(now - stale)
    if looks is not None and unread:
        return action("last_run", _unread_sentence(unread, looks.since(unread[0]), now=now))
    if age > max(LATE, 3 * every):
        sentence = _("The last save was at {time}. If this computer was not off since then, see the schedule.")
        return attention("last_run", sentence.format(time=time))
    return good("last_run", _("The last save was at {time}.").format(time=time))


def _remove_job_advice(scheduled: Sequence[Path]) -> str:
    """How to stop the other archives from saving, with commands for those that a scheduler starts."""
    if scheduled:
        sentence = _("If one is enough, remove the job of another one: {commands}")
        return sentence.format(commands=" / ".join(f"archive --home {one} schedule remove" for one in scheduled))
    return _("If one is enough, stop what saves the others, such as archive daemon.")


def _check_first_run(*, begun: bool) -> CheckResult:
    if not begun:
        return action("last_run", _("Nothing has been saved yet. Run: archive sync"))
    sentence = _(
        "The first save has not ended yet; what has come is kept. If it was interrupted, go on with: archive sync"
    )
    return action("last_run", sentence)


def _unread_sentence(rooms: Sequence[int], at: datetime | None, *, now: datetime) -> str:
    hours = round((now - at).total_seconds() / 3600) if at is not None else 0
    sentence = ngettext(
        "Nothing of room {rooms} was read for {hours} hours. Texts that change meanwhile are lost: archive status",
        "Nothing of rooms {rooms} was read for up to {hours} hours. Texts that change meanwhile are lost: archive "
        "status",
        len(rooms),
    )
    return sentence.format(rooms=", ".join(map(str, rooms)), hours=hours)


def check_budget(
    others_seen: datetime | None,
    others: Sequence[Path],
    *,
    home: Path,
    now: datetime,
    spent: datetime | None = None,
    scheduled: Sequence[Path] = (),
) -> CheckResult:
    """Check whether this archive alone uses the account's calls.

    `others_seen`: when a run last saw calls that were not ours; `others`: homes of this computer that save the same
    account; `spent`: when the last run ended, if it ended early as no call was left; `scheduled`: homes that a
    scheduler starts.
    """
    if others:
        homes = ", ".join(str(one) for one in [home, *others])
        sentence = _(
            "Several archives on this computer save the same account: {homes}. They share Chatwork's 300 calls in 5 "
            "minutes, so each is slower."
        )
        return attention("budget", f"{sentence.format(homes=homes)} {_remove_job_advice(scheduled)}")
    if others_seen is not None and timedelta() <= now - others_seen < SHARED:
        sentence = _(
            "Another program uses the same account's calls (another computer with this archiver, or another tool; "
            "last seen {time}). That is allowed; saving takes longer while it does."
        )
        return attention("budget", sentence.format(time=minute_text(others_seen)))
    if spent is not None:
        sentence = _(
            "The last run ({time}) ended early: Chatwork's calls for 5 minutes were used up, by this archive or by "
            "another program of the same account. If that goes on, see: archive status"
        )
        return attention("budget", sentence.format(time=minute_text(spent)))
    return good("budget", _("Nobody else was seen using the account's calls."))


def with_error(result: CheckResult, error_name: str | None, *, last: datetime | None) -> CheckResult:
    """The result about the last save, with the error that has kept rounds from going through since, if any."""
    if error_name is None:
        return result
    saved = _("Nothing has been saved yet.") if last is None else _("The last save was at {time}.")
    when = saved.format(time=last and minute_text(last))
    text = f"{when} {last_save_failed_sentence(error_name)}"  # which ends with the command to call
    needed = result.grade is Grade.ACTION or error_name in NEEDS_YOU
    return (action if needed else attention)(result.name, text)


RUNS = 3
"""So many intervals without a save are no accident."""


NEVER = timedelta.max
"""The age of the last save where there was none."""


def check_schedule(
    registered: str | None, *, age: timedelta | None, every: timedelta, idle: bool = False
) -> CheckResult:
    """Check what starts the runs; `registered`: names of schedulers and daemon, None if there is none.

    `age` of the last save, None if not known; `idle`: a scheduler has the job, but does not run itself.
    """
    if registered is None:
        return _check_unregistered(is_fresh=age is None or age <= RUNS * every)
    if idle:
        sentence = _(
            "Registered with {scheduler}, but no program of that name runs on this computer, so nothing is started. "
            "Start it (on WSL: sudo service cron start), or leave this running: archive daemon"
        )
        return action("schedule", sentence.format(scheduler=registered))
    if age is not None and RUNS * max(every, timedelta(minutes=1)) < age != NEVER:
        sentence = _(
            "Registered with {scheduler}, but nothing was saved for three times its interval. If this computer was "
            "on all that time, the job does not run: archive schedule show"
        )
        return attention("schedule", sentence.format(scheduler=registered))
    return good("schedule", _("Registered with {scheduler}.").format(scheduler=registered))


def _check_unregistered(*, is_fresh: bool) -> CheckResult:
    """A fresh save may come from a starter that cannot be seen, such as the host of a container."""
    if is_fresh:
        sentence = _(
            "Not registered: this computer's scheduler does not start it. If nothing else does, such as archive "
            "daemon: archive schedule install"
        )
        return attention("schedule", sentence)
    return action("schedule", _("Automatic saving is not set up. To set it up: archive schedule install"))
