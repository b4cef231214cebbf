"""Contracts as the user stated them, deliveries on the platform, attached evidence, and the role of each account.

Statements are read from the entries themselves, so that names are exact and the state as of any entry can be shown.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Column, and_, func, select, text, union

from archiver import errors
from archiver.letter_folding import fold
from archiver.records import (
    AccountId,
    Contract,
    ContractRoom,
    CounterpartCandidate,
    Delivery,
    Enclosure,
    FileId,
    Invoice,
    MappedAccount,
    MessageId,
    Payment,
    ReadState,
    Review,
    Role,
    RoomId,
    SentReminder,
    Sides,
    StatedTerm,
    UndecidedRoom,
    contract_facts,
)
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.engine import SmallStatement
from archiver.store.queries import current_state
from archiver.store.queries.entries import entries_under, lines_where
from archiver.store.queries.people import names_in_room, twins
from archiver.store.received_facts_and_record_forms import read_all_formed
from archiver.store.time_text import from_text, sent_at, time_or_none, to_text

READ_AFTER_CLOSING = timedelta(days=180)
"""How long the rooms of a contract are still read after it was closed."""


_LISTS: dict[str, type[Any]] = {
    "invoices": Invoice,
    "payments": Payment,
    "reminders": SentReminder,
    "terms": StatedTerm,
}
"""The lists of a contract's payload; an empty one is left out."""


def contract_payload(contract: Contract) -> dict[str, Any]:
    """The payload of a contract's entry."""
    rooms = [
        {"room_id": room.room_id, "from": room.start and to_text(room.start), "to": room.end and to_text(room.end)}
        for room in contract.rooms
    ]
    facts = {fact.name: getattr(contract, fact.name) for fact in contract_facts.FACTS}
    closed_at = contract.closed_at and to_text(contract.closed_at)
    lists = {name: [asdict(one) for one in getattr(contract, name)] for name in _LISTS if getattr(contract, name)}
    return {"id": contract.id, "rooms": rooms, "state": contract.state, "closed_at": closed_at, **facts, **lists}


def contract_from_payload(payload: dict[str, Any]) -> Contract:
    """The contract that a payload states."""
    rooms = tuple(
        ContractRoom(RoomId(room["room_id"]), time_or_none(room["from"]), time_or_none(room["to"]))
        for room in payload["rooms"]
    )
    facts: dict[str, Any] = {fact.name: payload.get(fact.name) for fact in contract_facts.FACTS}
    lists: dict[str, Any] = {name: tuple(make(**one) for one in payload.get(name, ())) for name, make in _LISTS.items()}
    return Contract(payload["id"], rooms, payload["state"], time_or_none(payload["closed_at"]), **facts, **lists)


_STATEMENTS = SmallStatement(select(schema.contract.c.statement).order_by(schema.contract.c.number))
_LAST_CONTRACT_ENTRY = SmallStatement(select(func.max(schema.contract.c.seq)))


def last_contract_entry(reading: Reading) -> int:
    """The number of the last entry about any contract; 0 before the first."""
    return _LAST_CONTRACT_ENTRY.value(reading.sql) or 0


def contracts(reading: Reading) -> list[Contract]:
    """Every contract, in the order in which they were entered."""
    return [contract_from_payload(json.loads(line)) for (line,) in _STATEMENTS.rows(reading.sql)]


def neighbours(reading: Reading, contract: Contract) -> list[Contract]:
    """The other contracts that have one of its rooms, in the order in which they were entered."""
    rooms = contract.room_ids
    lines = (line for (line,) in _STATEMENTS.rows(reading.sql) if any(f"{room}" in line for room in rooms))
    listed = map(contract_from_payload, map(json.loads, lines))
    return [one for one in listed if one.id != contract.id and one.room_ids & rooms]


def rooms_until_next_job(reading: Reading, contract: Contract) -> tuple[ContractRoom, ...]:
    """Its parts of its rooms; of an ended one without the time from which another contract has the room."""
    closed, others = contract.closed_at, [part for one in neighbours(reading, contract) for part in one.rooms]
    starts = [one for one in others if one.start is not None and closed is not None and one.start >= closed]
    found = []
    for room in contract.rooms:
        ends = [room.end, *(one.start for one in starts if one.room_id == room.room_id)]
        found.append(replace(room, end=min(filter(None, ends), default=None)))
    return tuple(found)


def contracted_rooms(reading: Reading) -> set[RoomId]:
    """The rooms of every contract, whatever their periods."""
    return {room for one in contracts(reading) for room in one.room_ids}


def contracted_rooms_of(reading: Reading, people: Collection[int]) -> set[int]:
    """The contracted rooms in which any of these persons was ever seen."""
    tables = (schema.member.c, schema.person.c)
    seen_in = (select(one.room_id).where(one.account_id.in_(sorted(people))) for one in tables)
    return set(reading.sql.execute(union(*seen_in)).scalars()) & contracted_rooms(reading)


