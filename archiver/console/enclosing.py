"""A file that was handed in with a form, kept with a contract and bound to the message that it shows."""

from __future__ import annotations

from gettext import gettext as _

from flask import request

from archiver.console.context import ConsoleContext
from archiver.console.uploads import as_file, plain_name
from archiver.records import Contract, Enclosure, MessageId
from archiver.setup.message_numbers import find_message
from archiver.setup.written_days import EXAMPLE_DAY, read_day
from archiver.store import local_files, statements

KINDS = ("screenshot", "notice", "mail", "invoice", "other")


def stated_message(context: ConsoleContext, contract: Contract) -> MessageId | None:
    """The message that the form names by its number or link; None if it names none.

    Raises BadValue, UnknownMessage.
    """
    typed = request.form.get("message", "").strip()
    if not typed:
        return None
    with context.archive.reading() as reading:
        return find_message(reading, contract, typed)


def keep_enclosure(
    context: ConsoleContext, contract: Contract, kind: str, message: MessageId | None, dated: str | None
) -> Enclosure | None:
    """Keep the file of the form with the contract; None if it has none. Raises StorageError, FileTooLarge."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return None
    with as_file(given) as path:
        copy = local_files.keep(context.home, path, limit=context.settings().files.max_bytes)
    now, note = context.now(), request.form.get("note", "").strip() or None
    draft = Enclosure(0, kind, plain_name(given), copy.size, copy.sha256, now, dated, message, note)
    with context.archive.writing() as writing:
        return statements.add_enclosure(writing, contract.id, draft, at=now)[0]


def stated_day(name: str) -> str | None:
    """The day in a field of the form; None if it is blank. Raises BadValue, NoSuchDay, DayTooEarly, DayTooLate."""
    day = request.form.get(name, "").strip()
    return read_day(day, _("the day"), EXAMPLE_DAY, now=None) if day else None


def kind_words() -> list[tuple[str, str]]:
    """Each kind of enclosure with its word."""
    words = {
        "screenshot": _("screenshot"),
        "notice": _("notice"),
        "mail": _("mail"),
        "invoice": _("invoice"),
        "other": _("other"),
    }
    return [(kind, words[kind]) for kind in KINDS]
