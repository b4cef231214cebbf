"""Checks where notices go: can the addresses be read and understood, are they private."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import NamedTuple

from archiver.health.check_result import CheckResult, action, attention, good
from archiver.health.conditions import Condition, ConditionKind
from archiver.health.words import sentence
from archiver.notices import apprise_sender
from archiver.notices.desktop import is_possible
from archiver.settings.home import SETTINGS_FILE
from archiver.settings.model import Settings
from archiver.settings.token import NotifyAddress, addresses, environ_without_secrets, has_secret_in_file, is_private


class NoticeTrial(NamedTuple):
    """The result of a test notice."""

    desktop: bool | None
    """Whether it was shown; None: the settings do not want it."""
    sent: int
    complaints: Sequence[str]
    """What is wrong with the other addresses, and with mail."""
    mail: bool | None = None
    """Whether the mail server took it; None: there is none in the settings."""
    ping: bool | None = None
    """Whether the heartbeat's address took a call; None: there is none in the settings."""


def not_understood_sentences(places: Sequence[NotifyAddress], outcomes: Sequence[str]) -> list[str]:
    """A sentence for each address that the library does not understand, by its position from 1."""
    text = _("Alert address number {number} of [notify] urls is not understood. See: archive guide alerts")
    bad = [one for one, word in zip(places, outcomes, strict=False) if word == apprise_sender.BAD]
    return [text.format(number=one.position) for one in bad]


def check_notices(
    settings: Settings, environ: Mapping[str, str], trial: NoticeTrial | None = None, *, lacks_mail: bool = False
) -> CheckResult:
    """Check whether a notice can reach every place that the settings name; the library parses the addresses.

    `trial`: what became of a test notice, if one was sent; `lacks_mail`: cron is to mail what a run prints, and has no
    program that sends it.
    """
    notify, number = settings.notify, len(settings.notify.urls)
    lacks_desktop = notify.desktop and not is_possible(environ)
    if number and apprise_sender.is_lacking(settings):
        return action("notices", sentence(Condition(ConditionKind.REMOTE)))
    if number and (wrong := _address_errors(settings, environ)):
        return action("notices", "  ".join(wrong))
    if lacks_mail:
        text = _(
            "Your crontab asks for mail (MAILTO), but this computer has no mail program (sendmail), so none is sent. "
            "Install one, or set an address in [notify] urls."
        )
        return action("notices", text)
    if trial is not None:
        return check_trial(trial, number)
    if has_secret_in_file(notify) and _is_exposed(settings):
        text = _("Others can read the alert addresses in {file}, and the passwords in them: chmod 600 {file}")
        return attention("notices", text.format(file=SETTINGS_FILE))
    if any(one.startswith("env:") for one in (*notify.urls, notify.ping)):
        text = _("An alert address comes from a variable. An automatic save has it only if it is set there too.")
        return attention("notices", text)
    if lacks_desktop and not (number or notify.has_mail):
        text = _(
            "This computer has nothing that shows alerts on a desktop: that saving stopped stands only in "
            "what a save prints. Set an address in [notify] urls; how: archive guide alerts"
        )
        return attention("notices", text)
    places = [_("On this desktop.")] if notify.desktop and not lacks_desktop else []
    places += [_("By mail.")] if notify.has_mail else []
    if number:
        text = ngettext("At {n} address of [notify] urls.", "At {n} addresses of [notify] urls.", number)
        places.append(text.format(n=number))
    places = places or [_("Only in what a save prints ([notify]).")]
    places += [_("A monitoring service is told of each save ([notify] ping).")] if notify.ping else []
    return good("notices", " ".join(places))


def check_trial(trial: NoticeTrial, number: int) -> CheckResult:
    """Grade a test notice: one that reached nobody, or not every address, needs action."""
    words = []
    if trial.desktop is not None:
        words.append(
            _("Test alert: shown on this desktop.")
            if trial.desktop
            else _("Test alert: it could not be shown on this desktop.")
        )
    if trial.mail is not None:
        words.append(_("The mail server took it.") if trial.mail else _("The mail server did not take it."))
    if number:
        words.append(_("Sent to {n} of {all} addresses.").format(n=trial.sent, all=number))
    if trial.ping is not None:
        taken = _("The monitoring service took the call.")
        words.append(taken if trial.ping else _("The monitoring service took no call ([notify] ping)."))
    if trial.desktop is False:
        words.append(_("Without a screen: set [notify] desktop = false and an address in urls."))
    text = " ".join([*words, *trial.complaints]) or _("Only in what a save prints ([notify]).")
    is_elsewhere = bool(number) or trial.mail is not None
    if (
        trial.sent < number
        or trial.mail is False
        or trial.ping is False
        or (trial.desktop is False and not is_elsewhere)
    ):
        return action("notices", text)
    return attention("notices", text) if trial.desktop is False else good("notices", text)


def _address_errors(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    places = addresses(settings, environ)
    usable = [one for one in places if one.error is None]
    outcomes = apprise_sender.send("", None, [one.url for one in usable], environ_without_secrets(settings, environ))
    return [one.error for one in places if one.error is not None] + not_understood_sentences(usable, outcomes)


def _is_exposed(settings: Settings) -> bool:
    path = settings.home / SETTINGS_FILE
    try:
        return not is_private(path, path.stat())
    except OSError:  # there is none: then no address stands in it
        return False
