"""One sync as a whole: its cost, its order, its troubles, what it tells and what it never does."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from archiver import errors
from archiver.store.engine import DATABASE
from archiver.store.working import remembered_values
from archiver.sync import plan
from archiver.sync.report import RoomOutcome, SyncReport
from archiver.sync.run import dry_run
from tests.support.archives.byte_search import places_of
from tests.support.chatwork.simulator import Fault
from tests.support.world import World, running_world


def settled(world: World) -> World:
    """A world whose first sync is done."""
    world.post("よろしくお願いします。")
    world.sync()
    world.take_requests()
    return world


def sweeps(world: World) -> list[dict[str, object]]:
    """Payloads of the sweep entries."""
    return [one["payload"] for one in world.entries("sweep")]


# --- cost and order -------------------------------------------------------------------------------


def test_a_run_in_which_nothing_moved_costs_two_requests_and_no_entry(world: World) -> None:
    """However many rooms are contracted."""
    world.more_rooms(20)
    settled(world)
    before = world.seqs()

    report = world.sync()

    assert ["/me", "/rooms"] == world.take_requests()
    assert (2, True, ()) == (report.requests, report.complete, report.reported)
    assert before == world.seqs()
    assert {RoomOutcome.WAITING} == {room.outcome for room in report.rooms}


def test_the_token_is_recognised_afterwards_by_digests_alone(world: World) -> None:
    """That of each run, whatever its case; the archive holds none of them."""
    before, first = world.chatwork.token, world.sync()
    world.chatwork.revoke_token("fedcba98" * 4)
    second = world.sync()

    with world.archive.reading() as reading:
        marks = remembered_values.TOKEN_MARKS.recall(reading)
    stored = (world.home / DATABASE).read_bytes()
    assert marks is not None
    assert first.complete == second.complete
    assert [True, True, False] == [marks.knows(word) for word in (before, "FEDCBA98" * 4, "0" * 32)]
    assert [False, False] == [word.encode() in stored for word in (before, "fedcba98" * 4)]


def test_where_every_list_is_read_an_edit_that_moves_no_counter_is_seen(world: World) -> None:
    """Edited, saved, deleted, saved: both texts are held, though no counter of the room ever moved."""
    message = world.post("報酬は5万円です")
    world.sync()
    world.chatwork.edit(message, "報酬は3万円です", moves_room=False)

    unseen, edited = world.synced(), world.synced(every_list=True)
    world.chatwork.delete(message, moves_room=False)
    deleted = world.synced(every_list=True)

    assert (0, 1, 1) == (unseen.edited, edited.edited, deleted.deleted)
    assert {"報酬は5万円です", "報酬は3万円です", "[deleted]"} <= {row["body"] for row in world.rows("message_version")}


def test_only_the_room_that_moved_is_read(world: World) -> None:
    """Its lists, its people, and the own counters once more."""
    rooms = world.more_rooms(3)
    settled(world)
    world.chatwork.post(rooms[1], world.tanaka, "はい")

    report = world.sync()

    requested = world.take_requests()
    assert {str(rooms[1])} == {found for path in requested for found in re.findall("/rooms/([0-9]+)", path)}
    assert ["/me", "/rooms", f"/rooms/{rooms[1]}/messages?force=1"] == requested[:3]
    assert "/rooms" == requested[-1]
    assert len(requested) == report.requests


def test_texts_and_small_files_come_before_people_and_those_before_large_files(world: World) -> None:
    """The counterpart's files before one's own; text never waits for a video."""
    rooms = world.more_rooms(1)
    mine = world.chatwork.upload(world.room, world.chatwork.owner, "mine", data=b"m")
    large = world.chatwork.upload(rooms[0], world.tanaka, "large", size=2_000_000)
    theirs = world.chatwork.upload(world.room, world.tanaka, "theirs", data=b"t")

    world.sync()

    requested = world.take_requests()
    files = [
        f"/rooms/{room}/files/{file}?create_download_url=1"
        for room, file in ((world.room, theirs), (world.room, mine), (rooms[0], large))
    ]
    expected_requests = [
        f"/rooms/{world.room}/messages?force=1",
        f"/rooms/{rooms[0]}/messages?force=1",
        files[0],
        files[1],
        f"/rooms/{world.room}/members",
        f"/rooms/{rooms[0]}/members",
        files[2],
    ]
    assert expected_requests == [path for path in requested if path in expected_requests]


def test_every_request_is_a_get_and_messages_are_read_with_force(world: World) -> None:
    """Nothing is written to Chatwork, no cursor of other programs is moved, no invitation read."""
    settled(world)
    world.chatwork.upload(world.room, world.tanaka, "a", data=b"x")
    world.sync(full=True)

    made = list(world.chatwork.requests) + list(world.chatwork.downloads)
    lists = [request.path for request in made if request.path.endswith("/messages") or "/messages?" in request.path]
    assert {"GET"} == {request.method for request in made}
    assert all("force=1" in path for path in lists)
    assert not any("/link" in request.path for request in made)


def test_a_quiet_room_is_read_again_every_six_hours(world: World) -> None:
    """Nobody knows whether an edit moves a room."""
    post = world.post("30,000円で")
    world.sync()
    world.chatwork.edit(post, "20,000円で")

    edited = []
    for _ in range(12):
        world.clock.pass_by(minutes=30)
        edited.append(world.synced().edited)

    assert 1 == sum(edited)


def test_rooms_are_chosen_by_number(world: World) -> None:
    """Others are not read, and keep their turn; one of no contract is refused before anything is asked."""
    rooms = world.more_rooms(1)
    with pytest.raises(errors.UnknownRoom):
        world.sync(rooms=frozenset([999]))
    assert [] == world.take_requests()

    report = world.sync(rooms=frozenset(rooms))

    assert rooms == [room.room_id for room in report.rooms]
    assert not any(f"/rooms/{world.room}/" in path for path in world.take_requests())
    assert world.sync().rooms[0].new


def test_without_a_contract_nothing_is_read(tmp_path: Path) -> None:
    """Other rooms stay private: there is no default of all rooms."""
    with running_world(tmp_path / "other") as world:
        world.contract("job1", world.room, state="stopped")

        report = world.sync()

        assert [] == report.rooms
        assert not any(path.startswith("/rooms/") for path in world.take_requests())


def test_a_closed_contract_is_read_for_180_days_more(world: World) -> None:
    """Then no more."""
    world.contract("job1", world.room, state="closed", closed_at=world.clock())
    world.clock.pass_by(days=179)
    during = world.sync().rooms
    world.clock.pass_by(days=2)
    after = world.sync().rooms

    assert ([world.room], []) == ([room.room_id for room in during], [room.room_id for room in after])


def test_a_dry_run_tells_the_steps_and_writes_nothing(world: World) -> None:
    """Two requests, whatever it would read."""
    settled(world)
    world.post("はい")
    world.chatwork.rename_account(world.chatwork.owner, "山田")
    before = world.rows("entry"), world.rows("visit"), world.rows("memory")

    steps = dry_run(world.archive, world.new_client(), now=world.clock)

    assert [(plan.MESSAGES, "動画編集")] == [(step.kind, name) for step, name in steps]
    assert ["/me", "/rooms"] == world.take_requests()
    assert before == (world.rows("entry"), world.rows("visit"), world.rows("memory"))


def test_one_client_may_serve_many_runs(world: World) -> None:
    """Requests are counted per run, and a deadline of one run does not bind the next."""
    from archiver.sync.run import run_sync
    from archiver.sync.run_start import Options

    first = run_sync(world.archive, world.client, world.downloads, now=world.clock, options=Options(max_seconds=60))
    world.clock.pass_by(hours=1)

    second = run_sync(world.archive, world.client, world.downloads, now=world.clock)

    assert first.requests > 2
    assert 3 == second.requests
    assert world.client.transport.deadline is None


# --- whose account --------------------------------------------------------------------------------


def test_the_owner_is_written_down_without_private_data(world: World) -> None:
    """Once, and again when the name changes; no mail address, no telephone."""
    settled(world)
    world.chatwork.rename_account(world.chatwork.owner, "山田")
    world.sync()

    payloads = [one["payload"] for one in world.entries("me")]
    fields = {"account_id", "name", "chatwork_id", "organization_id", "organization_name"}
    assert [fields, fields] == [set(one) for one in payloads]
    assert ["yamada", "山田"] == [one["name"] for one in payloads]
    assert set() == places_of(world.home, "yamada@example.com")


def test_another_accounts_token_writes_nothing(world: World) -> None:
    """Neither an entry nor a word in the working tables."""
    settled(world)
    before = world.rows("entry"), world.rows("memory"), world.rows("visit")
    world.chatwork.owner = world.tanaka

    with pytest.raises(errors.WrongAccount) as caught:
        world.sync()

    assert 5 == caught.value.code
    assert before == (world.rows("entry"), world.rows("memory"), world.rows("visit"))
    assert ["/me"] == world.take_requests()


# --- rooms that go --------------------------------------------------------------------------------


def test_a_room_that_cannot_be_opened_is_frozen_until_it_is_back(world: World) -> None:
    """Asked for singly once; then only the list of rooms is watched; back, everything is read anew."""
    file = world.chatwork.upload(world.room, world.tanaka, "a", data=b"x")
    world.chatwork.fail(Fault.NOT_FOUND, "/uploadfile/", times=None)
    settled(world)
    messages = world.states()
    world.chatwork.remove_owner(world.room)

    first = world.sync()
    asked_first = world.take_requests()
    world.clock.pass_by(days=2)
    second = world.sync()
    asked_second = world.take_requests()
    kept = world.states()
    world.chatwork.heal()
    world.chatwork.restore_owner(world.room)
    world.post("おかえりなさい")
    third = world.sync()

    kinds = [one["kind"] for one in world.entries(room=world.room) if one["kind"].startswith("room.")]
    assert (RoomOutcome.INACCESSIBLE, (f"event/{world.room}/inaccessible",)) == (first.rooms[0].outcome, first.reported)
    assert ["/me", "/rooms", f"/rooms/{world.room}"] == asked_first[:3]
    assert (RoomOutcome.INACCESSIBLE, (), False) == (second.rooms[0].outcome, second.reported, second.complete)
    assert not any(path.startswith("/rooms/") for path in asked_second)
    assert messages == kept
    assert ["room.inaccessible", "room.accessible"] == kinds
    assert (RoomOutcome.ARCHIVED, 1, 1) == (third.rooms[0].outcome, third.rooms[0].new, third.rooms[0].files_saved)
    assert b"x" == world.blob(file)
    assert first.disappeared


def test_a_room_missing_from_the_list_that_can_be_read_is_read(world: World) -> None:
    """The list of rooms was not whole."""
    settled(world)
    world.post("はい")
    listed = [{"room_id": world.chatwork.my_room}]
    world.chatwork.fail(Fault.REPLY, "/rooms$", body=json.dumps(listed).encode())

    report = world.synced()

    assert (1, RoomOutcome.ARCHIVED) == (report.new, report.outcome)
    assert [] == world.entries("room.inaccessible")


# --- failures -------------------------------------------------------------------------------------


def test_one_failing_room_never_stops_the_others(world: World) -> None:
    """It is said once, and repeated once a day while it lasts."""
    rooms = world.more_rooms(2)
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/{rooms[0]}/", times=None)

    first = world.sync()
    second = world.sync()
    world.clock.pass_by(days=1)
    third = world.sync()
    world.chatwork.heal()
    fourth = world.sync()

    trouble = (f"room/{rooms[0]}/messages/failed",)
    assert [RoomOutcome.ARCHIVED, RoomOutcome.FAILED, RoomOutcome.ARCHIVED] == [room.outcome for room in first.rooms]
    assert [trouble, (), trouble, ()] == [run.reported for run in (first, second, third, fourth)]
    assert [False, False, False, True] == [run.complete for run in (first, second, third, fourth)]


@pytest.mark.parametrize(("failing", "outcomes"), [((0, 1), "AFFUU"), ((0, 2), "AFAFA")])
def test_two_rooms_in_a_row_that_fail_end_the_round(world: World, failing: tuple[int, int], outcomes: str) -> None:
    """With what it has; the rest is left over (U) and not asked for. One between them that works (A) goes on."""
    rooms = world.more_rooms(4)
    one, other = (rooms[index] for index in failing)
    world.chatwork.fail(Fault.SERVER_ERROR, f"/rooms/({one}|{other})/", times=None)

    report = world.sync()

    expected = {"A": (RoomOutcome.ARCHIVED, False), "F": (RoomOutcome.FAILED, False), "U": (RoomOutcome.FAILED, True)}
    assert [expected[letter] for letter in outcomes] == [(room.outcome, room.is_unreached) for room in report.rooms]
    assert ("U" in outcomes) == report.left_over == ("left-over" in report.reported)
    assert ("U" not in outcomes) == any(f"/rooms/{rooms[3]}" in path for path in world.take_requests())


def test_a_failed_room_stays_failed_though_a_file_of_it_was_saved(world: World) -> None:
    """What could not be read is what counts."""
    world.chatwork.upload(world.room, world.tanaka, "a", data=b"x")
    world.chatwork.fail(Fault.DROP, "/uploadfile/", times=None)
    world.sync()
    world.chatwork.heal()
    world.chatwork.fail(Fault.SERVER_ERROR, "/messages", times=None)

    report = world.synced(full=True)

    assert (RoomOutcome.FAILED, 1) == (report.outcome, report.files_saved)


# --- the budget -----------------------------------------------------------------------------------


def test_at_the_reserve_a_run_without_a_limit_waits(tmp_path: Path) -> None:
    """Until the window is new; everything is read, and nothing is left over."""
    with running_world(tmp_path / "home", limit=70) as world:
        world.more_rooms(20)

        report = world.sync()

        assert (True, ()) == (report.complete, report.reported)
        assert world.clock.slept
        assert report.requests > 100


@pytest.mark.drawn
def test_at_the_reserve_a_run_with_a_limit_leaves_the_rest_over(tmp_path: Path) -> None:
    """It is said, and made up by the next runs; some of the budget is left to others."""
    with running_world(tmp_path / "home", limit=100) as world:
        world.more_rooms(30)

        first = world.sync(max_seconds=60)
        used = len(world.take_requests())
        rest: list[SyncReport] = []
        while not rest or rest[-1].left_over:
            world.clock.pass_by(minutes=5)
            rest.append(world.sync(max_seconds=60))

        assert (("left-over",), False) == (first.reported, first.complete)
        assert used <= 80
        assert rest[-1].complete
        assert 31 == len({row["room_id"] for row in world.rows("message")})
        assert [] == world.clock.slept


@pytest.mark.drawn
def test_a_reading_that_was_only_due_can_wait_without_a_word(tmp_path: Path) -> None:
    """It is left over only when it has been put off for twice its time."""
    with running_world(tmp_path / "home", limit=400) as world:
        world.more_rooms(30)
        world.sync()
        reports = []
        for hour in (6, 13):
            world.clock.time += timedelta(hours=hour)
            world.chatwork.fail(Fault.RATE_LIMIT, "/messages", times=1, seconds=200)
            reports.append(world.sync(max_seconds=10).left_over)

        assert [False, True] == reports


def test_a_budget_spent_before_the_first_request_leaves_everything_over(world: World) -> None:
    """Another program used it up: said once, and the room is not called unchanged."""
    settled(world)
    world.chatwork.fail(Fault.RATE_LIMIT, "/me", times=2, seconds=250)

    first = world.sync(max_seconds=10)
    world.take_requests()
    again = world.sync(max_seconds=10)

    assert (("left-over",), (), False) == (first.reported, again.reported, again.complete)
    assert [] == world.take_requests()  # a new process does not begin by asking past the reserve
    assert (RoomOutcome.FAILED, True) == (first.rooms[0].outcome, first.rooms[0].is_unreached)


def test_no_time_left_leaves_everything_over(world: World) -> None:
    """The two requests of the beginning are made, no more."""
    report = world.sync(max_seconds=0)

    assert (["/me", "/rooms"], ("left-over",)) == (world.take_requests(), report.reported)


# --- the record -----------------------------------------------------------------------------------


def test_a_run_with_news_writes_the_idle_ones_down_first(world: World) -> None:
    """Collected with their number and that of their requests, nothing per room; sweeps are in the order of time."""
    settled(world)
    for _ in range(26):
        world.clock.pass_by(minutes=5)
        world.sync()
    world.post("はい")
    world.clock.pass_by(minutes=5)

    world.sync(settings="5e")

    idle, news = sweeps(world)[-2:]
    assert (26, 65, 1) == (idle["runs"], idle["requests"], news["runs"])
    assert str(world.room) not in json.dumps(idle)
    assert idle["to"] < news["from"]  # type: ignore[operator]
    assert ("5e", 1) == (news["settings"], news["totals"]["new"])  # type: ignore[index]


def test_reading_does_not_change_what_is_unread_and_that_is_measured(world: World) -> None:
    """The own counter before and after, summed over contracted rooms; a fall is said."""
    world.post("[To:1] はい")
    report = world.sync()
    before = world.chatwork.rooms[world.room].unread_num

    (sweep,) = sweeps(world)
    assert (before, before, False) == (sweep["unread_before"], sweep["unread_after"], report.unread_dropped)

    world.post("読む")
    world.chatwork.fail(Fault.REPLY, "/rooms$", after=1, body=b'[{"room_id": %d, "unread_num": 0}]' % world.room)

    assert world.sync().unread_dropped


def test_the_clocks_difference_and_unparsed_replies_are_recorded(world: World) -> None:
    """In milliseconds; counted, never kept."""
    world.chatwork.fail(Fault.HTML, "/messages", times=2)
    world.sync()

    (sweep,) = sweeps(world)
    assert (2, True) == (sweep["unparsed"], -1000 <= int(str(sweep["clock_offset_ms"])) <= 0)


def test_a_complete_archive_says_so_and_any_lack_unsays_it(world: World) -> None:
    """Also a lack in a room that this run was not asked for, whose begun transfer is kept and resumed later."""
    rooms = world.more_rooms(1)
    world.chatwork.upload(rooms[0], world.tanaka, "a", size=3_000_000)
    world.chatwork.fail(Fault.CUT_BODY, "/uploadfile/", size=1_000_000)
    world.chatwork.fail(Fault.DROP, "/uploadfile/", times=None)

    whole = world.sync()
    begun = sorted((world.home / "files" / "incoming").iterdir())
    other = world.sync(rooms=frozenset([world.room]))
    kept = sorted((world.home / "files" / "incoming").iterdir())
    world.chatwork.heal()
    healed = world.sync(full=True)

    assert [False, False, True] == [whole.complete, other.complete, healed.complete]
    assert ((), True) == (other.reported, begun == kept != [])


# --- what stays private ---------------------------------------------------------------------------


def test_no_byte_of_another_room_or_its_people_is_anywhere(world: World) -> None:
    """Not its name, description, texts, files, tasks or persons; not even when runs fail."""
    canaries = [
        f"CANARY{name}" for name in ("PERSON", "ROOM", "TEXT", "FILE", "BYTES", "TASK", "ABOUT", "DIRECT", "ORG")
    ]
    person, room, text, file, data, task, about, direct, organization = canaries
    stranger = world.chatwork.add_account(person, organization=organization)
    other = world.chatwork.add_room(room, members=[stranger], description=about)
    chat = world.chatwork.add_room("", members=[stranger], type="direct")
    world.chatwork.post(other, stranger, text)
    world.chatwork.post(chat, stranger, direct)
    world.chatwork.upload(other, stranger, file, data=data.encode())
    world.chatwork.add_task(other, stranger, world.chatwork.owner, task)
    world.chatwork.request_contact(stranger, "CANARYREQUEST")
    world.chatwork.upload(world.room, world.tanaka, "ours.pdf", data=b"OURS")
    for fault in (Fault.CUT_JSON, Fault.HTML, Fault.WRONG_SHAPE, Fault.SERVER_ERROR):
        world.post("はい")
        world.chatwork.fail(fault, times=2, after=1)
        try:
            world.sync(full=True)
        except errors.ChatworkError:
            world.chatwork.heal()

    world.chatwork.heal()
    world.sync(full=True)

    assert places_of(world.home, "OURS")
    assert places_of(world.home, "動画編集")
    assert set() == places_of(world.home, *canaries, "CANARYREQUEST")
