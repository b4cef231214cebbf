"""Deliveries and attachments as last stated; one that was withdrawn keeps its row, marked so."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from archiver.evidence.history import EntryObject
from archiver.store import schema
from archiver.store.fingerprints import readable
from archiver.store.projection.maker import EntriesOf, id_of, put


def deliveries(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Work handed over on the platform."""
    for entry in entries:
        payload = entry["payload"]
        row = _place(entry) | {"state": payload["state"], "at": payload["at"]}
        row |= {field: payload[field] for field in ("size", "sha256", "file_id")}
        row |= {field: _text(payload[field]) for field in ("name", "note")}
        put(sql, schema.delivery, [row])


def attachments(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Other evidence that the user added; the time at which that was first done stays."""
    for entry in entries:
        payload, place = entry["payload"], _place(entry)
        row = place | {field: payload[field] for field in ("state", "kind", "size", "sha256", "dated", "message_id")}
        row |= {field: _text(payload[field]) for field in ("name", "note")}
        put(sql, schema.attachment, [row | {"added_at": _added_at(sql, place) or entry["observed_at"]}])


def _place(entry: EntryObject) -> dict[str, object]:
    contract = entry["key"].partition("/")[2].rpartition("/")[0]
    return {"contract_id": contract, "number": id_of(entry), "seq": entry["seq"]}


def _added_at(sql: Connection, place: dict[str, object]) -> str | None:
    table = schema.attachment.c
    query = select(table.added_at).where(table.contract_id == place["contract_id"], table.number == place["number"])
    found: str | None = sql.execute(query).scalar()
    return found


def _text(value: str | None) -> str | None:
    return None if value is None else readable(value)


def contracts(sql: Connection, entries: Sequence[EntryObject], _: EntriesOf) -> None:
    """Contracts as last stated."""
    table = schema.contract
    for entry in entries:
        payload, name = entry["payload"], entry["key"].partition("/")[2]
        rows = sql.execute(select(table.c.contract_id, table.c.number))
        known = {contract_id: number for contract_id, number in rows}  # noqa: C416 - rows are no pairs to mypy
        row: dict[str, object] = {
            "contract_id": name,
            "number": known.get(name, len(known) + 1),
            "state": payload["state"],
            "platform_id": payload.get("platform_id"),
            "statement": json.dumps(payload, sort_keys=True),
            "seq": entry["seq"],
        }
        put(sql, table, [row])
