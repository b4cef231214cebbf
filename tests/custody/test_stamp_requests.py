"""Stamps come without Chatwork, survive kills and lost tables, and an authority that is down fails nothing."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver import errors
from archiver.app import App, build_sender
from archiver.custody import stamp_requests
from archiver.custody.stamp_requests import StampOutcome
from archiver.evidence.stamps import timestamp
from archiver.evidence.stamps.roots import REASONS
from archiver.evidence.stamps.timestamp import Authority, AuthorityAnswer
from archiver.records import Observation, Seal
from archiver.rounds.round import rescue_round, run_round
from archiver.store import writer
from archiver.store.archive import Archive
from archiver.store.seals import close_seals, seals
from archiver.store.time_text import from_text
from archiver.store.working import stamp_queue
from archiver.sync.report import SyncReport
from archiver.sync.run_start import Options, ProgressCallbacks
from tests.support.archives import tampering
from tests.support.chatwork.simulator import Fault
from tests.support.schedules.rounds import new_app
from tests.support.stamps.simulated_authority import AuthorityFault, SimulatedAuthority
from tests.support.world import Clock, World


class Desk:
    """A world with authorities `a`, `b` … that share its clock."""

    def __init__(self, world: World, *simulated: SimulatedAuthority) -> None:
        self.world = world
        self.authorities = tuple(
            Authority(name, build_sender(authority.url, seconds=2), (authority.root_der,))
            for name, authority in zip("ab", simulated, strict=False)
        )
        self.names = [one.name for one in self.authorities]

    def app(self) -> App:
        """As a program that is started anew has."""
        return new_app(self.world, now=self.world.clock, authorities=self.authorities)

    def round(self, **later: float) -> SyncReport:
        """A round some time after the last one (ten minutes)."""
        self.world.clock.pass_by(**(later or {"minutes": 10}))
        return run_round(self.app(), Options(), ProgressCallbacks())

    def ask(self, *, at_once: bool = False, seconds: float | None = 60, **later: float) -> list[StampOutcome]:
        """Only the stamps, some time after the last one."""
        self.world.clock.pass_by(**later)
        return stamp_requests.request_stamps(self.app(), at_once=at_once, seconds=seconds)

    def seal(self, number: int = 1) -> None:
        """So many seals, each over one entry."""
        for _ in range(number):
            self.world.clock.pass_by(minutes=1)
            with self.world.archive.writing() as writing:
                observation = Observation("note", "note/job1", {"text": "メモ"})
                writer.append(writing, [observation], account_id=None, at=self.world.clock())
            close_seals(self.world.archive, now=self.world.clock())

    def times(self) -> dict[int, list[stamp_queue.StoredStamp]]:
        """The stamps held, by seal."""
        with self.world.archive.reading() as reading:
            return stamp_queue.stamps_by_seal(reading)

    def unstamped(self) -> int:
        """Seals that lack a stamp."""
        with self.world.archive.reading() as reading:
            return stamp_queue.count_unstamped(reading, self.names)

    def files(self) -> list[str]:
        """Stamps and roots in the folder of the seals."""
        return sorted(path.name for path in (self.world.home / "seals").iterdir() if path.suffix != ".json")

    def forget(self, where: str = "1") -> None:
        """Lose rows of the queue."""
        with closing(sqlite3.connect(self.world.archive.database)) as database:
            database.execute(f"DELETE FROM stamp WHERE {where}")
            database.commit()


def stamp_count(report: list[StampOutcome]) -> int:
    """How many stamps came."""
    return sum(one.time is not None for one in report)


@pytest.fixture
def authority(world: World) -> Iterator[SimulatedAuthority]:
    """An authority with the world's clock."""
    with SimulatedAuthority(now=world.clock) as authority:
        yield authority


@pytest.fixture
def desk(world: World, authority: SimulatedAuthority) -> Desk:
    """Rounds with one authority."""
    return Desk(world, authority)


# --- a good day --------------------------------------------------------------------------------


def test_a_round_stamps_what_it_has_sealed(desk: Desk, authority: SimulatedAuthority) -> None:
    """The time is the token's own; `openssl` finds the stamp good with the root that lies beside it."""
    desk.round()
    nothing = authority.count
    report = desk.round(days=1)

    home = desk.world.home
    (found,) = desk.times()[1]
    row = desk.world.rows("stamp")[0]
    name = seal_name(home, 1)
    assert (0, 1, 1) == (nothing, authority.count, report.sealed)
    assert timedelta(seconds=-1) <= found.time - desk.world.clock() <= timedelta(0)
    assert row["offset"] == (from_text(row["time"]) - from_text(row["got_at"])).total_seconds()
    assert [f"{name}.a.tsr", "a.pem"] == desk.files()
    asked_as = ("openssl", "ts", "-verify", "-data", name, "-in", f"{name}.a.tsr", "-CAfile", "a.pem")
    verified = subprocess.run(
        [*asked_as, "-attime", str(int(found.time.timestamp()))],
        cwd=home / "seals",
        capture_output=True,
        text=True,
    )
    assert "Verification: OK" in verified.stdout + verified.stderr


