"""Writes how saving stands for what waits beside the clock: the state of the first headline, and counts."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from datetime import datetime, timedelta

from archiver import errors
from archiver.health.rooms_and_runs import round_interval
from archiver.health.snapshot import known_time
from archiver.settings.model import Settings
from archiver.store.archive import Archive, Reading
from archiver.store.durable_files import write_durably
from archiver.store.queries.status import status as read_status
from archiver.waiting_sign import LOOK, LOSE, SAFE, state_file


def note_state(settings: Settings, now: datetime) -> None:
    """Write the state, if something waits for it; a disk that takes none fails no round."""
    file = state_file(settings.home)
    if not file.exists():
        return
    told: dict[str, object] = {"state": LOSE, "late": 0, "stopped": 0, "messages": 0, "last": ""}
    with suppress(errors.ArchiverError), closing(Archive(settings.home)) as archive, archive.reading() as reading:
        told = _state(reading, settings, known_time(reading, now))
    with suppress(OSError):
        write_durably(file, json.dumps(told).encode())


def _state(reading: Reading, settings: Settings, now: datetime) -> dict[str, object]:
    # here, as nothing waits after most runs
    from archiver.render.times import time_of_year
    from archiver.standing.home_document import document_of, observe_standing, observed_facts

    second = timedelta(seconds=1)
    status = read_status(reading, authorities=[one.name for one in settings.timestamp.authorities])
    standing = observe_standing(reading, settings, now=now, alerts=status.alerts)
    document = document_of(reading, status, observed_facts(reading, status, standing), now)
    last = status.last_sync or now
    return {
        "state": (document["head"]["state"] or SAFE) if status.last_sync else LOOK,
        "late": (last + 3 * round_interval(len(status.rooms), settings) - now) / second,
        "stopped": (last + standing.situation.stale - now) / second,
        "messages": sum(one.messages for one in status.rooms),
        "last": time_of_year(last),
    }
