"""When the program ran and which rooms it looked at, by its sweep entries and the readings of lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from archiver.records import ExportedPackage, Handover, JsonObject, Pause, Watch, WrongClock, pauses_between_looks
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.archive_time import CLOCK_TOLERANCE
from archiver.store.time_text import from_text

PAUSE = timedelta(hours=1)
"""Runs further apart than this are shown as a pause: idle runs are recorded once an hour."""


Span = tuple[datetime, datetime]


class Run(NamedTuple):
    """A run, or the idle runs of one hour; it did not look at the rooms in `not_read`."""

    begun: datetime
    ended: datetime
    runs: int
    not_read: frozenset[int]


def runs(reading: Reading, *, upto: int) -> list[Run]:
    """Every run by its `sweep` entry, oldest first, as of entry `upto`."""
    table = schema.entry.c
    lines = reading.sql.execute(
        select(table.line).where(table.key >= "sweep/", table.key < "sweep0", table.seq <= upto).order_by(table.seq)
    ).scalars()
    return [_run(json.loads(line)["payload"]) for line in lines]


def watch(reading: Reading, room: int, all_runs: Sequence[Run], *, upto: int) -> Watch:
    """When a room was looked at, by these runs and by every reading of its list."""
    table = schema.window.c
    rows = reading.sql.execute(
        select(table.observed_at, table.first, table.looks)
        .where(table.room_id == room, table.seq <= upto)
        .order_by(table.seq)
    )
    lists = list(list_spans(map(tuple, rows)))
    if not lists:
        return Watch()
    begun = lists[0][0]
    room_runs = [run for run in all_runs if room not in run.not_read and run.ended >= begun]
    spans = look_spans(lists, ((run.begun, run.ended) for run in room_runs), since=begun)
    last = max(ended for _, ended in spans)
    return Watch(begun, last, sum(run.runs for run in room_runs), tuple(pauses_in(spans)))


def list_spans(rows: Iterable[Sequence[str | None]]) -> Iterator[Span]:
    """The times in which lists were read, from `observed_at`, `first` and `looks` of each row of the table `window`.

    Looks at a list that stayed the same are one span, which every pause between two of them ends.
    """
    for at, first, coded in rows:
        assert at is not None
        if first is None or coded is None:
            yield from_text(at), from_text(at)
            continue
        begun, last = from_text(first), from_text(at)
        for pause_begun, pause_ended in pauses_between_looks(begun, json.loads(coded), PAUSE):
            yield begun, pause_begun
            begun = pause_ended
        yield begun, last


def look_spans(lists: Iterable[Span], run_spans: Iterable[Span], *, since: datetime) -> list[Span]:
    """The times at which a room was looked at from its first reading on: readings of its list, and runs."""
    return [
        *lists,
        *((max(begun, since), ended) for begun, ended in run_spans if ended >= since),
    ]


def pauses_in(spans: Iterable[Span]) -> Iterator[Pause]:
    """The pauses longer than an hour between these spans, oldest first."""
    last: datetime | None = None
    for begun, ended in sorted(spans):
        if last is not None and begun - last > PAUSE:
            yield Pause(last, begun)
        last = ended if last is None else max(last, ended)


def _run(payload: JsonObject) -> Run:
    not_read = payload.get("not_read", ())
    return Run(from_text(payload["from"]), from_text(payload["to"]), payload["runs"], frozenset(not_read))


def first_entry_time(reading: Reading) -> datetime | None:
    """When the archive's first entry was made; None if it is empty."""
    at = reading.sql.execute(select(schema.entry.c.observed_at).order_by(schema.entry.c.seq).limit(1)).scalar()
    return None if at is None else from_text(at)


def clock_difference(reading: Reading, *, upto: int) -> float | None:
    """The largest difference in seconds between this computer's clock and Chatwork's that a run recorded."""
    table = schema.entry.c
    lines = reading.sql.execute(
        select(table.line).where(table.key >= "sweep/", table.key < "sweep0", table.seq <= upto)
    ).scalars()
    noted = (json.loads(line)["payload"].get("clock_offset_ms") for line in lines)
    return max((abs(one) / 1000 for one in noted if isinstance(one, int)), default=None)


def wrong_clocks(reading: Reading, *, upto: int) -> list[WrongClock]:
    """The times in which runs, one after the other, found this computer's clock wrong the same way, oldest first."""
    table = schema.entry.c
    lines = reading.sql.execute(
        select(table.line).where(table.key >= "sweep/", table.key < "sweep0", table.seq <= upto).order_by(table.seq)
    ).scalars()
    found: list[WrongClock] = []
    was_wrong = False
    for payload in (json.loads(line)["payload"] for line in lines):
        offset = payload.get("clock_offset_ms")
        if not isinstance(offset, int):
            continue  # a run without a reply tells nothing of the clock
        ahead, is_wrong = timedelta(milliseconds=-offset), abs(offset) > CLOCK_TOLERANCE / timedelta(milliseconds=1)
        if is_wrong and was_wrong and (ahead > timedelta()) == (found[-1].ahead > timedelta()):
            before = found.pop()
            found.append(WrongClock(before.start, from_text(payload["to"]), max(before.ahead, ahead, key=abs)))
        elif is_wrong:
            found.append(WrongClock(from_text(payload["from"]), from_text(payload["to"]), ahead))
        was_wrong = is_wrong
    return found


def undated_replies(reading: Reading, *, upto: int) -> int:
    """How many replies of the runs had no `Date` that counts."""
    table = schema.entry.c
    lines = reading.sql.execute(
        select(table.line).where(table.key >= "sweep/", table.key < "sweep0", table.seq <= upto)
    ).scalars()
    return sum(json.loads(line)["payload"].get("undated", 0) for line in lines)


def exports(reading: Reading, *, upto: int | None = None) -> list[ExportedPackage]:
    """Every package that was exported, oldest first, with its handovers."""
    handovers: dict[int, list[Handover]] = {}
    for _seq, at, payload in _entries_of_kind(reading, "handover", upto):
        stated = Handover(payload["to"], payload["on"], payload["how"], from_text(at))
        handovers.setdefault(payload["export"], []).append(stated)
    return [
        ExportedPackage(
            number=number,
            seq=seq,
            at=from_text(at),
            handovers=tuple(handovers.get(seq, ())),
            **{name: str(payload[name]) for name in ("contract", "profile", "name", "sha256")},
        )
        for number, (seq, at, payload) in enumerate(_entries_of_kind(reading, "export", upto), 1)
    ]


def _entries_of_kind(reading: Reading, kind: str, upto: int | None) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Number, time and payload of each entry of a kind whose keys are numbered, oldest first."""
    table = schema.entry.c
    query = select(table.seq, table.observed_at, table.line).where(
        table.key >= f"{kind}/", table.key < f"{kind}0", table.kind == kind
    )
    if upto is not None:
        query = query.where(table.seq <= upto)
    for seq, at, line in reading.sql.execute(query.order_by(table.seq)):
        yield seq, at, json.loads(line)["payload"]
