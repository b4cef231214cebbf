"""Creates home, settings and account of an archive that is being set up."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from archiver import errors
from archiver.folder_sync import allow_where_possible
from archiver.render.invisible_characters import visible
from archiver.settings.model import Settings
from archiver.store.durable_files import lacks_locks, make_durable_folder, storage_error
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


if TYPE_CHECKING:
    from archiver.app import App
    from archiver.store.archive import Archive


def make_home(home: Path) -> None:
    """Make the folder, for its owner only. Raises HomeNotWritable, LocksMissing, DiskFull, DiskFailing."""
    try:
        make_durable_folder(home)
        if os.name != "nt":
            allow_where_possible(home, 0o700)
        probe = home / ".write-test"
        probe.touch()
        probe.unlink(missing_ok=True)  # another init may have tried at the same time
    except OSError as error:
        raise storage_error(error, home) from error
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
    from archiver.settings.other_archives import state_folder
    from archiver.settings.seen_archive import told_as_vanished

    error = None if archive.exists() else told_as_vanished(archive.absence(), state=state_folder())
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
    from archiver.settings import file

    if (obj.home / "archive.toml").exists():
        file.update_settings(obj.home, {"token.source": source})
        return
    file.write_settings(obj.home, language=call_language(), token_source=source)


def choose_authorities(home: Path, timestamps: str | None) -> str:
    """Turn third-party time on or off: the two offered authorities, or none. Return what was done, in a sentence.

    Authorities that the user chose stay when it is turned on. None leaves the settings as they are, without a word.
    """
    from archiver.settings import file
    from archiver.settings.tsa_offers import OFFERS

    authorities = file.load_settings(home, {}).timestamp.authorities
    if timestamps == "off" and authorities:
        file.update_settings(home, {"timestamp.authorities": ()})
        return _("Time stamps: off. Existing time stamps stay.")
    if timestamps == "on":
        if not authorities:
            file.update_settings(home, {"timestamp.authorities": [offer.setting for offer in OFFERS]})
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
    from archiver.records import Observation
    from archiver.store import writer
    from archiver.store.queries import current_state
    from archiver.sync.run import check_account, owner_payload

    me = app.chatwork.me()
    with app.archive.reading() as reading:
        owner = current_state.owner(reading)
    check_account(me.model.account_id, owner, app.archive)
    payload = owner_payload(me.model)
    if payload != owner:
        with app.archive.writing() as writing:
            observation = Observation("me", "me", payload, None, me.reply.digest)
            writer.append_dated(writing, [observation], me.reply, account_id=me.model.account_id)
    return me.model.name, me.model.account_id
