"""Projects entries into the readable tables, for live writing and for the rebuild alike."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from archiver.evidence.history import EntryObject
from archiver.store import schema
from archiver.store.fingerprints import readable_text
from archiver.store.projection import messages, rooms
from archiver.store.projection.rows import EntriesOf, Maker, id_in_key, upsert_rows


def project_deliveries(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put deliveries on the platform."""
    for entry in entries:
        payload = entry["payload"]
        row = _row_key(entry) | {"state": payload["state"], "at": payload["at"]}
        row |= {field: payload[field] for field in ("size", "sha256", "file_id")}
        row |= {field: _readable_or_none(payload[field]) for field in ("name", "note")}
        upsert_rows(sql, schema.delivery, [row])


def project_attachments(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put other evidence that the user added; the time at which it was first added stays."""
    for entry in entries:
        payload, key = entry["payload"], _row_key(entry)
        row = key | {field: payload[field] for field in ("state", "kind", "size", "sha256", "dated", "message_id")}
        row |= {field: _readable_or_none(payload[field]) for field in ("name", "note")}
        upsert_rows(sql, schema.attachment, [row | {"added_at": _added_at(sql, key) or entry["observed_at"]}])


def _row_key(entry: EntryObject) -> dict[str, object]:
    contract = entry["key"].partition("/")[2].rpartition("/")[0]
    return {"contract_id": contract, "number": id_in_key(entry), "seq": entry["seq"]}


def _added_at(sql: Connection, key: dict[str, object]) -> str | None:
    table = schema.attachment.c
    query = select(table.added_at).where(table.contract_id == key["contract_id"], table.number == key["number"])
    added_at: str | None = sql.execute(query).scalar()
    return added_at


def _readable_or_none(value: str | None) -> str | None:
    return None if value is None else readable_text(value)


def project_contracts(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Put contracts as last stated."""
    table = schema.contract
    for entry in entries:
        payload, contract = entry["payload"], entry["key"].partition("/")[2]
        rows = sql.execute(select(table.c.contract_id, table.c.number))
        number_of = {contract_id: number for contract_id, number in rows}  # noqa: C416 - rows are no pairs to mypy
        row: dict[str, object] = {
            "contract_id": contract,
            "number": number_of.get(contract, len(number_of) + 1),
            "state": payload["state"],
            "platform_id": payload.get("platform_id"),
            "statement": json.dumps(payload, sort_keys=True),
            "seq": entry["seq"],
        }
        upsert_rows(sql, table, [row])


def project(sql: Connection, entries: Sequence[EntryObject], entries_of: EntriesOf) -> None:
    """Bring the readable tables up to date with entries that were just appended, in order."""
    by_maker: dict[Maker, list[EntryObject]] = {}
    for entry in entries:
        maker = _MAKER_OF.get(entry["kind"])
        if maker is not None:
            by_maker.setdefault(maker, []).append(entry)
    for maker, _ in MAKERS:
        if maker in by_maker:
            maker(sql, by_maker[maker], entries_of)


MAKERS: tuple[tuple[Maker, tuple[str, ...]], ...] = (
    (project_contracts, ("contract",)),
    (project_deliveries, ("delivery",)),
    (project_attachments, ("attachment",)),
    (rooms.project_rooms, ("room", "room.inaccessible", "room.accessible")),
    (rooms.project_people, ("account",)),
    (rooms.project_members, ("member",)),
    (messages.project_lists, ("window", "steady")),
    (messages.project_readings, ("reading",)),
    (messages.project_messages, ("message",)),
    (rooms.project_tasks, ("task",)),
    (rooms.project_files, ("file",)),
    (rooms.project_blobs, ("blob",)),
    (messages.project_gaps, ("gap", "gap.narrowed", "gap.closed")),
)
"""Makers in the order in which they are applied to one batch (readings before the messages that they showed)."""

_MAKER_OF = {kind: maker for maker, kinds in MAKERS for kind in kinds}