def find_contract(reading: Reading, name: str) -> Contract:
    """The contract of this id, else of this number on the platform, else of this title, else with this in its title.

    Raises UnknownContract, SharedNumber.
    """
    known, wanted = contracts(reading), fold(name)

    def way(one: Contract) -> int:
        title = fold(one.title or "")
        return (one.id == name, one.platform_id == name, title == wanted, wanted in title, True).index(True)

    best = min(map(way, known), default=4) if wanted else 4
    meant = [one for one in known if way(one) == best]
    if best == 4:
        raise errors.UnknownContract(contract=name)
    if len(meant) > 1:
        raise errors.SharedNumber(number=name, contracts=", ".join(one.id for one in meant))
    return meant[0]


def named_or_only_contract(reading: Reading, name: str | None) -> Contract:
    """The named contract, or the only one. Raises UnknownContract, SharedNumber, NoContract, AmbiguousContract."""
    if name is not None:
        return find_contract(reading, name)
    known = contracts(reading)
    if not known:
        raise errors.NoContract
    if len(known) > 1:
        raise errors.AmbiguousContract(count=len(known))
    return known[0]


def read_until(contract: Contract) -> datetime | None:
    """When the rooms of a closed contract are read for the last time; None for one that is not closed."""
    closed_at = contract.closed_at if contract.state == "closed" else None
    return None if closed_at is None else closed_at + READ_AFTER_CLOSING


def is_read(contract: Contract, now: datetime) -> bool:
    """Whether the rooms of a contract are still read."""
    until = read_until(contract)
    if until is not None:
        return now <= until
    return contract.state == "open"


def rooms_to_read(reading: Reading, now: datetime) -> list[RoomId]:
    """The rooms of every contract that is still read, each once, in the order of the contracts."""
    rooms = {room.room_id: None for one in contracts(reading) if is_read(one, now) for room in one.rooms}
    return list(rooms)


def required_rooms(reading: Reading, now: datetime) -> list[RoomId]:
    """The same, where something is to be fetched from them. Raises NoContract, NoContractSaved if there are none."""
    rooms = rooms_to_read(reading, now)
    if not rooms:
        raise errors.NoContractSaved(job=every[-1].id) if (every := contracts(reading)) else errors.NoContract
    return rooms


STATED, WITHDRAWN = "stated", "withdrawn"
"""States of a statement; a withdrawn statement is left out from then on, and its entries stay."""

_OF_DELIVERY = ("at", "name", "size", "sha256", "file_id", "note")
_OF_ENCLOSURE = ("kind", "name", "size", "sha256", "dated", "message_id", "note")


def statement_key(contract: str, statement: Delivery | Enclosure) -> str:
    """The key of a statement's entries."""
    return f"{kind_of(statement)}/{contract}/{statement.number}"


def kind_of(statement: Delivery | Enclosure) -> str:
    """The kind of a statement's entries."""
    return "delivery" if isinstance(statement, Delivery) else "attachment"


def statement_payload(contract: str, statement: Delivery | Enclosure, *, state: str = STATED) -> dict[str, Any]:
    """The payload of a statement's entry."""
    fields = _OF_DELIVERY if isinstance(statement, Delivery) else _OF_ENCLOSURE
    facts = {field: getattr(statement, field) for field in fields}
    return {"contract": contract, "number": statement.number, "state": state, **facts}


def deliveries(reading: Reading, contract: str, *, upto: int | None = None) -> tuple[Delivery, ...]:
    """Deliveries on the platform by number, as stated up to an entry; withdrawn ones are left out."""
    stated = _current_statements(reading, "delivery", contract, upto)
    return tuple(Delivery(number, **{name: payload[name] for name in _OF_DELIVERY}) for number, _at, payload in stated)


def enclosures(reading: Reading, contract: str, *, upto: int | None = None) -> tuple[Enclosure, ...]:
    """Attached evidence of a contract by number, as stated up to an entry; withdrawn ones are left out."""
    return tuple(
        Enclosure(number, added_at=from_text(since), **{name: payload[name] for name in _OF_ENCLOSURE})
        for number, since, payload in _current_statements(reading, "attachment", contract, upto)
    )


def next_number(reading: Reading, contract: str, kind: str) -> int:
    """The number of the next delivery or attachment of a contract; numbers of withdrawn ones are not reused."""
    table = schema.delivery.c if kind == "delivery" else schema.attachment.c
    query = select(func.max(table.number)).where(table.contract_id == contract)
    return (reading.sql.execute(query).scalar() or 0) + 1


