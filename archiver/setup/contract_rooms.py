"""What belongs to a contract: its chats and the period of each, and what the user states about money and terms."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from archiver import errors
from archiver.claims.counterparts import counterparts
from archiver.records import (
    JST,
    TERM_ITEMS,
    Contract,
    ContractRoom,
    Invoice,
    MessageId,
    Payment,
    RoomId,
    SentReminder,
    StatedTerm,
)
from archiver.render.invisible_characters import visible
from archiver.render.times import iso_date, minute_text
from archiver.setup.answers import EXAMPLE_DAY, EXAMPLE_TIME, read_day
from archiver.store import user_statements
from archiver.store.archive import Archive, Reading
from archiver.store.queries import contracts, current_state
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.wording import gettext as _
from archiver.wording import typed

if TYPE_CHECKING:
    from archiver.app import App
    from archiver.chatwork.models import Room

_Outside = tuple[datetime, int, int]


def choosable_rooms(app: App) -> list[Room]:
    """The chats with other people, the ones with the latest messages first. Raises ChatworkError."""
    rooms = [one.model for one in app.chatwork.rooms().items]
    return sorted((room for room in rooms if room.type != "my"), key=lambda room: -room.last_update_time)


def direct_chats_beside(app: App, rooms: Sequence[Room], chosen: Sequence[Room]) -> list[int]:
    """Positions of the direct chats with people of the chosen groups, as work often moves there.

    Chatwork is asked only if there is such a chat. Raises ChatworkError.
    """
    groups = [room for room in chosen if room.type == "group"]
    if not any(room.type == "direct" and room not in chosen for room in rooms) or not groups:
        return []
    people = {one.model.account_id for room in groups for one in app.chatwork.members(room.room_id).items}
    contacts = (one.model for one in app.chatwork.contacts().items)
    theirs = {int(one.room_id) for one in contacts if one.account_id in people}
    return [position for position, room in enumerate(rooms) if room.room_id in theirs and room not in chosen]


def people_of_rooms(app: App, rooms: Iterable[int]) -> dict[int, dict[int, str]]:
    """The other people of each chat, account → name; nobody where Chatwork does not show them. Raises ChatworkError."""
    owner = app.archive.read(current_state.owner_id)
    people: dict[int, dict[int, str]] = {}
    for room in rooms:
        people[room] = {}
        with contextlib.suppress(errors.NotVisible):
            members = (one.model for one in app.chatwork.members(RoomId(room)).items)
            people[room] = {int(one.account_id): one.name for one in members if one.account_id != owner}
    return people


def proposed_jobs(people: Mapping[int, Collection[int]]) -> list[list[int]]:
    """The chats (room → its other people) by job: with a person in common they are one, else each is another."""
    jobs: list[list[int]] = []
    for room, accounts in people.items():
        same = [job for job in jobs if any(one in people[other] for other in job for one in accounts)]
        together = [*(other for job in same for other in job), room]
        place = jobs.index(same[0]) if same else len(jobs)
        jobs[place : place + 1] = [together]
        jobs = [job for job in jobs if job not in same]
    return jobs


def strangers_sentence(people: Mapping[int, Collection[int]], names: Mapping[int, str]) -> str:
    """Which chats of a contract have no person in common, as those are another client's as a rule; else nothing."""
    jobs = proposed_jobs(people)
    if len(jobs) < 2:
        return ""
    parted = " / ".join(", ".join(names.get(room) or str(room) for room in job) for job in jobs)
    sentence = _(
        "These chats have no person in common: {rooms}. If they are different jobs, add each "
        "separately: an export holds all chats of its job."
    )
    return sentence.format(rooms=parted)


def other_name_sentence(contract: Contract, people: Mapping[int, str]) -> str:
    """That the only other person of its chats, with this name, is not called as its client is; else nothing."""
    account = next(iter(people)) if len(people) == 1 and contract.client else 0
    if not account or counterparts(contract.client, {account: [people[account]]}, owner=0):
        return ""
    sentence = _("Chatwork shows “{name}”, not “{client}”. If the chat is another person's: {chats}   If not: {who}")
    who, chats = typed(f"archive job who {contract.id} {account} client"), typed(f"archive job set {contract.id} -h")
    return sentence.format(name=visible(people[account]), client=visible(contract.client or ""), chats=chats, who=who)


