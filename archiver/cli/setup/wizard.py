"""`init` and `init alerts`: the first run, five steps on a terminal, and by which ways the user is told of trouble.

Each step is kept at once, so that it can be resumed anywhere. What was done is read from the archive itself; only
answers that leave no trace there are remembered separately.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from archiver import errors
from archiver.app import App
from archiver.chatwork.allowed_urls import is_loopback
from archiver.cli.context import (
    INCOMPLETE,
    INTERRUPTED,
    CliContext,
    advice,
    command_words,
    complete_commands,
    print_error,
)
from archiver.cli.contracts.add_dialogue import ask_facts
from archiver.cli.contracts.chat_choice import ask_jobs
from archiver.cli.output import echo, visible
from archiver.cli.prompts import Postponed, ask, ask_yes_no, checked, is_asked, say_choice, tell, tell_head
from archiver.cli.reading.status import show_status
from archiver.cli.setup import schedule, token
from archiver.cli.setup.token import ask_token, keep_token_and_tell
from archiver.errors import N_
from archiver.health.folders import lost_names_words
from archiver.health.words import way_words
from archiver.notices.delivery import check_notices, send_test_notice
from archiver.records.alerts import Grade
from archiver.settings import home
from archiver.settings.home import SETTINGS_FILE, check_home
from archiver.settings.model import Settings, is_mail_address
from archiver.setup import menu_entry
from archiver.setup.answers import FINISHED, NOTICE, STAMPS, InvalidAnswer, note_answer, recall_answers
from archiver.setup.archive_setup import (
    VARIABLE_SOURCE,
    choose_authorities,
    keep_token_source,
    make_home,
    prepare_archive,
    record_account,
    require_no_remains,
    sole_setup,
    vanished_warning,
)
from archiver.setup.contract_rooms import choosable_rooms
from archiver.setup.contracted_chats import enter_contracts
from archiver.setup.fact_questions import first_question
from archiver.setup.unattended import likely_server, remember_trial, set_ping, set_up_mail, try_way, turn_way_off
from archiver.store import migrate
from archiver.store.archive import Archive
from archiver.store.durable_files import keeps_names
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts
from archiver.wording import gettext as _
from archiver.wording import ngettext

READY = N_("Everything is set up. To change it: archive init token   archive init schedule   archive init alerts")


def run(obj: CliContext, timestamps: str | None) -> int:
    """Run the steps that are still missing and return the exit code.

    Errors that asking again cannot mend are printed with how to go on.
    """
    archive = Archive(obj.home)
    try:
        is_finished = archive.exists() and FINISHED in recall_answers(archive)
        if timestamps is not None and (is_finished or _is_ready(obj)):
            say_choice(choose_authorities(obj.home, timestamps))
            note_answer(archive, STAMPS, timestamps)
            return 0
        if is_finished:
            tell(_(READY), indent=0)
            echo()
            return show_status(obj, as_json=False)
        return _run_steps(obj, timestamps)
    except Postponed:
        tell(_resume_hint(obj.home), indent=0)
        return 0
    except (click.Abort, KeyboardInterrupt):
        echo()
        tell(_("Interrupted. What was done so far is kept.") + " " + _resume_hint(obj.home), indent=0)
        return INTERRUPTED
    except errors.ArchiverError as error:
        # that the next run tries again, as Chatwork's errors say, is not true before the first one
        hint = "" if isinstance(error, errors.ChatworkError) else advice(error)
        code = print_error(error.code, str(error), hint)
        if not isinstance(error, errors.DatabaseGone):
            echo(_resume_hint(obj.home), err=True)
        return code


def _run_steps(obj: CliContext, timestamps: str | None) -> int:
    _prepare_archive(obj)
    app = token.ensure_token(obj)
    if not app.archive.read(contracts):
        _choose_chats(app)
    is_rest_left = schedule.save_first(app)
    tell_head(4, _("The job (Enter leaves a fact unknown; later: archive job set)"))
    every = app.archive.read(contracts)
    for contract in every:
        if len(every) > 1:
            tell(_("The job “{job}”:"), job=contract.called)
        ask_facts(app, contract, first_question)
    echo()
    schedule.arrange(obj, app, timestamps, is_rest_left=is_rest_left)
    arrange_alerts(obj, app)
    has_place = menu_entry.has_desktop(obj.environ) and not menu_entry.is_placed(obj.home)
    if has_place and ask_yes_no(_("Put the application into the menu and on the desktop?"), default=True):
        for path in menu_entry.place(obj.home):
            tell(_("Put there: {path}"), path=path)
    note_answer(app.archive, FINISHED)
    schedule.tell_end(obj, app)
    return 0


def _prepare_archive(obj: CliContext) -> None:
    """Print what this program can and cannot do, then create the folder and the empty archive."""
    home.check_home(obj.home, obj.environ)
    require_no_remains(Archive(obj.home))
    warning = vanished_warning(Archive(obj.home))
    if warning:
        tell(warning, indent=0)
    _say_what_it_does(again=Archive(obj.home).exists())
    prepare_archive(obj)
    if not keeps_names(obj.home):
        tell(lost_names_words(), indent=0)


def _say_what_it_does(*, again: bool) -> None:
    """Print what this program can and cannot do; on a later call, one line of it."""
    if again:
        tell(_("Going on where you left off. It only reads; the client is sent nothing."), indent=0)
        return
    tell(
        _("Setting up (about 10 minutes). You may stop at any time; archive init goes on where you left off."), indent=0
    )
    for sentence in (
        _("- It only reads: it posts and deletes nothing, and sends the others nothing."),
        _("- What it has seen once stays, even if it is changed or deleted later."),
        _("- What is gone stays gone. Older than the newest 100: archive guide old"),
        _("- Only the chats that you choose are kept, and only on this computer."),
        _("- It can't guarantee an outcome; the platform's record decides: deliver there"),
    ):
        tell(sentence)


def _choose_chats(app: App) -> None:
    """Second step: enter the first jobs with the chats that the user chose. Raises Postponed if there is none."""
    rooms = choosable_rooms(app)
    sentence = ngettext(
        "Chats to save (choose those for work from your {n} chat; no other chat is saved)",
        "Chats to save (choose those for work from your {n} chats; no other chat is saved)",
        len(rooms),
    )
    tell_head(2, sentence.format(n=len(rooms)))
    jobs = ask_jobs(app, rooms)
    if not jobs:
        raise Postponed
    enter_contracts(app, jobs)
    echo()


def _is_ready(obj: CliContext) -> bool:
    """Whether account, settings and a contract exist, however they were created."""
    archive = Archive(obj.home)
    if not archive.exists() or not (obj.home / SETTINGS_FILE).exists() or not archive.read(contracts):
        return False
    return archive.read(current_state.owner) is not None


def _resume_hint(home: Path) -> str:
    return complete_commands(_("To go on: archive init"), command_words(home))


def init(obj: CliContext, timestamps: str | None, yes: bool) -> int:
    """Set up home, settings, token, database and account; each step is kept, so a second call continues."""
    if not yes and sys.stdin.isatty():
        return run(obj, timestamps)
    check_home(obj.home, obj.environ)
    require_no_remains(Archive(obj.home))
    say_choice(vanished_warning(Archive(obj.home)))
    make_home(obj.home)
    with sole_setup(Archive(obj.home)):
        _write_settings(obj, timestamps, yes=yes)
        app = obj.app()
        if not app.archive.exists():
            migrate.create_database(app.archive.database)
        name, account = record_account(app)
    echo(_("Account: {name} (ID {account})"), name=name, account=account)
    if _is_ready(obj):
        echo(_(READY))
        return 0
    echo(_("The archive is ready: {path}"), path=obj.home)
    if not keeps_names(obj.home):
        echo(lost_names_words())
    echo(_("Next: archive job chats   then: archive job add job1 --chat NUMBER   then: archive save"))
    echo(_("Add each job separately: an export holds all chats of its job."))
    return 0


def _write_settings(obj: CliContext, timestamps: str | None, *, yes: bool) -> None:
    """Write or change `archive.toml` as the options say; without one, ask for the token first."""
    if not (obj.home / "archive.toml").exists():
        if yes:
            keep_token_source(obj, VARIABLE_SOURCE)
        else:
            echo(_("The API token is the key to your Chatwork. Show it to nobody."))
            echo(_("In Chatwork: サービス連携 > APIトークン (it asks for your password again)."))
            keep_token_and_tell(obj, ask_token(_("Paste it and press Enter (it will not be shown)")))
    say_choice(choose_authorities(obj.home, timestamps))


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


def arrange_alerts(obj: CliContext, app: App) -> None:
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
    looks = _("A mail address looks like this: you@example.com")
    read_address = checked(lambda answer: not answer or is_mail_address(answer), looks)
    address = ask(_("Mail address for such alerts (Enter: no mail):"), read_address)
    server = likely_server(address)
    while address:
        read_host = checked(
            re.compile("[A-Za-z0-9.-]*(:[0-9]{1,5})?").fullmatch, _("A server looks like this: smtp.example.com")
        )
        host = ask(_("Server for sending (SMTP) [{server}]:").format(server=server), read_host) or server
        question = _("Password for it (not shown; many providers give one made for programs):")
        password = ask(question, str, hidden=True, exact=True)
        server = host
        failure = _try_mail(obj, address, host, password)
        if failure is None:
            return ("mail",)
        tell(visible(failure))
        if not ask_yes_no(_("Enter server and password again?"), default=True):
            turn_way_off(obj.home, "mail")
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
        turn_way_off(obj.home, way)
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
