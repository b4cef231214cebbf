"""Runs `archive daemon`, for one archive or for many in one process; a signal stops it within seconds.

APScheduler wakes `DaemonWork` again and again, which decides what is due. Rounds, verifications and regular copies have
a thread each, so that saving does not wait for many gigabytes. Of many archives, whoever waited longest begins first,
and an account has one round at a time, so none is starved. What goes wrong with one stops no other.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.executors import pool
from apscheduler.schedulers.background import BackgroundScheduler

from archiver import errors
from archiver.rounds.daemon_work import DaemonWork
from archiver.rounds.scheduled_duties import DaemonMessages, Reminders, as_error


class Stopped(BaseException):
    """Raised within a duty because the daemon stops; no `Exception`, so that no handler of errors catches it."""


class Stop:
    """The request to stop, from a signal or from an error that only a restart can mend."""

    def __init__(self) -> None:
        self.requested = threading.Event()
        self.error: Exception | None = None

    def request(self, *_signal: object) -> None:
        """Request the stop; also a handler of signals."""
        self.requested.set()

    def step(self) -> None:
        """Check for the request between two steps of the work. Raises Stopped."""
        if self.requested.is_set():
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Sleep until the time is over or a stop is requested. Raises Stopped."""
        if self.requested.wait(seconds):
            raise Stopped


ROUNDS_AT_ONCE = 8
"""A round mostly waits for Chatwork, so several fit on one processor."""

LIST_SECONDS = 60.0
"""How often it is looked which archives there are."""

AGAIN_SECONDS = 5.0
"""When an archive is asked again that somebody else was saving."""

REST_SECONDS = 600.0
"""When an archive is tried again that could not be opened, or whose work a newer version or a bug ended."""


@dataclass(eq=False)
class _Member:
    """One of the archives; it is opened, and its daemon's lock held, from its first round on."""

    home: Path
    account: str
    reminders: Reminders
    work: DaemonWork | None = None
    held: ExitStack = field(default_factory=ExitStack)
    turn: int = 0
    """The number of its last round among all; 0 before the first."""
    rests_until: float = 0.0
    running: Future[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether a round of it runs now."""
        return self.running is not None and not self.running.done()


class ManyHomes:
    """The archives of one computer, each with its own work; `turn` starts what is due."""

    def __init__(
        self,
        list_homes: Callable[[], Mapping[Path, str]],
        open_home: Callable[[Path], AbstractContextManager[DaemonWork]],
        messages: Callable[[Path], DaemonMessages],
        *,
        now: Callable[[], datetime],
        rounds_at_once: int = ROUNDS_AT_ONCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what lists the homes with the account of each, and what opens one under its daemon's lock."""
        self._list_homes, self._open_home, self._messages = list_homes, open_home, messages
        self._now, self._monotonic, self._limit = now, monotonic, rounds_at_once
        self._members: dict[Path, _Member] = {}
        self._listed_at: float | None = None
        self._turns = self._upkeep_turns = 0
        self._rounds = ThreadPoolExecutor(rounds_at_once, thread_name_prefix="round")
        self._upkeep = ThreadPoolExecutor(1, thread_name_prefix="upkeep")
        self._upkeep_job: Future[None] | None = None

    def turn(self) -> int:
        """Start the rounds that are due and may begin now, and the upkeep of one archive; how many rounds."""
        self._list_members()
        running = [member for member in self._members.values() if member.is_running]
        accounts, free = {member.account for member in running}, self._limit - len(running)
        started = 0
        for member in sorted(self._members.values(), key=lambda one: one.turn):
            if started < free and member.account not in accounts and self._is_due(member):
                accounts.add(member.account)
                self._turns += 1
                started += 1
                member.turn = self._turns
                member.running = self._rounds.submit(self._run_round, member)
        self._start_upkeep()
        return started

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing runs; whether everything ended in time."""
        jobs = [*(member.running for member in self._members.values()), self._upkeep_job]
        return not wait([job for job in jobs if job is not None], timeout=seconds).not_done

    def close(self) -> None:
        """Give back the locks of the archives; nothing new is started."""
        self._rounds.shutdown(wait=False, cancel_futures=True)
        self._upkeep.shutdown(wait=False, cancel_futures=True)
        for member in self._members.values():
            member.held.close()

    def _list_members(self) -> None:
        """Take in archives that are new, and leave those that are gone, which is told."""
        at = self._monotonic()
        if self._listed_at is not None and at - self._listed_at < LIST_SECONDS:
            return
        self._listed_at = at
        homes = self._list_homes()
        for home, account in homes.items():
            if home not in self._members:
                self._members[home] = _Member(home, account, Reminders(self._messages(home), self._now))
        for home in self._members.keys() - homes.keys():
            if not self._members[home].is_running:
                member = self._members.pop(home)
                member.held.close()
                member.reminders.trouble(errors.ArchiveGone(path=home))

    def _is_due(self, member: _Member) -> bool:
        is_free = not member.is_running and member.rests_until <= self._monotonic()
        return is_free and (member.work is None or member.work.is_round_due())

    def _run_round(self, member: _Member) -> None:
        """Run the round of an archive; whatever ends it is told, and the archive is tried again."""
        try:
            if member.work is None:
                member.work = member.held.enter_context(self._open_home(member.home))
            if not member.work.round():
                member.rests_until = self._monotonic() + AGAIN_SECONDS
            member.reminders.saved()
        except Stopped:
            return
        except Exception as error:  # noqa: BLE001 - it is told, and the other archives go on
            member.reminders.trouble(as_error(error, member.home))
            member.rests_until = self._monotonic() + REST_SECONDS

    def _start_upkeep(self) -> None:
        """Ask the next archive for a verification or a copy that is due; they are made one at a time."""
        open_members = [member for member in self._members.values() if member.work is not None]
        if open_members and (self._upkeep_job is None or self._upkeep_job.done()):
            self._upkeep_turns += 1
            member = open_members[self._upkeep_turns % len(open_members)]
            self._upkeep_job = self._upkeep.submit(_keep_up, member)


def _keep_up(member: _Member) -> None:
    """Make the verification and the copy of an archive that are due; both tell themselves what goes wrong."""
    try:
        assert member.work is not None
        member.work.check()
        member.work.copy()
    except Stopped:
        return


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
    scheduler = BackgroundScheduler(timezone=UTC, executors={name: pool.ThreadPoolExecutor(1) for name in duties})
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
