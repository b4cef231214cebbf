"""Looks at who starts the runs: a scheduler, a daemon, or nobody that can be seen."""

from __future__ import annotations

from datetime import timedelta
from gettext import gettext as _

from archiver.health.finding import Look, action, attention, good

RUNS = 3
"""So many paces without a save are no accident."""

NEVER = timedelta.max
"""The age of a last save that there was not."""


def schedule_look(registered: str | None, *, age: timedelta | None, every: timedelta, idle: bool = False) -> Look:
    """Who starts the runs; `registered`: schedulers and a daemon in a few words, None: none of them.

    `age` of the last save, None if it is not known; `idle`: a scheduler has the job and does not run itself.
    """
    if registered is None:
        return _unregistered(is_fresh=age is None or age <= RUNS * every)
    if idle:
        sentence = _(
            "Registered with {scheduler}, but no program of that name runs on this computer, so nothing is started. "
            "Start it (on WSL: sudo service cron start), or leave this running: archive daemon"
        )
        return action("schedule", sentence.format(scheduler=registered))
    if age is not None and RUNS * max(every, timedelta(minutes=1)) < age != NEVER:
        sentence = _(
            "Registered with {scheduler}, but for three times its pace nothing was saved. If this computer was on all "
            "that time, the job does not run: archive schedule show"
        )
        return attention("schedule", sentence.format(scheduler=registered))
    return good("schedule", _("Registered with {scheduler}.").format(scheduler=registered))


def _unregistered(*, is_fresh: bool) -> Look:
    """A fresh save may come from a starter that cannot be seen, such as the host of a container."""
    if is_fresh:
        sentence = _(
            "Not registered: this computer's scheduler does not start it. If nothing else does, such as archive "
            "daemon: archive schedule install"
        )
        return attention("schedule", sentence)
    return action("schedule", _("Nothing saves by itself. Have it done: archive schedule install"))
