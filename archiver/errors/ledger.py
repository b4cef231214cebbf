"""Errors of a team's ledger: unavailable (1), used by another machine (11), not the one that is meant (2, 5)."""

from __future__ import annotations

from archiver.errors.archive import ArchiveInUse, HomeNotWritable
from archiver.errors.settings import SettingsError
from archiver.errors.usage import UsageError
from archiver.gettext_mark import N_


class LedgerUnavailable(HomeNotWritable):
    """The ledger cannot be reached or used, so nothing may be appended to the copy of an archive in it."""

    message = N_("The team's ledger ({ledger}) cannot be used: {detail}")
    hint = N_("Nothing new is saved until it can be; what is saved can be read. Look at PostgreSQL and the network.")


class StaleCopy(ArchiveInUse):
    """Another machine has appended to the archive meanwhile; nothing was written here: exit 11."""

    message = N_("Another machine of the team has just saved this archive.")
    hint = N_("Nothing is lost, and nothing was written here. Try again in a minute.")


class TeamNotInstalled(SettingsError):
    """The home is a copy of an archive in a ledger, and the library for PostgreSQL is not installed: exit 5."""

    message = N_("This needs the library for PostgreSQL, which is not installed.")
    hint = N_("Install the program with its extra: pip install 'chatwork-archiver[team]'")


class BadLedgerFile(SettingsError):
    """The file `ledger.toml` of a home cannot be read: exit 5."""

    message = N_("{path} cannot be read: {detail}")
    hint = N_('It names the team\'s ledger: address = "postgresql://…" and archive = NUMBER.')


class NotInLedger(UsageError):
    """The ledger has no such archive: exit 2."""

    message = N_("The ledger ({ledger}) has no archive {archive}.")
    hint = N_("Enter an archive with: archive team adopt HOME --ledger ADDRESS")


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
