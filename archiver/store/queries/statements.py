"""What the user stated about a contract besides its facts: deliveries on the platform, and attached evidence.

Read from the entries themselves, so that names are exact and the state as of any entry can be shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, and_, func, select

from archiver.records import Contract, ContractRoom, Delivery, Enclosure, FileId, MessageId, ReadState, Review
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contract_from_payload
from archiver.store.schema.payload_forms import read_all_formed
from archiver.store.time_text import from_text

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
    return tuple(Delivery(one.number, **{name: one.payload[name] for name in _OF_DELIVERY}) for one in stated)


def enclosures(reading: Reading, contract: str, *, upto: int | None = None) -> tuple[Enclosure, ...]:
    """Attached evidence of a contract by number, as stated up to an entry; withdrawn ones are left out."""
    stated = [
        (one, {name: one.payload[name] for name in _OF_ENCLOSURE})
        for one in _current_statements(reading, "attachment", contract, upto)
    ]
    return tuple(Enclosure(one.number, added_at=from_text(one.since), **facts) for one, facts in stated)


def next_number(reading: Reading, contract: str, kind: str) -> int:
    """The number of the next delivery or attachment of a contract; numbers of withdrawn ones are not reused."""
    table = schema.delivery.c if kind == "delivery" else schema.attachment.c
    query = select(func.max(table.number)).where(table.contract_id == contract)
    return (reading.sql.execute(query).scalar() or 0) + 1


# --- what Chatwork shows of it -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file sent in a room, to compare a delivery with."""

    file_id: FileId
    name: str
    upload_time: int
    """Unix seconds; 0 if Chatwork gave none."""


_FILE, _BLOB = schema.file.c, schema.blob.c
_SENT = select(_FILE.file_id, _FILE.name, _FILE.upload_time)


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


def sender_of(reading: Reading, rooms: Collection[int], file_id: int) -> int | None:
    """The account that sent the file with this id in one of these rooms; None if there is none."""
    if not 0 < file_id < 2**63:
        return None
    query = select(_FILE.account_id).where(_FILE.room_id.in_(sorted(rooms)), _FILE.file_id == file_id)
    account: int | None = reading.sql.execute(query).scalar()
    return account


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
    for one in _last_statements(reading, "attachment", contract.id, upto):
        message = one.payload["message_id"]
        if one.payload["state"] == WITHDRAWN and message is not None and not holds_message(reading, rooms, message):
            found.add(f"attachment/{contract.id}/{one.number}")
    for one in _last_statements(reading, "delivery", contract.id, upto):
        file = one.payload["file_id"]
        if one.payload["state"] == WITHDRAWN and file is not None and not holds_file(reading, rooms, file):
            found.add(f"delivery/{contract.id}/{one.number}")
    return frozenset(found)


def parted_entries(reading: Reading, contract: Contract, *, upto: int) -> frozenset[int]:
    """Entries of the contract that bind what it binds no more and what lies in its rooms, but not in its days."""
    table, whole, found = schema.entry.c, [ContractRoom(one) for one in contract.room_ids], set[int]()
    query = select(table.line).where(table.key == f"contract/{contract.id}", table.seq <= upto)
    files_now = {one.file_id for one in contract.terms}
    for entry in read_all_formed(reading.sql.execute(query).scalars(), "contract"):
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


class _Statement(NamedTuple):
    number: int
    since: str
    """When it was first stated."""
    payload: dict[str, Any]
    """As last stated."""


def _current_statements(reading: Reading, kind: str, contract: str, upto: int | None) -> Iterator[_Statement]:
    return (one for one in _last_statements(reading, kind, contract, upto) if one.payload["state"] != WITHDRAWN)


def _last_statements(reading: Reading, kind: str, contract: str, upto: int | None) -> Iterator[_Statement]:
    found: dict[int, _Statement] = {}
    for entry in entries_under(reading, f"{kind}/{contract}/", upto):
        number = _number_in(entry["key"])
        if number is None:
            continue
        since = found[number].since if number in found else entry["observed_at"]
        found[number] = _Statement(number, since, entry["payload"])
    return (found[number] for number in sorted(found))


def _number_in(key: str) -> int | None:
    """The number of a statement, by the key of its entry."""
    digits = key.rpartition("/")[2]
    return int(digits) if digits.isdecimal() and len(digits) < 10 else None


def entries_under(reading: Reading, prefix: str, upto: int | None = None) -> Iterator[dict[str, Any]]:
    """The entries whose keys begin so, `kind/contract/`, up to an entry, oldest first."""
    table = schema.entry.c
    # A range and no LIKE, so that the index of the keys is used. "0" is the character after "/".
    query = select(table.line).where(table.key > prefix, table.key < prefix[:-1] + "0").order_by(table.seq)
    if upto is not None:
        query = query.where(table.seq <= upto)
    return read_all_formed(reading.sql.execute(query).scalars(), prefix.partition("/")[0])


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
