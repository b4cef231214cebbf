"""The base class, and errors of the archive, its disk and Chatwork: a sentence, an exit code, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from archiver.wording import N_, gettext

SYSTEM_TEXTS = frozenset(
    (
        N_("Permission denied"),
        N_("Operation not permitted"),
        N_("Read-only file system"),
        N_("No such file or directory"),
        N_("Not a directory"),
        N_("Is a directory"),
        N_("File exists"),
        N_("Input/output error"),
        N_("No space left on device"),
        N_("Disk quota exceeded"),
        N_("File too large"),
        N_("File name too long"),
        N_("Too many open files"),
        N_("Device or resource busy"),
        N_("Connection refused"),
        N_("attempt to write a readonly database"),
        N_("unable to open database file"),
        N_("disk I/O error"),
        N_("database disk image is malformed"),
        N_("file is not a database"),
    )
)
"""What the system and SQLite usually say, in English everywhere; as `detail` of an error it is translated too."""


class ArchiverError(Exception):
    """The work cannot go on. An error carries data; its sentence is made from a class attribute."""

    code: ClassVar[int] = 1
    message: ClassVar[str] = N_("Something went wrong: {detail}")
    hint: ClassVar[str] = ""

    def __init__(self, **data: object) -> None:
        """Keep the data for the sentence."""
        super().__init__(data)
        self.data = data

    def __str__(self) -> str:
        """The sentence in the language of the process."""
        detail = self.data.get("detail")
        told = {"detail": gettext(str(detail))} if detail in SYSTEM_TEXTS else {}
        return gettext(self.message).format(**self.data | told)

    def advice(self) -> str:
        """What the user can do next, in the language of the process; may be empty."""
        return gettext(self.hint).format(**self.data) if self.hint else ""


if TYPE_CHECKING:
    from archiver.records import Reply


class ArchiveInUse(ArchiverError):
    """Another round is running: exit 11."""

    code = 11
    message = N_("Something else is using this archive ({path}). Try again in a moment.")
    hint = N_("Nothing is lost.")


class SetupRunning(ArchiveInUse):
    """Another `init` is making this archive: exit 11."""

    message = N_("The archive in {path} is being set up by another archive init at the moment.")
    hint = N_("Nothing was changed. Go on in that window, or wait until it has ended and try again.")


class NewerArchive(ArchiverError):
    """The archive was made by a newer version: exit 12."""

    code = 12
    message = N_("The archive in {path} was made by a newer version of this program.")
    hint = N_("Install the newer version. The archive was not touched.")


class ArchiveGone(ArchiverError):
    """The archive that a daemon was saving is not in its folder any more."""

    message = N_("The archive in {path} is not there any more, and nothing is saved into it.")
    hint = N_(
        "If its disk is not connected, connect it: saving then goes on. If you have moved the folder, "
        "save once from its new place with sync."
    )


class NoSpaceToMigrate(NewerArchive):
    """The archive must be migrated, and there is no space for the copy that is made first: exit 12."""

    message = N_("The archive in {path} has to be updated, but there is no space for the copy that is made first.")
    hint = N_("Make space and run: archive save   The archive was not touched.")


class StorageError(ArchiverError):
    """A file or folder cannot be read or written."""

    message = N_("{path} cannot be written: {detail}")
    hint = N_("What was saved before is kept.")


class HomeNotWritable(StorageError):
    """The home cannot be made or written."""

    message = N_("The folder {path} cannot be written to: {detail}")
    hint = N_("Allow writing there, or choose another folder for the archive.")


class CurrentFolderGone(StorageError):
    """The folder in which the program was started was removed."""

    message = N_("The folder in which you typed this is no longer there.")
    hint = N_("Go to another folder and try again: cd ~")


class DatabaseNotOpened(StorageError):
    """SQLite could not open the database for writing, and what kept it from that is over by now."""

    hint = N_("What was saved before is kept. Please try it again.")


class LocksMissing(HomeNotWritable):
    """The drive of the home has no locks of files: exit 5, as for other places where no archive can be."""

    code = 5
    message = N_("The drive of {path} has no locks of files; without them two programs could damage the archive.")
    hint = N_(
        "Choose a folder on another disk of this computer for the archive. If the archive is there already, copy its "
        "whole folder to another disk and use it there: archive --home DIR status"
    )


class PackagePlaceNotWritable(HomeNotWritable):
    """The folder for packages cannot be made or written."""

    hint = N_("Choose another folder with --out, or allow writing there.")


class OlderArchive(StorageError):
    """The archive has the form of an older version, and the command needs the present form."""

    message = N_(
        "The archive in {path} has the format of an older version of this program; this command needs the current one."
    )
    hint = N_("A save updates it, on a disk that can be written to: archive save   Nothing was changed.")


class DiskFull(StorageError):
    """No space is left on the disk."""

    message = N_("The disk is full ({path}); what was saved before is kept.")
    hint = N_("Make space and do the same again.")


class DiskFailing(StorageError):
    """The disk itself reports an error (EIO): it may be failing, or it was taken out."""

    message = N_("A disk reports an error while {path} is read or written: {detail}")
    hint = N_(
        "The disk may be failing, or is not connected properly. Make a backup on another disk soon: "
        "archive backup FOLDER"
    )


class TooManyOpenFiles(StorageError):
    """This process, or the computer, may open no more files (EMFILE, ENFILE): nothing is said of folder or disk."""

    message = N_("{path} could not be opened or written: {detail}")
    hint = N_(
        "Close other programs or restart this computer, and do the same again. In a service, raise its limit of open "
        "files."
    )


class NoSpaceForUpkeep(StorageError):
    """Too little is free to write the database anew; it stays as it is."""

    message = N_("Rewriting the database needs {needed_mb} MB, but only {free_mb} MB are free in {path}.")
    hint = N_("Make space and run: archive upkeep   Nothing was changed, and saving goes on.")


class NoSpaceForCopy(StorageError):
    """The place of a copy has too little space; nothing was copied."""

    message = N_("The backup needs {needed_mb} MB, but only {free_mb} MB are free in {path}.")
    hint = N_("Make space there or name another folder. An earlier backup there was not touched.")


class CopyNotClosed(StorageError):
    """Somebody worked in a copy, and the last changes are still in a log beside its database."""

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


class ArchiveDamaged(StorageError):
    """The database cannot be read: it is damaged, or it is no archive."""

    message = N_("The database {path} cannot be read: {detail}")
    hint = N_("Check it with: archive verify   Use a backup if there is one.")


class RowsDisagree(StorageError):
    """A readable row differs from the entry that it names: exit 3, as for any finding."""

    code = 3
    message = N_("{subject}: the readable table differs from the record it was made from. Nothing was exported.")
    hint = N_("See what differs with: archive verify --deep")


class RecordDiffers(RowsDisagree):
    """A record's line is not the one that its digest was made of."""

    message = N_("{subject}: the record and the hash beside it do not match. Nothing was exported.")
    hint = N_("See what differs with: archive verify")


