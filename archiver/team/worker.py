"""A worker: the process that makes the rounds of a team's archives, one of several that are alike."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from itertools import count

from archiver.rounds.daemon import Stop
from archiver.team import sealed_tokens
from archiver.team.account_rounds import HOST, AccountRounds, CareEnd, RoundEnd
from archiver.team.adoption import store_address
from archiver.team.copies import Gathering, Waiting
from archiver.team.ledger.service import Admission, TeamLedger
from archiver.team.ledger_copy.shared_files import require_store_of_ledger
from archiver.team.round_queue import USUAL, QueueTimes, RoundQueue, check_queue
from archiver.team.sealed_tokens import forbid_core_files
from archiver.team.team_file import TeamSettings

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

    Raises InstallationKeyUnusable, QueueUnavailable, LedgerUnavailable, TeamStoreUnavailable, TeamStoreOther before
    anything is begun.
    """
    forbid_core_files()
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)  # how rounds end stands in the ledger
    secret_key = sealed_tokens.read_key(settings, environ)
    check_queue(settings.ledger)
    require_store_of_ledger(settings.ledger, store_address(settings.store))
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
            queue.run(stop, rounds_at_once=settings.rounds_at_once, name=worker_name())


def due_archives(ledger: TeamLedger) -> list[int]:
    """The archives whose round may begin now: all that are due, or one that tries whether Chatwork answers again.

    None while a saver is awaited after a restore of the ledger.
    """
    if ledger.is_awaited():
        return []
    host, at = ledger.host(HOST)
    match host.admission(at):
        case Admission.FREE:
            return ledger.due_archives()
        case Admission.PROBE:
            return ledger.due_archives()[:1]
        case Admission.HELD:
            return []


def worker_name() -> str:
    """The name of this worker among all."""
    return f"{platform.node()}-{os.getpid()}"
