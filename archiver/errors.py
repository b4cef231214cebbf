"""Every error the program can end with: its sentence, its exit code, what to do next.

ArchiverError (1)
├── UsageError (2)             UnknownContract UnknownRoom UnknownProfile AmbiguousContract …
├── SettingsError (5)          BadSettings TokenMissing TokenFileUnsafe BadBaseUrl WrongAccount …
├── TokenRefused (10)
├── ArchiveInUse (11)
├── NewerArchive (12)
├── StorageError (1)           HomeNotWritable DiskFull ArchiveBusy
└── ChatworkError (1)          Unreachable NotUnderstood NotVisible Refused BudgetSpent

A *finding* (the evidence is broken) is a value, never one of these. `message` and `hint` are English
gettext ids with `{placeholders}`; `cli/main.py` translates and prints them, and is the only handler.
"""

from __future__ import annotations

from gettext import gettext
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from archiver.records import Reply


def N_(text: str) -> str:  # noqa: N802 - the name that catalogue extractors know
    """Mark a text for the catalogues without translating it yet."""
    return text


class ArchiverError(Exception):
    """The work cannot go on; carries data, not prose."""

    code: ClassVar[int] = 1
    message: ClassVar[str] = N_("Something went wrong: {detail}")
    hint: ClassVar[str] = ""

    def __init__(self, **data: object) -> None:
        """Keep the facts that the sentence needs, each also as an attribute."""
        super().__init__(data)
        self.data = data

    def __str__(self) -> str:
        """The sentence in the language of the process."""
        return gettext(self.message).format(**self.data)

    def advice(self) -> str:
        """What the user can do next, in the language of the process; may be empty."""
        return gettext(self.hint).format(**self.data) if self.hint else ""


# --- wrong usage: exit 2 ---------------------------------------------------------------------


class UsageError(ArchiverError):
    """The command was called with something that cannot be meant."""

    code = 2
    message = N_("{detail}")


class UnknownContract(UsageError):
    """No contract has this id."""

    message = N_("There is no contract “{contract}” in this archive.")
    hint = N_("See the contracts with: archive contract list")


class AmbiguousContract(UsageError):
    """The contract was left out, and there is not exactly one."""

    message = N_("Say which contract is meant ({count} are in this archive).")
    hint = N_("See the contracts with: archive contract list")


class NoContract(UsageError):
    """Nothing is archived before a contract names its rooms."""

    message = N_("No contract has been entered yet, so there is nothing to save.")
    hint = N_("See your rooms with: archive rooms   Then: archive contract add job1 --room NUMBER")


class ContractExists(UsageError):
    """A contract with this id is already in the archive."""

    message = N_("The contract “{contract}” is already in this archive.")
    hint = N_("Change it with: archive contract set {contract}")


class BadContractId(UsageError):
    """A contract id has another form than allowed."""

    message = N_("“{contract}” cannot be a contract id: use 1 to 32 of a-z, 0-9 and “-”.")


class UnknownRoom(UsageError):
    """The room is not one this account can see, or not one of a contract."""

    message = N_("Room {room} is not among the rooms meant here.")
    hint = N_("See your rooms with: archive rooms")


class UnknownProfile(UsageError):
    """The profile of an export is not known."""

    message = N_("There is no export for “{profile}”. Known: {known}")


class BadValue(UsageError):
    """An option's value cannot be understood."""

    message = N_("“{value}” is not understood for {option}. Example: {example}")


class PortTaken(UsageError):
    """The viewer cannot have the port that was asked for."""

    message = N_("The port {port} cannot be used: another program has it, or it is reserved.")
    hint = N_("Leave out --port to take a free one.")


class UnknownAlert(UsageError):
    """No alert has this number."""

    message = N_("There is no alert with the number {number}.")
    hint = N_("See the alerts with: archive alerts")


class NothingThere(UsageError):
    """A path given by the user leads to nothing that can be read."""

    message = N_("There is nothing to read at “{path}”.")


class BadCopyPlace(UsageError):
    """A copy of the archive cannot be made at this place; what lies there was not touched."""

    message = N_("The archive cannot be copied to {path}: {detail}")
    hint = N_("Nothing was changed there. Name another folder, best on another disk.")


class ArchiveThere(UsageError):
    """The home already holds an archive, or parts of one."""

    message = N_("There is already an archive in {path}. It was not touched.")
    hint = N_("Restore to another folder: archive --home DIR restore SRC")


