"""What the records of runs tell: wrong clocks, replies without a date; and every package that was exported."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from archiver.records import ExportedPackage, Handover, WrongClock
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.payload_forms import read_all_formed, read_formed
from archiver.store.time_text import CLOCK_TOLERANCE, from_text


def first_entry_time(reading: Reading) -> datetime | None:
    """When the archive's first entry was made; None if it is empty."""
    at = reading.sql.execute(select(schema.entry.c.observed_at).order_by(schema.entry.c.seq).limit(1)).scalar()
    return None if at is None else from_text(at)


def _sweeps(reading: Reading, upto: int) -> Iterator[dict[str, Any]]:
    """What each run recorded, oldest first."""
    table = schema.entry.c
    query = select(table.line).where(table.key >= "sweep/", table.key < "sweep0", table.seq <= upto)
    lines = reading.sql.execute(query.order_by(table.seq)).scalars()
    return (entry["payload"] for entry in read_all_formed(lines, "sweep"))


def clock_difference(reading: Reading, *, upto: int) -> float | None:
    """The largest difference in seconds between this computer's clock and Chatwork's that a run recorded."""
    noted = (sweep.get("clock_offset_ms") for sweep in _sweeps(reading, upto))
    return max((abs(one) / 1000 for one in noted if isinstance(one, int)), default=None)


def wrong_clocks(reading: Reading, *, upto: int) -> list[WrongClock]:
    """The times in which runs, one after the other, found this computer's clock wrong the same way, oldest first."""
    found: list[WrongClock] = []
    was_wrong = False
    for payload in _sweeps(reading, upto):
        offset = payload.get("clock_offset_ms")
        if not isinstance(offset, int) or payload.get("doubtful_ms") or not (payload.get("from") and payload.get("to")):
            continue  # a run without a reply, or with a doubtful one, tells nothing of the clock
        ahead, is_wrong = timedelta(milliseconds=-offset), abs(offset) > CLOCK_TOLERANCE / timedelta(milliseconds=1)
        if is_wrong and was_wrong and (ahead > timedelta()) == (found[-1].ahead > timedelta()):
            before = found.pop()
            found.append(WrongClock(before.start, from_text(payload["to"]), max(before.ahead, ahead, key=abs)))
        elif is_wrong:
            found.append(WrongClock(from_text(payload["from"]), from_text(payload["to"]), ahead))
        was_wrong = is_wrong
    return found


def doubtful_dates(reading: Reading, *, upto: int) -> list[WrongClock]:
    """The runs whose replies had a doubtful time, oldest first, with how far that was ahead of this computer's."""
    payloads = [sweep for sweep in _sweeps(reading, upto) if sweep.get("doubtful_ms")]
    return [
        WrongClock(from_text(one["from"]), from_text(one["to"]), timedelta(milliseconds=one["doubtful_ms"]))
        for one in payloads
    ]


def undated_replies(reading: Reading, *, upto: int) -> int:
    """How many replies of the runs had no `Date` that counts."""
    return sum(sweep.get("undated", 0) for sweep in _sweeps(reading, upto))


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
