"""What the user states about money and terms of a contract, entered and taken back, for command and page alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from archiver import errors
from archiver.records import JST, TERM_ITEMS, Contract, Invoice, MessageId, Payment, SentReminder, StatedTerm
from archiver.render.invisible_characters import visible
from archiver.store import statements
from archiver.store.archive import Archive, Reading
from archiver.store.queries import roles
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.wording import gettext as _


def add_invoice(archive: Archive, contract: str, draft: Invoice, *, at: datetime, again: bool = False) -> Contract:
    """Enter an invoice under the next number. Raises UsageError if one of the same day, amount and own number is
    entered and it is not said to be another (`again`), and if it names a day of payment before its own day.
    """

    def add(reading: Reading, before: Contract) -> Contract:
        check_invoice(before, draft, again=again)
        number = statements.next_list_number(reading, before, "invoices")
        return replace(before, invoices=(*before.invoices, replace(draft, number=number)))

    return statements.change_contract(archive, contract, add, at=at)


def add_payment(archive: Archive, contract: str, draft: Payment, *, at: datetime, again: bool = False) -> Contract:
    """Enter a payment under the next number. Raises UsageError for an invoice that was not entered, and if the same
    payment is entered and it is not said to be another (`again`).
    """

    def add(reading: Reading, before: Contract) -> Contract:
        if draft.invoice is not None and all(one.number != draft.invoice for one in before.invoices):
            raise unknown_number(before, draft.invoice)
        key = (draft.received_on, draft.amount, draft.invoice)
        if not again:
            _refuse_double([one.number for one in before.payments if (one.received_on, one.amount, one.invoice) == key])
        number = statements.next_list_number(reading, before, "payments")
        return replace(before, payments=(*before.payments, replace(draft, number=number)))

    return statements.change_contract(archive, contract, add, at=at)


def add_reminder(archive: Archive, contract: str, draft: SentReminder, *, at: datetime) -> Contract:
    """Enter a reminder that the user sent, under the next number, unless the same is entered already."""

    def add(reading: Reading, before: Contract) -> Contract:
        if any(replace(one, number=draft.number) == draft for one in before.reminders):
            return before
        number = statements.next_list_number(reading, before, "reminders")
        return replace(before, reminders=(*before.reminders, replace(draft, number=number)))

    return statements.change_contract(archive, contract, add, at=at)


def enter_reminder(
    archive: Archive, contract: Contract, message: MessageId | None, day: str | None, how: str | None, *, at: datetime
) -> Contract:
    """Enter a reminder by its message or by its day. Raises UsageError for both or neither, and for a message
    that the user did not send.
    """
    if (message is None) == (day is None):
        raise errors.UsageError(
            detail=_("Say which message of yours it was, or on which day you sent it: one of the two.")
        )
    if message is not None:
        with archive.reading() as reading:
            day = own_message_day(reading, contract, message)
    assert day is not None
    return add_reminder(archive, contract.id, SentReminder(0, day, how, message), at=at)


def own_message_day(reading: Reading, contract: Contract, message: MessageId) -> str:
    """The day in Japan on which the user sent a message. Raises UsageError if somebody else wrote it."""
    rooms = [int(room.room_id) for room in contract.rooms]
    found = message_summaries(reading, [(room, int(message)) for room in rooms])
    mine = roles.sides(reading, contract.id).mine
    if not found or found[0].sent is None or found[0].account_id not in mine:
        raise errors.UsageError(detail=_("That message was not sent by you. A reminder is a message of your own."))
    return found[0].sent.astimezone(JST).date().isoformat()


def take_back(archive: Archive, contract: str, name: str, number: int, *, at: datetime) -> Contract:
    """Take a number of the list `invoices`, `payments` or `reminders` back. Raises UsageError for an unknown one."""

    def change(_reading: Reading, before: Contract) -> Contract:
        after = statements.without(before, name, number)
        if after is None:
            raise unknown_number(before, number)
        return after

    return statements.change_contract(archive, contract, change, at=at)


def state_term(archive: Archive, contract: str, item: str, term: StatedTerm | None, *, at: datetime) -> Contract:
    """State a term anew in its place in the order of the rule, or take it back."""

    def change(_reading: Reading, before: Contract) -> Contract:
        stated = {one.item: one for one in before.terms if one.item != item} | ({item: term} if term else {})
        return replace(before, terms=tuple(stated[one.name] for one in TERM_ITEMS if one.name in stated))

    return statements.change_contract(archive, contract, change, at=at)


def check_invoice(contract: Contract, invoice: Invoice, *, again: bool) -> None:
    """Raises UsageError if its day of payment is before its own day, or unless `again` if the same is entered."""
    key = (invoice.issued_on, invoice.amount, invoice.name)
    if not again:
        _refuse_double([one.number for one in contract.invoices if (one.issued_on, one.amount, one.name) == key])
    if invoice.due_on is not None and invoice.due_on < invoice.issued_on:
        sentence = _("The day of payment {due} is before the day of the invoice {day}. Please check both days.")
        raise errors.UsageError(detail=sentence.format(due=invoice.due_on, day=invoice.issued_on))


def _refuse_double(numbers: list[int]) -> None:
    if numbers:
        raise errors.AlreadyEntered(number=numbers[0])


def unknown_number(contract: Contract, number: int) -> errors.UsageError:
    """The error that a list of a contract has no such number."""
    sentence = _("Job {contract} has no number {number} in this list. See: archive job show {contract}")
    return errors.UsageError(detail=sentence.format(contract=visible(contract.id), number=number))
