"""A team's service under hardship: workers killed, the database restarted, people writing; and what must hold after it.

The same story is a test with few accounts for two minutes and a benchmark with five hundred for half an hour.
"""

from __future__ import annotations

import random
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import psycopg

from archiver.custody.team_copies import take_home
from archiver.store.archive import Archive
from tests.support.team_service import Service


@dataclass
class Hardship:
    """How hard it gets, in seconds."""

    lasts: float
    kill_every: float
    restarts: tuple[float, ...]
    """When the database is restarted."""
    posts_per_second: float = 2.0
    workers: int = 3


@dataclass
class Aftermath:
    """What was seen."""

    posted: dict[int, list[str]] = field(default_factory=dict)
    """The ids of the messages that were posted, by account."""
    shipped: dict[tuple[int, int], str] = field(default_factory=dict)
    """Digests of entries that the ledger was seen to hold, by archive and number."""
    changed: list[tuple[int, int]] = field(default_factory=list)
    """Entries whose digest was another one later."""
    kills: int = 0
    lasted: float = 0.0
    cpu_seconds: float = 0.0
    """Of the workers that were alive at the end."""


def undergo(service: Service, hardship: Hardship, *, tell: Callable[[str], None] = lambda _line: None) -> Aftermath:
    """Let the workers work under hardship, then in peace until every account was saved once more."""
    aftermath, chance = Aftermath({account: [] for account in service.chatworks.accounts}), random.Random(7)
    places = [f"computer{number}" for number in range(hardship.workers)]
    names = {place: service.start_worker(place) for place in places}
    begun, restarts = time.monotonic(), list(hardship.restarts)
    next_kill = begun + hardship.kill_every
    with _posting(service, aftermath, hardship.posts_per_second), _watching(service, aftermath):
        while (passed := time.monotonic() - begun) < hardship.lasts:
            time.sleep(0.2)
            if time.monotonic() >= next_kill:
                next_kill += hardship.kill_every
                place = chance.choice(places)
                service.kill_worker(names[place])
                names[place] = service.start_worker(place)
                aftermath.kills += 1
            if restarts and passed >= restarts[0]:
                restarts.pop(0)
                tell(f"{passed:.0f} s: the database is restarted")
                service.postgres.crash()
                service.postgres.start()
    aftermath.lasted = time.monotonic() - begun
    _wait_for_peace(service)
    _look(service, aftermath)
    service.stop_workers()
    return aftermath


def lost_messages(service: Service, aftermath: Aftermath) -> list[tuple[int, str]]:
    """Messages that were posted and that the ledger has no entry of: account and message."""
    with psycopg.connect(service.postgres.address()) as connection:
        rows = connection.execute("SELECT archive, key FROM ledger.entry WHERE kind = 'message'").fetchall()
    held = {(archive, key) for archive, key in rows}
    return [
        (account, message)
        for account, messages in aftermath.posted.items()
        for message in messages
        if (service.standings[account].archive, f"message/{message}") not in held
    ]


def lost_entries(service: Service, aftermath: Aftermath) -> list[tuple[int, int]]:
    """Entries that the ledger was seen to hold and that are not there any more, or are others."""
    with psycopg.connect(service.postgres.address()) as connection:
        rows = connection.execute("SELECT archive, seq, digest FROM ledger.entry").fetchall()
    held = {(archive, seq): digest for archive, seq, digest in rows}
    return [*aftermath.changed, *(key for key, digest in aftermath.shipped.items() if held.get(key) != digest)]


def longest_waits(service: Service) -> dict[int, float]:
    """The longest time between the beginnings of two rounds, in seconds, by account."""
    waits = dict.fromkeys(service.chatworks.accounts, 0.0)
    for account, rounds in service.chatworks.rounds().items():
        begins = [begin for _worker, begin, _end in rounds]
        waits[account] = max((later - earlier for earlier, later in pairwise(begins)), default=0.0)
    return waits


def overtaken(service: Service) -> int:
    """The most rounds that any account had between two rounds in a row of another one.

    Other than a time it is the same on a busy machine: whoever is starved is overtaken again and again.
    """
    begins = {
        account: [begin for _worker, begin, _end in found] for account, found in service.chatworks.rounds().items()
    }
    return max(
        bisect_left(others, later) - bisect_right(others, earlier)
        for account, own in begins.items()
        for earlier, later in pairwise(own)
        for other, others in begins.items()
        if other != account
    )


def findings_at_home(service: Service, accounts: list[int], folder: Path) -> dict[int, list[str]]:
    """What a deep verification of archives that were taken home finds, by account."""
    findings = {}
    for account in accounts:
        place = service.place(account)
        verification = take_home(place, folder / str(account), folder / "nothing")
        findings[account] = [finding.text for finding in verification.findings]
        with closing(Archive(folder / str(account))) as archive:
            assert archive.ledger is None
    return findings


@contextmanager
def _posting(service: Service, aftermath: Aftermath, per_second: float) -> Iterator[None]:
    """People write in random rooms meanwhile."""
    over, chance = Event(), random.Random(11)

    def post() -> None:
        while not over.wait(1 / per_second):
            account, chatwork = chance.choice(list(service.chatworks.accounts.items()))
            room = chance.choice([room for room in chatwork.rooms.values() if room.type == "group"])
            client = next(member for member in room.members if member != account)
            aftermath.posted[account].append(chatwork.post(room.room_id, client, f"連絡{chance.random()}"))

    yield from _beside(post, over)


@contextmanager
def _watching(service: Service, aftermath: Aftermath) -> Iterator[None]:
    """Somebody notes what the ledger holds, again and again."""
    over = Event()

    def watch() -> None:
        while not over.wait(2.0):
            try:
                _look(service, aftermath)
            except psycopg.OperationalError:
                continue  # it is being restarted

    yield from _beside(watch, over)


def _beside(work: Callable[[], None], over: Event) -> Iterator[None]:
    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _look(service: Service, aftermath: Aftermath) -> None:
    """Note the digests of the entries that the ledger holds."""
    with psycopg.connect(service.postgres.address()) as connection:
        for archive, seq, digest in connection.execute("SELECT archive, seq, digest FROM ledger.entry"):
            if aftermath.shipped.setdefault((archive, seq), digest) != digest:
                aftermath.changed.append((archive, seq))


def _wait_for_peace(service: Service, patience: float = 300.0) -> None:
    """Wait until every account was saved after now."""
    with psycopg.connect(service.postgres.address()) as connection:
        since = connection.execute("SELECT now()").fetchone()
    assert since is not None
    until = time.monotonic() + patience
    while time.monotonic() < until:
        time.sleep(0.5)
        standings = service.overview().values()
        if all(one.last_round is not None and one.last_round > since[0] for one in standings):
            return
    raise AssertionError([one for one in service.overview().values() if (one.last_round or since[0]) <= since[0]])
