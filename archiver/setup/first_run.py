"""The first run as steps, each kept at once, so that it can be left and resumed anywhere.

What was done is read from the archive itself; only answers that leave no trace there are remembered separately.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.app import utc_now
from archiver.health.token import is_readable
from archiver.settings import home
from archiver.settings.file import load_settings, write_settings
from archiver.settings.home import SETTINGS_FILE, language_of
from archiver.setup.answers import BEGUN, FINISHED, InvalidAnswer, note_answer, recall_answers
from archiver.setup.archive_setup import ProgramCall, make_home, record_account, require_no_remains, sole_setup
from archiver.setup.token_source import PRIVATE_FILE, lasting_settings, trial_app
from archiver.store import migrate
from archiver.store.archive import Archive
from archiver.store.backup import set_aside
from archiver.store.durable_files import storage_error
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts


class FirstRunStep(StrEnum):
    """A step of the first run, in their order."""

    TOKEN = "token"  # noqa: S105 - the name of a step
    CHATS = "chats"
    AUTOMATIC = "automatic"


def prepare_archive(call: ProgramCall) -> None:
    """Create the folder and the empty archive, unless they exist.

    Raises StorageError, SetupRunning, UsageError, and DatabaseGone where only the database of an archive is missing.
    """
    home.check_home(call.home, call.environ)
    archive = Archive(call.home)
    require_no_remains(archive)
    make_home(call.home)
    with sole_setup(archive):
        if not archive.exists():
            migrate.create_database(archive.database)
    if BEGUN not in recall_answers(archive):
        note_answer(archive, BEGUN)


def begin_anew(call: ProgramCall) -> None:
    """Create an empty archive where another one was; what is left of that one is kept in a folder of the home.

    Raises StorageError, SetupRunning, UsageError.
    """
    archive = Archive(call.home)
    if not archive.exists() and set_aside.has_parts(call.home):
        set_aside.set_aside(call.home, at=utc_now())
    prepare_archive(call)


def begin_new_settings(call: ProgramCall, *, at: datetime) -> Path | None:
    """Write new settings where the file cannot be read; the path under which the old one is kept.

    Of the old ones only the language, and the place where the program itself keeps the token, are carried over.
    None, and nothing is done, if the settings can be read. Raises StorageError.
    """
    try:
        load_settings(call.home, {})
    except errors.BadSettings:
        return _replace_settings(call.home, at)
    return None


def _replace_settings(home: Path, at: datetime) -> Path:
    path, language = home / SETTINGS_FILE, language_of(home)
    kept = _free_name(path, f"{at:%Y%m%d-%H%M%S}")
    try:
        path.rename(kept)
    except OSError as error:
        raise storage_error(error, home) from error
    is_in_file = (home / PRIVATE_FILE.partition(":")[2]).is_file()
    write_settings(home, language=language, token_source=PRIVATE_FILE if is_in_file else "keyring")
    return kept


def _free_name(path: Path, word: str) -> Path:
    """The name with the word behind it, and a number if that is taken."""
    names = [path.with_name(f"{path.name}.unreadable-{word}{end}") for end in ("", *(f"-{n}" for n in range(2, 100)))]
    return next(name for name in names if not name.exists())


def first_open_step(call: ProgramCall) -> FirstRunStep | None:
    """The first step that is not done; None if all are, or if the archive was set up by commands."""
    archive = Archive(call.home)
    if not archive.exists():
        return FirstRunStep.TOKEN
    answers = recall_answers(archive)
    if FINISHED in answers:
        return None
    with archive.reading() as reading:
        owner, every = current_state.owner(reading), contracts(reading)
    if every and BEGUN not in answers:
        return None
    is_kept = (call.home / SETTINGS_FILE).exists() and is_readable(lasting_settings(call), call.environ)
    if owner is None or not is_kept:
        return FirstRunStep.TOKEN
    return FirstRunStep.AUTOMATIC if every else FirstRunStep.CHATS


def check_token(call: ProgramCall, token: str, *, is_hurried: bool = False) -> None:
    """Ask Chatwork whose token it is, and record the account; `is_hurried`: ask once, as somebody waits for a page.

    Raises InvalidAnswer for a token that is refused or another account's, ChatworkError if that cannot be found out.
    """
    app = trial_app(call, token)
    if is_hurried:
        app.chatwork.transport.hurry()
    try:
        record_account(app)
    except errors.TokenRefused:
        raise InvalidAnswer(
            _(
                "This API token doesn't work. Paste the one Chatwork shows now. If none is shown, your organisation "
                "may have withdrawn its approval: apply for it again."
            )
        ) from None
    except errors.WrongAccount as error:
        raise InvalidAnswer(f"{error} {error.advice()}") from None
