"""Errors in how a command was called, in the words of a search, and of `archive erase` (2); in the settings (5)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from gettext import gettext
from typing import TYPE_CHECKING

from archiver.errors.failures import ArchiverError
from archiver.wording import N_

if TYPE_CHECKING:  # every command has the errors, `--help` not the records
    from archiver.records import UndecidedRoom


class UsageError(ArchiverError):
    """The command was called with a wrong value, or on something that does not exist."""

    code = 2
    message = N_("{detail}")


class UnknownContract(UsageError):
    """No contract has this id, number or title."""

    message = N_("There is no job “{contract}” in this archive.")
    hint = N_("See the jobs with: archive job")


class AmbiguousContract(UsageError):
    """The contract was left out, and there is not exactly one."""

    message = N_("Say which job is meant ({count} are in this archive).")
    hint = N_("See the jobs with: archive job")


class SharedNumber(UsageError):
    """Several contracts have the number on the platform, or the part of a title, that was given."""

    message = N_("“{number}” fits several jobs: {contracts}.")
    hint = N_(
        "Use the name that the job has in this archive. To correct a wrong number: archive job set JOB "
        "--platform-id NUMBER"
    )


class NoContract(UsageError):
    """There is no contract yet, and nothing is archived before a contract names its rooms."""

    message = N_("No job has been entered yet, so there is nothing to save.")
    hint = N_("See your chats with: archive job chats   Then: archive job add job1 --chat CHAT")


class NoContractSaved(NoContract):
    """There are contracts, but none whose rooms are still read."""

    message = N_("The saving of every job was ended, so nothing can be brought in. What was saved before is kept.")
    hint = N_("To go on with one: archive job end {job} --undo")


class ContractExists(UsageError):
    """A contract with this id is already in the archive."""

    message = N_("The job “{contract}” is already in this archive.")
    hint = N_("Change it with: archive job set {contract}")


class BadContractId(UsageError):
    """A contract id has another form than allowed."""

    message = N_("“{contract}” cannot name a job: use 1 to 32 of a-z, 0-9 and “-”.")


class UnknownRoom(UsageError):
    """The room is not visible to this account, or belongs to no contract."""

    message = N_("Chat {room} is not among the chats meant here.")
    hint = N_("See your chats with: archive job chats")


class LastRoom(UsageError):
    """A contract would be left without a room."""

    message = N_("“{contract}” has no other chat, so this one cannot be taken out of it.")
    hint = N_("If nothing of it is to be saved any more: archive job end {job} --now")


class RoomInContract(UsageError):
    """A room belongs to another contract, and whether it moves or belongs to both was not said."""

    message = N_("Chat {room} belongs to {contracts} already.")
    hint = N_(
        "To move it, add --move. If it belongs to both, add its first day here (of two jobs at one time the day on "
        "which this one was agreed): --chat-from {room} 2026-11-01. See: archive job set --help"
    )


class UnknownProfile(UsageError):
    """The profile of an export is not known."""

    message = N_("There is no export for “{profile}”. Known: {known}")


class BadValue(UsageError):
    """An option's value cannot be understood."""

    message = N_("“{value}” is not understood for {option}. Example: {example}")


class PortTaken(UsageError):
    """The viewer cannot use the port that was given."""

    message = N_("The port {port} cannot be used: another program has it, or it is reserved.")
    hint = N_("Leave out --port to take a free one.")


class UnknownAlert(UsageError):
    """No alert has this number."""

    message = N_("There is no alert with the number {number}.")
    hint = N_("See the alerts with: archive status --alerts")


class NothingThere(UsageError):
    """A path given by the user cannot be read."""

    message = N_("There is nothing to read at “{path}”.")

    def __str__(self) -> str:
        """The sentence; of a path at which there is not even a file another one."""
        try:
            os.lstat(str(self.data["path"]))
        except FileNotFoundError:
            return gettext(N_("“{path}” does not exist.")).format(**self.data)
        except (OSError, ValueError):
            pass
        return super().__str__()


class NoExportThere(NothingThere):
    """A path to be verified is neither a package nor the home of an archive."""

    message = N_("There is neither an export nor an archive at “{path}”.")
    hint = N_("Give the export's own folder or zip. Take it out first if it lies in another zip.")


