"""Hands a text to the addresses of the settings, and a test notice to every place that they name."""

from __future__ import annotations

from collections.abc import Mapping
from gettext import gettext as _

from archiver.notices import apprise_sender, desktop, url_check
from archiver.notices.url_check import NoticeTrial
from archiver.settings.model import Settings
from archiver.settings.notify_urls import addresses, environ_without_secrets


def send_to_urls(settings: Settings, environ: Mapping[str, str], text: str) -> tuple[int, list[str]]:
    """Send a text to all `[notify] urls`; return how many took it and sentences about the others."""
    if not apprise_sender.is_installed():
        return 0, []  # that is a trouble of its own, see `REMOTE`
    places = addresses(settings, environ)
    usable = [one for one in places if one.error is None]
    urls, clean_environ = [one.url for one in usable], environ_without_secrets(settings, environ)
    result = (
        apprise_sender.send(_("Chatwork archive"), text, urls, clean_environ)
        if usable
        else apprise_sender.DeliveryResult()
    )
    complaints = [one.error for one in places if one.error is not None]
    complaints += url_check.not_understood_sentences([usable[number].position for number in result.bad])
    if result.failed:
        sentence = _(
            "A notice did not reach {n} of {all} addresses of [notify] urls. The next one is tried there again."
        )
        complaints.append(sentence.format(n=len(result.failed), all=len(places)))
    return result.sent, complaints


def send_test_notice(settings: Settings, environ: Mapping[str, str]) -> NoticeTrial:
    """Send a test notice to every place that the settings name."""
    text = _("This is a test notice. Notices hold no names and no text of a message.")
    is_shown = (
        desktop.show(_("Chatwork archive"), text, environ_without_secrets(settings, environ))
        if settings.notify.desktop
        else None
    )
    sent, complaints = send_to_urls(settings, environ, text) if settings.notify.urls else (0, [])
    return NoticeTrial(is_shown, sent, complaints)