RoomBounds = Sequence[tuple[int, datetime | None]]
"""Pairs of a room number and its bound; None takes the bound away. An end is the first time that is outside."""


def with_periods(rooms: Sequence[ContractRoom], begins: RoomBounds, ends: RoomBounds) -> tuple[ContractRoom, ...]:
    """The rooms with these bounds. Raises UnknownRoom, and UsageError where nothing can be between two."""
    by_number = {int(room.room_id): room for room in rooms}
    for number, _bound in (*begins, *ends):
        if number not in by_number:
            raise errors.UnknownRoom(room=number)
    for number, start in begins:
        by_number[number] = replace(by_number[number], start=start)
    for number, end in ends:
        by_number[number] = replace(by_number[number], end=end)
    for room in by_number.values():
        if room.start is not None and room.end is not None and room.start >= room.end:
            sentence = _("The last day {last} is before the first day {first}. Please check both days.")
            raise errors.UsageError(detail=sentence.format(last=last_day(room), first=first_day(room)))
    return tuple(by_number.values())


def read_bound(typed: str, what: str, *, is_last: bool = False) -> datetime | None:
    """The time that was typed, or when the day begins, with `is_last` when it is over; None where nothing was typed.

    Raises BadValue, NoSuchDay, DayTooEarly, DayTooLate.
    """
    if not typed.strip():
        return None
    day = read_day(typed, what, EXAMPLE_TIME, now=None)
    at = datetime.fromisoformat(day).replace(tzinfo=JST)
    return at + timedelta(days=1) if is_last and len(day) == len(EXAMPLE_DAY) else at


def first_day(room: ContractRoom) -> str:
    """The day with which a room's period begins, `2026-11-01`, or `2026-11-01 10:00`; empty if nothing bounds it."""
    return "" if room.start is None else _day_or_time(room.start, room.start)


def last_day(room: ContractRoom) -> str:
    """The last day of a room's period, which a midnight ends, or the time that ends it; empty if nothing bounds it."""
    return "" if room.end is None else _day_or_time(room.end, room.end - timedelta(days=1))


def messages_outside(reading: Reading, contract: Contract, bound: Collection[MessageId]) -> list[_Outside]:
    """Of these messages, those that lie outside the contract's own period, by time: when, which one, and in which room.

    Packages of the contract name them and do not hold them.
    """
    rooms = {room.room_id for room in contract.rooms if room.start is not None or room.end is not None}
    found = message_summaries(reading, [(room, int(one)) for room in sorted(rooms) for one in bound])
    parts = {room: [one for one in contract.rooms if one.room_id == room] for room in rooms}
    return sorted(
        (at, int(one.message_id), one.room_id)
        for one in found
        if (at := one.sent) and not any(part.contains(at) for part in parts[RoomId(one.room_id)])
    )


def outside_sentence(outside: Collection[_Outside], *, ids: bool = True) -> str:
    """That these messages are not in packages, as the terminal and the pages say it. `ids`: by number, not by time."""
    numbered = (f"m{message} ({minute_text(sent)})" if ids else minute_text(sent) for sent, message, _room in outside)
    messages = _(", ").join(numbered)
    sentence = _("Outside this job's period: {messages}. Exports name it, but do not hold it.")
    return sentence.format(messages=messages)


def _day_or_time(at: datetime, day: datetime) -> str:
    is_midnight = at.astimezone(JST).time() == time()
    return iso_date(day) if is_midnight else f"{at.astimezone(JST):%Y-%m-%d %H:%M}"


def add_invoice(archive: Archive, contract: str, draft: Invoice, *, at: datetime, again: bool = False) -> Contract:
    """Enter an invoice under the next number. Raises UsageError if one of the same day, amount and own number is
    entered and it is not said to be another (`again`), and if it names a day of payment before its own day.
    """

    def add(reading: Reading, before: Contract) -> Contract:
        check_invoice(before, draft, again=again)
        return user_statements.with_next(reading, before, "invoices", draft)

    return user_statements.change_contract(archive, contract, add, at=at)