def test_without_authorities_nothing_is_asked_and_nothing_waits(world: World) -> None:
    """Stamps are off; `status` counts none as lacking."""
    desk = Desk(world)
    desk.round()
    desk.round(days=1)

    assert ([], 0, {}) == (desk.ask(at_once=True), desk.unstamped(), desk.times())


def test_a_quiet_round_asks_nobody(desk: Desk, authority: SimulatedAuthority) -> None:
    """Every seal has its stamp: account, rooms, one list and the requests are asked for, the authority is not."""
    desk.seal()
    desk.ask()
    desk.round()
    count_before = authority.count
    report = desk.round()

    assert (count_before, 4) == (authority.count, report.requests)


def test_what_disappeared_is_sealed_and_stamped_in_the_same_round(desk: Desk) -> None:
    """And the daily copy comes after the stamp."""
    world = desk.world
    post = world.post("消える文")
    desk.round()
    world.chatwork.delete(post, moves_room=True)

    report = desk.round()

    assert report.sealed in desk.times()


# --- authorities that are down -----------------------------------------------------------------


def test_an_authority_that_is_back_stamps_everything_the_newest_first(
    desk: Desk, authority: SimulatedAuthority
) -> None:
    """Two bad answers end a turn; one good answer ends the pause of all that wait."""
    desk.seal(4)
    authority.fail(AuthorityFault.SERVER_ERROR, times=10)
    for _ in range(5):
        desk.ask(at_once=True)
    bad = authority.count
    resting = desk.ask(minutes=30)
    desk.seal()

    report = desk.ask()

    digests = {bytes.fromhex(one.sha256): one.number for one in read_seals(desk.world.archive)}
    seals_asked = [number for query in authority.queries[bad:] for digest, number in digests.items() if digest in query]
    assert (10, [], 5, 0) == (bad, resting, stamp_count(report), desk.unstamped())
    assert [5, 4, 3, 2, 1] == seals_asked


@pytest.mark.parametrize(
    "authority_fault",
    [AuthorityFault.DOWN, AuthorityFault.HTML, AuthorityFault.WRONG_NONCE, AuthorityFault.EXPIRED],
)
def test_an_answer_that_is_not_good_leaves_no_file(
    desk: Desk, authority: SimulatedAuthority, authority_fault: AuthorityFault
) -> None:
    """The seal waits with a reason, the round is as good as any; the next true answer is kept."""
    desk.seal()
    authority.fail(authority_fault)

    report = desk.round()
    row = desk.world.rows("stamp")[0]
    files = desk.files()
    desk.round()

    assert ((), True) == (report.reported, report.complete)
    assert ([], "waiting", 1) == (files, row["state"], row["attempts"])
    assert row["reason"] in REASONS
    assert 0 == desk.unstamped()


def test_one_failure_among_good_answers_does_not_end_the_turn(desk: Desk, authority: SimulatedAuthority) -> None:
    """The one that failed is asked for again after the shortest pause, without the authority resting."""
    desk.seal(4)
    authority.fail(AuthorityFault.HTML, after=1)

    report = desk.ask()

    assert [None, None, "not_a_token", None] == [one.reason for one in report]
    assert (3, 1, {1, 2, 4}) == (stamp_count(report), desk.unstamped(), set(desk.times()))
    assert (0, 1) == (stamp_count(desk.ask(minutes=4)), stamp_count(desk.ask(minutes=1)))


def test_of_two_authorities_one_is_down(world: World, authority: SimulatedAuthority) -> None:
    """The other's stamps come; the seals still count as lacking one, until both have answered."""
    with SimulatedAuthority(now=world.clock, name="Other TSA") as other:
        desk = Desk(world, authority, other)
        other.stop()
        desk.seal(2)
        report = desk.ask()
        half = (desk.unstamped(), {number: [one.authority for one in of] for number, of in desk.times().items()})
        other.start()
        desk.ask(at_once=True)

    a, b = ("a", None), ("b", "unreachable")
    assert [(1, *a), (1, *b), (2, *a), (2, *b)] == [(one.seal, one.authority, one.reason) for one in report]
    assert (2, {1: ["a"], 2: ["a"]}) == half
    assert (0, {"a", "b"}) == (desk.unstamped(), {one.authority for one in desk.times()[1]})
    assert {"a.pem", "b.pem"} <= set(desk.files())


