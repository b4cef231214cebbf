"""Prints the preview of an export: what would leave, in names and numbers, and warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archiver.export.package.recipe import PackagePreview


_WITHOUT_FILES = ("support", "consult", "court")
"""Profiles whose packages give the names and sizes of files at most."""


def tell_preview(preview: PackagePreview, profile: str, *, err: bool) -> None:
    """Print the names and numbers, one a line, then the warnings."""
    echo(_("What this export would contain:"), err=err)
    for line in number_lines(preview, profile):
        echo(f"  {line}", err=err)
    from archiver.setup.package_words import metadata_lines

    for line in metadata_lines(preview.metadata):
        echo(line, err=err)
    tell_warnings(preview, err=err)


def number_lines(preview: PackagePreview, profile: str) -> tuple[str, ...]:
    """What the package would hand over: the names of its chats and of whom it names, then numbers, none of them 0."""
    hidden = _("People whose names are hidden: {n}")
    added = ngettext("{n} file that you added", "{n} files that you added", preview.enclosures)
    covered = ngettext("{n} hidden place", "{n} hidden places", preview.masked)
    return (
        _("Chats: {names}").format(names=_names(preview.chats)),
        _("People who are shown by their name: {names}").format(names=_names(preview.named)),
        *_counted(hidden, preview.hidden_people),
        _messages_line(preview, profile),
        *_file_lines(preview.files, profile),
        *_counted(added, preview.enclosures),
        *_opened_lines(preview),
        *_counted(covered, preview.masked),
        _("{size} MB before it is zipped").format(size=f"{preview.size / 1_000_000:.1f}"),
    )


def _counted(text: str, n: int) -> list[str]:
    return [text.format(n=n)] if n else []


def _opened_lines(preview: PackagePreview) -> list[str]:
    """How many texts would leave, where the others are covered."""
    if not preview.opened:
        return []
    read = sum(one.state == "read" for one in preview.opened)
    sentence = _("Texts that were read and leave: {read} of {opened} that are opened; every other text is covered")
    return [sentence.format(read=read, opened=len(preview.opened))]


def _names(names: Sequence[str]) -> str:
    return _(", ").join(visible(" ".join(name.split())) for name in names) or _("none")


def _messages_line(preview: PackagePreview, profile: str) -> str:
    number = preview.messages
    if profile == "consult":
        sentence = ngettext(
            "A summary of {n} message, not its text", "A summary of {n} messages, not their texts", number
        )
    elif profile == "support" and "nda" in preview.warnings:
        sentence = ngettext("An excerpt of {n} message", "An excerpt of {n} messages", number)
    else:
        sentence = ngettext("{n} message", "{n} messages", number)
    return sentence.format(n=number)


def _file_lines(number: int, profile: str) -> list[str]:
    if profile in _WITHOUT_FILES:
        return [_("No file from Chatwork; names and sizes at most")]
    return _counted(ngettext("{n} file from Chatwork", "{n} files from Chatwork", number), number)


def tell_warnings(preview: PackagePreview, *, err: bool) -> None:
    """Print what to consider before the package leaves, one warning a line."""
    from archiver.setup.package_words import warning_lines

    for line in warning_lines(preview.warnings):
        echo(line, err=err)
