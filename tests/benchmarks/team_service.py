"""A team's service: what a quiet round costs, and five hundred accounts under hardship for half an hour.

The quiet round stands beside one of an archive of its own, made in the same process over the same simulated Chatwork;
what it writes in PostgreSQL stands beside what the queue writes for it.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

from archiver.app import App, build_app
from archiver.rounds.daemon import Stop
from archiver.rounds.round import run_round
from archiver.settings.file import load_settings
from archiver.store.keeper import LEDGER_FILE
from archiver.sync.run_start import Options, ProgressCallbacks
from archiver.team import account_rounds
from archiver.team.account_rounds import AccountRounds
from archiver.team.ledger.service_tables import TeamLedger
from archiver.team.round_queue import RoundQueue
from tests.benchmarks.instruments.measure import Figure
from tests.support.teams.team_hardship import (
    Aftermath,
    Hardship,
    findings_at_home,
    longest_waits,
    lost_entries,
    lost_files,
    lost_messages,
    undergo,
)
from tests.support.teams.team_service import Service, running_service

BAR_MS, BAR_BYTES = 50.0, 2_000
QUIET_ACCOUNTS, TIMES = 10, 6
QUEUED = 200
"""Rounds that cost nothing, by which the queue itself is measured."""

ACCOUNTS, WORKERS, MINUTES = 500, 4, 30.0
STORE_AWAY = 1 / 6
"""Of its time the store is away for this part: five minutes of half an hour."""

LONGEST_WAIT = 600.0
HOMES = 20

T = TypeVar("T")


def measure(folder: Path, *, accounts: int = ACCOUNTS, minutes: float = MINUTES) -> list[Figure]:
    """The quiet round, then the hardship."""
    quiet = quiet_round(folder / "quiet")
    return [*quiet, hardship(folder / "hardship", accounts=accounts, minutes=minutes)] if minutes else quiet


def quiet_round(folder: Path) -> list[Figure]:
    """What rounds with nothing new cost, of a worker and of an archive of its own, in turn."""
    folder.mkdir()
    with running_service(folder, QUIET_ACCOUNTS, every="60s") as service:
        environ = {"CHATWORK_API_BASE_URL": service.chatworks.base_url("worker")}
        secret = (folder / "key").read_text(encoding="utf-8")
        with closing(TeamLedger(service.settings().ledger)) as ledger:
            rounds = AccountRounds(service.settings(), environ, ledger, lambda: secret, now=_now, stop=Stop())
            with closing(rounds):
                archives = [standing.archive for standing in service.standings.values()]
                for archive in archives:
                    rounds.run(archive)
                for chatwork in service.chatworks.accounts.values():
                    for room in chatwork.rooms:
                        chatwork.post(room, chatwork.owner, "こんにちは。")
                for archive in archives:
                    rounds.run(archive)
                alone = [_of_its_own(service, rounds, account, environ) for account in service.standings]
                before = service.chatworks.asked
                service.postgres.execute("ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")
                begun = service.postgres.written()
                in_team = [_milliseconds(rounds.run, archives) for _time in range(TIMES)]
                own = (service.postgres.written() - begun) / TIMES / len(archives)
                requests = (service.chatworks.asked - before) / TIMES / len(archives)
                plain = [_milliseconds(_run, alone) for _time in range(TIMES)]
        queue = _queue_bytes(service)
    team, single = median(in_team[1:]), median(plain[1:])
    processor_time = Figure(
        "a quiet round of a team's worker, 6 rooms, over PostgreSQL",
        f"≤ {BAR_MS:.0f} ms of processor time",
        f"{team:.0f} ms, {requests:.1f} requests; {team / single:.2f} times one without a ledger ({single:.0f} ms)",
        team <= BAR_MS,
    )
    log = Figure(
        "the same: write-ahead log of PostgreSQL, without autovacuum",
        f"≤ {BAR_BYTES} bytes",
        f"{own + queue:.0f} bytes: the round {own:.0f}, the queue {queue:.0f}",
        own + queue <= BAR_BYTES,
    )
    return [processor_time, log]


def _queue_bytes(service: Service) -> float:
    """What the queue writes for each round."""
    stop, left = Stop(), set(range(QUEUED))

    def run_round(archive: int, _step: object) -> None:
        left.discard(archive)
        if not left:
            stop.request()

    queue = RoundQueue(service.settings().ledger, run_round, lambda: range(QUEUED))

    async def plan() -> None:
        async with queue.app.open_async():
            await queue._defer_due(0)

    begun = service.postgres.written()
    asyncio.run(plan())
    queue.run(stop, rounds_at_once=1, name="worker")
    return (service.postgres.written() - begun) / QUEUED


def hardship(folder: Path, *, accounts: int = ACCOUNTS, minutes: float = MINUTES) -> Figure:
    """A worker killed each minute, two restarts, the store away; what was lost, who waited, what verifies."""
    folder.mkdir()
    with running_service(folder, accounts, every="60s") as service:
        print(f"{accounts} accounts have joined", file=sys.stderr, flush=True)
        tell = partial(print, file=sys.stderr, flush=True)
        return _judged(service, undergo(service, story(minutes), tell=tell), folder)


def story(minutes: float) -> Hardship:
    """The whole story in so many minutes."""
    seconds = 60 * minutes
    return Hardship(
        lasts=seconds,
        kill_every=max(15.0, seconds / 30),
        restarts=(seconds / 3, 2 * seconds / 3),
        store_away=(0.4 * seconds, (0.4 + STORE_AWAY) * seconds),
        posts_per_second=5.0,
        files_per_second=1.0,
        workers=WORKERS,
        peace=max(300.0, seconds / 2),
    )


def _judged(service: Service, aftermath: Aftermath, folder: Path) -> Figure:
    rounds = service.chatworks.rounds()
    overlaps, waits = service.chatworks.overlaps(), longest_waits(service)
    for account, first, second in overlaps:
        print(f"overlap of account {account}: {_described(first)}; {_described(second)}", file=sys.stderr, flush=True)
    lost = lost_entries(service, aftermath), lost_messages(service, aftermath), lost_files(service, aftermath)
    accounts = list(service.chatworks.accounts)
    sample = random.Random(3).sample(accounts, min(HOMES, len(accounts)))
    findings = sum(map(len, findings_at_home(service, sample, folder / "homes").values()))
    fewest = min(len(rounds.get(account, ())) for account in accounts)
    made, posted = sum(map(len, rounds.values())), sum(map(len, aftermath.posted.values()))
    uploaded = sum(map(len, aftermath.uploaded.values()))
    measured = (
        f"{len(aftermath.unsaved)} accounts not saved at the end; "
        f"{made} rounds, {fewest} of an account at least; longest wait {max(waits.values()):.0f} s; "
        f"{aftermath.kills} workers killed; {len(overlaps)} overlaps; lost: {len(lost[0])} entries, "
        f"{len(lost[1])} of {posted} messages, {len(lost[2])} of {uploaded} files; {len(sample)} taken home, "
        f"{findings} findings"
    )
    is_kept = (
        not (overlaps or any(lost) or findings or aftermath.unsaved)
        and max(waits.values()) <= LONGEST_WAIT
        and fewest > 0
    )
    return Figure(
        f"{len(accounts)} accounts of 6 rooms, {WORKERS} workers, {aftermath.lasted / 60:.0f} minutes of hardship",
        f"no overlap, nothing lost, no finding; no account waits longer than {LONGEST_WAIT:.0f} s",
        measured,
        is_kept,
    )


def _described(one: tuple[str, float, float]) -> str:
    """A round by its worker, its beginning and how long it lasted, in seconds."""
    worker, begin, end = one
    return f"{worker} at {begin:.1f} s for {end - begin:.1f} s"


def _of_its_own(service: Service, rounds: AccountRounds, account: int, environ: dict[str, str]) -> App:
    """The same archive as one of its own: its copy, without a ledger."""
    home = rounds.copies.home(service.standings[account].archive)
    other = home.with_name(f"{home.name}-alone")
    shutil.copytree(home, other)
    (other / LEDGER_FILE).unlink()
    token = service.chatworks.accounts[account].token
    return build_app(load_settings(other, environ), environ, token=lambda: token)


def _run(app: App) -> None:
    run_round(app, Options(pace=timedelta(minutes=1), max_seconds=account_rounds.MAX_SECONDS), ProgressCallbacks())
    app.archive.close()


def _milliseconds(run: Callable[[T], object], subjects: Sequence[T]) -> float:
    """Milliseconds of this thread's processor time for each subject."""
    begun = time.thread_time()
    for subject in subjects:
        run(subject)
    return 1_000 * (time.thread_time() - begun) / len(subjects)


def _now() -> datetime:
    return datetime.now(UTC)
