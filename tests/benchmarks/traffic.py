"""API requests a day at realistic traffic."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from archiver.chatwork.models import Room
from archiver.records import RoomId
from archiver.store.working.remembered_values import Visit
from archiver.sync import plan
from tests.benchmarks.instruments.measure import Figure

ROOMS = (10, 100, 300)
EVERY = timedelta(minutes=5)
FULL_EVERY = timedelta(hours=6)
RUNS = timedelta(days=1) // EVERY
BUSY, SOME = 0.1, 0.3
"""Of the rooms: one in ten has 20 conversations a day, three in ten have 3, the others one in two days."""


def measure(_folder: Path) -> list[Figure]:
    """A day after the first one, with the real plan and made-up traffic; no network."""
    return [_day(rooms) for rooms in ROOMS]


def _day(number: int) -> Figure:
    chance = random.Random(number)
    rooms = [Room(RoomId(10_000 + index * 37), name=f"{index}", message_num=9) for index in range(number)]
    start = datetime(2026, 7, 1, tzinfo=UTC)
    visits: dict[tuple[int, str], Visit] = {
        (room.room_id, kind): Visit(start, plan.counters_text(room)) for room in rooms for kind in plan.KINDS
    }
    requests = 0
    for run in range(2 * RUNS):
        now = start + run * EVERY
        busy = set(_busy_rooms(chance, number))
        rooms = [replace(room, message_num=room.message_num + (at in busy)) for at, room in enumerate(rooms)]
        steps = plan.plan_steps(rooms, visits, now=now, full_every=FULL_EVERY)
        by_id = {room.room_id: room for room in rooms}
        for step in steps:
            visits[RoomId(step.room_id), step.kind] = Visit(now, plan.counters_text(by_id[RoomId(step.room_id)]))
        if run >= RUNS:
            new_files = sum(chance.random() < 0.05 for _ in busy)
            requests += plan.count_requests(steps) + new_files
    measured = f"{requests:,} a day ({requests / RUNS:.1f} a run)"
    bar = RUNS * 300
    return Figure(f"API requests a day, {number} contracted rooms", f"≤ {bar:,}", measured, requests <= bar)


def _busy_rooms(chance: random.Random, number: int) -> Iterator[int]:
    """The rooms in which something is said before one run."""
    for at in range(number):
        share = at / number
        a_day = 20 if share < BUSY else 3 if share < BUSY + SOME else 0.5
        if chance.random() < a_day / RUNS:
            yield at
