"""The notices of a round: what of them is to be said on the screen, and their delivery by the ways of the settings."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from archiver import errors
from archiver.notices import sentences
from archiver.notices.facts import Naming, platform_numbers
from archiver.notices.sentences import PendingNotices, due_conditions
from archiver.rounds import run_log
from archiver.settings.home import home_digest
from archiver.settings.model import Settings
from archiver.settings.other_archives import state_folder
from archiver.store.archive import Archive
from archiver.wording import own_completion


def give_notice(
    settings: Settings,
    environ: Mapping[str, str],
    error: errors.ArchiverError | None,
    *,
    now: datetime,
    unwatched: bool,
    already_said: tuple[str, ...] = (),
    adapts: bool = False,
    is_round: bool = True,
    named: Naming = platform_numbers,
) -> tuple[list[str], bool]:
    """Deliver new, lasting and ended troubles; return what is to be said on the screen, and whether the error is too.

    `now`: the time by Chatwork's clock, as far as the process knows it.
    `already_said`: keys of troubles, or key prefixes ending in “/”, that the command has printed itself; `unwatched`:
    nobody is before the screen; `adapts`: as for `take_pending_notices`; `is_round`: not after a verification alone. It
    runs after the round, without its lock. `named`: what jobs are called where nothing leaves the screen.
    """
    with closing(Archive(settings.home)) as archive:
        pending = sentences.take_pending_notices(
            archive, settings, error, now=now, adapts=adapts, unwatched=unwatched and is_round, named=named
        )
    remembered = pending.notices.is_remembered
    is_first = True if remembered else is_first_today(settings.home, state=state_folder())
    if is_first is False:  # what the archive cannot remember would be repeated after every round
        pending = pending._replace(notices=pending.notices._replace(say=()), found=())
    said = sentences.sentences(_drop_already_said(pending, already_said))
    complaints = _deliver(settings, environ, pending, now) if unwatched and is_first else []
    return [*said, *complaints], sentences.is_to_say(error, pending.notices)


def notify_owner(
    settings: Settings, environ: Mapping[str, str], error: errors.ArchiverError | None, *, now: datetime
) -> None:
    """The same for the owner alone: nothing is said on a screen, as its reader may be somebody else."""
    with closing(Archive(settings.home)) as archive:
        pending = sentences.take_pending_notices(archive, settings, error, now=now, adapts=True, unwatched=True)
    if pending.notices.is_remembered:  # what the archive cannot remember would be repeated after every round
        _deliver(settings, environ, pending, now)


def _drop_already_said(pending: PendingNotices, already_said: tuple[str, ...]) -> PendingNotices:
    """The notices without the conditions that the command has printed itself."""

    def unsaid(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in keys if key not in already_said and key.partition("/")[0] + "/" not in already_said)

    notices = pending.notices._replace(say=unsaid(pending.notices.say), over=unsaid(pending.notices.over))
    return pending._replace(notices=notices, found=due_conditions(pending.found, notices))


def _deliver(settings: Settings, environ: Mapping[str, str], pending: PendingNotices, now: datetime) -> list[str]:
    """Hand the notice to every way of the settings; return sentences about what failed."""
    with own_completion():  # the path of the archive goes to no service of notices
        words = sentences.sentences(pending)
    if not words:
        return []
    from archiver.notices import delivery  # here, as most rounds have nothing to say

    subject = None if pending.facts.weekly is None else words[-1]
    trial = delivery.deliver(settings, environ, "\n".join(words), subject=subject)
    kinds = ",".join(sorted({key.partition("/")[0] for key in pending.notices.say + pending.notices.over}))
    shown, mailed = ("yes" if taken else "no" for taken in (trial.desktop, trial.mail))
    line = f"notice={kinds} desktop={shown} mail={mailed} elsewhere={trial.sent}/{len(settings.notify.urls)}"
    run_log.note(settings.home, line, at=now)
    return list(trial.complaints)


NAME = "last-notice"
DAY = 24 * 60 * 60
"""A day in seconds."""


def is_first_today(home: Path, *, state: Path) -> bool | None:
    """Whether this is the first call within a day; None: no file can be written.

    Touching an existing file needs no space. If nothing can be written in the home, the file is in `state`, the user's
    folder for the state of programs.
    """
    for mark in (home / run_log.FOLDER / NAME, state / f"{NAME}-{home_digest(home)}"):
        try:
            return _touch(mark)
        except OSError:
            continue
    return None


def _touch(mark: Path) -> bool:
    if mark.exists() and abs(time.time() - mark.stat().st_mtime) < DAY:
        return False
    of_home = (
        mark.parent.name == run_log.FOLDER
    )  # a home that is not there, as of a disk that was taken out, is not made
    mark.parent.mkdir(mode=0o700, exist_ok=True, parents=not of_home)
    mark.touch(mode=0o600)
    return True