class NotComparable(UsageError):
    """One of two paths to compare holds no records of messages, or they cannot be read."""

    message = N_("“{path}” holds no records that can be compared.")
    hint = N_("Give the folder of an archive, an export made with --for lawyer or court, or a daily copy.")


class RecordsUnreadable(UsageError):
    """A record of one of two sides is not of the form that the program writes: exit 3, as for any finding."""

    code = 3
    message = N_("“{path}” holds a record of another form than this program writes, so its records cannot be read.")
    hint = N_("See which with: archive verify {path}")


class NoCommonRoom(UsageError):
    """Two things that are to be compared have no chat in common."""

    message = N_("The two have no chat in common, so there is nothing to compare.")
    hint = N_("Give archives or exports of the same chat.")


class BadCopyPlace(UsageError):
    """A copy of the archive cannot be made at this place; nothing there was changed."""

    message = N_("The archive cannot be backed up to {path}: {detail}")
    hint = N_("Nothing was changed there. Name another folder, best on another disk.")


class CopyIsNewer(BadCopyPlace):
    """The copy at this place goes further than the archive, of which an older state was put back; nothing changed."""

    message = N_(
        "The archive cannot be backed up to {path}: the backup there holds records that this archive does not have."
    )
    hint = N_(
        "The backup was not changed. If an older archive.sqlite3 was put back here, put the newer one "
        "back. To go on from the backup: archive --home DIR backup --restore {path}   To keep both, name "
        "another folder: archive backup FOLDER"
    )


class ArchiveThere(UsageError):
    """The home already holds an archive, or parts of one."""

    message = N_("There is already an archive in {path}. It was not touched.")
    hint = N_("Restore to another folder: archive --home DIR backup --restore SRC")


class PlaceTaken(UsageError):
    """The folder that is to be made is there already, with something in it, or is a file."""

    message = N_("There is something in {path} already. It was not touched.")
    hint = N_("Name a folder that is not there yet, or an empty one.")


class FileTooLarge(UsageError):
    """A file given by the user is too large to be read into memory."""

    message = N_("“{path}” is too large to be read at once (limit {limit_mb} MB).")
    hint = N_("Save it in several smaller files and name them all.")


class NotAFile(UsageError):
    """A path given by the user leads to a folder, a device or a pipe."""

    message = N_("“{path}” is not a file. Name one file, not a folder.")


class FileAboveLimit(UsageError):
    """A file given by the user is larger than the limit of the settings."""

    message = N_("“{path}” is larger than the limit of {limit_gb} GB. Nothing was saved.")
    hint = N_("The limit is max_gb under [files] in archive.toml.")


class OwnFile(UsageError):
    """A file given by the user belongs to the archive itself, or holds the token."""

    message = N_("“{path}” belongs to the archive itself and cannot be added to a job.")
    hint = N_("Name the screenshot, mail or document itself, where you saved it.")


class DayAhead(UsageError):
    """A past event is given a time in the future."""

    message = N_("“{value}” for {option} is in the future.")
    hint = N_("Times are in Japan time. Check the year, the month and the day.")


class NoSuchDay(UsageError):
    """A day or time does not exist."""

    message = N_("“{value}” for {option}: there is no such day or time.")
    hint = N_("Check the month, the day and the time.")


class DayTooEarly(UsageError):
    """A day is too early to be right."""

    message = N_("“{value}” for {option} is too long ago.")
    hint = N_("Check the year.")


class DayTooLate(UsageError):
    """A day to come is too far away to be right."""

    message = N_("“{value}” for {option} is too far in the future.")
    hint = N_("Check the year.")


class DaysInWrongOrder(UsageError):
    """Of two events on a platform, the first is given the later day."""

    message = N_("{after} ({later}) is before {before} ({first}); on a platform it is the other way round.")
    hint = N_("Nothing was changed. Please check both days.")


class ClientIsOwner(UsageError):
    """The name of the other side is the user's own."""

    message = N_("“{client}” is your own name on Chatwork. Who is the client of this job?")
    hint = N_("If you ordered the work yourself: --side client, and --client with the name of who does it.")


class EmptyPeriod(UsageError):
    """A period ends before it begins."""

    message = N_("The first day ({begin}) is after the last one ({end}): nothing can be between them.")
    hint = N_("Swap them, or leave one out.")


