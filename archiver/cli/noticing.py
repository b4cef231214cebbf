"""Tells of troubles after a round that nobody watches: one line each on stderr, and a notice on the desktop."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors

if TYPE_CHECKING:
    from archiver.schedule.noticing import Notices
    from archiver.settings.model import Settings


def after_round(
    settings: Settings,
    environ: Mapping[str, str],
    fault: errors.ArchiverError | None,
    *,
    desktop: bool,
    told: tuple[str, ...] = (),
) -> bool:
    """Say what is new, what has lasted for another day, and what is over; whether the fault itself is to be said.

    `told` are kinds of trouble that the command has said on stderr itself; `desktop`: nobody watches.
    """
    from archiver.app import utc_now
    from archiver.schedule import notices
    from archiver.store.archive import Archive

    archive, now = Archive(settings.home), utc_now()
    try:
        made, hours = notices.settle(archive, settings, fault, now=now), notices.idle_hours(archive, now=now)
    finally:
        archive.close()
    for sentence in notices.sentences(_without(made, told), hours=hours):
        click.echo(sentence, err=True)
    if desktop and settings.notify.desktop:
        _show(settings, environ, made, hours=hours)
    return notices.is_to_say(fault, made)


def _without(made: Notices, told: tuple[str, ...]) -> Notices:
    """What nobody has said yet."""
    say = tuple(key for key in made.say if not key.startswith(told))
    return made._replace(say=say, over=tuple(key for key in made.over if not key.startswith(told)))


def _show(settings: Settings, environ: Mapping[str, str], made: Notices, *, hours: int | None) -> None:
    from archiver.app import utc_now
    from archiver.schedule import desktop, log, notices

    words = notices.sentences(made, hours=hours)
    if words:
        shown = desktop.show(_("Chatwork archive"), "\n".join(words), environ)
        kinds = ",".join(sorted({key.partition("/")[0] for key in made.say + made.over}))
        log.note(settings.home, f"notice={kinds} desktop={'yes' if shown else 'no'}", at=utc_now())