def add_payment(archive: Archive, contract: str, draft: Payment, *, at: datetime, again: bool = False) -> Contract:
    """Enter a payment under the next number. Raises UsageError for an invoice that was not entered, and if the same
    payment is entered, or it came before the contract, and it is not said to be right (`again`).
    """

    def add(reading: Reading, before: Contract) -> Contract:
        if draft.invoice is not None and all(one.number != draft.invoice for one in before.invoices):
            raise unknown_number(before, draft.invoice)
        key = (draft.received_on, draft.amount, draft.invoice)
        if not again:
            if before.contracted_on and draft.received_on < before.contracted_on[: len(draft.received_on)]:
                raise errors.PaidBeforeContract(day=draft.received_on, contracted=before.contracted_on)
            _refuse_double([one.number for one in before.payments if (one.received_on, one.amount, one.invoice) == key])
        return user_statements.with_next(reading, before, "payments", draft)

    return user_statements.change_contract(archive, contract, add, at=at)


def add_reminder(archive: Archive, contract: str, draft: SentReminder, *, at: datetime) -> Contract:
    """Enter a reminder that the user sent, under the next number, unless the same is entered already."""

    def add(reading: Reading, before: Contract) -> Contract:
        if any(replace(one, number=draft.number) == draft for one in before.reminders):
            return before
        return user_statements.with_next(reading, before, "reminders", draft)

    return user_statements.change_contract(archive, contract, add, at=at)


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
        day = archive.read(own_message_day, contract, message)
    assert day is not None
    return add_reminder(archive, contract.id, SentReminder(0, day, how, message), at=at)


def own_message_day(reading: Reading, contract: Contract, message: MessageId) -> str:
    """The day in Japan on which the user sent a message. Raises UsageError if somebody else wrote it."""
    rooms = [int(room.room_id) for room in contract.rooms]
    found = message_summaries(reading, [(room, int(message)) for room in rooms])
    mine = contracts.sides(reading, contract.id).mine
    if not found or found[0].sent is None or found[0].account_id not in mine:
        raise errors.UsageError(detail=_("That message was not sent by you. A reminder is a message of your own."))
    return found[0].sent.astimezone(JST).date().isoformat()


def take_back(archive: Archive, contract: str, name: str, number: int, *, at: datetime) -> Contract:
    """Take a number of the list `invoices`, `payments` or `reminders` back. Raises UsageError for an unknown one."""

    def change(_reading: Reading, before: Contract) -> Contract:
        after = user_statements.without(before, name, number)
        if after is None:
            raise unknown_number(before, number)
        return after

    return user_statements.change_contract(archive, contract, change, at=at)


def state_term(archive: Archive, contract: str, item: str, term: StatedTerm | None, *, at: datetime) -> Contract:
    """State a term anew in its place in the order of the rule, or take it back."""

    def change(_reading: Reading, before: Contract) -> Contract:
        stated = {one.item: one for one in before.terms if one.item != item} | ({item: term} if term else {})
        return replace(before, terms=tuple(stated[one.name] for one in TERM_ITEMS if one.name in stated))

    return user_statements.change_contract(archive, contract, change, at=at)


def check_invoice(contract: Contract, invoice: Invoice, *, again: bool) -> None:
    """Raises UsageError if its day of payment is not within two years, or unless `again` if the same is entered."""
    key = (invoice.issued_on, invoice.amount, invoice.name)
    if not again:
        _refuse_double([one.number for one in contract.invoices if (one.issued_on, one.amount, one.name) == key])
    two_years_on = str(int(invoice.issued_on[:4]) + 2) + invoice.issued_on[4:]
    if invoice.due_on is not None and not invoice.issued_on <= invoice.due_on <= two_years_on:
        sentence = _("The day of payment {due} is not within two years of the invoice's {day}. Please check both days.")
        raise errors.UsageError(detail=sentence.format(due=invoice.due_on, day=invoice.issued_on))


def _refuse_double(numbers: list[int]) -> None:
    if numbers:
        raise errors.AlreadyEntered(number=numbers[0])


def unknown_number(contract: Contract, number: int) -> errors.UsageError:
    """The error that a list of a contract has no such number."""
    sentence = _("Job {contract} has no number {number} in this list. See: archive job show {contract}")
    return errors.UsageError(detail=sentence.format(contract=visible(contract.id), number=number))
