"""`init`: the first run; on a terminal five steps, each kept at once, so that it can be resumed anywhere.

What was done is read from the archive itself; only answers that leave no trace there are remembered separately.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from archiver import errors
from archiver.app import App
from archiver.cli.context import INTERRUPTED, CliContext, advice, command_words, complete_commands, print_error
from archiver.cli.contracts.add_dialogue import ask_facts
from archiver.cli.contracts.chat_choice import ask_jobs
from archiver.cli.setup import notices, schedule, token
from archiver.cli.setup.token import ask_token, keep_token_and_tell
from archiver.cli.status.status import show_status
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.prompts import Postponed, ask_yes_no, say_choice, tell, tell_head
from archiver.health.folders import lost_names_words
from archiver.settings import home
from archiver.settings.home import SETTINGS_FILE, check_home
from archiver.setup import menu_entry
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
from archiver.setup.contract_entry import enter_contracts
from archiver.setup.contract_rooms import choosable_rooms
from archiver.setup.fact_questions import first_question
from archiver.setup.written_values import FINISHED, STAMPS, note_answer, recall_answers
from archiver.store import migrate
from archiver.store.archive import Archive
from archiver.store.durable_files import keeps_names
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts
from archiver.wording import gettext as _
from archiver.wording import ngettext


def run(obj: CliContext, timestamps: str | None) -> int:
    """Run the steps that are still missing and return the exit code.

    Errors that asking again cannot mend are printed with how to go on.
    """
    archive = Archive(obj.home)
    try:
        if archive.exists() and FINISHED in recall_answers(archive):
            return _show_status(obj, timestamps)
        if timestamps is not None and _is_ready(obj):
            say_choice(choose_authorities(obj.home, timestamps))
            note_answer(archive, STAMPS, timestamps)
            return 0
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
    if not _has_contract(obj):
        _choose_chats(app)
    saving = schedule.begin_first_save(obj, app)
    try:
        _state_facts(app)
        schedule.arrange(obj, app, saving, timestamps)
    finally:
        if saving is not None:
            saving.leave()
    notices.arrange(obj, app)
    _offer_icon(obj)
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


def _state_facts(app: App) -> None:
    """Fourth step: ask for the facts that are neither known nor asked for yet."""
    tell_head(4, _("The job (Enter leaves a fact unknown; later: archive job set)"))
    with app.archive.reading() as reading:
        every = contracts(reading)
    for contract in every:
        if len(every) > 1:
            tell(_("The job “{job}”:"), job=contract.called)
        ask_facts(app, contract, first_question)
    echo()


def _offer_icon(obj: CliContext) -> None:
    """Offer to put the application where it is opened without a terminal, if this computer has such a place."""
    if not menu_entry.has_desktop(obj.environ) or menu_entry.is_placed(obj.home):
        return
    if ask_yes_no(_("Put the application into the menu and on the desktop?"), default=True):
        for path in menu_entry.place(obj.home):
            tell(_("Put there: {path}"), path=path)


def _has_contract(obj: CliContext) -> bool:
    with Archive(obj.home).reading() as reading:
        return bool(contracts(reading))


def _is_ready(obj: CliContext) -> bool:
    """Whether account, settings and a contract exist, however they were created."""
    archive = Archive(obj.home)
    if not archive.exists() or not (obj.home / SETTINGS_FILE).exists() or not _has_contract(obj):
        return False
    with archive.reading() as reading:
        return current_state.owner(reading) is not None


def _show_status(obj: CliContext, timestamps: str | None) -> int:
    """Print that everything is set up, and the status."""
    if timestamps is not None:
        say_choice(choose_authorities(obj.home, timestamps))
    tell(
        _("Everything is set up. To change it: archive init token, archive init schedule, archive init alerts"),
        indent=0,
    )
    return show_status(obj, as_json=False)


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
