"""How the user is told of trouble: asked for by the first run and by `init alerts`, and each way tried."""

from __future__ import annotations

import re

from archiver import errors
from archiver.app import App
from archiver.chatwork.allowed_urls import is_loopback
from archiver.cli.context import INCOMPLETE, CliContext
from archiver.cli.terminal.output import echo, visible
from archiver.cli.terminal.prompts import ask, ask_yes_no, is_asked, tell
from archiver.health.words import way_words
from archiver.notices.delivery import check_notices, send_test_notice
from archiver.records.alerts import Grade
from archiver.settings.model import Settings, is_mail_address
from archiver.setup.notice_ways import likely_server, remember_trial, set_ping, set_up_mail, try_way, turn_off
from archiver.setup.written_values import NOTICE, InvalidAnswer, note_answer, recall_answers
from archiver.wording import gettext as _


def set_up_alerts(obj: CliContext, test: bool) -> int:
    """Ask what is not set, try all that is; without a terminal, say what is set."""
    app = obj.app(needs_archive=True)
    if not is_asked():
        trial = send_test_notice(app.settings, obj.environ) if test else None
        result = check_notices(app.settings, obj.environ, trial)
        echo(result.text)
        return INCOMPLETE if test and result.grade is Grade.ACTION else 0
    sent = () if test else ask_mail(obj)
    if not test:
        ask_ping(obj)
    outcomes = try_ways(obj, app, sent=sent)
    note_answer(app.archive, NOTICE, "seen" if any(outcomes.values()) else "not seen")
    echo(_("To change an address or turn a way off: [notify] in archive.toml; see: archive guide alerts"))
    return 0


def arrange(obj: CliContext, app: App) -> None:
    """Ask once, as the end of the first run."""
    if NOTICE in recall_answers(app.archive):
        return
    tell(_("If saving stops, the texts that change meanwhile are lost. So it must be able to tell you."))
    outcomes = try_ways(obj, app, sent=ask_mail(obj))
    note_answer(app.archive, NOTICE, "seen" if any(outcomes.values()) else "not seen")


def ask_mail(obj: CliContext) -> tuple[str, ...]:
    """Ask for a mail address and its server, unless mail is set already, until a mail was taken or not wanted.

    Return the ways by which a test notice was sent just now: mail, or none.
    """
    if obj.settings().notify.has_mail:
        return ()
    address = ask(_("Mail address for such alerts (Enter: no mail):"), _read_address)
    server = likely_server(address)
    while address:
        host = ask(_("Server for sending (SMTP) [{server}]:").format(server=server), _read_host) or server
        question = _("Password for it (not shown; many providers give one made for programs):")
        password = ask(question, str, hidden=True, exact=True)
        server = host
        failure = _try_mail(obj, address, host, password)
        if failure is None:
            return ("mail",)
        tell(visible(failure))
        if not ask_yes_no(_("Enter server and password again?"), default=True):
            turn_off(obj.home, "mail")
            tell(_("No mail is sent then. Later: archive init alerts"))
            return ()
    return ()


def ask_ping(obj: CliContext) -> None:
    """Ask for the address of a heartbeat, unless one is set already."""
    if obj.settings().notify.ping:
        return
    tell(
        _(
            "A monitoring service (such as healthchecks.io) tells you when it hears nothing any more, as when this "
            "computer is off. It is sent counts only."
        )
    )

    def keep(answer: str) -> bool:
        if answer and not set_ping(obj.home, answer):
            raise InvalidAnswer(_("That is no address that can be called: it begins with https://"))
        return bool(answer)

    ask(_("Its address (not shown; Enter: none):"), keep, hidden=True)


def try_ways(obj: CliContext, app: App, *, sent: tuple[str, ...] = ()) -> dict[str, bool]:
    """Send a test notice by each way, ask whether it was seen, and remember the answers.

    `sent`: the ways by which one was sent just now, so that it is only asked for.
    """
    outcomes = {}
    for way in obj.settings().notify.ways:
        seen = _try_way(obj, obj.settings(), way, is_sent=way in sent)
        if seen is not None:
            outcomes[way] = seen
    if not any(outcomes.values()):
        tell(
            _("Nothing can tell you of trouble yet. Look now and then: archive    To change that: archive init alerts")
        )
    remember_trial(app.archive, outcomes, at=app.now())
    return outcomes


def _try_way(obj: CliContext, settings: Settings, way: str, *, is_sent: bool) -> bool | None:
    """Whether a test notice was seen by this way; None: the user turned it off."""
    is_taken = is_sent
    if not is_sent:
        is_taken, trial = try_way(settings, obj.environ, way)
        for complaint in trial.complaints:
            tell(visible(complaint))
    name = way_words(way)
    if way == "ping":
        tell(_("The monitoring service took the call.") if is_taken else _("The monitoring service took no call."))
        return is_taken
    if is_taken:
        question = _("A test alert was sent: {way}. Did you see it?").format(way=name)
        if ask_yes_no(question, default=False):
            return True
    else:
        tell(_("A test alert could not be sent: {way}."), way=name)
    if ask_yes_no(_("Turn this way off ({way})?").format(way=name), default=False):
        turn_off(obj.home, way)
        return None
    return False


def _try_mail(obj: CliContext, address: str, host: str, password: str) -> str | None:
    """Set mail, and send a mail by each kind of connection until one is taken; a sentence if none is."""
    name, _colon, port = host.partition(":")
    kinds = ("tls", "starttls", "none") if is_loopback(name) else ("tls", "starttls")
    mail = {"address": address, "host": name, "password": password, "port": int(port or 0)}
    try:
        failure = set_up_mail(obj.home, obj.environ, kinds, **mail)
    except errors.SettingsError as error:
        return f"{error} {error.advice()}".rstrip()
    return None if failure is None else failure.sentence


def _read_address(answer: str) -> str:
    if answer and not is_mail_address(answer):
        raise InvalidAnswer(_("A mail address looks like this: you@example.com"))
    return answer


def _read_host(answer: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]*(:[0-9]{1,5})?", answer):
        raise InvalidAnswer(_("A server looks like this: smtp.example.com"))
    return answer