class FileTooLarge(UsageError):
    """A file given by the user must be held in memory whole, and is too large for that."""

    message = N_("“{path}” is too large to be read at once (limit {limit_mb} MB).")
    hint = N_("Save it in several smaller files and name them all.")


class NotAFile(UsageError):
    """A path given by the user leads to a folder, a device or a pipe."""

    message = N_("“{path}” is not a file. Name one file, not a folder.")


class FileAboveLimit(UsageError):
    """A file given by the user is larger than files may be."""

    message = N_("“{path}” is larger than the limit of {limit_gb} GB. Nothing was saved.")
    hint = N_("The limit is max_gb under [files] in archive.toml.")


class OwnFile(UsageError):
    """A file given by the user belongs to the archive itself, or holds the token."""

    message = N_("“{path}” belongs to the archive itself and cannot be added to a contract.")
    hint = N_("Name the screenshot, notice or document itself, where you saved it.")


class DayAhead(UsageError):
    """Something that has happened is given a time that has not come yet."""

    message = N_("“{value}” for {option} lies in the future.")
    hint = N_("Times are those of Japan. Look at the year, the month and the day once more.")


class DaysInWrongOrder(UsageError):
    """What comes first on a platform is given a later day."""

    message = N_("{after} ({later}) lies before {before} ({first}); on a platform it is the other way round.")
    hint = N_("Nothing was changed. Look at both days once more; give both options to correct both.")


class EmptyPeriod(UsageError):
    """A period ends before it begins, so nothing could lie in it."""

    message = N_("--from {begin} lies after --to {end}: nothing can lie between them.")
    hint = N_("Change them around, or leave one out.")


class UnknownPlatform(UsageError):
    """No file of `archiver/platforms` has this name."""

    message = N_("There is no platform “{platform}”.")
    hint = N_("Known are: {known}. If the job was agreed elsewhere, it is direct.")


class UnknownPerson(UsageError):
    """Nobody with this account id was seen in the contract's rooms."""

    message = N_("Nobody with the account id {account} was seen in the rooms of contract “{contract}”.")
    hint = N_("Seen there: {people}")


class UnknownMessage(UsageError):
    """No message of the contract's rooms has this id."""

    message = N_("No kept message of contract “{contract}” has the id {message}.")
    hint = N_("The page of the conversation (archive show) has the ids. Newer messages: archive sync")


class UnknownFile(UsageError):
    """No file of the contract's rooms has this id."""

    message = N_("No file of the rooms of contract “{contract}” has the id {file}.")
    hint = N_("Newer files are known after: archive sync")


class UnknownDelivery(UsageError):
    """No delivery of the contract has this number."""

    message = N_("Contract “{contract}” has no delivery with the number {number}.")
    hint = N_("See the deliveries with: archive delivery list {contract}")


class UnknownEnclosure(UsageError):
    """Nothing that was attached to the contract has this number."""

    message = N_("Contract “{contract}” has no attachment with the number {number}.")
    hint = N_("See the attachments with: archive contract show {contract}")


class BadSearch(UsageError):
    """The words of a search cannot be understood."""


class EmptySearch(BadSearch):
    """Nothing was given to look for."""

    message = N_("Say what to look for: a word, a phrase between quotation marks, or a filter such as has:file.")


class UnclosedPhrase(BadSearch):
    """A phrase has a quotation mark at its beginning only."""

    message = N_("The quotation mark of “{text}” is not closed by a second one.")


class EmptyPart(BadSearch):
    """Nothing stands between quotation marks, or after a filter's name."""

    message = N_("Nothing is given to look for at “{text}”; the value of a filter follows its colon without a blank.")


class NegatedFilter(BadSearch):
    """A minus sign stands before a filter."""

    message = N_("“{text}”: only words and phrases can be excluded with “-”, filters cannot.")


class UnknownHas(BadSearch):
    """`has:` is followed by something that no message has."""

    message = N_("“has:{value}” is not known. Known: {known}")


# --- settings and accounts: exit 5 -----------------------------------------------------------


class SettingsError(ArchiverError):
    """Something in the settings keeps the program from starting."""

    code = 5
    message = N_("{detail}")