class NotAsSealed(RecordDiffers):
    """A record is missing, or is not the one that was sealed, or a seal is not the one that the next names."""

    message = N_("{subject}: what is saved is not what was sealed. Nothing was exported.")


class PdfUnavailable(ArchiverError):
    """The library that makes PDFs does not run on this computer."""

    message = N_("No PDF can be made on this computer; the pages of the transcript can be printed instead.")


class PdfFailed(ArchiverError):
    """The library refused to make a PDF of the report."""

    message = N_("The report could not be made as a PDF: {detail}")


class SchedulerMissing(ArchiverError):
    """The program that controls a scheduler is not on this computer."""

    message = N_("This computer has no program “{program}”, so no job could be registered there.")
    hint = N_(
        "Choose another scheduler: archive init schedule --with cron (or systemd, launchd, windows). "
        "Or leave this running: archive daemon"
    )


class SchedulerRefused(ArchiverError):
    """A scheduler's own program failed."""

    message = N_("{program} refused: {detail}")
    hint = N_(
        "Nothing was registered. Another way: archive init schedule --with cron (or systemd, launchd, windows). "
        "Or leave this running: archive daemon"
    )


class TokenRefused(ArchiverError):
    """Chatwork refused the API token (401), whatever text came with the status.

    The token may be wrong, or replaced, or the organisation withdrew its approval of it (help 115000169501).
    """

    code = 10
    message = N_("This API token doesn't work. What is saved stays saved.")
    hint = N_(
        "Paste the one that Chatwork shows now (サービス連携 > APIトークン): archive init token"
        "   If Chatwork had you change a leaked password, that may have ended it, or not."
        " If none is shown there, your organisation may have withdrawn its approval: apply for it again."
    )


class ChatworkError(ArchiverError):
    """Chatwork was unreachable, or did not answer as documented."""

    message = N_("Chatwork gave no usable answer.")
    hint = N_("What is saved stays saved; the next save tries again.")


class Unreachable(ChatworkError):
    """No connection or a time-out after all retries."""

    message = N_("Chatwork could not be reached ({detail}).")


class ServerFailed(Unreachable):
    """A server error after all retries: Chatwork was reached, so the user's own network works."""

    message = ChatworkError.message
    hint = N_("Wait a little and try again. What is saved stays saved.   Details: {path}, {detail}")


class NotUnderstood(ChatworkError):
    """A reply is not what the API documents: HTML, truncated, empty, or of another shape."""

    hint = ServerFailed.hint


class Refused(ChatworkError):
    """Chatwork answered with a 4xx status that has no class of its own."""

    message = N_("Chatwork refused {path} ({status}): {detail}")


class NotVisible(ChatworkError):
    """Chatwork answered 403 or 404: something is not accessible to this account now, for an unknown reason.

    Attributes: `reply`, with its status and its limitation header.
    """

    message = N_("Chatwork shows nothing at {path} ({status}).")

    def __init__(self, *, path: str, status: int, reply: Reply) -> None:
        """Keep the reply, as it is evidence that something was not shown."""
        super().__init__(path=path, status=status)
        self.path = path
        self.status = status
        self.reply = reply


class BudgetSpent(ChatworkError):
    """The request budget or the time given is used up before the work is done."""

    message = N_("Chatwork's limit is reached. The next save goes on.")


class TransferFailed(ChatworkError):
    """A file could not be downloaded as listed."""

    message = N_("A file could not be downloaded ({reason} {detail}).")
