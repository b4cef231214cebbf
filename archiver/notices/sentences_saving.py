"""Notices about saving itself: it stopped and why, it does not work just now, it goes on after a pause."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext

from archiver import errors
from archiver.errors import N_
from archiver.notices.facts import Facts
from archiver.rounds.long_pauses import Resumed

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


def stopped(facts: Facts) -> str:
    """Nothing was saved for longer than the settings allow, with the reason of the last round that failed."""
    hours, why = facts.hours or 0, reason(facts.reason)
    told = {"n": hours, "reason": why, "command": command(facts.reason)}
    if why is None:
        return ngettext(
            "[Stopped] Nothing was saved for {n} hour. Texts that change meanwhile are lost. Call: {command}",
            "[Stopped] Nothing was saved for {n} hours. Texts that change meanwhile are lost. Call: {command}",
            hours,
        ).format(**told)
    return ngettext(
        "[Stopped] Nothing was saved for {n} hour. Reason: {reason}. Texts that change meanwhile are lost. {command}",
        "[Stopped] Nothing was saved for {n} hours. Reason: {reason}. Texts that change meanwhile are lost. {command}",
        hours,
    ).format(**told)


def fault(facts: Facts) -> str:
    """The last round failed."""
    why = reason(facts.reason)
    if why is None:
        return _("Saving does not work just now. It is tried again by itself. Call: archive check")
    sentence = _("Saving does not work just now. Reason: {reason}. It is tried again by itself. {command}")
    return sentence.format(reason=why, command=command(facts.reason))


def resumed(told: Resumed) -> str:
    """A long pause has ended: with gaps, without, or not all of it is read yet."""
    pause = span(round((told.end - told.begin).total_seconds() / 3600))
    if told.gaps:
        sentence = ngettext(
            "Saving goes on after {pause}, with {n} gap: messages of that time are lacking. "
            "Texts that were changed meanwhile are not known as they were. See: archive status",
            "Saving goes on after {pause}, with {n} gaps: messages of that time are lacking. "
            "Texts that were changed meanwhile are not known as they were. See: archive status",
            told.gaps,
        )
        return sentence.format(pause=pause, n=told.gaps)
    if told.whole:
        sentence = _(
            "Saving goes on after {pause}; the messages of that time were had without a gap. "
            "Texts that were changed meanwhile are not known as they were."
        )
        return sentence.format(pause=pause)
    sentence = _(
        "Saving goes on after {pause}; not all of that time was read yet. "
        "Texts that were changed meanwhile are not known as they were. See: archive status"
    )
    return sentence.format(pause=pause)


def span(hours: int) -> str:
    """Days and hours in words."""
    days, rest = divmod(hours, 24)
    if not days:
        return ngettext("{n} hour", "{n} hours", rest).format(n=rest)
    if not rest:
        return ngettext("{days} day", "{days} days", days).format(days=days)
    return ngettext("{days} day {hours} h", "{days} days {hours} h", days).format(days=days, hours=rest)
