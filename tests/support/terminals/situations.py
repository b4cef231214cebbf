"""A good archive on a good computer as values, to be changed one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from archiver.health.folders import DiskSpace
from archiver.health.judgements import Situation
from archiver.health.snapshot import ComputerState, CopyState, HealthSnapshot, Paces, Starters
from archiver.records import Gap, MessageId, RoomId
from archiver.settings.model import Settings
from archiver.store.queries.looks_and_gaps import LastLooks
from archiver.store.working.remembered_values import ScheduledRun

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
ROOM = 654321
GB = 1_000_000_000


def ago(**span: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(**span)


GOOD_ARCHIVE = HealthSnapshot(
    account=1234567,
    jobs=("job1",),
    has_messages=False,
    is_setup_open=False,
    rooms=frozenset({ROOM}),
    last_run=ago(minutes=4),
    is_complete=True,
    scheduled_run=ScheduledRun(ago(minutes=4), None),
    error_name=None,
    looks=LastLooks({ROOM: ago(minutes=4)}, listed=ago(minutes=4)),
    shut={},
    clock_ms=300,
    doubtful_hours=None,
    unread_dropped=None,
    paces=Paces(1, {ROOM: 0.5}, is_fresh=False),
    gaps=(),
    lost=(),
    pending=0,
    cut=(),
    verification=None,
    copy=CopyState(),
    alerts=(),
)
GOOD_COMPUTER = ComputerState(DiskSpace(80 * GB, 2 * GB, required=GB), Starters("systemd"))


def gap(before: str, missing: int | None = 41) -> Gap:
    """A gap of ten days that ended yesterday."""
    ends = ago(days=11), ago(days=1)
    return Gap(RoomId(ROOM), 1, MessageId("1"), MessageId(before), *ends, missing, "window")


def situation(*, computer: ComputerState = GOOD_COMPUTER, adapts: bool = False, **changed: Any) -> Situation:
    """The good archive with these changes, as seen from this computer."""
    return Situation(replace(GOOD_ARCHIVE, **changed), Settings(Path("/home/y/chatwork")), NOW, computer, adapts)
