"""A year of the daemon under a clock of the test: sleep, no network, a bad token, a full disk, a silent authority."""

from __future__ import annotations

import gc
import random
import re
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archiver import errors
from archiver.app import App
from archiver.custody.verify import verify_archive
from archiver.evidence.stamps.timestamp import Authority, AuthorityAnswer
from archiver.notices import sentences
from archiver.records.alerts import is_due
from archiver.rounds import run_log
from archiver.rounds.daemon_work import DaemonWork
from archiver.rounds.scheduled_duties import DaemonMessages
from archiver.settings.model import AuthoritySetting, Duration, FileSettings, Settings, SyncSettings, TimestampSettings
from archiver.store.archive import Archive, Writing
from archiver.store.working import stamp_queue
from tests.support.chatwork.in_process import connect_session, without_sockets
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.stamps.simulated_authority import SimulatedAuthority
from tests.support.world import Clock, World

HOUR = Duration(hours=1)
TOKEN = "0123456789abcdef0123456789abcdef"


DOES_NOT_WORK = "The last save failed"
NEEDS_YOU = "The last save failed"
STOPPED = "Nothing was saved for {} hours"
GOES_ON = "Saving resumed after 2 days 13 h for good"
CHANGE = "Something big changed in the chat"


class Disk(Archive):
    """An archive on a disk that can be full."""

    full = False

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Refuse what a full disk refuses."""
        if self.full:
            raise errors.DiskFull(path=self.database)
        with super().writing() as writing:
            yield writing


class Year:
    """A daemon that is asked once an hour what is due, and a life around it."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.dice = Clock(), random.Random(3)
        self.chatwork = without_sockets(Chatwork(now=self.clock, limit=300, token=TOKEN))
        self.world = World(folder / "home", self.chatwork, self.clock)
        for session in (self.world.api, self.world.downloads):
            connect_session(session, self.chatwork, self.clock)
        self.token, self.disk = TOKEN, Disk(self.world.home)
        self.authority, self.silent = SimulatedAuthority(now=self.clock), False
        self.posted, self.said, self.talks = list[str](), list[str](), True
        self.told, self.unkept = list[str](), dict[str, datetime]()
        self.settings = Settings(
            self.world.home,
            sync=SyncSettings(every=HOUR),
            files=FileSettings(stop_when_free_gb=0),
            timestamp=TimestampSettings(authorities=(AuthoritySetting("a", "http://localhost/", "root.pem"),)),
        )
        messages = DaemonMessages(
            lambda _report: self._notice(None),
            lambda fault: self.said.append(type(fault).__name__),
            lambda name: self.said.append(f"over {name}"),
            lambda told: self.said.append(f"findings {len(told.findings)}"),
            unverified=lambda fault: self.said.append(f"unverified {type(fault).__name__}"),
            unsaved=self._notice,
        )
        self.duties = DaemonWork(
            lambda: self.settings, self._build, lambda _: self.token, now=self.clock, messages=messages
        )

    def live(self, days: float) -> list[str]:
        """Days with some messages, an edit and a deletion now and then; what was said in them."""
        before = len(self.said)
        for hour in range(int(days * 24)):
            for _ in range(self.dice.choice((0, 0, 0, 0, 1, 3)) if self.talks else 0):
                self.posted.append(self.world.post("作業中です"))
            if self.talks and hour % 50 == 49:
                self.chatwork.edit(self.posted[-1], "書き換えました")
            self.clock.time += HOUR
            self.duties.round()
            self.duties.check()
            self.chatwork.requests.clear()  # what the test itself remembers is no growth
        return self.said[before:]

    def heard(self) -> list[str]:
        """The notices since this was last called, each shortened to what tells it from others."""
        messages, self.told = self.told, []
        said = [re.split("[.;] ", one)[0] + " for good" * ("of that time is saved." in one) for one in messages]
        return [re.sub(r"between .* are not saved, about \d+$", "between two times are not saved", one) for one in said]

    def sleep(self, days: float, messages: int) -> None:
        """The computer sleeps while others go on."""
        self.posted += self.world.posts(messages)
        self.clock.time += timedelta(days=days)

    def _notice(self, error: errors.ArchiverError | None) -> None:
        """As the daemon does; what the archive cannot remember as said is told once a day, as by the file beside it."""
        made = sentences.take_pending_notices(self.disk, self.settings, error, now=self.clock(), adapts=True)
        for sentence in sentences.sentences(made):
            if not made.notices.is_remembered:
                if not is_due(self.unkept.get(sentence), self.clock()):
                    continue
                self.unkept[sentence] = self.clock()
            self.told.append(sentence)

    def _build(self, settings: Settings) -> App:
        client, world = self.world.new_client(), self.world
        client.transport._ask_token = lambda: self.token
        stamping = Authority("a", self._stamp, (self.authority.root_der,))
        return App(settings, self.disk, client, world.downloads, self.clock, self.clock.sleep, (stamping,))

    def _stamp(self, query: bytes) -> AuthorityAnswer:
        if self.silent:
            raise ConnectionRefusedError
        return AuthorityAnswer(200, self.authority.reply(query))


