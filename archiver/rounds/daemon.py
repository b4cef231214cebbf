"""Runs `archive daemon`: APScheduler wakes `DaemonWork` again and again, and a signal stops it within seconds.

`DaemonWork` decides what is due. Rounds, verifications and regular copies have a thread each, so that saving does not
wait for many gigabytes.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from archiver.rounds.daemon_work import DaemonWork
from archiver.rounds.many_homes import ManyHomes
from archiver.rounds.stop import Stop, Stopped

LONGEST_TICK = timedelta(seconds=20)
"""Longest interval between two questions what is due; after suspend the first round comes within it."""

SHORTEST_TICK = timedelta(seconds=1)

GRACE = 4.0
"""Seconds that a duty has to end after a stop; cutting it off at any point loses nothing."""


def run(work: DaemonWork, stop: Stop) -> bool:
    """Work until a stop is requested; return whether every duty ended in time.

    If not, the process should be left at once: the disk is consistent at any moment. Raises what ended a duty for
    good: NewerArchive, or a bug.
    """
    _stop_at_signals(stop)
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL + 1)  # it would tell of each moment a round takes longer
    duties = {"rounds": work.round, "checks": work.check, "copies": work.copy}
    scheduler = BackgroundScheduler(timezone=UTC, executors={name: ThreadPoolExecutor(1) for name in duties})
    busy = [_GuardedDuty(duty, stop) for duty in duties.values()]
    tick = max(SHORTEST_TICK, min(LONGEST_TICK, work.pace() / 10))
    for name, duty in zip(duties, busy, strict=True):
        scheduler.add_job(
            duty,
            "interval",
            seconds=tick.total_seconds(),
            executor=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    while not stop.requested.wait(tick.total_seconds()):
        _reschedule_late_jobs(scheduler, tick)
    scheduler.shutdown(wait=False)
    ended = _wait_for_end(busy)
    if stop.error is not None:
        raise stop.error
    return ended


def run_many(homes: ManyHomes, stop: Stop) -> bool:
    """Work on many archives until a stop is requested; return whether every round ended in time, as `run` does."""
    _stop_at_signals(stop)
    while not stop.requested.wait(SHORTEST_TICK.total_seconds()):
        homes.turn()
    ended = homes.wait(GRACE)
    homes.close()
    return ended


def _stop_at_signals(stop: Stop) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop.request)


class _GuardedDuty:
    """A duty that knows whether it is working, ends quietly at a stop, and stops the daemon if it cannot go on."""

    def __init__(self, duty: Callable[[], bool], stop: Stop) -> None:
        self._duty, self._stop = duty, stop
        self.is_working = False

    def __call__(self) -> None:
        """Do what is due, one after the other, until nothing is."""
        self.is_working = True
        try:
            while not self._stop.requested.is_set() and self._duty():
                pass
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001 - raised again by `run`, in the thread that ends the process
            self._stop.error = error
            self._stop.request()
        finally:
            self.is_working = False


def _reschedule_late_jobs(scheduler: BackgroundScheduler, tick: timedelta) -> None:
    """Reschedule jobs after the clock was set back, or APScheduler would wait until the old time comes again."""
    now = datetime.now(UTC)
    for job in scheduler.get_jobs():
        if job.next_run_time is not None and job.next_run_time - now > 2 * tick:
            job.modify(next_run_time=now)


def _wait_for_end(busy: list[_GuardedDuty]) -> bool:
    until = time.monotonic() + GRACE
    while any(one.is_working for one in busy):
        if time.monotonic() >= until:
            return False
        time.sleep(0.05)
    return True