class BadSettings(SettingsError):
    """`archive.toml` cannot be read, or holds a value of the wrong kind."""

    message = N_("The settings file {path} is not right: {detail}")
    hint = N_("Open the file, correct that place and try again. Nothing was changed.")


class NoArchive(SettingsError):
    """The home holds no archive yet."""

    message = N_("There is no archive in {path} yet.")
    hint = N_("Set one up with: archive init")


class SyncedFolder(SettingsError):
    """The home lies in a folder that another program copies while we write."""

    message = N_("{path} lies in a folder that {service} synchronises; the database would be damaged there.")
    hint = N_("Choose another folder with --home, and copy dailies there with [exports] also_to.")


class NetworkFolder(SettingsError):
    """The home lies on another computer, where SQLite's locks are not dependable."""

    message = N_(
        "{path} lies on another computer ({kind}); the locks of the database are not dependable over a network, so it"
        " could be damaged there."
    )
    hint = N_("Choose a folder on a disk of this computer with --home, and copy there with: archive backup {path}")


class BadBaseUrl(SettingsError):
    """`CHATWORK_API_BASE_URL` is neither https nor loopback."""

    message = N_("CHATWORK_API_BASE_URL must begin with https:// or lead to this computer; it is “{url}”.")


class BadRoots(SettingsError):
    """The root certificate that the settings pin for a time-stamp authority cannot be read."""

    message = N_("The root certificate of the time-stamp authority “{name}” cannot be read: {detail}")
    hint = N_("Correct [timestamp] authorities in {path}. Saving goes on; the time stamps wait until then.")


class TokenMissing(SettingsError):
    """No API token is where the settings say it is."""

    message = N_("No API token was found ({source}).")
    hint = N_("Set CHATWORK_API_TOKEN, or store the token with: archive token set")


class TokenMalformed(SettingsError):
    """What lies where the token should be cannot be one."""

    message = N_("What is stored as API token ({source}) is not one: it holds signs that no token has.")
    hint = N_("Copy the token once more and store it with: archive token set")


class TokenFileUnsafe(SettingsError):
    """Others than the owner may read the token file."""

    message = N_("The token file {path} can be read by others, so it was not used.")
    hint = N_("Allow only yourself to read it: chmod 600 {path}")


class KeyringUnavailable(SettingsError):
    """The system's keyring cannot be used in this session."""

    message = N_("The system's password store cannot be used here: {detail}")
    hint = N_("Use another place: archive token set --source file:PATH, or the variable CHATWORK_API_TOKEN")


class WrongAccount(SettingsError):
    """The token belongs to another account than this archive."""

    message = N_(
        "This token belongs to account {found}, but the archive in {path} is of account {expected}. Nothing was saved."
    )
    hint = N_("Use the token of account {expected}, or another archive with --home.")


# --- the token: exit 10 ----------------------------------------------------------------------


class TokenRefused(ArchiverError):
    """Chatwork refused the API token (401)."""

    code = 10
    message = N_("Chatwork refused the API token (401). What is saved stays saved.")
    hint = N_(
        "In Chatwork open サービス連携 > APIトークン, copy the token shown there and store it with: archive token set"
    )


# --- the archive -----------------------------------------------------------------------------


class ArchiveInUse(ArchiverError):
    """Another round is running: exit 11."""

    code = 11
    message = N_("Another run is using this archive ({path}) at the moment.")
    hint = N_("Nothing is lost. Wait until it has ended and try again.")


class NewerArchive(ArchiverError):
    """The archive was made by a newer version: exit 12."""

    code = 12
    message = N_("The archive in {path} was made by a newer version of this program.")
    hint = N_("Install the newer version. The archive was not touched.")


class NoSpaceToMigrate(NewerArchive):
    """The archive must be migrated, and there is no space for the copy made first: exit 12."""

    message = N_("The archive in {path} needs a newer form, but there is no space for the copy made first.")
    hint = N_("Make space and run: archive migrate   The archive was not touched.")


class StorageError(ArchiverError):
    """The disk does not let us read or write."""

    message = N_("{path} cannot be written: {detail}")
    hint = N_("What was saved before is kept.")


class HomeNotWritable(StorageError):
    """The home cannot be made or written."""

    message = N_("The folder {path} cannot be written: {detail}")
    hint = N_("Choose another folder with --home, or allow writing there.")


