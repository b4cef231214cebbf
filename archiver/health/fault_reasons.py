"""Why saving has stopped, in words, and what to do about each reason."""

from __future__ import annotations

from gettext import gettext as _

from archiver import errors
from archiver.errors import N_

REASONS = {
    "TokenRefused": N_("the API token is not accepted (401)"),
    "TokenMissing": N_("no API token is found"),
    "TokenMalformed": N_("what is stored as API token is none"),
    "TokenFileUnsafe": N_("others can read the file of the API token"),
    "KeyringUnavailable": N_("the system's password store cannot be used"),
    "WrongAccount": N_("the API token is of another account"),
    "Unreachable": N_("Chatwork cannot be reached"),
    "NotUnderstood": N_("Chatwork does not answer as expected"),
    "Refused": N_("Chatwork does not answer as expected"),
    "ChatworkError": N_("Chatwork does not answer as expected"),
    "BudgetSpent": N_("the number of calls that Chatwork allows is used up"),
    "DiskFull": N_("the disk is full"),
    "HomeNotWritable": N_("the archive's folder cannot be written"),
    "ArchiveBusy": N_("another program holds the archive's database"),
    "ArchiveDamaged": N_("the archive's database cannot be read"),
    "NewerArchive": N_("the archive needs a newer version of this program"),
    "NoSpaceToMigrate": N_("there is no space for the archive's new form"),
    "BadSettings": N_("there is a mistake in archive.toml"),
}
"""By the name of the error; where one is not listed, no reason is given."""


BY_TOKEN = frozenset({"TokenRefused", "TokenMissing", "TokenMalformed", "WrongAccount"})
"""What another token mends."""


NEEDS_YOU = BY_TOKEN | {
    "TokenFileUnsafe",
    "KeyringUnavailable",
    "DiskFull",
    "HomeNotWritable",
    "ArchiveDamaged",
    "NewerArchive",
    "NoSpaceToMigrate",
    "BadSettings",
}
"""What does not pass by itself."""


def reason(fault: str | None) -> str | None:
    """Part of a sentence, in the language of the process; None: not known."""
    return _(REASONS[fault]) if fault in REASONS else None


def command(fault: str | None) -> str:
    """What to call."""
    return "archive token set" if fault in BY_TOKEN else "archive check"


def advice(fault: str) -> str:
    """What the error itself advises, as far as that needs no more than its name."""
    kind = getattr(errors, fault, None)
    hint: str = kind.hint if isinstance(kind, type) and issubclass(kind, errors.ArchiverError) else ""
    return _(hint) if hint and "{" not in hint else _("Call: {command}").format(command=command(fault))


def stands(fault: str) -> str:
    """For whoever looks: no round has gone through since, why, and what to do."""
    why = reason(fault)
    if why is None:
        return _("The last save did not go through.") + " " + advice(fault)
    sentence = _("The last save did not go through. Reason: {reason}. {advice}")
    return sentence.format(reason=why, advice=advice(fault))