def test_a_round_ends_a_turn_that_takes_too_long(desk: Desk, authority: SimulatedAuthority) -> None:
    """What is left is the next round's, without a pause."""
    desk.seal(3)

    report = desk.ask(seconds=0)
    later = desk.ask()

    assert [StampOutcome(number, "a", None, None) for number in (1, 2, 3)] == report
    assert (3, 3) == (stamp_count(later), authority.count)


@pytest.mark.drawn
def test_many_old_seals_come_upon_an_authority_by_and_by(desk: Desk, authority: SimulatedAuthority) -> None:
    """Twenty a round, the newest first; asked for at once, all of them."""
    desk.seal(45)

    first, waiting = desk.ask(), desk.unstamped()
    second = desk.ask(at_once=True)

    assert (20, 25, [1, 45]) == (stamp_count(first), waiting, [first[0].seal, first[-1].seal])
    assert (25, 0, 45) == (stamp_count(second), desk.unstamped(), authority.count)


# --- without Chatwork --------------------------------------------------------------------------


@pytest.mark.parametrize(("is_down", "error"), [(True, errors.Unreachable), (False, errors.TokenRefused)])
def test_stamps_come_though_chatwork_gives_nothing(desk: Desk, is_down: bool, error: type[Exception]) -> None:
    """The round fails as it must, and the seal that was due has its time."""
    desk.round()
    if is_down:
        desk.world.chatwork.stop()
    else:
        desk.world.chatwork.fail(Fault.UNAUTHORIZED, "/me", times=None)

    with pytest.raises(error):
        desk.round(days=1)

    assert {1} == set(desk.times())
    if is_down:
        desk.world.chatwork.start()


def test_a_rescue_has_its_seal_stamped_at_once(desk: Desk, authority: SimulatedAuthority) -> None:
    """Also while the authority is left alone for hours, and with and without Chatwork."""
    desk.round()
    desk.seal()
    authority.fail(AuthorityFault.DOWN, times=5)
    for _ in range(5):
        desk.ask(at_once=True)

    report = rescue_round(desk.app(), [desk.world.room], ProgressCallbacks())
    desk.world.chatwork.stop()
    desk.world.clock.pass_by(minutes=1)
    desk.world.contract("job1", desk.world.room, title="動画")
    with pytest.raises(errors.Unreachable):
        rescue_round(desk.app(), [desk.world.room], ProgressCallbacks())
    desk.world.chatwork.start()

    last = desk.world.rows("seal")[-1]["number"]
    assert report.sealed is not None
    assert report.sealed < last
    assert set(range(1, last + 1)) == set(desk.times())


# --- kills, losses, damage ---------------------------------------------------------------------


def test_a_kill_between_file_and_row_costs_no_second_stamp(desk: Desk, authority: SimulatedAuthority) -> None:
    """The file is found, checked and given its row; its time is the first one."""
    desk.seal()
    with closing(sqlite3.connect(desk.world.archive.database)) as database:
        database.execute("CREATE TRIGGER killed BEFORE INSERT ON stamp BEGIN SELECT RAISE(ABORT, 'killed'); END")
    with pytest.raises(Exception, match="killed"):
        desk.ask()
    between = (desk.times(), desk.files())
    with closing(sqlite3.connect(desk.world.archive.database)) as database:
        database.execute("DROP TRIGGER killed")
    asked_at = desk.world.clock()

    desk.ask(hours=3)

    (found,) = desk.times()[1]
    assert ({}, 2) == (between[0], len(between[1]))
    assert (1, 0) == (authority.count, desk.unstamped())
    assert timedelta(seconds=-1) <= found.time - asked_at <= timedelta(0)


def test_a_lost_table_is_made_again_of_the_files(desk: Desk, authority: SimulatedAuthority) -> None:
    """Nobody is asked; times and roots are the same, also after the settings pinned another root."""
    desk.seal(3)
    desk.ask()
    before = {number: one[0].time for number, one in desk.times().items()}
    roots = {row["root"] for row in desk.world.rows("stamp")}
    desk.forget()
    with SimulatedAuthority(now=desk.world.clock) as successor:
        desk.authorities = (Authority("a", build_sender(successor.url), (successor.root_der,)),)
        desk.ask(days=1)
        after = {number: one[0].time for number, one in desk.times().items()}
        desk.seal()
        desk.ask()

    assert (before, 3, 1) == (after, authority.count, successor.count)
    assert roots < {row["root"] for row in desk.world.rows("stamp")}
    assert authority.root_pem + successor.root_pem == (desk.world.home / "seals" / "a.pem").read_text("ascii")


