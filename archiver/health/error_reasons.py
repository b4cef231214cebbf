"""The reasons why saving stopped, by the error's name, in words, and what to do about each."""

from __future__ import annotations

from archiver import errors
from archiver.errors import N_
from archiver.wording import gettext as _
from archiver.wording import typed

REASONS = {
    "TokenRefused": N_("the API token is not accepted"),
    "TokenMissing": N_("no API token is found"),
    "TokenMalformed": N_("what is stored as API token is not one"),
    "TokenFileUnsafe": N_("others can read the file of the API token"),
    "KeyringUnavailable": N_("the system's password store cannot be used"),
    "WrongAccount": N_("the API token belongs to another account"),
    "Unreachable": N_("Chatwork cannot be reached"),
    "ServerFailed": N_("Chatwork answers with a server error (perhaps maintenance)"),
    **dict.fromkeys(("NotUnderstood", "Refused", "ChatworkError"), N_("Chatwork does not answer as expected")),
    "BudgetSpent": N_("the number of calls that Chatwork allows is used up"),
    "DiskFull": N_("the disk is full"),
    "DiskFailing": N_("the disk reports an error"),
    "HomeNotWritable": N_("the archive's folder cannot be written to"),
    "DatabaseGone": N_("the archive's database is not there any more"),
    "DatabaseNotOpened": N_("the archive's database could not be opened"),
    "ArchiveBusy": N_("another program is using the archive's database"),
    "ArchiveDamaged": N_("the archive's database cannot be read"),
    "ArchiveClosed": N_("this archive of the team is closed"),
    "BadLedger": N_("the team's ledger holds what this program did not write"),
    "LedgerAwaitsSavers": N_("the team's ledger was put back in time and waits for its savers"),
    "LedgerForbids": N_("the database of the team's ledger does not let its user do this"),
    "LedgerNewer": N_("the team's ledger needs a newer version of this program"),
    "LedgerOutdated": N_("the team's ledger is missing, or of another version of the program"),
    "LedgerRefusesUser": N_("the database of the team's ledger does not let its user in"),
    "LedgerUnavailable": N_("the team's ledger cannot be used"),
    "TeamStoreUnavailable": N_("the team's store of files cannot be used"),
    "TeamStoreDiffers": N_("the team's store of files holds something else than what belongs there"),
    "SealedWithAnotherKey": N_("the token was sealed for another key of the team"),
    "NewerArchive": N_("the archive needs a newer version of this program"),
    "NoSpaceToMigrate": N_("there is no space to update the archive"),
    "BadSettings": N_("there is a mistake in archive.toml"),
    "SettingsClosed": N_("archive.toml may not be opened"),
}
"""Part of a sentence by the name of the error; for an error that is not listed no reason is given."""


BY_TOKEN = frozenset({"TokenRefused", "TokenMissing", "TokenMalformed", "WrongAccount"})
"""Errors that another token mends."""


NEEDS_YOU = BY_TOKEN | {
    "TokenFileUnsafe",
    "KeyringUnavailable",
    "DiskFull",
    "DiskFailing",
    "HomeNotWritable",
    "ArchiveDamaged",
    "NewerArchive",
    "NoSpaceToMigrate",
    "BadSettings",
    "SettingsClosed",
}
"""Errors that do not pass by themselves."""


_CHECK = "archive status --full"


def reason(error_name: str | None) -> str | None:
    """The reason as part of a sentence, in the language of the process; None: not known."""
    return _(REASONS[error_name]) if error_name in REASONS else None


def command(error_name: str | None, *, is_sealed: bool = False) -> str:
    """The command that helps with this error; `is_sealed`: where a team's workers hold the token."""
    by_token, other = ("archive team join", "archive team status") if is_sealed else ("archive init token", _CHECK)
    return by_token if error_name in BY_TOKEN else other


def advice(error_name: str, *, is_sealed: bool = False) -> str:
    """The error class's own advice, if it needs no data of the error, else the command to call."""
    if is_sealed and error_name == "TokenRefused":
        return _(errors.GivenTokenRefused.hint)
    error_class = getattr(errors, error_name, None)
    hint: str = (
        error_class.hint if isinstance(error_class, type) and issubclass(error_class, errors.ArchiverError) else ""
    )
    if hint and "{" not in hint:
        return _(hint)
    return _("Run: {command}").format(command=typed(command(error_name, is_sealed=is_sealed)))