class AlreadyEntered(UsageError):
    """An invoice or a payment of the same day and amount is entered already."""

    message = N_("The same is entered already, as number {number}.")
    hint = N_("If this is another one, say so: --again")


class PaidBeforeContract(UsageError):
    """A payment bears a day before that of the contract: likely a slip, but it may have been paid beforehand."""

    message = N_("The payment's day {day} is before the day of the contract {contracted}.")
    hint = N_("Please check both days. If they are right, say so: --again")


class UnknownPlatform(UsageError):
    """No file of `archiver/platforms` has this name."""

    message = N_("There is no platform “{platform}”.")
    hint = N_("Known: {known}. If the job was agreed elsewhere, use direct.")


class UnknownPerson(UsageError):
    """Nobody of this account id or name was seen in the contract's rooms, or several were."""

    message = N_("Nobody, or not one person alone, is meant by “{person}” in the chats of job “{contract}”.")
    hint = N_("Seen there: {people}")


class CounterpartUnknown(UsageError):
    """A package that hides third persons is wanted, and in a room nobody was named of the several people of all rooms.

    The data holds `rooms`, the `UndecidedRoom` values, besides what the sentence needs.
    """

    message = N_(
        "The names of other people cannot be hidden yet, so no export was made: it is not known who in "
        "chat {rooms} is the client."
    )
    hint = N_("Say who it is: archive job who {job} ID client   People there: {people}")

    def __init__(self, *, job: str, rooms: Sequence[UndecidedRoom]) -> None:
        """Take the job and the undecided rooms; the sentence names them and their people, each once."""
        people = (f"{one.account_id} {one.name} ({one.messages})" for room in rooms for one in room.candidates)
        names = ", ".join(gettext("“{name}”").format(name=room.name) for room in rooms)
        super().__init__(job=job, rooms=names, people=", ".join(dict.fromkeys(people)))
        self.rooms = tuple(rooms)


class UnknownMessage(UsageError):
    """No message of the contract's rooms has this id."""

    message = N_("No kept message of job “{contract}” has the id {message}.")
    hint = N_("The page of the chat (archive search --chat CHAT) has the ids. Newer messages: archive save")


class UnknownFile(UsageError):
    """No file of the contract's rooms has this id."""

    message = N_("No file of the chats of job “{contract}” has the id {file}.")
    hint = N_("Newer files are known after: archive save")


class UnknownExport(UsageError):
    """No package that was made has this number."""

    message = N_("No export that was made has the number {number}.")
    hint = N_("See the exports with: archive export --list")


class BadSearch(UsageError):
    """The words of a search cannot be understood; `detail` says why."""


class RoomStillRead(UsageError):
    """What is to be erased lies in a room that is still read."""

    message = N_("A chat of it is still being saved (job {contracts}), so nothing was erased.")
    hint = N_("End that first: archive job end {contract} --now")


class NothingToErase(UsageError):
    """Nothing is left that only this contract, or these messages, would take away."""

    message = N_("There is nothing to erase: nothing of it is saved, or another job holds all of it.")


class NoErasureNote(UsageError):
    """The file is no note of an erasure."""

    message = N_("{path} is not a note of an erasure.")
    hint = N_("It is the .json file beside the certificate, or in the folder erasures of the archive that erased.")


class NoSavedMessage(UsageError):
    """No room has a message with this id."""

    message = N_("No message with the id {message} is saved.")
    hint = N_("Copy the link of the message in Chatwork, or see its number with: archive search WORDS")


class NotConfirmed(UsageError):
    """Erasing needs an answer, and there is nobody to ask."""

    message = N_("Nothing was erased: it has to be confirmed, and there is no terminal to ask on.")
    hint = N_("Look first with --dry-run, then give: {option}")


class UnknownErasure(UsageError):
    """No erasure has this number."""

    message = N_("There is no erasure with the number {number}.")


class ErasureDeclined(ArchiverError):
    """The user did not type the word."""

    code = 1
    message = N_("Nothing was erased.")


class AnotherWord(ErasureDeclined):
    """The user typed another word."""

    message = N_("The word is another. Nothing was erased.")


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
