"""Prints the preview of an export: what would leave, in names and numbers, and warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import visible
from archiver.wording import gettext as _
from archiver.wording import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archiver.export.metadata.items import FileMetadata
    from archiver.export.package.recipe import PackagePreview


_WITHOUT_FILES = ("support", "consult", "court")
"""Profiles whose packages give the names and sizes of files at most."""


def tell_preview(preview: PackagePreview, profile: str, *, err: bool) -> None:
    """Print the names and numbers, one a line, then the warnings."""
    echo(_("What this export would contain:"), err=err)
    for line in number_lines(preview, profile):
        echo(f"  {line}", err=err)
    for line in metadata_lines(preview.metadata):
        echo(line, err=err)
    tell_warnings(preview, err=err)


def metadata_lines(files: Sequence[FileMetadata]) -> list[str]:
    """What the user's own evidence says beside its content, under a heading; nothing if it says nothing."""
    lines = [f"  {one.file}: {_metadata_words(one)}" for one in files if _says_something(one)]
    return [_("Metadata of the files you added (what stands in the file beside its content):"), *lines] if lines else []


def _says_something(metadata: FileMetadata) -> bool:
    return bool(metadata.items) or metadata.removed or metadata.state in ("unknown", "damaged", "left_out")


def _metadata_words(metadata: FileMetadata) -> str:
    words = {
        "author": _("author"),
        "modified_by": _("last modified by"),
        "company": _("company"),
        "position": _("position"),
        "device": _("device"),
        "text": _("title or description"),
    }
    if metadata.removed:
        fields = ", ".join(dict.fromkeys(words[one.field] for one in metadata.items))
        return _("a copy without it ({fields})").format(fields=fields) if fields else _("a copy without it")
    if metadata.state == "unknown":
        return _("not looked at: this kind of file cannot be, or it is too large")
    if metadata.state == "left_out":
        return _("stays out, as no copy without its metadata can be made")
    if metadata.state == "damaged":
        return _("could not be looked at: the file cannot be read to its end")
    return visible(", ".join(f"{words[one.field]} {one.value}" for one in metadata.items))


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
    for line in warning_lines(preview.warnings):
        echo(line, err=err)


def warning_lines(warnings: Iterable[str]) -> list[str]:
    """What to consider before the package leaves."""
    return [_warning_sentence(warning) for warning in warnings]


def _warning_sentence(name: str) -> str:
    return {
        "early_contact": _(
            "[Note] The first message is earlier than the approval, escrow or contract, and the report says "
            "so. Messages are never left out to hide it; think about whom you send it to."
        ),
        "unsaved_beginning": _(
            "[Note] Messages before the first saved one are not in the archive (never saved, or erased by "
            "you), so the export does not say that the talk began after the approval. If some were never "
            "saved, save what you still can: archive save FILE"
        ),
        "forbidden_contact": _(
            "[Note] This platform allows no outside contact, and the export shows that there was some. "
            "Messages are never left out to hide it; think about whom you send it to."
        ),
        "english": _(
            "[Note] This export is in English, but courts and platforms in Japan read Japanese. Give them "
            "one made without --report-lang; this one is for a client or a lawyer abroad."
        ),
        "nda": _(
            "[Note] You entered a promise of secrecy (NDA). Such a promise usually has an exception for a "
            "lawyer, but not for a platform's support. So the whole table and the files you added stay out "
            "of this export. Consider: archive export --for lawyer"
        ),
    }[name]