def lived(folder: Path, scale: float) -> Year:
    """A year (scale 1) or a part of it, with every fault; each was said when it began, daily, and when it was over.

    The same of the notices, in their words.
    """
    year = Year(folder)
    assert ([], []) == (year.live(40 * scale), year.heard())
    year.sleep(3, 60)
    assert ([], ["Saving resumed after 3 days 1 h for good"]) == (year.live(30 * scale), year.heard())
    year.sleep(9, 260)
    assert [] == year.live(40 * scale)
    lacking = "Saving resumed after 9 days 1 h, with 1 gap: messages from that time are missing"
    assert ["Messages between two times are not saved", lacking] == year.heard()

    year.chatwork.fail(Fault.DROP, "/v2/", times=None)
    assert ["Unreachable"] * 3 == year.live(2.5)
    assert [DOES_NOT_WORK, STOPPED.format(24), STOPPED.format(48)] == year.heard()
    year.chatwork.heal()
    assert (["over Unreachable"], [GOES_ON]) == (year.live(40 * scale), year.heard())

    year.chatwork.revoke_token()
    year.token = "another"  # what somebody stores meanwhile, and is refused too
    assert ["TokenRefused"] * 3 == year.live(2.5)
    assert [NEEDS_YOU, STOPPED.format(24), STOPPED.format(48)] == year.heard()
    year.chatwork.revoke_token(new="third")
    year.token = "third"
    assert (["over TokenRefused"], [GOES_ON]) == (year.live(40 * scale), year.heard())

    year.disk.full = True
    assert (["DiskFull"] * 2, [NEEDS_YOU] * 2) == (year.live(1.5), year.heard())
    year.disk.full = False
    assert ["over DiskFull"] == year.live(40 * scale)
    assert ["Saving resumed after 1 day 13 h for good"] == year.heard()

    year.silent = True
    assert ([], []) == (year.live(5), year.heard())
    year.silent = False
    assert ([], []) == (year.live(60 * scale), year.heard())

    year.chatwork.cancel_account(year.world.tanaka)
    year.talks = False
    assert [] == year.live(40 * scale)
    messages = year.heard()
    assert ({CHANGE}, True) == (set(messages), abs(len(messages) - 40 * scale) <= 1)
    year.chatwork.remove_owner(year.world.room)
    assert [] == year.live(20 * scale)
    assert {CHANGE, "A chat cannot be opened any more (reason unknown)"} == set(year.heard())
    return year


def judge(year: Year) -> None:
    """Nothing is lost but inside a gap that is told, everything verifies and is stamped, the log is bounded."""
    world = year.world
    message_ids = {row["message_id"] for row in world.rows("message")}
    gaps = [(int(row["after"] or 0), int(row["before"])) for row in world.rows("gap") if row["open"]]
    lost = [int(one) for one in year.posted if one not in message_ids]
    assert all(any(after < one < before for after, before in gaps) for one in lost)
    assert 160 <= len(lost) <= 170
    assert [] == verify_archive(year.disk, deep=True).findings
    with year.disk.reading() as reading:
        assert 0 == stamp_queue.count_unstamped(reading, ["a"])
    logs = list((world.home / run_log.FOLDER).iterdir())
    assert sum(path.stat().st_size for path in logs) <= (run_log.COPIES + 1) * run_log.SIZE_LIMIT_BYTES


@pytest.mark.drawn
def test_a_month_has_every_fault_and_loses_nothing(tmp_path: Path) -> None:
    """The same as below with a few quiet days between the faults."""
    judge(lived(tmp_path, scale=0.05))


@pytest.mark.slow
def test_a_year_loses_nothing_and_does_not_grow(tmp_path: Path) -> None:
    """Every fault is said when it begins, daily, and when it is over; memory ends where it began."""
    year = lived(tmp_path, scale=0.9)
    judge(year)

    tracemalloc.start()
    before, after = (_kept_after(year, days) for days in (5, 20))
    tracemalloc.stop()
    assert after - before < 1_000_000


def _kept_after(year: Year, days: int) -> int:
    """Bytes in use when these days are over; what only waits to be collected, some megabytes, is no growth."""
    year.live(days)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
