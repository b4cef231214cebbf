"""Projects entries into the readable tables, for live writing and for the rebuild alike.

Only entries and rows made before are read, so replaying all entries gives the same tables again.
Messages, versions and intervals come from `evidence.history`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from archiver.evidence.history import EntryObject
from archiver.store.projection import coverage, messages, rooms, statements, tasks_and_files
from archiver.store.projection.rows import EntriesOf, Maker


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
    (statements.project_contracts, ("contract",)),
    (statements.project_deliveries, ("delivery",)),
    (statements.project_attachments, ("attachment",)),
    (rooms.project_rooms, ("room", "room.inaccessible", "room.accessible")),
    (rooms.project_people, ("account",)),
    (rooms.project_members, ("member",)),
    (coverage.project_lists, ("window", "steady")),
    (coverage.project_readings, ("reading",)),
    (messages.project_messages, ("message",)),
    (tasks_and_files.project_tasks, ("task",)),
    (tasks_and_files.project_files, ("file",)),
    (tasks_and_files.project_blobs, ("blob",)),
    (coverage.project_gaps, ("gap", "gap.narrowed", "gap.closed")),
)
"""Makers in the order in which they are applied to one batch (readings before the messages that they showed)."""

_MAKER_OF = {kind: maker for maker, kinds in MAKERS for kind in kinds}