def test_a_lost_table_is_made_again_though_stamps_are_off_now(desk: Desk) -> None:
    """What was stamped stays stamped: `archive seal` and every package look for the files."""
    desk.seal(2)
    desk.ask()
    desk.forget()
    desk.authorities = ()

    desk.ask(at_once=True)

    assert {1, 2} == set(desk.times())


def test_a_file_that_is_no_stamp_is_asked_for_anew(desk: Desk, authority: SimulatedAuthority) -> None:
    """It is not given a row, and lies beside the good one for whoever wants to see it."""
    desk.seal()
    name = f"{seal_name(desk.world.home, 1)}.a.tsr"
    (desk.world.home / "seals" / name).write_bytes(b"not a stamp")

    desk.ask()

    assert (1, 0) == (authority.count, desk.unstamped())
    assert [name, f"{name}.unusable", "a.pem"] == desk.files()


def test_a_seal_that_was_changed_gets_no_stamp(desk: Desk, authority: SimulatedAuthority) -> None:
    """A time of a third party must not stand on other bytes than those that were closed."""
    desk.seal(2)
    path = desk.world.home / "seals" / seal_name(desk.world.home, 2)
    tampering.flip_bit(path, 99)

    report = desk.ask()

    assert [(1, None), (2, stamp_requests.SEAL_CHANGED)] == [(one.seal, one.reason) for one in report]
    assert (1, 1) == (authority.count, desk.unstamped())


def test_a_root_that_cannot_be_read_sends_nothing(desk: Desk, authority: SimulatedAuthority) -> None:
    """The seals wait; once it can be read, they are stamped."""
    whole = desk.authorities
    desk.authorities = (replace(whole[0], roots=()),)
    desk.seal(3)

    report = desk.ask()
    count_before = authority.count
    desk.authorities = whole
    desk.ask(minutes=5)

    assert ({"roots"}, 0) == ({one.reason for one in report}, count_before)
    assert 0 == desk.unstamped()


# --- what always holds -------------------------------------------------------------------------

SHARED = SimulatedAuthority()
STEPS = strategies.lists(
    strategies.tuples(strategies.sampled_from(["seal", "up", "down", "flaky", "lose"]), strategies.integers(1, 400)),
    max_size=25,
)


@pytest.mark.drawn
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_every_seal_is_stamped_once_in_the_end(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Up, down, every other answer bad, rows lost: at the end each seal has one stamp, and it is good."""
    archive, clock = tampering.empty_archive(tmp_path_factory.mktemp("home")), Clock()
    state, turn, given_out = "up", 0, 0

    def send(query: bytes) -> AuthorityAnswer:
        nonlocal turn, given_out
        turn += 1
        if state == "down" or (state == "flaky" and turn % 2):
            raise ConnectionError("down")
        given_out += 1
        return AuthorityAnswer(200, SHARED.reply(query))

    SHARED.now = clock
    bare: Any = SimpleNamespace(
        home=archive.home, archive=archive, clock=clock, new_client=Mock(), downloads=Mock(), own_clock=clock
    )
    desk = Desk(bare)
    desk.authorities = (Authority("a", send, (SHARED.root_der,)),)
    for what, minutes in [*steps, ("up", 400), ("up", 400)]:
        clock.pass_by(minutes=minutes)
        if what == "seal":
            desk.seal()
        elif what == "lose":
            desk.forget()
        else:
            state = what
        stamp_requests.request_stamps(desk.app())

    sealed = read_seals(archive)
    folder = archive.home / "seals"
    with archive.reading() as reading:
        stamps = stamp_queue.stamps_by_seal(reading)
    assert {one.number: 1 for one in sealed} == {number: len(of) for number, of in stamps.items()}
    assert len(sealed) == given_out
    for seal in sealed:
        reply, data = (folder / f"{seal.name}.a.tsr").read_bytes(), (folder / seal.name).read_bytes()
        assert stamps[seal.number][0].time == timestamp.check_stamp(reply, data, [SHARED.root_der]).time


def read_seals(archive: Archive) -> list[Seal]:
    """Every seal, oldest first."""
    with archive.reading() as reading:
        return seals(reading)


def seal_name(home: Path, number: int) -> str:
    """The name of a seal's file."""
    (path,) = (home / "seals").glob(f"{number:06}-*.json")
    return path.name
