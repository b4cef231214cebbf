"""What was entered for messages and files of a chat leaves a contract with that chat, for the one that gets it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from gettext import gettext as _

from archiver.records import Contract, ContractRoom, Invoice, MessageId, RoomId
from archiver.render.invisible_characters import visible
from archiver.store.archive import Reading, Writing
from archiver.store.queries.statements import deliveries, enclosures, holds_file, holds_message
from archiver.store.statements import add_delivery, add_enclosure, withdraw_statement


def move_statements(
    writing: Writing, source: Contract, room: RoomId, target: Contract | None, *, at: datetime
) -> tuple[Contract, Contract | None, int]:
    """Both contracts once a chat has left the first, and how many entries went with it; `target` None: they only leave.

    Where the first keeps days of the chat, only what was entered for the other's days leaves. An invoice takes its
    payments and its attached file with it.
    """

    def is_of_room(message: MessageId | None, file: int | None = None) -> bool:
        return _is_in(writing, moved, message, file) and not _is_in(writing, source.rooms, message, file)

    theirs = target.rooms if target is not None and room in source.room_ids else [ContractRoom(room)]
    moved = [one for one in theirs if one.room_id == room]
    invoices = [one for one in source.invoices if is_of_room(one.message_id)]
    numbers, messages = {one.number for one in invoices}, {one.enclosure: one.message_id for one in invoices}
    payments = [one for one in source.payments if one.invoice in numbers]
    reminders = [one for one in source.reminders if is_of_room(one.message_id)]
    terms = [one for one in source.terms if is_of_room(one.message_id, one.file_id)]
    kept: dict[int, int] = {}
    count = len(invoices) + len(payments) + len(reminders) + len(terms)
    for enclosure in enclosures(writing, source.id):
        if is_of_room(enclosure.message_id) or enclosure.number in messages:
            # The withdrawal names a message of the chat, by which a package knows that it tells of another job.
            taken = replace(enclosure, message_id=enclosure.message_id or messages[enclosure.number])
            withdraw_statement(writing, source.id, taken, at=at)
            count += 1
            if target is not None:
                kept[enclosure.number] = add_enclosure(writing, target.id, taken, at=at)[0].number
    for delivery in deliveries(writing, source.id):
        if is_of_room(None, delivery.file_id):
            withdraw_statement(writing, source.id, delivery, at=at)
            count += 1
            if target is not None:
                add_delivery(writing, target.id, delivery, at=at)
    left = replace(
        source,
        invoices=tuple(one for one in source.invoices if one not in invoices),
        payments=tuple(one for one in source.payments if one not in payments),
        reminders=tuple(one for one in source.reminders if one not in reminders),
        terms=tuple(one for one in source.terms if one not in terms),
    )
    if target is None:
        return left, None, count
    first = 1 + max((one.number for one in target.invoices), default=0)
    new = {one.number: first + index for index, one in enumerate(invoices)}
    known = {one.item for one in target.terms}
    first_payment = 1 + max((one.number for one in target.payments), default=0)
    first_reminder = 1 + max((one.number for one in target.reminders), default=0)
    got = replace(
        target,
        invoices=(*target.invoices, *(_as_of(one, new, kept) for one in invoices)),
        payments=(
            *target.payments,
            *(
                replace(one, number=first_payment + index, invoice=new[one.invoice or 0])
                for index, one in enumerate(payments)
            ),
        ),
        reminders=(
            *target.reminders,
            *(replace(one, number=first_reminder + index) for index, one in enumerate(reminders)),
        ),
        terms=(*target.terms, *(one for one in terms if one.item not in known)),
    )
    return left, got, count


def moved_line(count: int, target: str | None) -> str:
    """What is to be told of what left with a chat, for the contract called so, or for none."""
    if target is None:
        sentence = _(
            "Taken out with it: {count} entries about its messages and files (invoices, payments, reminders, terms, "
            "deliveries, attached files)."
        )
        return sentence.format(count=count)
    sentence = _(
        "Moved with it to “{contract}”: {count} entries about its messages and files (invoices, payments, reminders, "
        "terms, deliveries, attached files)."
    )
    return sentence.format(contract=visible(target), count=count)


def _as_of(invoice: Invoice, numbers: dict[int, int], kept: dict[int, int]) -> Invoice:
    """An invoice under its number in the other contract, and with the number that its file has there."""
    enclosure = None if invoice.enclosure is None else kept.get(invoice.enclosure)
    return replace(invoice, number=numbers[invoice.number], enclosure=enclosure)


def _is_in(reading: Reading, parts: Collection[ContractRoom], message: MessageId | None, file: int | None) -> bool:
    """Whether one of these parts of chats has the message or the file."""
    if message is not None and holds_message(reading, parts, message):
        return True
    return file is not None and holds_file(reading, parts, file)
