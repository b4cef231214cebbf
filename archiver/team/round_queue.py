"""The queue of rounds on procrastinate, in the team's database: who makes which round when.

One task makes the round of an archive; the archive is its lock and its queueing lock, so it neither runs nor waits
twice. Every minute what is due is deferred, longest overdue first, and jobs of workers without a heartbeat are tried
again. What is deferred is decided in one transaction that no other one overlaps, so no archive ever has a waiting job
beside a running one, and a job that is to be tried again finds its place free.
The queue's own tables lie in a schema of their own, whose comment says of which version they are. An update applies
procrastinate's migrations between that version and the installed library's, as its documentation asks for: each in a
transaction of its own, as some use what the one before has added, and noted, so a killed update can be gone on with.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import re
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime, timedelta
from functools import partial
from gettext import gettext as _
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import procrastinate
from procrastinate import exceptions
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.psycopg_connector import wrap_exceptions
from procrastinate.schema import SchemaManager

from archiver import errors
from archiver.rounds.daemon import Stop, Stopped
from archiver.team import account_rounds, sealed_tokens
from archiver.team.account_rounds import AccountRounds, CareEnd, RoundEnd, RoundFailed
from archiver.team.adopt_and_take_home import store_address
from archiver.team.copies import Gathering, Waiting
from archiver.team.ledger.database import connect, ledger_errors, ledger_making_errors, printable
from archiver.team.ledger.service_tables import Admission, TeamLedger
from archiver.team.s3_store import open_store
from archiver.team.sealed_tokens import forbid_core_files
from archiver.team.team_file import TeamSettings

SCHEMA = "procrastinate"

_RIGHTS = (
    f"GRANT USAGE ON SCHEMA {SCHEMA} TO ledger_worker, ledger_overseer",
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SCHEMA} TO ledger_worker",
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {SCHEMA} TO ledger_worker",
    f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {SCHEMA} FROM PUBLIC",
    f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {SCHEMA} TO ledger_worker",
)

Version = tuple[int, ...]
"""Three numbers of a version of procrastinate, and the number of a migration in it."""

_WHOLE = 99
"""In place of the number of a migration: all of that version."""


def install_queue(address: str) -> None:
    """Make the tables of the queue, or bring them up to the installed library; roles and ledger are there already.

    Raises LedgerUnavailable, TeamNotInstalled.
    """
    with ledger_making_errors(address), closing(connect(address)) as connection:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION ledger_owner")
        connection.execute("SET ROLE ledger_owner")
        connection.execute(f"SET search_path TO {SCHEMA}")
        held, installed = _held_version(connection), _installed_version()
        if held is None:
            _apply(connection, SchemaManager.get_schema(), installed)
        for path in _migrations(held or installed, installed):
            _apply(connection, path.read_text(encoding="utf-8"), _migration_version(path))
        if held is not None and held < installed:
            _apply(connection, "SELECT 1", installed)
        for statement in _RIGHTS:
            connection.execute(statement.encode())


def check_queue(address: str) -> None:
    """Check that the tables go with the installed library.

    Raises QueueUnavailable, LedgerUnavailable, TeamNotInstalled.
    """
    with ledger_errors(address), closing(connect(address)) as connection:
        held, installed = _held_version(connection), _installed_version()
    if held is None:
        raise errors.QueueUnavailable(ledger=printable(address), detail=_("it was not made yet"))
    if held[:2] > installed[:2] or _migrations(held, installed):
        detail = _("it is of version {held}, the library here of {installed}")
        raise errors.QueueUnavailable(
            ledger=printable(address), detail=detail.format(held=_text(held[:3]), installed=_text(installed[:3]))
        )


def _apply(connection: Any, statements: str, version: Version) -> None:
    """Run statements, and note of which version the tables are after them, in one transaction."""
    with connection.transaction():
        connection.execute(statements.encode())
        connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{SCHEMA} {_text(version)}'".encode())


def _installed_version() -> Version:
    return (*_numbers(version("procrastinate"))[:3], _WHOLE)


def _held_version(connection: Any) -> Version | None:
    """The version of the tables; None: there are none."""
    query = "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s"
    row = connection.execute(query, (SCHEMA,)).fetchone()
    return None if row is None or row[0] is None else _numbers(row[0])


def _migrations(after: Version, until: Version) -> list[Path]:
    """The migrations of the library after a version and up to another, in their order."""
    folder = Path(SchemaManager.get_migrations_path())
    return [path for path in sorted(folder.glob("[0-9]*.sql")) if after < _migration_version(path) <= until]


def _migration_version(path: Path) -> Version:
    """The version of a migration, by its name, such as `03.04.00_50_post_add_retry_failed_job_procedure.sql`."""
    return _numbers(path.name)[:4]


def _numbers(text: str) -> Version:
    return tuple(int(number) for number in re.findall(r"[0-9]+", text))


def _text(parts: Version) -> str:
    return ".".join(map(str, parts))


ROUNDS, PLANNING = "rounds", "planning"
"""The queues: of rounds, and of what plans them, which comes first."""

_PLANNING_FIRST = 10
_GIVE_UP_AFTER = 0.8
"""A round is given up after this part of the time after which the others take its worker for dead."""
_CONNECTIONS = 4

_WAITING = "SELECT lock FROM procrastinate_jobs WHERE queue_name = %s AND status IN ('todo', 'doing')"


PLAN_ALONE = f"LOCK TABLE {SCHEMA}.procrastinate_periodic_defers IN SHARE UPDATE EXCLUSIVE MODE"
"""Of workers only one has this lock, which hinders no row of the table. An advisory lock would do the same, but every
user of the database, one who is to see nothing included, could take that and keep it."""


class QueueTimes(NamedTuple):
    """How often the queue is looked at, in seconds; tests choose shorter ones."""

    cron: str = "* * * * *"
    """When what is due is deferred; a sixth field has seconds."""
    heartbeat: float = 10.0
    stalled: float = 30.0
    """A worker without a heartbeat for so long has died; its jobs are tried again."""
    polling: float = 5.0
    restart: float = 2.0
    """The pause before a worker starts anew whose database went away."""
    retry: float = 30.0
    """The first pause before a round that failed is tried again; it doubles each time."""
    end: float = 25.0
    """How long rounds that are under way are waited for when the worker is to stop."""


class _GrowingPauses(procrastinate.BaseRetryStrategy):
    """A round that failed is tried again, for ever, after a pause that grows; one that was stopped at once."""

    def __init__(self, first: timedelta) -> None:
        self._first = first

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> procrastinate.RetryDecision:
        """The pause after an exception."""
        if isinstance(exception, _RoundStopped):
            return procrastinate.RetryDecision(retry_in={"seconds": 0})
        pause = account_rounds.retry_pause(job.attempts, self._first)
        return procrastinate.RetryDecision(retry_in={"seconds": int(pause.total_seconds())})


class _RoundStopped(Exception):
    """A round ended between two steps, as its worker is to stop."""


class _BeatingManager(JobManager):
    """Remembers when the database last heard of this worker, how often it registered, and if a job's end went unheard.

    Such a job counts as running for as long as this registration lives: the worker has to register anew.
    """

    def __init__(self, connector: procrastinate.PsycopgConnector) -> None:
        super().__init__(connector)
        self._last = time.monotonic()
        self.registrations = 0
        self.is_unheard = False

    async def register_worker(self) -> int:
        """Register this worker."""
        worker = await super().register_worker()
        self._last = time.monotonic()
        self.registrations += 1
        return worker

    async def update_heartbeat(self, worker_id: int) -> None:
        """Tell the database that this worker lives."""
        at = time.monotonic()
        await super().update_heartbeat(worker_id)
        self._last = at

    async def finish_job(self, *arguments: Any, **named: Any) -> None:
        """Note the end of a job."""
        await self._tell(super().finish_job(*arguments, **named))

    async def retry_job(self, *arguments: Any, **named: Any) -> None:
        """Note that a job is to be tried again."""
        await self._tell(super().retry_job(*arguments, **named))

    async def _tell(self, telling: Awaitable[None]) -> None:
        try:
            await telling
        except exceptions.ConnectorException as error:
            self.is_unheard |= not isinstance(error, exceptions.UniqueViolation)  # that is an answer
            raise

    def seconds_since(self) -> float:
        """How long ago that was."""
        return time.monotonic() - self._last


USUAL = QueueTimes()


class RoundQueue:
    """A worker of the queue in one database."""

    def __init__(
        self,
        address: str,
        run_round: Callable[[int, Callable[[], None]], object],
        due_archives: Callable[[], Sequence[int]],
        *,
        attend: Callable[[], bool] = lambda: False,
        times: QueueTimes = USUAL,
    ) -> None:
        """Take what makes the round of an archive, calling a function between two steps, and what lists those due.

        `attend` is called before any work is taken, and then with each heartbeat; True: the worker has to register
        anew, as the database counts for running what an earlier one of its number ran.
        """
        self._run_round, self._due, self._attend, self._times = run_round, due_archives, attend, times
        connector = procrastinate.PsycopgConnector(
            conninfo=address, configure=_use_own_schema, min_size=1, max_size=_CONNECTIONS, timeout=30.0
        )
        self._connector = connector
        self.app: Any = procrastinate.App(connector=connector)
        self._beating = self.app.job_manager = _BeatingManager(connector)
        pauses = _GrowingPauses(timedelta(seconds=times.retry))
        self._round: Any = self.app.task(name="round_of", queue=ROUNDS, retry=pauses)(self._round_of)
        planning: dict[str, Any] = {"queue": PLANNING, "priority": _PLANNING_FIRST}
        every_minute: Any = self.app.periodic(cron=times.cron)
        for name, task in (("defer_due", self._defer_due), ("retry_stalled", self._retry_stalled)):
            # Without a lock: a worker that died with one of these must not keep the others from it.
            declare: Any = self.app.task(name=name, queueing_lock=name, **planning)
            every_minute(declare(task))

    def run(self, stop: Stop, *, rounds_at_once: int, name: str) -> None:
        """Work until a stop is requested, also by a signal; while the database is away it is tried again."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, stop.request)
        executor = ThreadPoolExecutor(rounds_at_once + 2, thread_name_prefix="round")
        try:
            asyncio.run(self._run_until(stop, executor, rounds_at_once, name))
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    # --- the worker ------------------------------------------------------------------------------

    async def _run_until(self, stop: Stop, executor: ThreadPoolExecutor, rounds_at_once: int, name: str) -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(executor)
        loop.set_exception_handler(lambda _loop, _what: None)  # of jobs whose end the database did not hear of
        while not stop.requested.is_set():
            with suppress(exceptions.ProcrastinateException, OSError):
                async with wrap_exceptions(), self.app.open_async():
                    await self._work(stop, rounds_at_once, name)
            await self.app.close_async()  # what was opened in vain
            if not stop.requested.is_set():
                await asyncio.sleep(self._times.restart)

    async def _work(self, stop: Stop, rounds_at_once: int, name: str) -> None:
        """Work until a stop is requested, the database goes away, or it has not heard of the end of a job."""
        self._beating.is_unheard = False
        await asyncio.to_thread(self._attend)
        worker = asyncio.create_task(
            self.app.run_worker_async(
                name=name,
                concurrency=rounds_at_once,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=self._times.heartbeat,
                stalled_worker_timeout=self._times.stalled,
                fetch_job_polling_interval=self._times.polling,
                shutdown_graceful_timeout=self._times.end,
                listen_notify=False,  # every user of the database may NOTIFY, and a word of theirs would end the worker
            )
        )
        attended = time.monotonic()
        while not (worker.done() or stop.requested.is_set() or self._beating.is_unheard):
            await asyncio.wait([worker], timeout=0.2)
            if time.monotonic() - attended > self._times.heartbeat:
                self._beating.is_unheard |= await asyncio.to_thread(self._attend)
                attended = time.monotonic()
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker

    # --- the tasks -------------------------------------------------------------------------------

    def _round_of(self, archive: int) -> None:
        """Make the round of an archive. Whatever ends it comes out without its text and its circumstances."""
        failed: Exception | None = None
        try:
            self._run_round(archive, partial(self._step, self._beating.registrations))
        except Stopped:
            failed = _RoundStopped()
        except RoundFailed as error:
            failed = RoundFailed(*error.args)
        except Exception as error:  # noqa: BLE001 - as above; it is tried again
            failed = RoundFailed(type(error).__name__)
        if failed is not None:
            raise failed

    def _step(self, registration: int) -> None:
        """Between two steps of a round: a worker that the others take for dead gives its rounds up. Raises Stopped.

        One that has registered anew meanwhile, as its database went away, is another one to them: nobody gives signs of
        life for a round of before, so others take it over.
        """
        is_of_before = registration != self._beating.registrations
        if is_of_before or self._beating.seconds_since() > self._times.stalled * _GIVE_UP_AFTER:
            raise Stopped

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[Any]:
        """A transaction on the queue's tables; no other worker plans meanwhile."""
        async with self._connector.pool.connection() as connection:
            await connection.execute(PLAN_ALONE)
            yield connection

    async def _defer_due(self, timestamp: int) -> None:  # noqa: ARG002 - the library names it
        """Defer the rounds that are due, of archives that have none waiting or running."""
        due = await asyncio.get_running_loop().run_in_executor(None, self._due)
        async with self._alone() as connection:
            waiting = await (await connection.execute(_WAITING, (ROUNDS,))).fetchall()
            there = {lock for (lock,) in waiting}
            for archive in (str(archive) for archive in due if str(archive) not in there):
                deferrer = self._round.configure(lock=archive, queueing_lock=archive, connection=connection)
                await deferrer.defer_async(archive=int(archive))

    async def _retry_stalled(self, timestamp: int) -> None:  # noqa: ARG002 - the library names it
        """Try the jobs again whose worker has died; one whose place another job has taken meanwhile is over."""
        manager = self.app.job_manager
        async with self._alone():
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._times.stalled):
                try:
                    await manager.retry_job(job)
                except exceptions.UniqueViolation:
                    await manager.finish_job(job, Status.FAILED, delete_job=True)
            await manager.prune_stalled_workers(self._times.stalled)


