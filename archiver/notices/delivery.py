"""Hands a text to every way that the settings name: the desktop, the mail server, the addresses of `[notify] urls`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from gettext import gettext as _

from archiver.notices import apprise_sender, desktop, heartbeat, mail_sender, url_check
from archiver.notices.url_check import NoticeTrial
from archiver.settings.model import Settings
from archiver.settings.notify_urls import addresses, environ_without_secrets

DESKTOP, MAIL, URLS, PING = "desktop", "mail", "urls", "ping"
"""The ways by which the user is told; the last one is the heartbeat, which tells by its silence."""


def deliver(
    settings: Settings,
    environ: Mapping[str, str],
    text: str,
    ways: Collection[str] = (DESKTOP, MAIL, URLS),
    *,
    subject: str | None = None,
) -> NoticeTrial:
    """Hand a text to those of these ways that the settings name, and return what became of it.

    `subject`: of a mail, in place of the program's name.
    """
    title, wanted = _("Chatwork archive"), set(ways) & set(settings.notify.ways)
    is_shown = desktop.show(title, text, environ_without_secrets(settings, environ)) if DESKTOP in wanted else None
    failure = mail_sender.send_mail(settings, environ, subject or title, text) if MAIL in wanted else None
    sent, complaints = send_to_urls(settings, environ, text, subject or title) if URLS in wanted else (0, [])
    return NoticeTrial(
        is_shown,
        sent,
        [*([] if failure is None else [failure.sentence]), *complaints],
        mail=failure is None if MAIL in wanted else None,
    )


def send_to_urls(settings: Settings, environ: Mapping[str, str], text: str, title: str) -> tuple[int, list[str]]:
    """Send a text to all `[notify] urls`; return how many took it and sentences about the others."""
    if not apprise_sender.is_installed():
        return 0, []  # that is a trouble of its own, see `REMOTE`
    places = addresses(settings, environ)
    usable = [one for one in places if one.error is None]
    urls, clean_environ = [one.url for one in usable], environ_without_secrets(settings, environ)
    outcomes = apprise_sender.send(title, text, urls, clean_environ) if usable else []
    complaints = [one.error for one in places if one.error is not None]
    complaints += url_check.not_understood_sentences(usable, outcomes)
    if failed := outcomes.count(apprise_sender.FAILED):
        sentence = _(
            "An alert did not reach {n} of {all} addresses of [notify] urls. The next one is tried there again."
        )
        complaints.append(sentence.format(n=failed, all=len(places)))
    return outcomes.count(apprise_sender.SENT), complaints


def test_text() -> str:
    """The text of a test notice."""
    return _("This is a test alert. Alerts show no names and no texts.")


def send_test_notice(
    settings: Settings, environ: Mapping[str, str], ways: Collection[str] = (DESKTOP, MAIL, URLS, PING)
) -> NoticeTrial:
    """Send a test notice to those of these ways that the settings name."""
    trial = deliver(settings, environ, test_text(), ways)
    return trial._replace(ping=heartbeat.try_address(settings, environ)) if PING in ways else trial


def ways_taken(trial: NoticeTrial, settings: Settings) -> dict[str, bool]:
    """For each way that was tried, whether it took the test notice; whether anybody saw it is not known."""
    outcomes = {
        DESKTOP: trial.desktop,
        MAIL: trial.mail,
        URLS: trial.sent == len(settings.notify.urls) if settings.notify.urls else None,
        PING: trial.ping,
    }
    return {way: is_taken for way, is_taken in outcomes.items() if is_taken is not None}
