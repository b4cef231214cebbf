"""Pure: which troubles this run is the one to report: new ones at once, known ones once a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from archiver.store.timestamps import from_text, to_text

REPEAT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class TroubleReport:
    """What to report now, and what to remember for the next run."""

    report: tuple[str, ...]
    remember: dict[str, str]


def judge(
    troubles: Iterable[str], *, cleared: Iterable[str], remembered: Mapping[str, str], now: datetime
) -> TroubleReport:
    """Troubles of this run against those reported before (key -> time of the last report).

    `cleared` are beginnings of keys that this run found in order: their next trouble is new again. A report that
    seems to lie in the future (the clock was set back) counts for nothing.
    """
    now_troubled = set(troubles)
    in_order = tuple(cleared)
    fresh = {key: at for key, at in remembered.items() if timedelta() <= now - from_text(at) < REPEAT}
    kept = {key: at for key, at in fresh.items() if key in now_troubled or not key.startswith(in_order)}
    due = sorted(now_troubled - kept.keys())
    return TroubleReport(tuple(due), kept | dict.fromkeys(due, to_text(now)))
