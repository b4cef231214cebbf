"""A team's service under hardship: workers killed, the database restarted, the store away, people writing meanwhile.

The same story is a test with few accounts for two minutes and a benchmark with five hundred for half an hour.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import psycopg

from archiver import errors
from archiver.store.archive import Archive
from archiver.team.adopt_and_take_home import take_home
from archiver.team.object_store import file_key
from archiver.team.s3_store import open_store
from tests.support.teams.team_service import Service


@dataclass
class Hardship:
    """How hard it gets, in seconds."""

    lasts: float
    kill_every: float
    restarts: tuple[float, ...]
    """When the database is restarted."""
    store_away: tuple[float, float] | None = None
    """From when until when the store of files is away."""
    posts_per_second: float = 2.0
    files_per_second: float = 0.5
    workers: int = 3
    peace: float = 300.0
    """How long it may take until every account was saved once more."""


@dataclass
class Aftermath:
    """What was seen."""

    posted: dict[int, list[str]] = field(default_factory=dict)
    """The ids of the messages that were posted, by account."""
    uploaded: dict[int, list[bytes]] = field(default_factory=dict)
    """The bytes of the files that were uploaded, by account."""
    store_failures: int = 0
    """Rounds that were seen to fail as the store was away."""
    shipped: dict[tuple[int, int], str] = field(default_factory=dict)
    """Digests of entries that the ledger was seen to hold, by archive and number."""
    changed: list[tuple[int, int]] = field(default_factory=list)
    """Entries whose digest was another one later."""
    kills: int = 0
    unsaved: list[int] = field(default_factory=list)
    """Accounts that were not saved once more in peace."""
    lasted: float = 0.0
    cpu_seconds: float = 0.0
    """Of the workers that were alive at the end."""


def undergo(service: Service, hardship: Hardship, *, tell: Callable[[str], None] = lambda _line: None) -> Aftermath:
    """Let the workers work under hardship, then in peace until every account was saved once more.

    `tell` is told each minute how it stands.
    """
    accounts, chance = list(service.chatworks.accounts), random.Random(7)
    aftermath = Aftermath({account: [] for account in accounts}, {account: [] for account in accounts})
    places = [f"computer{number}" for number in range(hardship.workers)]
    names = {place: service.start_worker(place) for place in places}
    begun, restarts = time.monotonic(), list(hardship.restarts)
    next_kill, store = begun + hardship.kill_every, _Store(service.folder / "store", hardship.store_away)
    with closing(store), _posting(service, aftermath, hardship), _watching(service, aftermath):
        next_line = 60.0
        while (passed := time.monotonic() - begun) < hardship.lasts:
            time.sleep(0.2)
            if passed >= next_line:
                next_line += 60.0
                tell(f"{passed:.0f} s: {_so_far(service, aftermath)}")
            if store.move(passed):
                tell(f"{passed:.0f} s: the store is {'away' if store.is_away else 'back'}")
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
    tell(f"{aftermath.lasted:.0f} s: peace; {_so_far(service, aftermath)}")
    for _twice in range(2):  # a round that was under way may have read before the last message was posted
        if not aftermath.unsaved:
            aftermath.unsaved = _wait_for_peace(service, hardship.peace)
    _look(service, aftermath)
    service.stop_workers()
    return aftermath


def lost_messages(service: Service, aftermath: Aftermath) -> list[tuple[int, str]]:
    """Messages that were posted and that the ledger has no entry of: account and message."""
    held = {*service.postgres.rows("SELECT archive, key FROM ledger.entry WHERE kind = 'message'")}
    return [
        (account, message)
        for account, messages in aftermath.posted.items()
        for message in messages
        if (service.standings[account].archive, f"message/{message}") not in held
    ]


def lost_files(service: Service, aftermath: Aftermath) -> list[tuple[int, str]]:
    """Files that were uploaded and whose bytes the store does not hold: account and SHA-256."""
    store = open_store(str(service.folder / "store"))
    wanted = [
        (account, hashlib.sha256(data).hexdigest()) for account, files in aftermath.uploaded.items() for data in files
    ]
    return [
        (account, sha256)
        for account, sha256 in wanted
        if (held := store.head(file_key(service.standings[account].archive, sha256))) is None or held.sha256 != sha256
    ]


def lost_entries(service: Service, aftermath: Aftermath) -> list[tuple[int, int]]:
    """Entries that the ledger was seen to hold and that are not there any more, or are others."""
    rows = service.postgres.rows("SELECT archive, seq, digest FROM ledger.entry")
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
            assert not archive.keeper.is_team
    return findings


class _Store:
    """The folder of the store, away for a while as one that is not mounted: an empty folder is in its place."""

    def __init__(self, folder: Path, away: tuple[float, float] | None) -> None:
        self._folder, self._elsewhere, self._away = folder, folder.with_name("store-elsewhere"), away

    @property
    def is_away(self) -> bool:
        return self._elsewhere.exists()

    def move(self, passed: float) -> bool:
        """Take it away, or bring it back, when it is time; whether it was moved."""
        wanted = self._away is not None and self._away[0] <= passed < self._away[1]
        if wanted == self.is_away:
            return False
        if wanted:
            self._folder.rename(self._elsewhere)
            self._folder.mkdir(exist_ok=True)  # who was writing just then may have made it
        else:
            self.close()
        return True

    def close(self) -> None:
        """Bring it back. What was put just then into the folder that stood for it counts as not put, and goes."""
        if self.is_away:
            shutil.rmtree(self._folder)
            self._elsewhere.rename(self._folder)


@contextmanager
def _posting(service: Service, aftermath: Aftermath, hardship: Hardship) -> Iterator[None]:
    """People write in random rooms meanwhile, and upload small files."""
    over, chance = Event(), random.Random(11)
    part_with_file = hardship.files_per_second / (hardship.posts_per_second + hardship.files_per_second)

    def post() -> None:
        while not over.wait(1 / (hardship.posts_per_second + hardship.files_per_second)):
            account, chatwork = chance.choice(list(service.chatworks.accounts.items()))
            room = chance.choice([room for room in chatwork.rooms.values() if room.type == "group"])
            client = next(member for member in room.members if member != account)
            if chance.random() < part_with_file:
                data = chance.randbytes(2_000)
                aftermath.uploaded[account].append(data)
                chatwork.upload(room.room_id, client, "納品.bin", data=data)
            else:
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
                outcomes = [one.outcome for one in service.overview().values()]
                aftermath.store_failures += outcomes.count("TeamStoreUnavailable")
            except (psycopg.OperationalError, errors.LedgerUnavailable):
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
    for archive, seq, digest in service.postgres.rows("SELECT archive, seq, digest FROM ledger.entry"):
        if aftermath.shipped.setdefault((archive, seq), digest) != digest:
            aftermath.changed.append((archive, seq))


def _so_far(service: Service, aftermath: Aftermath) -> str:
    rounds = sum(map(len, service.chatworks.rounds().values()))
    return f"{rounds} rounds, {aftermath.kills} workers killed, {len(service.chatworks.overlaps())} overlaps"


def _wait_for_peace(service: Service, patience: float) -> list[int]:
    """Wait until every account was saved after now; the accounts that were not."""
    ((since,),) = service.postgres.rows("SELECT now()")
    until = time.monotonic() + patience
    while True:
        standings = service.overview().values()
        unsaved = [one.account for one in standings if (one.last_round or since) <= since]
        if not unsaved or time.monotonic() >= until:
            return unsaved
        time.sleep(0.5)
