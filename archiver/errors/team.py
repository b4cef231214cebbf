"""Errors of a team, its ledger and its store: unavailable (1), used by another machine (11), not those meant (2, 5)."""

from __future__ import annotations

import sys

from archiver.errors.failures import ArchiveInUse, HomeNotWritable, StorageError, TokenRefused
from archiver.errors.usage import SettingsError, UsageError
from archiver.wording import N_

_POSIX = (
    "python3 -m venv .venv && .venv/bin/pip install --quiet --require-hashes -r requirements-team.lock && "
    ".venv/bin/pip install --quiet --no-deps --no-build-isolation . && . .venv/bin/activate"
)
_WINDOWS = (
    r"py -3 -m venv .venv; .venv\Scripts\pip install --quiet --require-hashes -r requirements-team.lock; "
    r".venv\Scripts\pip install --quiet --no-deps --no-build-isolation .; .venv\Scripts\activate"
)
_WITH_LIBRARIES = _WINDOWS if sys.platform == "win32" else _POSIX
"""The line of the guide for teams (docs/en/team.md)."""


class LedgerUnavailable(HomeNotWritable):
    """The ledger cannot be reached or used, so nothing may be appended to the copy of an archive in it."""

    message = N_("The team's ledger ({ledger}) cannot be used: {detail}")
    hint = N_("Nothing new is saved until it can be; what is saved can be read. Look at PostgreSQL and the network.")


class LedgerOutdated(LedgerUnavailable):
    """The database holds no ledger, or one of another version of this program: exit 1."""

    message = N_("The team's ledger ({ledger}) is missing, or of another version of this program: {detail}")
    hint = N_("Bring it up to this version with: archive team init --ledger ADDRESS")


class LedgerNewer(LedgerUnavailable):
    """A newer version of this program has updated the ledger: exit 1."""

    message = N_("The team's ledger ({ledger}) was made or updated by a newer version of this program.")
    hint = N_("Nothing was changed. Install the newest version of the program on this computer too.")


class LedgerAwaitsSavers(LedgerUnavailable):
    """The ledger was put back in time, and savers are awaited that may hold what it lacks: exit 1."""

    message = N_(
        "The team's ledger ({ledger}) was put back to an earlier time, and not every saver has brought to it what its "
        "copies hold since then."
    )
    hint = N_("Nothing new is saved until then. Which savers are missing is told by: archive team status")


class ArchiveClosed(LedgerUnavailable):
    """The member has left the team, whose savers save the archive no more: exit 1."""

    message = N_("Archive {archive} is closed, as its member has left the team: nothing is saved any more.")
    hint = N_(
        "What was saved stays. Take it home: archive team take-home ACCOUNT FOLDER   To have it saved by the team "
        "again: archive team join"
    )


class BadLedger(LedgerUnavailable):
    """The ledger holds rows that this program cannot have written: exit 1."""

    message = N_(
        "The team's ledger ({ledger}) holds something in archive {archive} that this program did not write ({detail})."
    )
    hint = N_(
        "What comes before it is here; this archive is not saved on until it is gone. Keep all copies and backups as "
        "they are: whoever looks after the database has to find out who wrote it."
    )


class LedgerForbids(LedgerUnavailable):
    """The user of the database is in none of the roles that may do this: exit 1."""

    message = N_("The database of the team's ledger ({ledger}) does not let its user do this: {detail}")
    hint = N_("Which role may do what stands in the guide for teams: archive guide team")


class LedgerRefusesUser(LedgerUnavailable):
    """The database does not let the user of the address in: exit 1."""

    message = N_("The database of the team's ledger ({ledger}) does not let user “{user}” in: {detail}")
    hint = N_(
        "Look at the user that the address names (user=), at the password in ~/.pgpass, and at what pg_hba.conf allows."
    )


class LedgerNotMade(LedgerForbids):
    """The user of the database may not make or update a ledger there: exit 1."""

    message = N_("User “{user}” of the database ({ledger}) may not make or update a ledger there: {detail}")
    hint = N_(
        "Name a user who may create roles, and the same one each time, such as: "
        'archive team init --ledger "host=db dbname=archives user=postgres"'
    )


class TeamStoreUnavailable(HomeNotWritable):
    """The store of a team's bytes cannot be reached or used; no record that names new bytes is made: exit 1."""

    message = N_("The team's store of files ({store}) cannot be used: {detail}")
    hint = N_("What was saved before is kept, and the next round tries again. Look at the store and the network.")


class TeamStoreDiffers(StorageError):
    """The store of a team's bytes holds other bytes under a key than those that belong there: exit 1."""

    message = N_("The team's store of files ({store}) holds something else under {key} than what belongs there.")
    hint = N_("Nothing there was changed. Whoever looks after the store has to see what lies there.")


class NotInTeamStore(StorageError):
    """The store of a team's bytes has nothing under a key, or a delete marker lies above it: exit 1."""

    message = N_("The team's store of files ({store}) holds nothing under {key}.")
    hint = N_("Nothing was changed. Whoever looks after the store has to see what lies there.")


class BadTeamStore(SettingsError):
    """The address of the store of a team's bytes is none: exit 5."""

    message = N_("{store} is not the address of a store of files: {detail}")
    hint = N_("It is a folder that all machines see, or: s3://BUCKET/PREFIX?endpoint=https://HOST&lock_days=3650")


