"""Sends the notices of a round: on stderr, and by every way that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from archiver import errors
from archiver.cli.terminal.output import echo
from archiver.wording import own_completion

if TYPE_CHECKING:
    from datetime import datetime

    from archiver.notices.troubles import PendingNotices
    from archiver.settings.model import Settings


def tell_after_round(
    settings: Settings,
    environ: Mapping[str, str],
    error: errors.ArchiverError | None,
    *,
    now: datetime,
    unwatched: bool,
    already_said: tuple[str, ...] = (),
    adapts: bool = False,
    is_round: bool = True,
) -> bool:
    """Give notice of new, lasting and ended troubles; return whether the command has to print the error itself.

    `now`: the time by Chatwork's clock, as far as the process knows it.
    `already_said`: keys of troubles, or key prefixes ending in “/”, that the command has printed itself; `unwatched`:
    nobody is before the screen; `adapts`: as for `take_pending_notices`; `is_round`: not after a verification alone. It
    runs after the round, without its lock.
    """
    from archiver.notices import last_notice_time_file, sentences, troubles
    from archiver.settings.other_archives import state_folder
    from archiver.store.archive import Archive

    archive = Archive(settings.home)
    try:
        pending = troubles.take_pending_notices(
            archive, settings, error, now=now, adapts=adapts, unwatched=unwatched and is_round
        )
    finally:
        archive.close()
    remembered = pending.notices.is_remembered
    is_first = True if remembered else last_notice_time_file.is_first_today(settings.home, state=state_folder())
    if is_first is False:  # what the archive cannot remember would be repeated after every round
        pending = pending._replace(notices=pending.notices._replace(say=()), found=())
    for sentence in sentences.sentences(_drop_already_said(pending, already_said)):
        echo(sentence, err=True)
    if unwatched and is_first:
        for complaint in _deliver(settings, environ, pending, now):
            echo(complaint, err=True)
    return troubles.is_to_say(error, pending.notices)


def deliver_after_round(
    settings: Settings, environ: Mapping[str, str], error: errors.ArchiverError | None, *, now: datetime
) -> None:
    """As `tell_after_round`, to the owner alone: on stderr is nothing, as its reader may be somebody else."""
    from archiver.notices import troubles
    from archiver.store.archive import Archive

    archive = Archive(settings.home)
    try:
        pending = troubles.take_pending_notices(archive, settings, error, now=now, adapts=True, unwatched=True)
    finally:
        archive.close()
    if pending.notices.is_remembered:  # what the archive cannot remember would be repeated after every round
        _deliver(settings, environ, pending, now)


def _drop_already_said(pending: PendingNotices, already_said: tuple[str, ...]) -> PendingNotices:
    """The notices without the conditions that the command has printed itself."""
    from archiver.notices.troubles import due_conditions

    def unsaid(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in keys if key not in already_said and key.partition("/")[0] + "/" not in already_said)

    notices = pending.notices._replace(say=unsaid(pending.notices.say), over=unsaid(pending.notices.over))
    return pending._replace(notices=notices, found=due_conditions(pending.found, notices))


def _deliver(settings: Settings, environ: Mapping[str, str], pending: PendingNotices, now: datetime) -> list[str]:
    """Hand the notice to every way of the settings; return sentences about what failed."""
    from archiver.notices import sentences

    with own_completion():  # the path of the archive goes to no service of notices
        words = sentences.sentences(pending)
    if not words:
        return []
    from archiver.notices import delivery  # here, as most rounds have nothing to say
    from archiver.rounds import run_log

    trial = delivery.deliver(settings, environ, "\n".join(words))
    kinds = ",".join(sorted({key.partition("/")[0] for key in pending.notices.say + pending.notices.over}))
    shown, mailed = ("yes" if taken else "no" for taken in (trial.desktop, trial.mail))
    line = f"notice={kinds} desktop={shown} mail={mailed} elsewhere={trial.sent}/{len(settings.notify.urls)}"
    run_log.note(settings.home, line, at=now)
    return list(trial.complaints)
