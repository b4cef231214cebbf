"""Which chats belong to a contract: given, moved with what was stated about them, let go; and contracts entered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

from archiver import errors
from archiver.app import App
from archiver.records import Contract, ContractRoom, MessageId, Observation, RoomId
from archiver.render.invisible_characters import visible
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.queries import entries
from archiver.store.queries.contracts import contracts, deliveries, enclosures, holds_file, holds_message
from archiver.store.queries.current_state import room_names
from archiver.store.queries.entries import exports
from archiver.store.queries.people import counterparts
from archiver.store.queries.room_holdings import file_counts
from archiver.store.user_statements import (
    add_delivery,
    add_enclosure,
    state_contract,
    state_contracts,
    withdraw_role,
    withdraw_statement,
)
from archiver.wording import gettext as _


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
    lists: dict[str, Any] = {"invoices": invoices, "payments": payments, "reminders": reminders, "terms": terms}
    lists = {name: tuple(one for one in getattr(source, name) if one not in ones) for name, ones in lists.items()}
    left = replace(source, **lists)
    if target is None:
        return left, None, count
    invoice, payment, reminder = (
        1 + max((one.number for one in getattr(target, name)), default=0)
        for name in ("invoices", "payments", "reminders")
    )
    new, known = {one.number: n for n, one in enumerate(invoices, invoice)}, {one.item for one in target.terms}
    lists = {
        "invoices": [replace(one, number=new[one.number], enclosure=kept.get(one.enclosure or 0)) for one in invoices],
        "payments": [replace(one, number=n, invoice=new[one.invoice or 0]) for n, one in enumerate(payments, payment)],
        "reminders": [replace(one, number=n) for n, one in enumerate(reminders, reminder)],
        "terms": [one for one in terms if one.item not in known],
    }
    lists = {name: (*getattr(target, name), *ones) for name, ones in lists.items()}
    return left, replace(target, **lists), count


def moved_line(count: int, target: str | None) -> str:
    """What is to be told of what left with a chat, for the contract called so, or for none."""
    if target is None:
        sentence = _(
            "Entries about its messages and files taken out with it: {count} (invoices, payments, reminders, terms, "
            "deliveries, attached files)."
        )
        return sentence.format(count=count)
    sentence = _(
        "Entries about its messages and files moved with it to “{contract}”: {count} (invoices, payments, reminders, "
        "terms, deliveries, attached files)."
    )
    return sentence.format(contract=visible(target), count=count)


def _is_in(reading: Reading, parts: Collection[ContractRoom], message: MessageId | None, file: int | None) -> bool:
    """Whether one of these parts of chats has the message or the file."""
    if message is not None and holds_message(reading, parts, message):
        return True
    return file is not None and holds_file(reading, parts, file)


class NewJob(NamedTuple):
    """A job that is to be entered: its name, empty if it has none yet, and its chats."""

    title: str
    rooms: Sequence[int]
    begins: Mapping[int, datetime] = {}
    """From when on a chat that other jobs have too belongs to this one; until then it stays theirs."""
    facts: Mapping[str, Any] = {}
    """What else is known of it, by the names of a contract's facts."""


def rooms_of(job: NewJob) -> tuple[ContractRoom, ...]:
    """Its chats as those of a contract, each once."""
    return tuple(ContractRoom(RoomId(room), job.begins.get(room)) for room in dict.fromkeys(job.rooms))


def released(contract: Contract, room: ContractRoom) -> Contract:
    """The contract without what another one takes of a chat: all of it, or what comes from a time on.

    Raises LastRoom where no chat would be left.
    """
    parts = [
        replace(one, end=min(room.start, one.end or room.start)) if one.room_id == room.room_id and room.start else one
        for one in contract.rooms
        if one.room_id != room.room_id or (room.start is not None and (one.start is None or one.start < room.start))
    ]
    if not parts and contract.rooms:
        raise errors.LastRoom(contract=contract.called, room=room.room_id, job=contract.id)
    return replace(contract, rooms=tuple(parts))


def given_room(target: Contract, room: RoomId, source: Contract | None = None) -> Contract:
    """The contract with a chat more, with the days that it has in another contract; all of it where it is in none."""
    parts = [one for one in (*(source.rooms if source else ()), *target.rooms) if one.room_id == room]
    starts, ends = ([getattr(one, bound) for one in parts] for bound in ("start", "end"))
    whole = ContractRoom(
        room,
        None if None in starts else min(starts, default=None),
        None if None in ends else max(ends, default=None),
    )
    return replace(target, rooms=(*(one for one in target.rooms if one.room_id != room), whole))


def released_to(entered: Sequence[Contract], known: Sequence[Contract]) -> list[Contract]:
    """The contracts there are without what new ones take of their chats. Raises LastRoom."""
    left = list(known)
    for room in (room for one in entered for room in one.rooms):
        left = [released(one, room) for one in left]
    return left


def with_rooms(
    every: Sequence[Contract], contract: Contract, added: Collection[RoomId], *, is_moved: bool
) -> list[Contract]:
    """All contracts once this one has got chats; where it was said, they move out of others.

    Raises RoomInContract where it was not said of one without a period, LastRoom.
    """
    others = [one for one in every if one.id != contract.id]
    for room in (one for one in contract.rooms if one.room_id in added and (is_moved or not (one.start or one.end))):
        holders = [one.id for one in others if room.room_id in one.room_ids]
        if holders and not is_moved:
            raise errors.RoomInContract(room=room.room_id, contracts=", ".join(holders))
        others = [released(one, room) for one in others]
    return [*others, contract]