# --- what Chatwork shows of it -------------------------------------------------------------------


class SentFile(NamedTuple):
    """A file sent in a room, to compare a delivery with."""

    file_id: FileId
    name: str
    upload_time: int
    """Unix seconds; 0 if Chatwork gave none."""
    account_id: int


_FILE, _BLOB = schema.file.c, schema.blob.c
_SENT = select(_FILE.file_id, _FILE.name, _FILE.upload_time, _FILE.account_id)


def same_bytes(reading: Reading, rooms: Collection[int], sha256: str) -> list[SentFile]:
    """Files of these rooms whose saved bytes have this SHA-256, the first one sent first."""
    saved = and_(_BLOB.room_id == _FILE.room_id, _BLOB.file_id == _FILE.file_id, _BLOB.state == "saved")
    query = _SENT.join(schema.blob, saved).where(_BLOB.sha256 == sha256, _FILE.room_id.in_(sorted(rooms)))
    return [SentFile(*row) for row in reading.sql.execute(query.order_by(_FILE.upload_time, _FILE.file_id))]


def sent_file(reading: Reading, rooms: Collection[int], file_id: int) -> SentFile | None:
    """The file with this id, if one of these rooms has it."""
    if not 0 < file_id < 2**63:
        return None
    query = _SENT.where(_FILE.room_id.in_(sorted(rooms)), _FILE.file_id == file_id)
    row = reading.sql.execute(query).first()
    return None if row is None else SentFile(*row)


def holds_message(reading: Reading, parts: Collection[ContractRoom], message_id: MessageId) -> bool:
    """Whether one of these parts of rooms has this message."""
    table = schema.message.c
    return _lies_in(reading, parts, table.position, int(message_id), table.room_id, table.send_time)


def holds_file(reading: Reading, parts: Collection[ContractRoom], file_id: int) -> bool:
    """Whether the file with this id was sent in one of these parts of rooms."""
    return _lies_in(reading, parts, _FILE.file_id, file_id, _FILE.room_id, _FILE.upload_time)


def _lies_in(
    reading: Reading,
    parts: Collection[ContractRoom],
    key: Column[Any],
    number: int,
    room: Column[Any],
    sent: Column[Any],
) -> bool:
    if not 0 < number < 2**63:
        return False
    query = select(room, sent).where(key == number, room.in_({int(one.room_id) for one in parts}))
    found = [(its, datetime.fromtimestamp(min(max(at, 0), 2**36), UTC)) for its, at in reading.sql.execute(query)]
    return any(part.room_id == its and part.contains(at) for part in parts for its, at in found)


def withdrawn_keys(reading: Reading, contract: Contract, *, upto: int | None = None) -> frozenset[str]:
    """Keys of statements taken back that name a message or a file that is not in the contract's parts of its rooms."""
    rooms, found = contract.rooms, set[str]()
    for kind, field, is_held in (("attachment", "message_id", holds_message), ("delivery", "file_id", holds_file)):
        for number, _since, payload in _last_statements(reading, kind, contract.id, upto):
            named = payload[field]
            if payload["state"] == WITHDRAWN and named is not None and not is_held(reading, rooms, named):
                found.add(f"{kind}/{contract.id}/{number}")
    return frozenset(found)


def parted_entries(reading: Reading, contract: Contract, *, upto: int) -> frozenset[int]:
    """Entries of the contract that bind what it binds no more and what lies in its rooms, but not in its days."""
    table, whole, found = schema.entry.c, [ContractRoom(one) for one in contract.room_ids], set[int]()
    files_now = {one.file_id for one in contract.terms}
    lines = lines_where(reading, table.key == f"contract/{contract.id}", table.seq <= upto)
    for entry in read_all_formed(lines, "contract"):
        was = contract_from_payload(entry["payload"])
        files = {one.file_id for one in was.terms if one.file_id is not None} - files_now
        is_parted = any(
            holds_message(reading, whole, one) and not holds_message(reading, contract.rooms, one)
            for one in was.bound_messages - contract.bound_messages
        ) or any(holds_file(reading, whole, one) and not holds_file(reading, contract.rooms, one) for one in files)
        if is_parted:
            found.add(entry["seq"])
    return frozenset(found)


# --- entries -------------------------------------------------------------------------------------


_Statement = tuple[int, str, dict[str, Any]]
"""Its number, when it was first stated, and as it was last stated."""


def _current_statements(reading: Reading, kind: str, contract: str, upto: int | None) -> Iterator[_Statement]:
    return (one for one in _last_statements(reading, kind, contract, upto) if one[2]["state"] != WITHDRAWN)


