"""When the job ran, from its sweep entries: the pauses between runs."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from archiver.records import Pause
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.clock import moment

PAUSE = timedelta(hours=1)
"""Runs further apart than this are shown as a pause: idle runs are written down once an hour."""


def pauses(reading: Reading, *, upto: int) -> list[Pause]:
    """The times between two runs that were longer than an hour, oldest first, as of entry `upto`."""
    table = schema.entry.c
    lines = reading.sql.execute(
        select(table.line).where(table.key >= "sweep/", table.key < "sweep0", table.seq <= upto).order_by(table.seq)
    )
    found: list[Pause] = []
    last = None
    for (line,) in lines:
        payload = json.loads(line)["payload"]
        begun = moment(payload["from"])
        if last is not None and begun - last > PAUSE:
            found.append(Pause(last, begun))
        ended = moment(payload["to"])
        last = ended if last is None else max(last, ended)
    return found


def begun(reading: Reading) -> datetime | None:
    """When the archive's first entry was made."""
    at = reading.sql.execute(select(schema.entry.c.observed_at).order_by(schema.entry.c.seq).limit(1)).scalar()
    return None if at is None else moment(at)


def clock_difference(reading: Reading, *, upto: int) -> float | None:
    """The largest difference in seconds between this computer's clock and the server's that a run noted."""
    table = schema.entry.c
    lines = reading.sql.execute(
        select(table.line).where(table.key >= "sweep/", table.key < "sweep0", table.seq <= upto)
    ).scalars()
    noted = (json.loads(line)["payload"].get("clock_offset_ms") for line in lines)
    return max((abs(one) / 1000 for one in noted if isinstance(one, int)), default=None)


def exports(reading: Reading) -> list[tuple[str, dict[str, Any]]]:
    """When each package was handed out and the payload of its entry, oldest first."""
    table = schema.entry.c
    lines = reading.sql.execute(
        select(table.observed_at, table.line)
        .where(table.key >= "export/", table.key < "export0", table.kind == "export")
        .order_by(table.seq)
    )
    return [(at, json.loads(line)["payload"]) for at, line in lines]