class OlderArchive(StorageError):
    """The archive has the form of an older version, and what was wanted needs the form of this one."""

    message = N_(
        "The archive in {path} has the form of an older version of this program; this command needs the present form."
    )
    hint = N_("Bring it to this version, on a disk that can be written: archive migrate   Nothing was changed.")


class DiskFull(StorageError):
    """No space is left on the disk."""

    message = N_("The disk is full; what was saved before is kept ({path}).")
    hint = N_("Make space and run the same command again.")


class NoSpaceForCopy(StorageError):
    """The place of a copy has too little space, known before anything is copied."""

    message = N_("The copy needs {needed_mb} MB, but only {free_mb} MB are free in {path}.")
    hint = N_("Make space there or name another folder. An earlier copy there was not touched.")


class CopyNotClosed(StorageError):
    """Somebody worked in a copy, and the last changes still lie in a log beside its database."""

    message = N_("The database in {path} is in use, or was not closed properly.")
    hint = N_("If nothing uses it, close it with: archive --home {path} status   Then try again.")


class NotAllowed(StorageError):
    """The operating system refuses a file or folder."""

    message = N_("This computer does not allow the use of {path}: {detail}")
    hint = N_("Look at the permissions of that file or folder. What was saved before is kept.")


class ArchiveBusy(StorageError):
    """Another program has been writing to the database for too long."""

    message = N_("The archive's database has been busy for {seconds} seconds.")
    hint = N_("Try again in a minute.")


class PdfUnavailable(ArchiverError):
    """The library that makes PDFs does not run on this computer."""

    message = N_("No PDF can be made on this computer; the pages of the transcript can be printed instead.")


class PdfFailed(ArchiverError):
    """The library refused to make a PDF of the report."""

    message = N_("The report could not be made as a PDF: {detail}")


class ArchiveDamaged(StorageError):
    """The database cannot be read as one of ours."""

    message = N_("The database {path} cannot be read: {detail}")
    hint = N_("Check it with: archive verify   Use a copy of the archive if there is one.")


class RowsDisagree(StorageError):
    """A readable row says something else than the entry it names: exit 3, as for any finding."""

    code = 3
    message = N_("{subject}: the readable table differs from the record it was made of. Nothing was exported.")
    hint = N_("See what differs with: archive verify --deep")


class SchedulerMissing(ArchiverError):
    """The program by which a scheduler is spoken to is not on this computer."""

    message = N_("This computer has no program “{program}”, so no job could be registered there.")
    hint = N_(
        "Choose another scheduler: archive schedule install --with cron (or systemd, launchd, windows). "
        "Or leave this running: archive daemon"
    )


class SchedulerRefused(ArchiverError):
    """A scheduler's own program did not do what it was asked."""

    message = N_("{program} refused: {detail}")
    hint = N_(
        "Nothing was registered. Another way: archive schedule install --with cron (or systemd, launchd, windows). "
        "Or leave this running: archive daemon"
    )


# --- Chatwork --------------------------------------------------------------------------------


class ChatworkError(ArchiverError):
    """Chatwork could not be asked, or did not answer as documented."""

    message = N_("Chatwork did not answer {path} as expected: {detail}")
    hint = N_("Nothing is lost; the next run tries again.")


class Unreachable(ChatworkError):
    """No connection, a time-out, or a server error after all retries."""

    message = N_("Chatwork could not be reached ({detail}).")


class NotUnderstood(ChatworkError):
    """A reply that is not what the API documents: HTML, cut, empty, of another shape."""


class Refused(ChatworkError):
    """A 4xx other than those with a class of their own."""

    message = N_("Chatwork refused {path} ({status}): {detail}")


class NotVisible(ChatworkError):
    """403 or 404: not accessible to this account now; no reason is known.

    Attributes: `reply`, with its status and its limitation header.
    """

    message = N_("Chatwork shows nothing at {path} ({status}).")

    def __init__(self, *, path: str, status: int, reply: Reply) -> None:
        """Keep the reply: what was not shown is evidence too."""
        super().__init__(path=path, status=status)
        self.path = path
        self.status = status
        self.reply = reply


class BudgetSpent(ChatworkError):
    """The request budget or the time given is used up before the work is done."""

    message = N_("The number of calls that Chatwork allows for now is used up; the rest was left for the next run.")


class TransferFailed(ChatworkError):
    """A file could not be downloaded as listed."""

    message = N_("A file could not be downloaded ({reason} {detail}).")