class NotGranted(UsageError):
    """Nobody was granted this: exit 2."""

    message = N_("The member has not granted exports of “{contract}” to “{recipient}”, or the day is over.")
    hint = N_("Only the member can: archive team grant JOB NAME --until DAY")


class NothingGranted(UsageError):
    """There is nothing to withdraw: exit 2."""

    message = N_("“{recipient}” has no grant of yours for “{contract}”; nothing was withdrawn.")
    hint = N_("What you granted, and to whom: archive team audit")


class BadServeFile(SettingsError):
    """The settings of the viewer of a team cannot be used: exit 5."""

    message = N_("{path} cannot be used: {detail}")
    hint = N_("See: archive guide team")


class StaleCopy(ArchiveInUse):
    """Another machine has appended to the archive meanwhile; nothing was written here: exit 11."""

    message = N_("Another machine of the team has just saved this archive.")
    hint = N_("Nothing is lost, and nothing was written here. Try again in a minute.")


class TeamNotInstalled(SettingsError):
    """The home is a copy of an archive in a ledger, and the library for PostgreSQL is not installed: exit 5."""

    message = N_("This needs the library for PostgreSQL, which is not installed.")
    hint = N_("In the folder of the program, install it with the libraries of a team: {command}")

    def __init__(self, **data: object) -> None:
        """Keep the data for the sentence, and the command for this system."""
        super().__init__(command=_WITH_LIBRARIES, **data)


class S3NotInstalled(TeamNotInstalled):
    """The team's bytes lie in a bucket, and the library for it is not installed: exit 5."""

    message = N_("This needs the library for S3 stores, which is not installed.")


class BadLedgerFile(SettingsError):
    """The file `ledger.toml` of a home cannot be read: exit 5."""

    message = N_("{path} cannot be read: {detail}")
    hint = N_('It names the team\'s ledger: address = "postgresql://…" and archive = NUMBER.')


class NotInLedger(UsageError):
    """The ledger has no such archive: exit 2."""

    message = N_("The ledger ({ledger}) has no archive {archive}.")
    hint = N_("Enter an archive with: archive team adopt HOME --ledger ADDRESS")


class AccountNotInLedger(NotInLedger):
    """The ledger has no archive of an account: exit 2."""

    message = N_("The ledger ({ledger}) has no archive of account {account}.")


class NoAccountToLeave(AccountNotInLedger):
    """The account that is to leave has no archive in the ledger: exit 2."""

    hint = N_("Nothing was destroyed. The accounts of the team are listed by: archive team status")


class ArchiveForbidden(UsageError):
    """The user of the database may read one archive of the ledger only, and it is another one: exit 2."""

    message = N_("The user of the database may read one archive only, and it is not that of account {account}.")
    hint = N_("Name the account whose archive this user may read, or use another user of the database")


class AnotherArchive(UsageError):
    """The ledger holds another archive of the same account: exit 2."""

    message = N_("The ledger holds another archive of account {account} than the one in {home}.")
    hint = N_("Nothing was changed. One account has one archive in a ledger; keep the other one as it is.")


class NotAdopted(UsageError):
    """An archive with findings, or without an owner, is not entered in a ledger: exit 2."""

    message = N_("The archive in {home} was not entered: {detail}")
    hint = N_("Nothing was changed.")


class UnderLedger(UsageError):
    """The command does not go with an archive in a ledger: exit 2."""

    message = N_("The archive in {home} is kept in a team's ledger; there this is not possible: {detail}")
    hint = N_("Nothing was changed.")


class GivenTokenRefused(TokenRefused):
    """Chatwork refused a token that was given to a team's workers: exit 10."""

    message = N_("This API token doesn't work. What the team saved stays saved.")
    hint = N_(
        "In Chatwork open サービス連携 > APIトークン, copy the token shown there and give it to your team with: "
        "archive team join   If no token is shown there, your organisation may have withdrawn its approval: apply for "
        "it again."
    )


class BadTeamFile(SettingsError):
    """The file `team.toml` is missing or says something that cannot be used: exit 5."""

    message = N_("{path} cannot be used: {detail}")
    hint = N_("What it may say stands in the guide for teams: archive guide team")


class InstallationKeyUnusable(SettingsError):
    """The key of the installation cannot be read, or is none: exit 5."""

    message = N_("The key of this installation cannot be used ({place}): {detail}")
    hint = N_(
        "Only savers have it: run this where a saver runs. No token that was given opens with another "
        "one. How keys are made and kept: archive guide team"
    )


class SealedWithAnotherKey(SettingsError):
    """A token of the ledger was sealed for another key, or is damaged: exit 5."""

    message = N_("The token of archive {archive} cannot be opened with the key of this installation.")
    hint = N_("Let its owner give it again: archive team join")


class QueueUnavailable(HomeNotWritable):
    """The queue of rounds in the team's database is missing, or of another version of its library: exit 1."""

    message = N_("The queue of rounds in the ledger ({ledger}) cannot be used: {detail}")
    hint = N_("Bring it up to this version with: archive team init --ledger ADDRESS")
