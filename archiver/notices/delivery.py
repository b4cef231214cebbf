"""Hands a text to every way of the settings: desktop, mail, `[notify] urls`; and checks whether it can arrive."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import NamedTuple

import certifi

from archiver import errors
from archiver.chatwork.exchange_deadline import ExchangeDeadline, ExchangeOverdue
from archiver.health.check_result import CheckResult, action, attention, good
from archiver.health.conditions import Condition, ConditionKind
from archiver.health.words import sentence
from archiver.notices import apprise_sender, desktop, heartbeat
from archiver.notices.desktop import is_possible
from archiver.settings.home import SETTINGS_FILE
from archiver.settings.model import MAIL_PORTS, NotifySettings, Settings
from archiver.settings.token import (
    NotifyAddress,
    addresses,
    environ_without_secrets,
    has_secret_in_file,
    is_private,
    read_mail_password,
)
from archiver.wording import gettext as _
from archiver.wording import ngettext


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
    failure = send_mail(settings, environ, subject or title, text) if MAIL in wanted else None
    sent, complaints = send_to_urls(settings, environ, text, subject or title) if URLS in wanted else (0, [])
    return NoticeTrial(
        is_shown,
        sent,
        [*([] if failure is None else [failure.sentence]), *complaints],
        mail=failure is None if MAIL in wanted else None,
    )


def send_to_urls(settings: Settings, environ: Mapping[str, str], text: str, title: str) -> tuple[int, list[str]]:
    """Send a text to all `[notify] urls`; return how many took it and sentences about the others."""
    places = addresses(settings, environ)
    usable = [one for one in places if one.error is None]
    if not apprise_sender.is_installed():  # that is a trouble of its own, see `REMOTE`
        places = usable = [one for one in usable if apprise_sender.WEBHOOK.match(one.url)]
    urls, clean_environ = [one.url for one in usable], environ_without_secrets(settings, environ)
    outcomes = apprise_sender.send(title, text, urls, clean_environ) if usable else []
    complaints = [one.error for one in places if one.error is not None]
    complaints += not_understood_sentences(usable, outcomes)
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


PATIENCE = 20.0
"""Seconds that a mail may take."""

OWN_NAME = "[127.0.0.1]"
"""The name in EHLO: that of this computer would travel in each mail's head (RFC 5321, 4.1.3)."""


class MailFailure(NamedTuple):
    """Why a mail was not sent, in one sentence."""

    sentence: str
    is_refused: bool
    """Whether the server understood and refused, so that another kind of connection would not help."""


def send_mail(
    settings: Settings, environ: Mapping[str, str], title: str, text: str, *, patience: float = PATIENCE
) -> MailFailure | None:
    """Send a text by mail if the settings name a server; return what failed, if anything did."""
    notify = settings.notify
    if not notify.has_mail:
        return None
    try:
        password = read_mail_password(settings, environ) if notify.mail_user else ""
    except errors.SettingsError:
        password = ""
    if notify.mail_user and not password:
        return MailFailure(
            _("No mail was sent: the password of [notify] mail_password is not where it should be."), is_refused=True
        )
    try:
        _deliver(notify, password, compose(notify, title, text), patience)
    except (smtplib.SMTPException, OSError, ValueError) as error:  # a challenge that cannot be read is a ValueError
        sentence = _("No mail was sent: {reason}.").format(reason=_reason(error, notify.mail_host))
        return MailFailure(sentence, isinstance(error, _REFUSALS))
    return None


def compose(notify: NotifySettings, title: str, text: str) -> EmailMessage:
    """The mail: a subject, plain text, and a mark that a program wrote it, so that no one answers (RFC 3834)."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = title, notify.mail_sender, notify.mail_to
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=notify.mail_sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text + "\n")
    return message


_REFUSALS = (smtplib.SMTPAuthenticationError, smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused)


def _deliver(notify: NotifySettings, password: str, message: EmailMessage, patience: float) -> None:
    """Hand the mail to its server, however slowly that drips. Raises as `smtplib`, and ExchangeOverdue."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())  # a one-folder build does not find those of the system everywhere
    tls, server = notify.mail_tls, smtplib.SMTP(local_hostname=OWN_NAME, timeout=patience)
    if tls == "tls":
        server = smtplib.SMTP_SSL(local_hostname=OWN_NAME, timeout=patience, context=context)
    server._host = notify.mail_host  # type: ignore[attr-defined]  # noqa: SLF001 - the name that it proves in TLS
    with closing(server), ExchangeDeadline(patience) as deadline:
        deadline.watch(server)  # before it connects
        server.connect(notify.mail_host, notify.mail_port or MAIL_PORTS[tls])
        if tls == "starttls":
            server.starttls(context=context)
        if notify.mail_user:
            server.login(notify.mail_user, password)
        server.send_message(message)
        with suppress(smtplib.SMTPException, OSError):  # the mail was taken already
            server.putcmd("quit")


def _reason(error: Exception, host: str) -> str:
    """Why a server did not take a mail, as part of a sentence; nothing of what the server said is in it."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return _("the mail server does not accept name and password (many want a password made for programs)")
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPSenderRefused():
            return _("the mail server does not take mails from this sender to this address")
        case ssl.SSLCertVerificationError():
            return _("the mail server {host} cannot prove its name").format(host=host)
        case smtplib.SMTPNotSupportedError():
            return _("the mail server does not offer what [notify] mail_tls and mail_user ask for")
        case smtplib.SMTPServerDisconnected() | TimeoutError() | ExchangeOverdue():
            return _("the mail server {host} did not answer in time, or ended the connection").format(host=host)
        case UnicodeError():  # no name of a host
            pass
        case smtplib.SMTPException() | ValueError():
            return _("the mail server does not answer as expected")
    return _("the mail server {host} cannot be reached").format(host=host)
