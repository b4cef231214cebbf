"""The queue of rounds: what waits, what is tried again, whose database is of which version."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import psycopg_pool
import pytest

from archiver import errors
from archiver.rounds.daemon import Stop
from archiver.team import round_queue
from archiver.team.account_rounds import RoundFailed
from archiver.team.ledger.database import connect
from archiver.team.round_queue import RoundQueue
from tests.support.teams.postgres import Postgres
from tests.support.teams.team import running_ledger, wait_until
from tests.support.teams.team_service import FAST

pytestmark = pytest.mark.drawn

JOBS = "procrastinate.procrastinate_jobs"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Postgres]:
    """A ledger with a queue."""
    with running_ledger() as postgres:
        round_queue.install_queue(postgres.address())
        yield postgres


@pytest.fixture
def postgres(cluster: Postgres) -> Postgres:
    """The same, with an empty queue."""
    change(cluster, f"DELETE FROM {JOBS}")
    return cluster


def change(postgres: Postgres, *statements: str) -> None:
    """Change the queue by hand; its triggers look for its tables where it does."""
    postgres.execute(f"SET search_path TO {round_queue.SCHEMA}", *statements)


def jobs(postgres: Postgres) -> list[tuple[Any, ...]]:
    """What is in the queue of rounds: lock, status, attempts."""
    return postgres.rows(f"SELECT lock, status::text, attempts FROM {JOBS} WHERE queue_name = 'rounds' ORDER BY id")


def defer(postgres: Postgres, *archives: int) -> None:
    """Defer the rounds of these, as a worker does every minute."""
    queue = RoundQueue(postgres.address("worker"), lambda _archive, _step: None, lambda: archives, times=FAST)

    async def plan() -> None:
        async with queue.app.open_async():
            await queue._defer_due(0)

    asyncio.run(plan())


@contextmanager
def working(postgres: Postgres, run_round: Callable[[int], object], *due: int) -> Iterator[Stop]:
    """A worker in a thread of this process."""
    stop = Stop()
    queue = RoundQueue(postgres.address("worker"), lambda archive, _step: run_round(archive), lambda: due, times=FAST)
    thread = threading.Thread(target=queue.run, args=(stop,), kwargs={"rounds_at_once": 4, "name": "worker"})
    thread.start()
    try:
        yield stop
    finally:
        stop.request()
        thread.join()


def test_what_waits_is_not_deferred_again(postgres: Postgres) -> None:
    """A slow day does not pile up; longest overdue comes first."""
    defer(postgres, 3, 1)
    defer(postgres, 1, 2, 3)

    assert [("3", "todo", 0), ("1", "todo", 0), ("2", "todo", 0)] == jobs(postgres)


def test_what_runs_is_not_deferred_again(postgres: Postgres) -> None:
    """So a round that is to be tried again always finds its place free."""
    defer(postgres, 1)
    change(postgres, f"UPDATE {JOBS} SET status = 'doing'")
    defer(postgres, 1)

    assert [("1", "doing", 0)] == jobs(postgres)


def test_a_round_that_fails_is_tried_again_after_a_pause(postgres: Postgres) -> None:
    """It stays in the queue, and nothing of the error but its name is in the database."""
    secret, ran = "the text of a message", threading.Event()

    def fail(_archive: int) -> None:
        ran.set()
        raise ValueError(secret)

    defer(postgres, 1)
    with working(postgres, fail):
        wait_until(ran.is_set)
        wait_until(lambda: jobs(postgres) == [("1", "todo", 1)])

    ((pause,),) = postgres.rows(f"SELECT extract(epoch FROM scheduled_at - now())::int FROM {JOBS}")
    assert 0 < pause <= 30


def test_a_round_that_went_through_leaves_nothing_in_the_queue(postgres: Postgres) -> None:
    """The tables stay small, whatever time passes."""
    ran: list[int] = []
    defer(postgres, 1, 2)
    with working(postgres, ran.append):
        wait_until(lambda: jobs(postgres) == [])

    assert [1, 2] == sorted(ran)


def test_a_dead_workers_round_is_made_by_another(postgres: Postgres) -> None:
    """After its heartbeat has been missing for a while; also when its planning job died with it."""
    ran: list[int] = []
    defer(postgres, 7)
    change(
        postgres,
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')",
        f"INSERT INTO {JOBS} (queue_name, task_name, queueing_lock) SELECT 'planning', name, name "
        "FROM (VALUES ('retry_stalled')) AS planning (name)",
        f"UPDATE {JOBS} SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)",
    )

    with working(postgres, ran.append):
        wait_until(lambda: ran == [7])


def test_a_round_whose_end_was_not_noted_is_made_again(postgres: Postgres) -> None:
    """As the connection broke just then: while its worker lives, nobody else would ever free the archive."""
    ran, may_end = list[int](), threading.Event()

    def run_round(archive: int) -> None:
        ran.append(archive)
        may_end.wait()

    ending = "wait_event_type = 'Lock' AND query LIKE '%finish_job%'"
    defer(postgres, 7)
    with working(postgres, run_round), psycopg.connect(postgres.address(), autocommit=True) as connection:
        wait_until(lambda: ran == [7])
        with psycopg.connect(postgres.address()) as holding:
            holding.execute(f"SELECT FROM {JOBS} WHERE lock = '7' FOR UPDATE".encode())
            may_end.set()
            cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ending}".encode()
            wait_until(lambda: connection.execute(cut).fetchall() == [(True,)])

        wait_until(lambda: ran == [7, 7])


def test_a_worker_outlives_its_database(postgres: Postgres) -> None:
    """It is restarted under it; the worker goes on by itself."""
    ran: list[int] = []
    with working(postgres, ran.append, 1):
        wait_until(lambda: len(ran) > 0)
        postgres.crash()
        time.sleep(1)
        postgres.start()
        before = len(ran)
        wait_until(lambda: len(ran) > before)


def test_a_worker_outlives_a_database_that_stays_away(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the time for which the library waits for a first connection, here shortened."""
    ran: list[int] = []
    monkeypatch.setattr(psycopg_pool.AsyncConnectionPool.open, "__defaults__", (False, 0.5))
    postgres.crash()
    with working(postgres, ran.append, 1):
        time.sleep(2)
        postgres.start()
        wait_until(lambda: len(ran) > 0)


