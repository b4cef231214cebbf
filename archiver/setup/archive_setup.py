"""Sets up an archive: home, settings, account and token, in steps that are each kept at once."""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from gettext import gettext as _
from pathlib import Path
from typing import Protocol

from archiver import errors
from archiver.app import OFFERS, App, build_app, utc_now
from archiver.folder_sync import allow_where_possible, disk_errors, free_name
from archiver.health.token import is_readable
from archiver.render.invisible_characters import visible
from archiver.settings import home
from archiver.settings.file import load_settings, update_settings, write_settings
from archiver.settings.home import SETTINGS_FILE, TOKEN_VARIABLE, language_of, without_token
from archiver.settings.model import Settings
from archiver.settings.other_archives import told_as_vanished
from archiver.settings.token import place_words, store_secret
from archiver.setup.answers import BEGUN, FINISHED, InvalidAnswer, note_answer, recall_answers
from archiver.store import backup_copy, migrate
from archiver.store.archive import Archive
from archiver.store.durable_files import lacks_locks, make_durable_folder
from archiver.store.queries import current_state
from archiver.store.queries.contracts import contracts
from archiver.sync.run_start import check_account, keep_owner
from archiver.wording import typed


class ProgramCall(Protocol):
    """One call of the program: a command on a terminal, or the application."""

    @property
    def home(self) -> Path:
        """The folder of the archive; it need not exist."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment of the process."""

    def settings(self) -> Settings:
        """Read the settings now. Raises BadSettings, BadBaseUrl; an absent file gives the defaults."""


def make_home(home: Path) -> None:
    """Make the folder, for its owner only. Raises HomeNotWritable, LocksMissing, DiskFull, DiskFailing."""
    with disk_errors(home):
        make_durable_folder(home)
        if os.name != "nt":
            allow_where_possible(home, 0o700)
        probe = home / ".write-test"
        probe.touch()
        probe.unlink(missing_ok=True)  # another init may have tried at the same time
    if lacks_locks(home):
        raise errors.LocksMissing(path=home)


def require_no_remains(archive: Archive) -> None:
    """Raise DatabaseGone where an archive was whose database is not there: a new one would hide what is missing."""
    if archive.exists():
        return
    absence = archive.absence()
    if isinstance(absence, errors.DatabaseGone):
        raise absence


def vanished_warning(archive: Archive) -> str:
    """What to say of an empty home in which an archive was seen, before a new one is begun there; empty of others."""
    error = None if archive.exists() else told_as_vanished(archive.absence())
    if not isinstance(error, errors.ArchiveVanished):
        return ""
    warning = _("A new one is begun, without what was saved before. If you have a backup, stop here, and:")
    return f"{error} {warning} {typed('archive backup --restore FOLDER')}"


@contextlib.contextmanager
def sole_setup(archive: Archive) -> Iterator[None]:
    """Keep another `init` out as long as there is no database. Raises SetupRunning, HomeNotWritable."""
    with contextlib.ExitStack() as stack:
        if not archive.exists():
            try:
                stack.enter_context(archive.round_lock())
            except errors.ArchiveInUse as error:
                raise errors.SetupRunning(path=archive.home) from error
        yield


def keep_token_source(obj: ProgramCall, source: str) -> None:
    """Write the token's source into `archive.toml`; a new file gets the language of this call too."""
    if (obj.home / SETTINGS_FILE).exists():
        update_settings(obj.home, {"token.source": source})
    else:
        write_settings(obj.home, language=call_language(), token_source=source)


def choose_authorities(home: Path, timestamps: str | None) -> str:
    """Turn third-party time on or off: the two offered authorities, or none. Return what was done, in a sentence.

    Authorities that the user chose stay when it is turned on. None leaves the settings as they are, without a word.
    """
    authorities = load_settings(home, {}).timestamp.authorities
    if timestamps == "off":
        if authorities:
            update_settings(home, {"timestamp.authorities": ()})
        return _("Time stamps: off. Existing time stamps stay.")
    if timestamps == "on":
        if not authorities:
            update_settings(home, {"timestamp.authorities": [offer.setting for offer in OFFERS]})
            authorities = tuple(offer.setting for offer in OFFERS)
        sentence = _("Time stamps: on. Only hashes of the seals go to {names}: no message, name or file.")
        return sentence.format(names=", ".join(visible(one.name) for one in authorities))
    return ""


