"""Words for steps and results of long work, which commands and pages show alike."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING

from archiver.render.invisible_characters import visible

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
