"""Every package that was exported, as its making was recorded, with its handovers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from archiver.records import ExportedPackage, Handover
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.payload_forms import read_formed
from archiver.store.time_text import from_text


def exports(reading: Reading, *, upto: int | None = None) -> list[ExportedPackage]:
    """Every package that was exported, oldest first, with its handovers."""
    handovers: dict[int, list[Handover]] = {}
    for _seq, _at, payload in _entries_of_kind(reading, "handover", upto):
        stated = Handover(payload["to"], payload["on"], payload["how"])
        handovers.setdefault(payload["export"], []).append(stated)
    return [
        ExportedPackage(
            number=number,
            seq=seq,
            at=from_text(at),
            handovers=tuple(handovers.get(seq, ())),
            making=payload,
            **{name: str(payload[name]) for name in ("contract", "profile", "name", "sha256")},
        )
        for number, (seq, at, payload) in enumerate(_entries_of_kind(reading, "export", upto), 1)
    ]


def _entries_of_kind(reading: Reading, kind: str, upto: int | None) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Number, time and payload of each entry of a kind that is as this program writes it, oldest first."""
    table = schema.entry.c
    query = select(table.seq, table.observed_at, table.line).where(
        table.key >= f"{kind}/", table.key < f"{kind}0", table.kind == kind
    )
    if upto is not None:
        query = query.where(table.seq <= upto)
    for seq, at, line in reading.sql.execute(query.order_by(table.seq)):
        entry = read_formed(line, kind)
        if entry is not None:
            yield seq, at, entry["payload"]