def call_language() -> str:
    """The language of this call, `ja` or `en`, so that the next calls use it too."""
    return "en" if os.environ.get("LANGUAGE", "")[:2] == "en" else "ja"


def record_account(app: App) -> tuple[str, int]:
    """Ask Chatwork whose token it is, and record the account in a new archive.

    Raises WrongAccount, TokenRefused, Unreachable.
    """
    me = app.chatwork.me()
    owner = app.archive.read(current_state.owner)
    check_account(me.model.account_id, owner, app.archive)
    keep_owner(app.archive, me, owner)
    return me.model.name, me.model.account_id


VARIABLE_SOURCE = f"env:{TOKEN_VARIABLE}"


def variable_token(obj: ProgramCall) -> str:
    """The token of this session's variable; empty if there is none."""
    return obj.environ.get(TOKEN_VARIABLE, "").strip()


def variable_wins_hint() -> str:
    """The hint that the variable is used as long as it is set, whatever is stored."""
    sentence = _(
        "The variable {name} is set here and is used instead of what is stored. Remove it: unset {name} (in "
        "PowerShell: Remove-Item Env:{name})"
    )
    return sentence.format(name=TOKEN_VARIABLE)


PRIVATE_FILE = "file:token"
"""The token in a file of the home that only its owner can read."""


def lasting_settings(obj: ProgramCall) -> Settings:
    """The settings as a later session finds them, without this session's token variable."""
    return load_settings(obj.home, without_token(obj.environ))


def clean_token(text: str) -> str:
    """The typed or pasted token, full-width characters folded. Raises InvalidAnswer for what no token can be."""
    token = unicodedata.normalize("NFKC", text).strip()
    if not token:
        raise InvalidAnswer(_("Nothing was pasted. Copy the token and paste it here."))
    if not re.fullmatch(r"[!-~]+", token):
        raise InvalidAnswer(_("This cannot be a token: it has spaces or characters that no token has. Copy it again."))
    return token


def trial_app(obj: ProgramCall, token: str) -> App:
    """The app with this token, which is not stored."""
    settings = replace(obj.settings(), token_source=VARIABLE_SOURCE)
    return build_app(settings, {**obj.environ, TOKEN_VARIABLE: token})


def token_account(app: App) -> tuple[str, int]:
    """Ask Chatwork for the name and the account id of the token's owner."""
    me = app.chatwork.me().model
    return me.name, me.account_id


def keep_token(obj: ProgramCall, token: str, source: str | None = None) -> str:
    """Store the token at `source`, else in the keyring; without a keyring, in a private file of the home.

    Return where it is stored now. Raises as `store_secret`.
    """
    target = source or "keyring"
    try:
        store_secret(obj.home, target, token)
    except errors.KeyringUnavailable:
        if source is not None:
            raise
        target = PRIVATE_FILE
        store_secret(obj.home, target, token)
    keep_token_source(obj, target)
    return target


def told_place(source: str) -> str:
    """The place of the token, as people call it."""
    if source == PRIVATE_FILE:
        name = source.partition(":")[2]
        return _("a file in the archive's folder that only you can read ({name})").format(name=name)
    return visible(place_words(source))


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
    if not archive.exists() and backup_copy.has_parts(call.home):
        backup_copy.set_aside(call.home, at=utc_now())
    prepare_archive(call)


def begin_new_settings(call: ProgramCall, *, at: datetime) -> Path | None:
    """Write new settings where the file cannot be read; the path under which the old one is kept.

    Of the old ones only the language, and the place where the program itself keeps the token, are carried over.
    None, and nothing is done, if the settings can be read. Raises StorageError.
    """
    path, language = call.home / SETTINGS_FILE, language_of(call.home)
    try:
        load_settings(call.home, {})
    except errors.BadSettings:
        kept = call.home / free_name(call.home, f"{path.name}.unreadable-{at:%Y%m%d-%H%M%S}")
        with disk_errors(call.home):
            path.rename(kept)
        is_in_file = (call.home / PRIVATE_FILE.partition(":")[2]).is_file()
        write_settings(call.home, language=language, token_source=PRIVATE_FILE if is_in_file else "keyring")
        return kept
    return None


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
