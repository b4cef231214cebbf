"""What a page says of an error: what happened, what is kept, what to press; no path, no other program's words.

Most errors already say that. The sentences of those below are made for somebody who looks for a cause on a terminal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from gettext import gettext as _
from typing import NamedTuple

from archiver import errors
from archiver.render.invisible_characters import visible
from archiver.wording import N_


class TroubleWords(NamedTuple):
    """A sentence, and what to do next; a command in it becomes a link to the page that does the same."""

    sentence: str
    advice: str

    @property
    def together(self) -> str:
        """Both, as the problem of a form."""
        return f"{self.sentence} {self.advice}".strip()


REFUSALS = (errors.HomeNotWritable, errors.NotAllowed, errors.DatabaseNotOpened)
"""Errors of a folder or file that the system does not let be used."""


_OF_TOKEN = N_("What was saved before is kept. Store the API token again: archive init token")

_Kind = type[errors.ArchiverError]

_ROWS: Mapping[_Kind | tuple[_Kind, ...], tuple[str, str]] = {
    errors.ArchiveDamaged: (
        N_("The archive on this computer is damaged, so this cannot be shown, and nothing can be saved."),
        N_("Nothing of it was removed, and Chatwork itself is not affected. If there is a backup, restore it."),
    ),
    errors.NoArchive: (
        N_("The archive is not where it was, so nothing was done."),
        N_("Is its disk connected? Nothing was removed by this program."),
    ),
    errors.NoSpaceToMigrate: (
        N_("There is no space on the disk for the copy that is made before the archive is updated."),
        N_("Nothing was changed. Make space on the disk and press the button again."),
    ),
    errors.NewerArchive: (
        N_("A newer version of this program made this archive, so this older version does not open it."),
        N_("Nothing was changed. Install the newest version of the program and open it again."),
    ),
    errors.PackagePlaceNotWritable: (
        "",
        N_("Choose another exports folder under “Settings”, “Where it is kept”, or allow writing there."),
    ),
    errors.LocksMissing: (
        N_("The drive of the archive has no locks of files; without them two programs could damage it."),
        N_(
            "What was saved before is kept. Copy the whole folder of the archive to another disk of this "
            "computer, and open it there."
        ),
    ),
    REFUSALS: (
        N_("This computer does not let the program use the archive's folder or a file in it."),
        N_(
            "What was saved before is kept. Look whether the disk is write-protected, and whether the folder "
            "belongs to you; then try again."
        ),
    ),
    errors.DiskFailing: (
        N_("The disk of the archive reports an error, so it could not be read or written."),
        N_(
            "The disk may be failing, or is not connected properly. If the archive still opens, make a "
            "backup on another disk soon: archive backup"
        ),
    ),
    errors.BadSettings: (
        N_("The settings of this program cannot be read, so nothing was shown or done."),
        N_("What was saved before is kept. The overview shows how to go on."),
    ),
    # Where the token should have been is nothing that somebody at a page could look at.
    errors.TokenMissing: (
        N_("The API token is not found on this computer or cannot be read, so Chatwork was not asked."),
        _OF_TOKEN,
    ),
    errors.TokenMalformed: (N_("What is stored as API token is none, so Chatwork was not asked."), _OF_TOKEN),
    errors.TokenFileUnsafe: (
        N_("Other users of this computer may read the stored API token, so it was not used."),
        _OF_TOKEN,
    ),
    errors.KeyringUnavailable: (
        N_("This computer's store of passwords cannot be used now, so Chatwork was not asked."),
        _OF_TOKEN,
    ),
    # On a page no run comes by itself, but somebody presses a button.
    errors.BudgetSpent: (
        N_("Chatwork allows no more calls for the moment."),
        N_("What was saved before is kept. Try again in five minutes."),
    ),
    errors.Unreachable: ("", N_("What was saved before is kept. {first} Then press the button again.")),
    errors.ChatworkError: ("", N_("What was saved before is kept. Try again in a few minutes.")),
}
"""Errors whose own words do not do on a page; an empty sentence is the error's own."""


def trouble_words(error: errors.ArchiverError) -> TroubleWords:
    """The words of an error on a page, by the first row that is about it."""
    kind = errors.HomeNotWritable if is_closed_file(error) else type(error)
    for kinds, row in _ROWS.items():
        if issubclass(kind, kinds):
            sentence, advice = (text and _(text).format(first=first_to_do(error)) for text in row)
            return TroubleWords(sentence or visible(str(error)), advice)
    return TroubleWords(visible(str(error)), visible(error.advice()))


def is_closed_file(error: errors.ArchiverError) -> bool:
    """Whether the settings cannot even be opened, so that there is nothing in them to put right."""
    return isinstance(error, errors.BadSettings) and isinstance(error.__cause__, OSError)


def is_unreadable(error: BaseException) -> bool:
    """Whether the archive itself cannot be read, so that a copy may have to take its place."""
    return isinstance(error, (errors.ArchiveDamaged, *REFUSALS)) and not isinstance(
        error, errors.PackagePlaceNotWritable
    )


def first_to_do(error: errors.ArchiverError) -> str:
    """What to do before a button is pressed again: who got an answer, be it a bad one, is online."""
    if isinstance(error, errors.Unreachable) and not isinstance(error, errors.ServerFailed):
        return _("Look whether this computer is online.")
    return _("Wait a little.")


_MARK = "[database] "
"""How a line about the database itself begins, after the name of the check."""


def split_lines(lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of a check, with one sentence in place of all that tell of the database; and these."""
    folded = tuple(line for line in lines if line.startswith(_MARK))
    shown = tuple(line for line in lines if not line.startswith(_MARK))
    sentence = _("The records there are damaged: not all of them can be read.")
    return (sentence, *shown) if folded else shown, folded
