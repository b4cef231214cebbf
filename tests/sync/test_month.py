"""A simulated month: bursts, power cuts, a pause, a client who leaves; what is reported equals the truth."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from archiver.app import App, build_app
from archiver.custody.verify import verify_archive
from archiver.rounds.round import run_round
from archiver.settings import file
from archiver.store.queries.looks_and_gaps import watch
from archiver.sync.run import Options, ProgressCallbacks
from tests.support.chatwork.in_process import connect_session, without_sockets
from tests.support.chatwork.simulator import Chatwork
from tests.support.world import BEGIN, Clock, World

EVERY = timedelta(minutes=5)
SECOND = timedelta(seconds=1)
"""Chatwork tells its time in whole seconds."""
TOKEN = "0123456789abcdef0123456789abcdef"
SETTINGS = """
[token]
source = "env:CHATWORK_API_TOKEN"
[sync]
every = "5m"
[files]
stop_when_free_gb = 0
"""
BURST = 160
"""Messages between two runs: more than a list shows."""


class PowerCut(BaseException):
    """The machine is gone in the middle of a request."""


@dataclass
class Truth:
    """What really happened."""

    posted: list[str] = field(default_factory=list)
    """Ids of the bursty room in order."""
    lost: int = 0
    """Posted and pushed out of the list before anybody looked."""
    overruns: int = 0
    unseen: int = 0
    """Posted since the last look."""
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    """Nobody looked from one time to another."""


class Month:
    """One archive in a simulated Chatwork over many runs."""

    def __init__(self, home: Path, chatwork: Chatwork, clock: Clock, *, seed: int = 7) -> None:
        self.world = World(home, chatwork, clock)
        (home / "archive.toml").write_text(SETTINGS, encoding="utf-8")
        self.chatwork, self.clock, self.home = chatwork, clock, home
        self.quiet = chatwork.add_room("記事作成", members=[self.world.tanaka])
        self.world.contract("job2", self.quiet)
        self.chance = random.Random(seed)
        self.truth = Truth()
        self.looked_at = clock.time
        self.app = self.restart()

    def restart(self) -> App:
        """A new process: nothing of the old one's memory is left."""
        environ = {"CHATWORK_API_TOKEN": TOKEN, "CHATWORK_API_BASE_URL": self.chatwork.base_url}
        app = build_app(
            file.load_settings(self.home, environ), environ, now=self.clock, monotonic=None, sleep=self.clock.sleep
        )
        for session in (app.chatwork.transport._session, app.downloads):
            connect_session(session, self.chatwork, self.clock)
        # A cut ends the process here, not the machine: to wait for the disk ten thousand times would show nothing.
        with app.archive._connect() as sql:
            sql.connection.cursor().execute("PRAGMA synchronous = OFF")
        self.app = app
        return app

    def post(self, number: int) -> None:
        """Messages in the bursty room."""
        for _ in range(number):
            self.clock.time += timedelta(milliseconds=20)
            self.truth.posted.append(self.world.post("作業中です"))
        self.truth.unseen += number

    def look(self) -> None:
        """A run; the truth about what it could not see is drawn up first."""
        if self.truth.unseen > 100:
            self.truth.lost += self.truth.unseen - 100
            self.truth.overruns += 1
        self.truth.unseen = 0
        self.looked_at = self.clock.time
        run_round(self.app, Options(), ProgressCallbacks())

    def pause(self, **span: float) -> None:
        """Nobody looks for a while."""
        before = self.looked_at
        self.clock.pass_by(**span)
        self.truth.pauses.append((before, self.clock.time))

    def cut(self) -> None:
        """A run that ends in the middle of its second, third or fourth request, then a new process."""
        left = self.chance.randrange(2, 5)
        transport = self.app.chatwork.transport
        inner = transport._session.get

        def get(*args: object, **given: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise PowerCut
            return inner(*args, **given)  # type: ignore[arg-type]

        transport._session.get = get  # type: ignore[method-assign, assignment]
        try:
            run_round(self.app, Options(), ProgressCallbacks())
        except PowerCut:
            pass
        finally:
            self.app.archive.close()
            self.restart()

    def live(self, days: float) -> None:
        """So many days of runs every five minutes, with a burst in four, small talk and power cuts between."""
        runs = int(days * 288)
        for number in range(runs):
            start = self.clock.time
            self.happen(number)
            if number % 97 == 50:
                self.cut()
            if number == runs // 2:
                self.pause(days=2)
                start = self.clock.time
            self.look()
            self.clock.time = max(self.clock.time, start + EVERY)

    def happen(self, number: int) -> None:
        """What people do before run `number`."""
        if number % 401 == 60:
            self.post(BURST)
        elif self.chance.random() < 0.04:
            self.post(self.chance.randrange(1, 30))
        if number % 288 == 140:
            self.chatwork.post(self.quiet, self.world.tanaka, "本日の分です。")

    def leave(self) -> None:
        """田中 cancels the account, which moves no counter; the daily look at people sees it."""
        self.chatwork.cancel_account(self.world.tanaka)
        self.pause(days=1)
        self.look()


def lived(folder: Path, days: float) -> Month:
    """A month, or some days of it, that ends with the client's leaving."""
    clock = Clock(BEGIN)
    month = Month(folder / "home", without_sockets(Chatwork(now=clock, limit=300, token=TOKEN)), clock)
    month.post(20)
    month.look()
    month.live(days)
    month.leave()
    month.app.archive.close()
    month.world.close()
    return month


def check(month: Month) -> None:
    """Gaps and pauses equal the truth, all else is held, the archive verifies in depth."""
    world, truth = month.world, month.truth
    gaps = [row for row in world.rows("gap") if row["room_id"] == world.room]
    inside = [(int(row["after"] or 0), int(row["before"])) for row in gaps if row["open"]]
    saved = {row["message_id"] for row in world.rows("message") if row["room_id"] == world.room}
    lost = [one for one in truth.posted if one not in saved]

    assert truth.overruns >= 1
    assert (truth.overruns, truth.lost) == (len(inside), sum(row["missing"] for row in gaps if row["open"]))
    assert truth.lost == len(lost)
    assert all(any(after < int(one) < before for after, before in inside) for one in lost)
    names = [row["name"] for row in world.rows("person") if row["account_id"] == world.tanaka]
    gone = [row["state"] for row in world.rows("member") if row["account_id"] == world.tanaka]
    assert any("解約済" in name for name in names) or "gone" in gone
    with world.archive.reading() as reading:
        upto = len(world.seqs())
        told = watch(reading, world.room, upto=upto)
    pauses = [(one.start, one.end) for one in told.pauses]
    assert all(timedelta() <= true[1] - told[1] < SECOND for told, true in zip(pauses, truth.pauses, strict=True))
    assert all(abs(told[0] - true[0]) <= EVERY for told, true in zip(pauses, truth.pauses, strict=True))
    verification = verify_archive(world.archive, deep=True)
    assert [] == verification.findings


def test_half_a_day_is_told_as_it_was(tmp_path: Path) -> None:
    """A burst, two power cuts, a pause of two days, the client's leaving; each run is a whole round."""
    check(lived(tmp_path, days=0.52))


@pytest.mark.slow
def test_a_month_is_told_as_it_was(tmp_path: Path) -> None:
    """Thirty days with 288 runs each."""
    check(lived(tmp_path, days=30))
