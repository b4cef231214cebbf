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


class Computer:
    """A clock that can be set, and one that cannot."""

    def __init__(self) -> None:
        self.own, self.seconds = NOW, 100.0

    def pass_by(self, seconds: float) -> None:
        """Let time pass on both."""
        self.own += timedelta(seconds=seconds)
        self.seconds += seconds

    def clock(self) -> CorrectedClock:
        """The clock under test."""
        return CorrectedClock(lambda: self.own, lambda: self.seconds)


def test_before_a_reply_it_is_the_computers_time() -> None:
    """And the offset is not known."""
    clock = Computer().clock()

    assert (NOW, None) == (clock(), clock.offset)


def test_a_reply_corrects_it_from_then_on() -> None:
    """By the difference at the time when the reply came."""
    computer = Computer()
    clock = computer.clock()
    computer.pass_by(5)
    clock.measure(NOW - timedelta(hours=9), computer.own)
    computer.pass_by(3600)

    assert NOW - timedelta(hours=8) == clock()
    assert -timedelta(hours=9, seconds=5) == clock.offset


def test_a_clock_that_was_set_since_counts_as_not_compared() -> None:
    """Also where it was set right; a small step of the synchronization is none."""
    computer = Computer()
    clock = computer.clock()
    clock.measure(NOW - timedelta(days=365), NOW)
    computer.own += LARGEST_STEP
    after_a_step = clock.offset
    computer.own -= timedelta(days=365)

    assert (-timedelta(days=365), None, computer.own) == (after_a_step, clock.offset, clock())


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