def test_a_round_gives_up_when_its_worker_counts_as_dead(postgres: Postgres) -> None:
    """As the database has not heard of it for so long that another one may begin the round."""
    queue = RoundQueue(postgres.address("worker"), lambda _archive, step: step(), lambda: (), times=FAST)
    queue._round_of(1)
    queue._beating._last -= FAST.stalled

    with pytest.raises(round_queue._RoundStopped):
        queue._round_of(1)


def test_a_round_of_before_its_worker_registered_anew_is_given_up(postgres: Postgres) -> None:
    """As when the database went away meanwhile: for that round nobody beats any more, so others take it over."""
    steps = list[str]()

    async def register() -> None:
        async with queue.app.open_async():
            await queue._beating.register_worker()

    def run_round(_archive: int, step: Callable[[], None]) -> None:
        step()
        steps.append("before")
        asyncio.run(register())
        step()
        steps.append("after")

    queue = RoundQueue(postgres.address("worker"), run_round, lambda: (), times=FAST)

    with pytest.raises(round_queue._RoundStopped):
        queue._round_of(1)
    assert ["before"] == steps


def test_no_error_of_a_round_carries_its_circumstances(postgres: Postgres) -> None:
    """A library that prints an error prints its chain too."""

    def fail(_archive: int, _step: object) -> None:
        try:
            raise KeyError("token")
        except KeyError as error:
            raise RoundFailed("TokenMissing") from error

    queue = RoundQueue(postgres.address("worker"), fail, lambda: (), times=FAST)
    with pytest.raises(RoundFailed) as raised:
        queue._round_of(1)

    assert (raised.value.args, raised.value.__cause__, raised.value.__context__) == (("TokenMissing",), None, None)


