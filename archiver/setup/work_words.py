"""Words for steps and results of long work, and how much the archive holds after the first save."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, NamedTuple

from archiver.render.invisible_characters import visible
from archiver.store.archive import Archive
from archiver.store.queries.status import status

if TYPE_CHECKING:
    from archiver.sync.recover.read_ids import RecoveryResult


def copy_step_words() -> dict[str, str]:
    """The steps of a copy of the archive (`custody.backup`) and of a verification, by their names."""
    return {
        "copy": _("Backing up"),
        "zip": _("Checking the zip"),
        "replies": _("Checking the replies"),
        "entries": _("Checking the records"),
        "files": _("Checking the files"),
        "rows": _("Checking the tables"),
    }


def taken_in_words(count: int, path: str) -> str:
    """How many records of another database were taken in, by its path or name."""
    sentence = ngettext(
        "{n} record of messages was taken in late from {path}; the file itself stays as it is.",
        "{n} records of messages were taken in late from {path}; the file itself stays as it is.",
        count,
    )
    return sentence.format(n=count, path=visible(path))


def recovery_counts(recovered: RecoveryResult) -> tuple[tuple[str, int], ...]:
    """What became of the messages whose ids were found, each count with its word."""
    return (
        (_("found"), recovered.found),
        (_("already kept"), recovered.saved_before),
        (_("brought in"), recovered.recovered),
        (_("hidden by the plan"), recovered.hidden_by_plan),
        (_("not readable"), recovered.not_readable),
        (_("left for later"), recovered.left),
    )


class SavedCounts(NamedTuple):
    """How many messages and files the archive holds now."""

    messages: int
    left_out: int
    """Older messages that Chatwork's lists do not show, by its own counter."""
    files: int
    files_known: int


def count_saved(archive: Archive) -> SavedCounts:
    """Count the messages and files that the archive holds."""
    with archive.reading() as reading:
        rooms = status(reading).rooms
    missing_counts = [gap["missing"] or 0 for room in rooms for gap in room.gaps if gap["after"] is None]
    return SavedCounts(
        sum(room.messages for room in rooms),
        sum(missing_counts),
        sum(room.files.saved for room in rooms),
        sum(room.files.known for room in rooms),
    )


def counts_line(counts: SavedCounts) -> str:
    """Messages and files in one line."""
    messages = _("Messages {n}")
    if counts.left_out:
        messages = _("Messages {n} (Chatwork counts {all})")
    return (
        messages.format(n=counts.messages, all=counts.messages + counts.left_out)
        + "  "
        + _("files {saved}/{known}").format(saved=counts.files, known=counts.files_known)
    )


def left_out_sentence(counts: SavedCounts) -> str:
    """That older messages are not in Chatwork's list, and how to get them; the command or the page follows."""
    sentence = ngettext(
        "Chatwork gives out the newest 100. {n} older message can often be brought in later:",
        "Chatwork gives out the newest 100. {n} older messages can often be brought in later:",
        counts.left_out,
    )
    return sentence.format(n=counts.left_out)
