"""Errors in the settings, the place of the home, the token and the account: exit 5."""

from __future__ import annotations

from archiver.errors.base import ArchiverError
from archiver.gettext_mark import N_


class SettingsError(ArchiverError):
    """Something in the settings keeps the program from starting."""

    code = 5
    message = N_("{detail}")


class BadSettings(SettingsError):
    """`archive.toml` cannot be read, or holds a value of the wrong kind."""

    message = N_("The settings file {path} has a mistake: {detail}")
    hint = N_("Open the file, correct that place and try again. Nothing was changed.")


class SettingsClosed(BadSettings):
    """The user of this program may not open `archive.toml`, which somebody else's archive has too."""

    message = N_("The settings file {path} may not be opened by you as a user of this computer.")
    hint = N_("If the archive belongs to another user, only that user can work with it. Nothing was changed.")


class NoArchive(SettingsError):
    """The home holds no archive yet."""

    message = N_("There is no archive in {path} yet.")
    hint = N_("Set one up with: archive init")


class DatabaseGone(NoArchive):
    """The home has seals, files, notes or daily copies of an archive, and no database."""

    message = N_("The database of the archive in {path} is not there any more.")
    hint = N_(
        "If it was moved, put its archive.sqlite3 back; otherwise restore a backup: archive backup --restore FOLDER   "
        "A new archive, without what was saved, is begun in another folder only (--home)."
    )


class ArchiveVanished(NoArchive):
    """The home is empty or not there, and an archive was seen in it."""

    message = N_("There is no archive in {path}, but there was one on {day}.")
    hint = N_(
        "If its disk is not connected or the folder was moved, bring it back; otherwise restore a backup: "
        "archive backup --restore FOLDER   An init begins a new archive, without what was saved: archive init"
    )


class SyncedFolder(SettingsError):
    """The home is in a folder that another program synchronises while the archive is written."""

    message = N_("{path} is in a folder that {service} synchronises; the database could be damaged there.")
    hint = N_("Choose another folder for the archive, and have daily copies put there with [exports] also_to.")


class NetworkFolder(SettingsError):
    """The home is on another computer, where SQLite's locks are not dependable."""

    message = N_(
        "{path} is on another computer ({kind}); the locks of the database are not reliable over a network, so it "
        "could be damaged there."
    )
    hint = N_("Choose a folder on a disk of this computer for the archive, and copy there with: archive backup {path}")


class BadBaseUrl(SettingsError):
    """`CHATWORK_API_BASE_URL` is neither https nor an address of this computer."""

    message = N_("CHATWORK_API_BASE_URL must begin with https:// or point to this computer; it is “{url}”.")


class BadRoots(SettingsError):
    """The root certificate that the settings pin for a time-stamp authority cannot be read."""

    message = N_("The root certificate of the time-stamp authority “{name}” cannot be read: {detail}")
    hint = N_("Correct [timestamp] authorities in {path}. Saving goes on; the time stamps wait until then.")


class TokenMissing(SettingsError):
    """No API token is where the settings say it is."""

    message = N_("No API token found.")
    hint = N_("Add it: archive init token   Looked for in: {source}")


class TokenMalformed(SettingsError):
    """The value stored as the API token cannot be a token."""

    message = N_("What is stored as API token ({source}) is not one: it has characters that no token has.")
    hint = N_("Copy the token again and store it with: archive init token")


class TokenFileUnsafe(SettingsError):
    """Others than the owner may read the token file."""

    message = N_("The token file {path} can be read by others, so it was not used.")
    hint = N_("Allow only yourself to read it: chmod 600 {path}")


class KeyringUnavailable(SettingsError):
    """The system's keyring cannot be used in this session."""

    message = N_("The system's password store cannot be used here: {detail}")
    hint = N_("Use another place: archive init token --where file:PATH, or the variable CHATWORK_API_TOKEN")


class WrongAccount(SettingsError):
    """The token belongs to another account than this archive."""

    message = N_(
        "This token belongs to account {found}, but the archive in {path} belongs to account {expected}. Nothing was "
        "saved."
    )
    hint = N_("Use the token of account {expected}; another account needs an archive of its own, in another folder.")
