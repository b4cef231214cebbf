"""Pure: which troubles a run must report: new ones at once, known ones once a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

REPEAT_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class TroubleReport:
    """The troubles to report now, and what to remember for the next run."""

    report: tuple[str, ...]
    remember: dict[str, datetime]


def judge_troubles(
    troubles: Iterable[str], *, cleared: Iterable[str], remembered: Mapping[str, datetime], now: datetime
) -> TroubleReport:
    """Compare the troubles of this run with those reported before (key -> time of the last report).

    `cleared` are prefixes of keys that this run found in order: their next trouble is new again. A report that seems to
    be in the future (the clock was set back) is ignored.
    """
    now_troubled = set(troubles)
    in_order = tuple(cleared)
    recent = {key: at for key, at in remembered.items() if timedelta() <= now - at < REPEAT_AFTER}
    known = {key: at for key, at in recent.items() if key in now_troubled or not key.startswith(in_order)}
    due = sorted(now_troubled - known.keys())
    return TroubleReport(tuple(due), known | dict.fromkeys(due, now))
