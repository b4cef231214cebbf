"""`archive daemon`: APScheduler in the foreground, which asks again and again what is due, and a stop within seconds.

It only wakes `duties`; what is due is decided there. Rounds and verifications have a thread each, so that saving
does not wait for a verification of many gigabytes.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from archiver.rounds.daemon_work import DaemonWork

LONGEST_TICK = timedelta(seconds=20)
"""How often it is asked what is due; after suspend it takes no longer until the first round."""

SHORTEST_TICK = timedelta(seconds=1)

GRACE = 4.0
"""Seconds that a duty has to come to a good place after a stop; it may be cut off at any place without loss."""


class Stopped(BaseException):
    """A duty was left at a good place because the daemon stops; not an error, so nobody else catches it."""


class Stop:
    """The wish to stop, from a signal or from a fault that only a new start can mend."""

    def __init__(self) -> None:
        self.wished = threading.Event()
        self.fault: Exception | None = None

    def now(self, *_signal: object) -> None:
        """Wish it; a handler of signals."""
        self.wished.set()

    def step(self) -> None:
        """Called between two steps of the work. Raises Stopped."""
        if self.wished.is_set():
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Sleep, but not past the wish. Raises Stopped."""
        if self.wished.wait(seconds):
            raise Stopped


def run(duties: DaemonWork, stop: Stop) -> bool:
    """Work until a stop is wished; whether every duty came to its end or to a good place in time.

    If not, the process should be left at once: what is on the disk is whole at any moment. Raises what ended a
    duty for good: NewerArchive, or a bug.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop.now)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL + 1)  # it would tell of each moment a round takes longer
    scheduler = BackgroundScheduler(
        timezone=UTC, executors={"rounds": ThreadPoolExecutor(1), "checks": ThreadPoolExecutor(1)}
    )
    busy = [_Guarded(duties.round, stop), _Guarded(duties.check, stop)]
    tick = _tick(duties)
    for name, work in zip(("rounds", "checks"), busy, strict=True):
        scheduler.add_job(
            work,
            "interval",
            seconds=tick.total_seconds(),
            executor=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    while not stop.wished.wait(tick.total_seconds()):
        _mend(scheduler, tick)
    scheduler.shutdown(wait=False)
    ended = _ended(busy)
    if stop.fault is not None:
        raise stop.fault
    return ended


class _Guarded:
    """A duty that knows whether it is at work, ends quietly at a stop, and stops everything if it cannot go on."""

    def __init__(self, duty: Callable[[], bool], stop: Stop) -> None:
        self._duty, self._stop = duty, stop
        self.at_work = False

    def __call__(self) -> None:
        """Do what is due now, one after the other, until nothing is."""
        self.at_work = True
        try:
            while not self._stop.wished.is_set() and self._duty():
                pass
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - raised again by `run`, in the thread that ends the process
            self._stop.fault = error
            self._stop.now()
        finally:
            self.at_work = False


def _tick(duties: DaemonWork) -> timedelta:
    return max(SHORTEST_TICK, min(LONGEST_TICK, duties.settings.sync.every / 10))


def _mend(scheduler: BackgroundScheduler, tick: timedelta) -> None:
    """A clock that was set back would let APScheduler wait until the old time comes again."""
    now = datetime.now(UTC)
    for job in scheduler.get_jobs():
        if job.next_run_time is not None and job.next_run_time - now > 2 * tick:
            job.modify(next_run_time=now)


def _ended(busy: list[_Guarded]) -> bool:
    until = time.monotonic() + GRACE
    while any(one.at_work for one in busy):
        if time.monotonic() >= until:
            return False
        time.sleep(0.05)
    return True