async def _use_own_schema(connection: Any) -> None:
    await connection.execute(f"SET search_path TO {SCHEMA}")
    await connection.commit()


_ROOM_EVERY = 50
"""After so many rounds it is looked whether the copies take too much."""


def run_worker(
    settings: TeamSettings,
    environ: Mapping[str, str],
    stop: Stop,
    *,
    now: Callable[[], datetime],
    tell: Callable[[RoundEnd], None] = lambda _end: None,
    tell_care: Callable[[CareEnd], None] = lambda _end: None,
    tell_begun: Callable[[], None] = lambda: None,
    tell_waiting: Callable[[Waiting], None] = lambda _waiting: None,
    times: QueueTimes = USUAL,
) -> None:
    """Make rounds until a stop is requested; `tell_begun` is called when all that is needed for them is there.

    Raises InstallationKeyUnusable, QueueUnavailable, LedgerUnavailable, BadTeamStore before anything is begun.
    """
    forbid_core_files()
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # how rounds end stands in the ledger
    secret_key = sealed_tokens.read_key(settings, environ)
    check_queue(settings.ledger)
    open_store(store_address(settings.store))
    tell_begun()
    with closing(TeamLedger(settings.ledger)) as ledger:
        rounds = AccountRounds(
            settings, environ, ledger, lambda: secret_key, now=now, stop=stop, tell=tell, tell_care=tell_care
        )
        with closing(rounds):
            attend, made = Gathering(rounds.copies, ledger, tell_waiting).attend, count(1)

            def run(archive: int, step: Callable[[], None]) -> None:
                rounds.run(archive, step)
                if next(made) % _ROOM_EVERY == 0:
                    rounds.copies.make_room()

            queue = RoundQueue(settings.ledger, run, lambda: due_archives(ledger), attend=attend, times=times)
            queue.run(stop, rounds_at_once=settings.rounds_at_once, name=f"{platform.node()}-{os.getpid()}")


def due_archives(ledger: TeamLedger) -> list[int]:
    """The archives whose round may begin now: all that are due, or one that tries whether Chatwork answers again.

    It is empty while a saver is awaited after a restore of the ledger, or while Chatwork is left alone.
    """
    if ledger.is_awaited():
        return []
    host, at = ledger.host()
    match host.admission(at):
        case Admission.FREE:
            return ledger.due_archives()
        case Admission.PROBE:
            return ledger.due_archives()[:1]
        case Admission.HELD:
            return []
