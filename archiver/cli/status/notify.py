"""Tells of troubles after a round that nobody watches: on stderr, on the desktop, and where `[notify] urls` lead."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _
from typing import TYPE_CHECKING

import click

from archiver import errors

if TYPE_CHECKING:
    from archiver.notices.due import DueNotices
    from archiver.notices.troubles import PendingNotices
    from archiver.notices.url_check import Trial
    from archiver.settings.model import Settings


def after_round(
    settings: Settings,
    environ: Mapping[str, str],
    fault: errors.ArchiverError | None,
    *,
    unwatched: bool,
    told: tuple[str, ...] = (),
    adapts: bool = False,
) -> bool:
    """Say what is new, what has lasted for another day, and what is over; whether the fault itself is to be said.

    `told` are troubles, or kinds of them with a final stroke, that the command has said on stderr itself; `unwatched`:
    nobody is before the screen; `adapts`: as for `notices.settle`. The round is over: its lock is free however long
    this takes.
    """
    from archiver.app import utc_now
    from archiver.notices import last_notice_file, sentences, troubles
    from archiver.settings.other_archives import state_folder
    from archiver.store.archive import Archive

    archive = Archive(settings.home)
    try:
        made = troubles.settle(archive, settings, fault, now=utc_now(), adapts=adapts)
    finally:
        archive.close()
    first = True if made.notices.kept else last_notice_file.is_first_today(settings.home, state=state_folder())
    if first is False:  # what the archive cannot remember as said would be said after every round
        made = made._replace(notices=made.notices._replace(say=()))
    for sentence in sentences.sentences(_without(made.notices, told), made.facts):
        click.echo(sentence, err=True)
    if unwatched and first:
        for complaint in _show(settings, environ, made):
            click.echo(complaint, err=True)
    return troubles.is_to_say(fault, made.notices)


def _without(made: DueNotices, told: tuple[str, ...]) -> DueNotices:
    """What nobody has said yet."""

    def left(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key for key in keys if key not in told and key.partition("/")[0] + "/" not in told)

    return made._replace(say=left(made.say), over=left(made.over))


def _show(settings: Settings, environ: Mapping[str, str], made: PendingNotices) -> list[str]:
    """On the desktop and elsewhere; what could not be done, in sentences."""
    from archiver.app import utc_now
    from archiver.notices import desktop
    from archiver.notices import sentences as notice_words
    from archiver.rounds import run_log
    from archiver.settings.notify_urls import bare

    words = notice_words.sentences(*made)
    if not words:
        return []
    text = "\n".join(words)
    shown = settings.notify.desktop and desktop.show(_("Chatwork archive"), text, bare(settings, environ))
    sent, complaints = send(settings, environ, text) if settings.notify.urls else (0, [])
    kinds = ",".join(sorted({key.partition("/")[0] for key in made.notices.say + made.notices.over}))
    line = f"notice={kinds} desktop={'yes' if shown else 'no'} elsewhere={sent}/{len(settings.notify.urls)}"
    run_log.note(settings.home, line, at=utc_now())
    return complaints


def send(settings: Settings, environ: Mapping[str, str], text: str) -> tuple[int, list[str]]:
    """Send a text to every place of `[notify] urls`: how many took it, and what is wrong with the others."""
    from archiver.notices import apprise_sender, url_check
    from archiver.settings.notify_urls import addresses, bare

    if not apprise_sender.is_installed():
        return 0, []  # said as a trouble of its own
    places = addresses(settings, environ)
    usable = [one for one in places if one.fault is None]
    urls, rest = [one.url for one in usable], bare(settings, environ)
    done = apprise_sender.send(_("Chatwork archive"), text, urls, rest) if usable else apprise_sender.Delivered()
    complaints = [one.fault for one in places if one.fault is not None]
    complaints += url_check.not_understood([usable[number].position for number in done.bad])
    if done.failed:
        sentence = _(
            "A notice did not reach {n} of {all} addresses of [notify] urls. The next one is tried there again."
        )
        complaints.append(sentence.format(n=len(done.failed), all=len(places)))
    return done.sent, complaints


def test(settings: Settings, environ: Mapping[str, str]) -> Trial:
    """Send a test notice to every place that the settings name."""
    from archiver.notices import desktop
    from archiver.notices.url_check import Trial
    from archiver.settings.notify_urls import bare

    text = _("This is a test notice. Notices hold no names and no text of a message.")
    shown = desktop.show(_("Chatwork archive"), text, bare(settings, environ)) if settings.notify.desktop else None
    sent, complaints = send(settings, environ, text) if settings.notify.urls else (0, [])
    return Trial(shown, sent, complaints)