def test_the_tables_say_of_which_version_they_are(postgres: Postgres) -> None:
    """Installing again changes nothing; a worker with another library does not begin."""
    round_queue.install_queue(postgres.address())
    round_queue.check_queue(postgres.address("worker"))

    ((own,),) = postgres.rows("SELECT obj_description('procrastinate'::regnamespace)")
    for held in ("procrastinate 3.3.0.99", "procrastinate 99.0.0.99"):
        postgres.execute(f"COMMENT ON SCHEMA procrastinate IS '{held}'")
        with pytest.raises(errors.QueueUnavailable, match="version"):
            round_queue.check_queue(postgres.address("worker"))
    postgres.execute(f"COMMENT ON SCHEMA procrastinate IS '{own}'")


def test_an_older_queue_is_brought_up(postgres: Postgres) -> None:
    """By the library's own migrations, to what a new one is."""
    postgres.execute("CREATE DATABASE older")
    older = Postgres(postgres.folder, name="older")
    with closing(connect(older.address())) as connection:
        connection.execute("CREATE SCHEMA procrastinate AUTHORIZATION ledger_owner")
        connection.execute("SET ROLE ledger_owner")
        connection.execute("SET search_path TO procrastinate")
        for path in round_queue._migrations((0,), (3, 2, 0, 1)):  # killed between two migrations of one version
            round_queue._apply(connection, path.read_text(encoding="utf-8"), round_queue._migration_version(path))

    with pytest.raises(errors.QueueUnavailable):
        round_queue.check_queue(older.address())
    round_queue.install_queue(older.address())

    round_queue.check_queue(older.address())
    for query in (
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = {}",
        "SELECT proname, pg_get_function_arguments(oid), prosrc FROM pg_proc WHERE pronamespace = {}::regnamespace",
    ):
        assert len({(*sorted(one.rows(query.format("'procrastinate'"))),) for one in (postgres, older)}) == 1


@pytest.mark.parametrize("user", ["machine", "reader", "overseer"])
def test_only_workers_have_the_queue(postgres: Postgres, user: str) -> None:
    """Nobody else can begin rounds, or keep them from being made."""
    with closing(connect(postgres.address(user))) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"DELETE FROM {JOBS}".encode())


def test_what_others_notify_stops_no_worker(postgres: Postgres) -> None:
    """NOTIFY is open to every user of the database, one who may see nothing of it included."""
    ran: list[int] = []
    change(postgres, "DELETE FROM procrastinate_workers")
    with working(postgres, ran.append), psycopg.connect(postgres.address("overseer"), autocommit=True) as connection:
        wait_until(lambda: len(registered(postgres)) == 1)
        before = registered(postgres)
        for payload in ("", "nothing", '{"type": "abort_job_requested"}', "[]"):
            connection.execute("SELECT pg_notify('procrastinate_any_queue_v1', %s)", (payload,))
        defer(postgres, 1)
        wait_until(lambda: ran == [1])
        assert before == registered(postgres)


def test_a_lock_of_another_user_keeps_nobody_from_planning(postgres: Postgres) -> None:
    """Advisory locks are open to every user of the database, whatever their names are."""
    with psycopg.connect(postgres.address("overseer")) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('archiver.planning'))")
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(round_queue.PLAN_ALONE.encode())
        planning = threading.Thread(target=defer, args=(postgres, 1), daemon=True)
        planning.start()
        planning.join(20)
        assert not planning.is_alive()

    assert [("1", "todo", 0)] == jobs(postgres)


def test_two_workers_do_not_plan_at_once(postgres: Postgres) -> None:
    """The second one waits, and finds what the first has deferred."""
    with psycopg.connect(postgres.address("worker")) as connection:
        connection.execute(round_queue.PLAN_ALONE.encode())
        planning = threading.Thread(target=defer, args=(postgres, 1), daemon=True)
        planning.start()
        planning.join(1)
        assert (True, []) == (planning.is_alive(), jobs(postgres))
    planning.join(20)

    assert [("1", "todo", 0)] == jobs(postgres)


def registered(postgres: Postgres) -> list[int]:
    """The numbers of the workers that the database knows."""
    return [number for (number,) in postgres.rows("SELECT id FROM procrastinate.procrastinate_workers ORDER BY id")]