def change_rooms(archive: Archive, after: Sequence[Contract], note: str | None = None, *, at: datetime) -> list[str]:
    """State contracts whose chats changed, the last one with a note; what is to be told of chats that left one.

    What was said of somebody who is in no other chat of the contract is taken back there; what was entered for
    messages and files of the chat, or of its days that another contract gets, goes with it.
    """
    notes = [] if note is None else [Observation("note", f"note/{after[-1].id}", {"text": note})]
    said: list[str] = []
    with archive.writing() as writing:
        before = {one.id: one for one in contracts(writing)}
        every, gone = {one.id: one for one in after}, list[tuple[Contract, RoomId, Contract | None, list[str]]]()
        for one in after:
            for room in sorted(before[one.id].room_ids) if one.id in before else ():
                holders = [other for other in every.values() if room in other.room_ids and other.id != one.id]
                new = next((its for its in holders if _periods(its, room) != _periods(before.get(its.id), room)), None)
                is_left = room not in one.room_ids
                if not is_left and (new is None or _periods(one, room) == _periods(before[one.id], room)):
                    continue
                target = new or next(iter(holders), None)
                every[one.id], got, count = move_statements(writing, every[one.id], room, target, at=at)
                if got is not None:
                    every[got.id] = got
                moved = [moved_line(count, called_apart(target, every.values()) if target else None)] if count else []
                if not is_left:
                    said += moved
                    continue
                gone.append((before[one.id], room, new, moved))
                for account in counterparts(writing, [room]) - counterparts(writing, one.room_ids):
                    withdraw_role(writing, one.id, account, at=at)
        state_contracts(writing, every.values(), notes, at=at)
        held = {room for one in before.values() for room in one.room_ids}
        for one in (one for one in every.values() if one.id in before):
            said += [_put_line(writing, one, room) for room in sorted(one.room_ids - held)]
        for contract, room, new, moved in gone:
            said += [*_left_lines(writing, contract, room, new), *moved]
    return said


def called_apart(contract: Contract, every: Collection[Contract]) -> str:
    """What a contract is called, with its client or else its id where another one is called the same."""
    same = [one for one in every if one.called == contract.called and one.id != contract.id]
    is_told = contract.client and contract.client not in {contract.called, *(one.client for one in same)}
    return f"{contract.called} ({contract.client if is_told else contract.id})" if same else contract.called


def _periods(contract: Contract | None, room: RoomId) -> list[ContractRoom]:
    return [one for one in contract.rooms if one.room_id == room] if contract else []


def _left_lines(reading: Reading, contract: Contract, room: RoomId, new: Contract | None) -> list[str]:
    """What is to be told of a chat that left a contract: which one got it, packages, and what stays saved."""
    name, every = visible(room_names(reading).get(room) or str(room)), contracts(reading)
    called = visible(called_apart(contract, every))
    if new:
        sentence = _("The chat “{chat}” ({room}) is moved from “{contract}” to “{job}”.")
    else:
        sentence = _("The chat “{chat}” ({room}) is taken out of “{contract}”.")
    job = visible(called_apart(new, every)) if new else ""
    lines = [sentence.format(chat=name, room=room, contract=called, job=job)]
    made = [visible(one.name) for one in exports(reading) if one.contract == contract.id]
    if made:
        sentence = _("Exports made of “{contract}” before stay as they are and may hold this chat: {names}")
        lines.append(sentence.format(contract=called, names=", ".join(made)))
    if all(room not in one.room_ids for one in every):
        lines.append(kept_line(reading, room))
    return lines


def _put_line(reading: Reading, contract: Contract, room: RoomId) -> str:
    """That a contract got a chat that was in none, with how much of it is saved already."""
    name, called = visible(room_names(reading).get(room) or str(room)), called_apart(contract, contracts(reading))
    sentence = _("The chat “{chat}” ({room}) is put into “{contract}”.").format(
        chat=name, room=room, contract=visible(called)
    )
    messages, files = kept_counts(reading, room)
    if messages or files:
        sentence += " " + _("Saved of it so far: messages {messages}, files {files}.").format(
            messages=messages, files=files
        )
    return sentence


def kept_line(reading: Reading, room: RoomId) -> str:
    """How much is saved of a chat that is in no contract, and how it is erased."""
    sentence = _(
        "It is in no job: nothing new of it is saved. Kept of it: messages {messages}, files {files}. To "
        "erase: archive erase --chat {room}"
    )
    messages, files = kept_counts(reading, room)
    return sentence.format(messages=messages, files=files, room=room)


def kept_counts(reading: Reading, room: RoomId) -> tuple[int, int]:
    """How many messages and files of a chat are saved."""
    files = file_counts(reading).get(room)
    return entries.count_messages(reading, [room]), files.saved if files else 0


def keep_contract(archive: Archive, before: Contract | None, after: Contract, *, at: datetime) -> None:
    """State a contract as it is now, unless nothing changed."""
    if after != before:
        state_contract(archive, after, at=at)


def enter_contracts(app: App, jobs: Collection[NewJob]) -> list[Contract]:
    """Enter contracts under the next free names, `job1`, `job2` …, all or none.

    Their chats are taken out of the contracts that have them, or from their first day on. Raises LastRoom.
    """
    known = app.archive.read(contracts)
    taken = {one.id for one in known}
    names = (name for name in map("job{}".format, count(1)) if name not in taken)
    entered = [
        Contract(name, rooms_of(job), title=job.title or None, **job.facts)
        for name, job in zip(names, jobs, strict=False)
    ]
    change_rooms(app.archive, [*released_to(entered, known), *entered], at=app.now())
    return entered
