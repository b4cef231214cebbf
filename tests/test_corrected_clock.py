"""The offset to Chatwork's time counts while nobody sets the clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import archiver
from archiver.corrected_clock import LARGEST_STEP, CorrectedClock

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)

RAW_CLOCKS = {
    "app.py",  # the clock that is corrected
    "evidence/verify/package_at_path.py",  # `verify.py` of a package: no archive, no Chatwork
    "notices/round_notices.py",  # beside the time of a file, which is this computer's
    "rounds/daemon.py",  # the scheduler's jobs, which go by this computer's clock
    "schedule/backends.py",  # when cron reads its tables, by this computer's clock
    "settings/token.py",  # beside the time of a file
    "store/blobs.py",  # beside the time of a file
    "team/s3_store.py",  # until when a service is asked to lock an object: a request, no evidence
    "store/engine.py",  # beside the times of files
    "team/membership.py",  # when the first round of a new account is due: a plan, before Chatwork was asked
    "waiting_sign.py",  # beside the time of a file
    "web/access.py",  # how old a cookie is that this computer gave
}
"""Modules that may ask this computer's clock, and why."""


def test_a_reply_corrects_it_until_the_clock_is_set() -> None:
    """By the difference when the reply came. Set since, also right, it is not compared; a small step is none."""
    own, seconds = [NOW], [100.0]
    clock = CorrectedClock(lambda: own[0], lambda: seconds[0])
    assert (NOW, None) == (clock(), clock.offset)

    clock.measure(NOW - timedelta(hours=9), NOW)
    own[0], seconds[0] = NOW + timedelta(hours=1) + LARGEST_STEP, seconds[0] + 3600
    assert (NOW - timedelta(hours=8) + LARGEST_STEP, -timedelta(hours=9)) == (clock(), clock.offset)

    own[0] -= timedelta(days=365)
    assert (None, own[0]) == (clock.offset, clock())


def test_nothing_else_asks_this_computers_clock() -> None:
    """Whatever is stored or told goes by the corrected clock; the simulated hosts have clocks of their own."""
    package = Path(archiver.__file__).parent
    asks = re.compile(r"datetime\.(now|utcnow)\(|date\.today\(|\btime\.time\(")
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "demo" not in path.relative_to(package).parts and asks.search(path.read_text(encoding="utf-8"))
    }

    assert RAW_CLOCKS == found
