"""Projects contracts, deliveries and attachments as last stated. A withdrawn one keeps its row, with that state."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from archiver.evidence.history import EntryObject
from archiver.store import schema
from archiver.store.fingerprints import readable_text
from archiver.store.projection.rows import EntriesOf, id_in_key, upsert_rows


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
