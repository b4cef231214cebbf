"""Every package that was exported, as its making was recorded, with its handovers."""

from __future__ import annotations

from archiver.records import ExportedPackage, Handover
from archiver.store.archive import Reading
from archiver.store.queries.entries import entries_under
from archiver.store.time_text import from_text


def exports(reading: Reading, *, upto: int | None = None) -> list[ExportedPackage]:
    """Every package that was exported, oldest first, with its handovers."""
    handovers: dict[int, list[Handover]] = {}
    for entry in entries_under(reading, "handover/", upto=upto):
        payload = entry["payload"]
        stated = Handover(payload["to"], payload["on"], payload["how"])
        handovers.setdefault(payload["export"], []).append(stated)
    return [
        ExportedPackage(
            number=number,
            seq=entry["seq"],
            at=from_text(entry["observed_at"]),
            handovers=tuple(handovers.get(entry["seq"], ())),
            making=entry["payload"],
            **{name: str(entry["payload"][name]) for name in ("contract", "profile", "name", "sha256")},
        )
        for number, entry in enumerate(entries_under(reading, "export/", upto=upto), 1)
    ]
