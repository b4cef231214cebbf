"""When a counterpart is going the round turns urgent, judges alerts once, seals and makes the daily copy at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver import errors
from archiver.records.alerts import Alert
from archiver.rounds.round import rescue_round, run_round
from archiver.store.working.alerts import alerts
from archiver.sync.report import SyncReport
from archiver.sync.run_start import Options, ProgressCallbacks
from tests.support.chatwork.simulator import Fault
from tests.support.schedules.rounds import new_app
from tests.support.world import World, running_world


class Office:
    """A world whose rounds are whole ones."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.other = world.chatwork.add_room("記事作成", members=[world.tanaka])
        self.third = world.chatwork.add_room("別の仕事", members=[world.chatwork.add_account("鈴木")])
        world.contract("job2", self.other)
        world.contract("job3", self.third)

    def round(self, *, later: float = 10, **options: object) -> SyncReport:
        """A round some minutes after the last one."""
        self.world.clock.pass_by(minutes=later)
        return run_round(new_app(self.world), Options(**options), ProgressCallbacks())  # type: ignore[arg-type]

    def lose_two(self) -> None:
        """A round, after which two of three posts of 田中's are deleted."""
        posts = self.world.posts(3)
        self.round()
        for post in posts[:2]:
            self.world.chatwork.delete(post, moves_room=True)

    def rescue(self, *rooms: int) -> SyncReport:
        """What `archive save --all` runs."""
        self.world.clock.pass_by(minutes=1)
        return rescue_round(new_app(self.world), rooms, ProgressCallbacks())

    def alerts(self) -> list[Alert]:
        """Every alert kept."""
        with self.world.archive.reading() as reading:
            return alerts(reading)

    def alert_summaries(self) -> list[tuple[str, str, int]]:
        """Rule, level and number of messages of each alert."""
        return [(one.rule.value, one.level.value, one.count) for one in self.alerts()]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Three contracted rooms: two shared with 田中, one not."""
    with running_world(tmp_path / "home") as world:
        yield Office(world)


# --- alerts ------------------------------------------------------------------------------------


def test_the_first_round_and_a_quiet_one_open_no_alert(office: Office) -> None:
    """What an archive begins with is no event: closed accounts, deleted messages."""
    world = office.world
    world.chatwork.delete(world.post("消した"))
    world.chatwork.cancel_account(world.tanaka)

    first, quiet = office.round(), office.round()

    assert ([], (), (), False) == (office.alerts(), first.alerts, quiet.alerts, quiet.disappeared)
    assert 2 + 3 + 1 == quiet.requests  # the account, the rooms, the list of each of three, who asks to be a contact


@pytest.mark.drawn
def test_each_kind_is_told_for_itself_and_once(office: Office) -> None:
    """A cancelled account closes, leaves each room and the contacts; the rounds after that say nothing.

    The direct chat becomes a group chat, in which the user's own role is another one: that is told too. A post there
    says why the person is gone, and nothing says it of the other rooms.
    """
    world = office.world
    direct = world.chatwork.add_room("", members=[world.tanaka], type="direct")
    world.contract("job4", direct)
    world.post("やあ")
    office.round()
    world.chatwork.cancel_account(world.tanaka)

    report = office.round(full=True)
    again = office.round(full=True)

    kinds = [(one["rule"], one["level"]) for one in report.alerts]
    gone = ("member_gone", "high")
    assert [("account_closed", "high"), gone, gone, gone, ("contact_gone", "medium"), ("A12", "medium")] == kinds
    assert ((), 6) == (again.alerts, len(office.alerts()))
    told = {one["room_id"] for one in report.alerts if "says that the account was cancelled" in one["text"]}
    assert {direct} == told
    unknown = {one["room_id"] for one in report.alerts if "member" in one["text"] and "reason unknown" in one["text"]}
    assert (2, False) == (len(unknown), direct in unknown)
    assert {"number", "rule", "level", "room_id", "message_id", "time", "text", "dismissed"} == set(report.alerts[0])


@pytest.mark.drawn
def test_one_of_thirty_is_not_urgent(office: Office) -> None:
    """A member of a large room leaves: a low alert, nothing is hurried."""
    world = office.world
    people = [world.chatwork.add_account(f"人{number}") for number in range(30)]
    crowd = world.chatwork.add_room("全員", members=people)
    world.contract("job4", crowd)
    for person in people:
        world.chatwork.post(crowd, person, "はい")
    office.round()
    world.chatwork.leave_room(crowd, people[0])
    world.take_requests()

    office.round()

    assert [("member_gone", "low", 1)] == office.alert_summaries()
    others = [path for path in world.take_requests() if f"/rooms/{office.other}" in path]
    assert [f"/rooms/{office.other}/messages?force=1"] == others  # its list is read in each round, and nothing else


def test_what_a_killed_round_saw_is_judged_by_the_next(office: Office) -> None:
    """Entries that nobody judged yet give their alert later, not never."""
    world = office.world
    office.lose_two()
    world.sync()

    report = office.round()

    assert [("deletions", "high")] == [(one["rule"], one["level"]) for one in report.alerts]


@pytest.mark.drawn
def test_the_plan_and_a_shut_room_are_told(office: Office) -> None:
    """What the plan hides, room by room, and a room that cannot be opened are two kinds of alert."""
    world = office.world
    world.post("やあ")
    office.round()
    world.clock.pass_by(days=41)
    world.post("新しい")
    world.chatwork.free_plan()
    world.chatwork.remove_owner(office.third)

    report = office.round()

    assert [
        ("room_inaccessible", office.third),
        ("hidden_by_plan", world.room),
        ("hidden_by_plan", office.other),
        ("A14", None),
    ] == [(one["rule"], one["room_id"]) for one in report.alerts]
    assert report.sealed is not None


# --- urgency -----------------------------------------------------------------------------------


def test_a_counterpart_who_is_going_comes_before_everything_else(office: Office) -> None:
    """Two deletions: 田中's waiting file first, then the other room shared with them, though it did not move.

    What is read early is read once, in a room that failed before too.
    """
    world = office.world
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{office.other}/members", times=None)
    world.chatwork.fail(Fault.NOT_FOUND, "/uploadfile/", times=None)
    waiting = world.chatwork.upload(office.other, world.tanaka, "納品.zip", data=b"zip")
    office.lose_two()
    world.chatwork.heal()
    world.chatwork.post(office.third, world.chatwork.owner, "別件")
    world.take_requests()

    report = office.round(later=1)

    paths = world.take_requests()
    fetched = paths.index(f"/rooms/{office.other}/files/{waiting}?create_download_url=1")
    shared = paths.index(f"/rooms/{office.other}/messages?force=1")
    unrelated = paths.index(f"/rooms/{office.third}/messages?force=1")
    assert [fetched, shared, unrelated] == sorted([fetched, shared, unrelated])
    assert ("saved", None) == world.blob_states()[waiting]
    assert 1 == paths.count(f"/rooms/{office.other}/members") == paths.count(f"/rooms/{world.room}/files")
    assert [("deletions", "high")] == [(one["rule"], one["level"]) for one in report.alerts]


def test_a_seal_and_the_daily_copy_come_at_once(office: Office) -> None:
    """A seal is closed before the unrelated room is read, and another one at the end; the copy bears the hour."""
    world = office.world
    office.lose_two()
    world.chatwork.post(office.third, world.chatwork.owner, "別件")

    report = office.round()

    before, last = world.rows("seal")[-2:]
    unrelated = [one["seq"] for one in world.entries("message", room=office.third)][-1]
    made = sorted(path.name for path in (world.home / "daily" / "job1").iterdir())
    assert before["last"] < unrelated <= last["last"]
    assert last["number"] == report.sealed
    assert any(name.startswith("2026-07-01-12") for name in made)


@pytest.mark.drawn
def test_a_room_outside_the_order_is_read_when_it_is_shared(office: Office) -> None:
    """A run that was asked for one room reads the others shared with who is going, and reports them."""
    world = office.world
    office.lose_two()
    world.take_requests()

    report = office.round(rooms=frozenset({world.room}), full=True)

    assert [world.room, office.other] == [room.room_id for room in report.rooms]
    assert f"/rooms/{office.other}/messages?force=1" in world.take_requests()


@pytest.mark.drawn
def test_a_cancelled_account_turns_the_round_urgent(office: Office) -> None:
    """The first list that shows the closed name makes the other shared room be read before the unrelated one."""
    world = office.world
    world.post("やあ")
    office.round()
    world.chatwork.cancel_account(world.tanaka)
    world.chatwork.post(world.room, world.chatwork.owner, "もしもし")
    world.chatwork.post(office.third, world.chatwork.owner, "別件")
    world.take_requests()

    office.round()

    paths = world.take_requests()
    assert paths.index(f"/rooms/{office.other}/members") < paths.index(f"/rooms/{office.third}/messages?force=1")
    assert {"account_closed", "member_gone"} == {one.rule.value for one in office.alerts()}


# --- rescue ------------------------------------------------------------------------------------


def test_rescue_reads_everything_shared_and_nothing_else(office: Office) -> None:
    """All lists of both rooms shared with 田中, the waiting file, a seal; the unrelated room is left alone."""
    world = office.world
    world.posts(3)
    office.round()
    world.take_requests()

    report = office.rescue(world.room)

    paths = world.take_requests()
    assert {world.room, office.other} == {room.room_id for room in report.rooms}
    for room in (world.room, office.other):
        assert {f"/rooms/{room}/messages?force=1", f"/rooms/{room}/files", f"/rooms/{room}/members"} <= set(paths)
    assert not [path for path in paths if f"/rooms/{office.third}" in path]
    assert report.sealed == world.rows("seal")[-1]["number"]


def test_rescue_may_use_the_reserve(office: Office) -> None:
    """With a budget that is down to the reserve it goes on without waiting."""
    world = office.world
    office.round()
    world.clock.slept.clear()
    app = new_app(world)

    report = rescue_round(app, [world.room], ProgressCallbacks())

    assert (0, [], False) == (app.chatwork.transport.reserve, world.clock.slept, report.left_over)


def test_rescue_of_a_stopped_contract_says_so(office: Office) -> None:
    """Rooms that are not read any more, shared with nobody of a contract that is, are not read for a rescue either."""
    office.round()
    office.world.contract("job3", office.third, state="stopped")

    with pytest.raises(errors.UsageError):
        office.rescue(office.third)