def _last_statements(reading: Reading, kind: str, contract: str, upto: int | None) -> Iterator[_Statement]:
    found: dict[int, _Statement] = {}
    for entry in entries_under(reading, f"{kind}/{contract}/", upto=upto):
        number = _number_in(entry["key"])
        if number is None:
            continue
        since = found[number][1] if number in found else entry["observed_at"]
        found[number] = number, since, entry["payload"]
    return (found[number] for number in sorted(found))


def _number_in(key: str) -> int | None:
    """The number of a statement, by the key of its entry."""
    digits = key.rpartition("/")[2]
    return int(digits) if digits.isdecimal() and len(digits) < 10 else None


def kept_reviews(reading: Reading, contract: str) -> list[Review]:
    """Every review of a contract's messages, oldest first; what was erased with its message is left out."""
    return [
        Review(
            entry["payload"]["message_id"],
            entry["payload"]["digest"],
            ReadState(entry["payload"]["state"]),
            from_text(entry["observed_at"]),
            *(tuple(entry["payload"].get(name, ())) for name in ("drawn", "covered", "shown")),
        )
        for entry in entries_under(reading, f"review/{contract}/")
    ]


_SENT_BY = "FROM message WHERE room_id = :room AND account_id = w.account_id AND kind = w.kind AND send_time > 0"
_WRITTEN = text(
    f"SELECT account_id, sum(n), min((SELECT min(send_time) {_SENT_BY})), max((SELECT max(send_time) {_SENT_BY})) FROM "  # noqa: S608 - our own names
    "(SELECT account_id, kind, count(*) AS n FROM message WHERE room_id = :room GROUP BY account_id, kind) AS w "
    "GROUP BY account_id"
)
"""Of each author how many messages there are, and the first and last time; times are looked up in the index."""


def count_some(reading: Reading, room: int, account: int, most: int) -> int:
    """How many messages somebody wrote in a room, counted up to `most` alone."""
    message = schema.message.c
    some = select(message.position).where(message.room_id == room, message.account_id == account).limit(most)
    return len(reading.sql.execute(some).all())


def role_key(contract: str, account: int) -> str:
    """The key of the entries that map one account to a role."""
    return f"mapping/{contract}/{account}"


def mapped_accounts(reading: Reading, contract: str, *, upto: int | None = None) -> tuple[MappedAccount, ...]:
    """The mapped accounts of a contract by account id, as of an entry; withdrawn mappings are left out."""
    return tuple(one for _, one in sorted(_mappings(reading, contract, upto).items()) if one is not None)


def withdrawn_accounts(reading: Reading, contract: str, *, upto: int | None = None) -> frozenset[int]:
    """The accounts of a contract whose mapping was withdrawn, as of an entry."""
    return frozenset(account for account, one in _mappings(reading, contract, upto).items() if one is None)


def _mappings(reading: Reading, contract: str, upto: int | None) -> dict[AccountId, MappedAccount | None]:
    found: dict[AccountId, MappedAccount | None] = {}
    for entry in entries_under(reading, role_key(contract, 0)[:-1], upto=upto):
        payload = entry["payload"]
        account = AccountId(payload["account_id"])
        found[account] = None
        if payload["state"] != WITHDRAWN:
            found[account] = MappedAccount(account, Role(payload["state"]), payload["reason"])
    return found


def sides(reading: Reading, contract: str, *, upto: int | None = None) -> Sides:
    """The sides of a contract as sets of accounts, as of an entry; the archive's owner is never on the other side."""
    owner = current_state.owner_id(reading) or 0
    roles = [(one.role, one.account_id) for one in mapped_accounts(reading, contract, upto=upto)]
    clients, mine, thirds = (
        frozenset(account for stated, account in roles if stated is role) for role in (Role.CLIENT, Role.ME, Role.THIRD)
    )
    later = {one.noted["account_id"]: (one.noted["known"], one.since) for one in twins(reading, upto=upto)}
    return Sides(owner, clients - {owner}, mine | {owner}, thirds - {owner}, later)


def undecided_room(
    reading: Reading, room: int, accounts: Collection[int], known: Collection[int] = ()
) -> UndecidedRoom:
    """A room with the people among whom the other side is to be named, those with the most messages first."""
    named = names_in_room(reading, room)
    rows = reading.sql.execute(_WRITTEN, {"room": room})
    counts = {account: (count, first, last) for account, count, first, last in rows}
    candidates = [
        CounterpartCandidate(
            AccountId(one), named.get(one, ""), count, sent_at(first or 0), sent_at(last or 0), one in known
        )
        for one in accounts
        for count, first, last in [counts.get(one, (0, None, None))]
    ]
    name = reading.sql.execute(select(schema.room.c.name).where(schema.room.c.room_id == room)).scalar()
    ordered = sorted(candidates, key=lambda one: (-one.messages, one.account_id))
    return UndecidedRoom(RoomId(room), name or str(room), tuple(ordered))
