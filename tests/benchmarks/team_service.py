"""A team's service: the processor time of a quiet round, and five hundred accounts under hardship for half an hour.

The quiet round stands beside one of an archive of its own, made in the same process over the same simulated Chatwork.
"""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TypeVar

from archiver.app import App, build_app
from archiver.ledger.ledger_file import LEDGER_FILE
from archiver.ledger.service import TeamLedger
from archiver.rounds.round import run_round
from archiver.rounds.stop import Stop
from archiver.settings.file import load_settings
from archiver.sync.run import Options, ProgressCallbacks
from archiver.team import round_times
from archiver.team.account_rounds import AccountRounds
from tests.benchmarks.measure import Figure
from tests.support.team_hardship import (
    Aftermath,
    Hardship,
    findings_at_home,
    longest_waits,
    lost_entries,
    lost_messages,
    undergo,
)
from tests.support.team_service import Service, running_service

BAR_MS = 45.0
QUIET_ACCOUNTS, TIMES = 10, 6

ACCOUNTS, WORKERS, SECONDS = 500, 4, 1_800.0
RESTARTS = (600.0, 1_200.0)
LONGEST_WAIT = 600.0
HOMES = 20

T = TypeVar("T")


def measure(folder: Path) -> list[Figure]:
    """The quiet round, then the hardship."""
    return [quiet_round(folder / "quiet"), hardship(folder / "hardship")]


def quiet_round(folder: Path) -> Figure:
    """The processor time of rounds with nothing new, of a worker and of an archive of its own, in turn."""
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
                alone = [_of_its_own(service, rounds, account, environ) for account in service.standings]
                before = service.chatworks.asked
                in_team = [_milliseconds(rounds.run, archives) for _time in range(TIMES)]
                requests = (service.chatworks.asked - before) / TIMES / len(archives)
                plain = [_milliseconds(_run, alone) for _time in range(TIMES)]
    team, single = median(in_team[1:]), median(plain[1:])
    return Figure(
        "a quiet round of a team's worker, 6 rooms, over PostgreSQL",
        f"≤ {BAR_MS:.0f} ms of processor time",
        f"{team:.0f} ms, {requests:.1f} requests; {team / single:.2f} times one without a ledger ({single:.0f} ms)",
        team <= BAR_MS,
        {"team_ms": team, "single_ms": single, "requests": requests},
    )


def hardship(
    folder: Path, *, accounts: int = ACCOUNTS, seconds: float = SECONDS, restarts: tuple[float, ...] = RESTARTS
) -> Figure:
    """Workers killed every minute and the database restarted twice; what was lost, who waited, what verifies."""
    folder.mkdir()
    with running_service(folder, accounts, every="60s") as service:
        story = Hardship(seconds, 60.0, restarts, posts_per_second=5.0, workers=WORKERS)
        aftermath = undergo(service, story, tell=lambda line: print(line, file=sys.stderr))
        return _judged(service, aftermath, folder)


def _judged(service: Service, aftermath: Aftermath, folder: Path) -> Figure:
    rounds = service.chatworks.rounds()
    overlaps, waits = service.chatworks.overlaps(), longest_waits(service)
    lost = lost_entries(service, aftermath), lost_messages(service, aftermath)
    accounts = list(service.chatworks.accounts)
    sample = random.Random(3).sample(accounts, min(HOMES, len(accounts)))
    findings = sum(map(len, findings_at_home(service, sample, folder / "homes").values()))
    fewest = min(len(rounds.get(account, ())) for account in accounts)
    made, posted = sum(map(len, rounds.values())), sum(map(len, aftermath.posted.values()))
    measured = (
        f"{made} rounds, {fewest} of an account at least; longest wait {max(waits.values()):.0f} s; "
        f"{aftermath.kills} workers killed; {len(overlaps)} overlaps; lost: {len(lost[0])} entries, {len(lost[1])} of "
        f"{posted} messages; {len(sample)} taken home, {findings} findings"
    )
    return Figure(
        f"{len(accounts)} accounts of 6 rooms, {WORKERS} workers, {aftermath.lasted / 60:.0f} minutes of hardship",
        f"no overlap, nothing lost, no finding; no account waits longer than {LONGEST_WAIT:.0f} s",
        measured,
        not (overlaps or lost[0] or lost[1] or findings) and max(waits.values()) <= LONGEST_WAIT and fewest > 0,
        {"rounds": made, "longest_wait": max(waits.values()), "kills": aftermath.kills},
    )


def _of_its_own(service: Service, rounds: AccountRounds, account: int, environ: dict[str, str]) -> App:
    """The same archive as one of its own: its copy, without a ledger."""
    home = rounds.copies.home(service.standings[account].archive)
    other = home.with_name(f"{home.name}-alone")
    shutil.copytree(home, other)
    (other / LEDGER_FILE).unlink()
    token = service.chatworks.accounts[account].token
    return build_app(load_settings(other, environ), environ, token=lambda: token)


def _run(app: App) -> None:
    run_round(app, Options(pace=timedelta(minutes=1), max_seconds=round_times.MAX_SECONDS), ProgressCallbacks())
    app.archive.close()


def _milliseconds(run: Callable[[T], object], subjects: Sequence[T]) -> float:
    """Milliseconds of this thread's processor time for each subject."""
    begun = time.thread_time()
    for subject in subjects:
        run(subject)
    return 1_000 * (time.thread_time() - begun) / len(subjects)


def _now() -> datetime:
    return datetime.now(UTC)
