"""Tells the user of troubles after a round that nobody watched: one line each on stderr, and a notice on the desktop."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archiver.schedule.noticing import Notices
    from archiver.settings.model import Settings

SAID_ELSEWHERE = ("gap/", "lost/", "alert/", "fault/")
"""Kinds that the command itself has told on stderr; on the desktop they are told here alone."""


def after_round(
    settings: Settings, environ: Mapping[str, str], fault: errors.ArchiverError | None, *, desktop: bool = True
) -> bool:
    """Say what is new, what has lasted for another day, and what is over; whether the fault itself is among it."""
    from archiver.app import utc_now
    from archiver.schedule import desktop as screen
    from archiver.schedule import log, notices
    from archiver.store.archive import Archive

    archive, now = Archive(settings.home), utc_now()
    try:
        made = notices.settle(archive, settings, fault, now=now)
        hours = _hours(archive)
    finally:
        archive.close()
    for sentence in notices.sentences(_for_stderr(made), hours=hours):
        click.echo(sentence, err=True)
    told = notices.sentences(made, hours=hours)
    if told and desktop and settings.notify.desktop:
        shown = screen.show(_("Chatwork archive"), "\n".join(told), environ)
        kinds = ",".join(sorted({key.partition("/")[0] for key in made.say + made.over}))
        log.note(settings.home, f"notice={kinds} desktop={'yes' if shown else 'no'}", at=now)
    return fault is None or isinstance(fault, notices.NO_TROUBLE) or f"fault/{type(fault).__name__}" in made.say


def _for_stderr(made: Notices) -> Notices:
    return made._replace(say=tuple(key for key in made.say if not key.startswith(SAID_ELSEWHERE)))


def _hours(archive: object) -> int | None:
    from archiver.app import utc_now
    from archiver.cli.wizard_memory import was_saved
    from archiver.store.archive import Archive
    from archiver.store.clock import moment

    assert isinstance(archive, Archive)
    try:
        last = was_saved(archive)
    except errors.ArchiverError:
        return None
    return None if last is None else round((utc_now() - moment(last)).total_seconds() / 3600)
