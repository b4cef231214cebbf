"""Checks where notices go: can the addresses be read and understood, are they private."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

SendTestNotice = Callable[[], "NoticeTrial"]
"""A callback that sends a test notice now."""


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


class NoticesState(NamedTuple):
    """Where notices go, and what is wrong with it."""

    desktop: bool
    number: int
    """How many addresses are set."""
    is_installed: bool = True
    errors: Sequence[str] = ()
    """Sentences about addresses, which are called by position."""
    is_exposed: bool = False
    """Whether others can read the settings, and addresses stand in them."""
    has_variables: bool = False
    """Whether an address lies in a variable, which a scheduled run may lack."""
    trial: NoticeTrial | None = None
    has_mail: bool = False
    """Whether a mail server is set."""
    has_ping: bool = False
    """Whether a heartbeat is set."""
    lacks_mail_program: bool = False
    """Whether cron is to mail what a run prints, and has no program that sends it."""
    lacks_desktop: bool = False
    """Whether notices are to be shown on the desktop, and this computer has no program for it."""


def observe_notices(
    settings: Settings, environ: Mapping[str, str], *, test: SendTestNotice | None = None
) -> NoticesState:
    """Read the addresses and let the library parse them; nothing is sent unless there is a test."""
    urls = settings.notify.urls
    state = NoticesState(
        settings.notify.desktop,
        len(urls),
        not apprise_sender.is_lacking(settings),
        has_mail=settings.notify.has_mail,
        has_ping=bool(settings.notify.ping),
        lacks_desktop=settings.notify.desktop and not is_possible(environ),
    )
    if urls and state.is_installed:
        state = state._replace(errors=_address_errors(settings, environ))
    state = state._replace(
        is_exposed=has_secret_in_file(settings.notify) and _is_exposed(settings),
        has_variables=any(one.startswith("env:") for one in (*urls, settings.notify.ping)),
    )
    return state._replace(trial=test()) if test else state


def not_understood_sentences(places: Sequence[NotifyAddress], outcomes: Sequence[str]) -> list[str]:
    """A sentence for each address that the library does not understand, by its position from 1."""
    text = _("Alert address number {number} of [notify] urls is not understood. See: archive guide alerts")
    bad = [one for one, word in zip(places, outcomes, strict=False) if word == apprise_sender.BAD]
    return [text.format(number=one.position) for one in bad]


def check_notices(state: NoticesState) -> CheckResult:
    """Check whether a notice can reach every place that the settings name."""
    if state.number and not state.is_installed:
        return action("notices", sentence(Condition(ConditionKind.REMOTE)))
    if state.errors:
        return action("notices", "  ".join(state.errors))
    if state.lacks_mail_program:
        text = _(
            "Your crontab asks for mail (MAILTO), but this computer has no mail program (sendmail), so none is sent. "
            "Install one, or set an address in [notify] urls."
        )
        return action("notices", text)
    if state.trial is not None:
        return _check_test_notice(state.trial, state.number)
    if state.is_exposed:
        text = _("Others can read the alert addresses in {file}, and the passwords in them: chmod 600 {file}")
        return attention("notices", text.format(file=SETTINGS_FILE))
    if state.has_variables:
        text = _("An alert address comes from a variable. An automatic save has it only if it is set there too.")
        return attention("notices", text)
    if state.lacks_desktop and not (state.number or state.has_mail):
        text = _(
            "This computer has nothing that shows alerts on a desktop: that saving stopped stands only in "
            "what a save prints. Set an address in [notify] urls; how: archive guide alerts"
        )
        return attention("notices", text)
    return good("notices", _places_sentence(state))


def _places_sentence(state: NoticesState) -> str:
    places = [_("On this desktop.")] if state.desktop and not state.lacks_desktop else []
    places += [_("By mail.")] if state.has_mail else []
    if state.number:
        text = ngettext("At {n} address of [notify] urls.", "At {n} addresses of [notify] urls.", state.number)
        places.append(text.format(n=state.number))
    places = places or [_("Only in what a save prints ([notify]).")]
    return " ".join(
        [*places, *([_("A monitoring service is told of each save ([notify] ping).")] if state.has_ping else [])]
    )


def _check_test_notice(trial: NoticeTrial, number: int) -> CheckResult:
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
