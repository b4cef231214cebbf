"""A file that was handed in with a form, kept with a contract and bound to the message that it shows."""

from __future__ import annotations

from gettext import gettext as _

from flask import request

from archiver import errors
from archiver.records import ENCLOSURE_KINDS, Contract, Enclosure, MessageId
from archiver.setup.written_values import EXAMPLE_DAY, find_message, read_day
from archiver.store import blobs, statements
from archiver.web.console_context import ConsoleContext
from archiver.web.trouble.trouble_words import trouble_words
from archiver.web.uploads import as_file, plain_name


def stated_message(context: ConsoleContext, contract: Contract, name: str) -> MessageId | None:
    """The message that a field of the form names by its number or link; None if it names none.

    Raises BadValue, UnknownMessage.
    """
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    with context.archive.reading() as reading:
        return find_message(reading, contract, typed, _("The message: its number or link"))


def take_enclosure(context: ConsoleContext, contract: Contract, mark: str = "", shows: MessageId | None = None) -> str:
    """Keep the file that a form hands in beside other fields, if it does; else the sentence why it is not kept.

    `mark`: the end of the names of its fields; `shows`: the message, where the form does not ask.
    """
    kind, note = request.form.get(f"kind{mark}", ""), request.form.get(f"note{mark}", "").strip() or None
    try:
        dated, message = stated_day(f"day{mark}"), stated_message(context, contract, f"message{mark}")
        chosen = kind if kind in ENCLOSURE_KINDS else "other"
        kept = keep_enclosure(context, contract, chosen, message or shows, dated, note, name=f"file{mark}")
    except errors.ArchiverError as error:
        return trouble_words(error).together
    is_missing = kept is None and (dated or message or note or kind not in {"", "screenshot"})
    return _("Choose at least one file.") if is_missing else ""


def keep_enclosure(
    context: ConsoleContext,
    contract: Contract,
    kind: str,
    message: MessageId | None,
    dated: str | None,
    note: str | None = None,
    *,
    name: str = "file",
) -> Enclosure | None:
    """Keep the file of a form's field with the contract; None if it has none. Raises StorageError, FileTooLarge."""
    given = request.files.get(name)
    if given is None or not given.filename:
        return None
    with as_file(given) as path:
        copy = blobs.copy_in(context.home, path, limit=context.settings().files.max_bytes)
    now = context.now()
    draft = Enclosure(0, kind, plain_name(given), copy.size, copy.sha256, now, dated, message, note)
    with context.archive.writing() as writing:
        return statements.add_enclosure(writing, contract.id, draft, at=now)[0]


def stated_day(name: str) -> str | None:
    """The day in a field of the form; None if it is blank. Raises BadValue, NoSuchDay, DayTooEarly, DayTooLate."""
    day = request.form.get(name, "").strip()
    return read_day(day, _("the day"), EXAMPLE_DAY, now=None) if day else None
