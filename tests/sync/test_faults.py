"""Each endpoint with each fault: the table of docs/reference/faults.md, call by call where calls differ.

Nothing is waited for: the transport's pauses only move the clock, and its limits are small.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests

from archiver import errors
from archiver.chatwork.transport import ReplyLimits
from archiver.sync.report import RoomOutcome, SyncReport
from archiver.sync.run import run_sync
from archiver.sync.run_start import Options
from tests.support.cases import cases_of
from tests.support.chatwork.simulator import Fault
from tests.support.world import LIMITS, World

ENDPOINTS = dict(cases_of(__file__, "endpoints"))
FIRST = ("me", "rooms")
"""Without these a run knows nothing and ends."""

OF_A_ROOM = ("messages", "files", "members", "room", "tasks", "message", "task")
"""One of these that fails for good is the room's failure."""

LISTS = ("rooms", "messages", "files", "members", "tasks", "contacts")

PASSING: dict[str, dict[str, Any]] = {
    "500": {"kind": Fault.SERVER_ERROR},
    "502": {"kind": Fault.REPLY, "status": 502, "body": b"<html>Bad Gateway</html>"},
    "503": {"kind": Fault.MAINTENANCE},
    "429 short": {"kind": Fault.RATE_LIMIT, "seconds": 3},
    "429 long": {"kind": Fault.RATE_LIMIT, "seconds": 299},
    "429 absurd": {"kind": Fault.RATE_LIMIT, "seconds": 10**9},
    "429 past": {"kind": Fault.RATE_LIMIT, "seconds": -(10**9)},
    "reset": {"kind": Fault.DROP},
    "timeout": {"kind": Fault.HANG, "seconds": 0.25},
    "slow drip": {"kind": Fault.SLOW, "rate": 20},
    "cut body": {"kind": Fault.CUT_BODY},
    "cut JSON": {"kind": Fault.CUT_JSON},
    "HTML": {"kind": Fault.HTML},
    "empty": {"kind": Fault.EMPTY},
    "wrong shape": {"kind": Fault.WRONG_SHAPE},
    "redirect": {"kind": Fault.REDIRECT},
    "too large": {"kind": Fault.REPLY, "body": b"[" + b" " * 300_000 + b"]"},
}
"""Faults that a second try gets over."""

REFUSALS: dict[str, dict[str, Any]] = {
    "401": {"kind": Fault.UNAUTHORIZED},
    "403": {"kind": Fault.FORBIDDEN},
    "404": {"kind": Fault.NOT_FOUND},
    "400": {"kind": Fault.REPLY, "status": 400, "body": b'{"errors":["Invalid Endpoint or HTTP method"]}'},
    "403 of somebody in between": {"kind": Fault.REPLY, "status": 403, "body": b"<html>Access denied</html>"},
    "404 of somebody in between": {"kind": Fault.REPLY, "status": 404, "body": b"<html>Access denied</html>"},
}
"""Answers that no second try changes; only Chatwork's own 403 and 404 may say that something is gone or shut."""

LASTING = tuple(name for name in PASSING if not name.startswith(("429", "timeout", "slow")))


def sync(world: World, *, max_seconds: float | None = None, size: int = 200_000, total: float = 0.2) -> SyncReport:
    """One full sync whose limits are small."""
    limits = ReplyLimits(connect=1, answer=total / 2, read=total / 2, total=total, size=size)
    world.clock.pass_by(hours=7)
    client, options = world.new_client(limits=limits), Options(full=True, max_seconds=max_seconds, limits=LIMITS)
    return run_sync(world.archive, client, world.downloads, now=world.own_clock, options=options)


def settled(world: World) -> list[str]:
    """A world with two posts, a file, a task and a contact, all held."""
    posts = [world.post("一つ目"), world.post("二つ目")]
    world.chatwork.upload(world.room, world.tanaka, "a.txt", data=b"a")
    world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "初稿")
    world.chatwork.add_room("", members=[world.tanaka], type="direct")  # makes a contact of 田中
    sync(world)
    return posts


def provoke(world: World, endpoint: str) -> str:
    """See to it that the next run has something to ask this endpoint for; gives the id of a new post."""
    post = world.post(endpoint)
    world.chatwork.upload(world.room, world.tanaka, f"{endpoint}.txt", data=endpoint.encode())
    if endpoint == "message":  # one that the list leaves out, though it is there
        left_out = json.dumps(chatwork_state(world, "messages")[1:]).encode()
        world.chatwork.fail(Fault.REPLY, ENDPOINTS["messages"], body=left_out)
    elif endpoint == "task":
        world.chatwork.fail(Fault.REPLY, ENDPOINTS["tasks"], times=2, body=b"[]")
    return post


def chatwork_state(world: World, endpoint: str) -> Any:
    """What Chatwork shows there now."""
    room = f"/rooms/{world.room}"
    path = {
        "me": "/me",
        "rooms": "/rooms",
        "messages": f"{room}/messages?force=1",
        "files": f"{room}/files",
        "members": f"{room}/members",
        "room": room,
        "tasks": f"{room}/tasks?status=open",
        "contacts": "/contacts",
    }[endpoint]
    headers = {"x-chatworktoken": world.chatwork.token}
    return requests.get(f"{world.chatwork.base_url}{path}", headers=headers, timeout=5).json()


def answering(world: World, endpoint: str, value: Any, *, pad: int = 0) -> None:
    """From now on this is the endpoint's answer, as JSON, with so many blanks at its end."""
    path = ENDPOINTS[endpoint].replace("tasks\\?", "tasks\\?status=open")
    body = json.dumps(value).encode() + b" " * pad
    world.chatwork.fail(Fault.REPLY, path, times=None, body=body)


def disappearances(world: World) -> list[dict[str, Any]]:
    """Everything that is said to be listed no more."""
    return [row for table in ("member", "file", "task") for row in world.rows(table) if row["state"] == "gone"]


@pytest.mark.drawn(but="redirect")
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_costs_a_second_try_and_nothing_else(world: World, fault: str) -> None:
    """At every endpoint: what was posted is held, nothing is deleted, missing or troubled."""
    settled(world)

    for endpoint, path in ENDPOINTS.items():
        post = provoke(world, endpoint)
        world.chatwork.fail(path=path, **PASSING[fault])
        world.take_requests()
        report = sync(world)
        # a test that does not come there tests nothing
        assert any(re.search(ENDPOINTS[endpoint], f"/v2{path}") for path in world.take_requests())
        world.chatwork.heal()
        if endpoint == "address" and not report.complete:
            report = sync(world)  # a file waits for the next run rather than for a fault

        assert (endpoint, "present") == (endpoint, world.states()[post])
        assert (endpoint, True, RoomOutcome.ARCHIVED) == (endpoint, report.complete, report.rooms[0].outcome)

    assert set(world.states().values()) == {"present"}
    assert ([], []) == (world.gaps(), disappearances(world))


@pytest.mark.drawn(but=6)
@pytest.mark.parametrize("fault", [*LASTING, "403", "404"])
@pytest.mark.parametrize("endpoint", FIRST)
def test_without_account_or_rooms_a_run_ends_and_writes_nothing(world: World, endpoint: str, fault: str) -> None:
    """One of our errors is raised; no entry comes of it: no room is gone because the list of rooms was refused."""
    settled(world)
    before = world.seqs()
    world.chatwork.fail(path=ENDPOINTS[endpoint], times=None, **(PASSING | REFUSALS)[fault])

    with pytest.raises(errors.NotVisible if fault in REFUSALS else (errors.Unreachable, errors.NotUnderstood)):
        sync(world)

    assert before == world.seqs()


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("fault", LASTING)
def test_a_lasting_fault_fails_the_room_and_is_made_up_for(world: World, fault: str) -> None:
    """Never a deletion, never a departure; an address is its file's trouble alone. The next good run has everything."""
    settled(world)

    for endpoint in (*OF_A_ROOM, "address"):
        post = provoke(world, endpoint)
        world.chatwork.fail(path=ENDPOINTS[endpoint], times=None, **PASSING[fault])
        bad = sync(world)
        states = set(world.states().values())
        lost = disappearances(world)
        world.chatwork.heal()
        good = sync(world)

        outcome = RoomOutcome.ARCHIVED if endpoint == "address" else RoomOutcome.FAILED
        assert (endpoint, outcome, False) == (endpoint, bad.rooms[0].outcome, bad.complete)
        assert endpoint != "address" or (1, 1) == (bad.rooms[0].files_pending, good.rooms[0].files_saved)
        assert (endpoint, {"present"}, []) == (endpoint, states, lost)
        assert (endpoint, True) == (endpoint, good.complete)
        assert "present" == world.states()[post]


ON_THE_WAY: dict[str, dict[str, Any]] = {
    **{name: fault for name, fault in PASSING.items() if name not in ("timeout", "slow drip", "cut body", "cut JSON")},
    **{name: REFUSALS[name] for name in ("401", "403", "404")},
    "204": {"kind": Fault.REPLY, "status": 204, "body": b""},
    "cut body": {"kind": Fault.CUT_BODY, "size": 0},
    "wrong size": {"kind": Fault.WRONG_SIZE},
    "10 MB": {"kind": Fault.REPLY, "body": b"x" * 10_000_000},
    "redirect loop": {"kind": Fault.REDIRECT_LOOP},
}
"""What the download host may do; one that drips or says nothing is in test_download and test_transfer."""


@pytest.mark.drawn(but=5)
@pytest.mark.parametrize("fault", ON_THE_WAY)
def test_whatever_the_download_host_does_the_file_waits_and_the_run_goes_on(world: World, fault: str) -> None:
    """A 401 or 429 there is no word of Chatwork's: no wait, no end, no token; what came is never the file."""
    settled(world)
    provoke(world, "address")
    before = len(world.clock.slept)
    world.chatwork.fail(path="/uploadfile/", times=None, **ON_THE_WAY[fault])

    bad = sync(world)
    slept = world.clock.slept[before:]
    world.chatwork.heal()
    good = sync(world)

    assert (RoomOutcome.ARCHIVED, 0, 1, False) == (
        bad.rooms[0].outcome,
        bad.rooms[0].files_saved,
        bad.rooms[0].files_pending,
        bad.complete,
    )
    assert [] == slept
    assert not world.chatwork.leaked
    assert (1, True) == (good.rooms[0].files_saved, good.complete)
    assert b"address" in [world.blob(row["file_id"]) for row in world.rows("blob")]


@pytest.mark.drawn(but=4)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_401_in_the_middle_stops_everything_and_keeps_what_was_read(world: World, endpoint: str) -> None:
    """What came before it is held; the next run with a good token makes up for the rest."""
    settled(world)
    post = provoke(world, endpoint)
    world.chatwork.fail(Fault.UNAUTHORIZED, ENDPOINTS[endpoint], times=None)

    with pytest.raises(errors.TokenRefused):
        sync(world)
    bodies = world.states()
    world.chatwork.heal()
    after = sync(world)

    assert (post in bodies) == (endpoint not in ("me", "rooms", "messages"))
    assert {"present"} == set(bodies.values())
    assert [] == disappearances(world)
    assert (True, "present") == (after.complete, world.states()[post])


@pytest.mark.drawn(but=8)
@pytest.mark.parametrize("fault", ["403", "400", "403 of somebody in between", "404 of somebody in between"])
@pytest.mark.parametrize("endpoint", [*OF_A_ROOM, "address"])
def test_a_refusal_for_a_part_of_a_room_says_of_nothing_that_it_is_gone(
    world: World, endpoint: str, fault: str
) -> None:
    """The room itself can still be opened, unless Chatwork's own text says of it that it cannot."""
    settled(world)
    provoke(world, endpoint)
    world.chatwork.fail(path=ENDPOINTS[endpoint], times=None, **REFUSALS[fault])

    report = sync(world)
    states = set(world.states().values())
    shut, lost = world.entries("room.inaccessible"), disappearances(world)
    world.chatwork.heal()
    after = sync(world)

    is_shut = (endpoint, fault) == ("room", "403")
    outcome = RoomOutcome.INACCESSIBLE if is_shut else RoomOutcome.FAILED
    assert (RoomOutcome.ARCHIVED if endpoint == "address" else outcome) is report.rooms[0].outcome
    assert (is_shut, [], {"present"}, True) == (bool(shut), lost, states, after.complete)


@pytest.mark.parametrize("fault", [Fault.FORBIDDEN, Fault.NOT_FOUND])
def test_403_or_404_for_contacts_or_an_address_touches_no_room(world: World, fault: Fault) -> None:
    """Contacts are let be for a day, a file waits with its reason."""
    settled(world)
    provoke(world, "address")
    for endpoint in ("contacts", "address"):
        world.chatwork.fail(fault, ENDPOINTS[endpoint], times=None)

    report = sync(world)

    assert (RoomOutcome.ARCHIVED, 1) == (report.rooms[0].outcome, report.rooms[0].files_pending)
    assert ["not_shown"] == [row["reason"] for row in world.rows("retry")]
    assert {"present"} == {entry["payload"]["state"] for entry in world.entries("contact")}


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("endpoint", ["messages", "files", "members", "tasks", "room"])
def test_403_for_a_part_and_for_the_room_is_written_down(world: World, endpoint: str) -> None:
    """Without a reason, and everything is kept."""
    posts = settled(world)
    for path in (ENDPOINTS[endpoint], ENDPOINTS["room"]):
        world.chatwork.fail(Fault.FORBIDDEN, path, times=None)

    report = sync(world)

    assert RoomOutcome.INACCESSIBLE is report.rooms[0].outcome
    assert 1 == len(world.entries("room.inaccessible"))
    assert {"present"} == {world.states()[post] for post in posts}


def twice(value: list[Any]) -> list[Any]:
    """Each object two times."""
    return value + value


def backwards(value: list[Any]) -> list[Any]:
    """The last one first."""
    return value[::-1]


def other_ids(value: Any) -> Any:
    """Ids as numbers where text is documented, and as text where numbers are."""
    if isinstance(value, list):
        return [other_ids(listing) for listing in value]
    if not isinstance(value, dict):
        return value
    return {name: turned(listing) if name.endswith("_id") else other_ids(listing) for name, listing in value.items()}


def turned(ident: Any) -> Any:
    """One id the other way round; what is no id stays."""
    if isinstance(ident, int):
        return str(ident)
    return int(ident) if isinstance(ident, str) and ident.isdecimal() else ident


def nulls(value: Any) -> Any:
    """Everything null but ids and what holds them."""
    if isinstance(value, list):
        return [nulls(listing) for listing in value]
    if not isinstance(value, dict):
        return None
    return {name: listing if name.endswith("_id") else nulls(listing) for name, listing in value.items()}


@pytest.mark.drawn(but=5)
@pytest.mark.parametrize("change", [twice, backwards, other_ids])
@pytest.mark.parametrize("endpoint", LISTS)
def test_a_list_that_is_odd_but_understood_changes_nothing(
    world: World, endpoint: str, change: Callable[[Any], Any]
) -> None:
    """The same ids twice, another order, ids of another type: nobody and nothing is new, gone or there twice."""
    settled(world)
    before = {table: len(world.rows(table)) for table in ("message", "file", "task", "member", "room", "blob")}
    answering(world, endpoint, change(chatwork_state(world, endpoint)))

    report = sync(world)

    assert (True, 0, 0) == (report.complete, report.rooms[0].new, report.rooms[0].edited)
    assert before == {table: len(world.rows(table)) for table in before}
    assert ([], []) == (world.gaps(), disappearances(world))
    assert {"present"} == set(world.states().values())


def test_a_room_with_an_absurd_counter_is_read_and_one_of_no_form_keeps_no_other_from_it(world: World) -> None:
    """Counters only tell when to look; a contracted room that is not understood in the list is asked for singly."""
    other = world.chatwork.add_room("別", members=[world.tanaka])
    world.contract("job2", other)
    settled(world)
    listed = chatwork_state(world, "rooms")
    spoilt = {
        world.room: {"last_update_time": 2**63, "message_num": -1},
        other: {"name": 5},
        world.chatwork.my_room: {"room_id": None},
    }
    answering(world, "rooms", [listing | spoilt.get(listing["room_id"], {}) for listing in listed])
    posts = [world.chatwork.post(room, world.tanaka, "はい") for room in (world.room, other)]

    report = sync(world)

    assert {RoomOutcome.ARCHIVED} == {room.outcome for room in report.rooms}
    assert set(posts) <= set(world.states())
    assert [] == world.entries("room.inaccessible")


@pytest.mark.drawn(but=3)
@pytest.mark.parametrize("endpoint", ["me", "room", *LISTS])
def test_null_fields_are_read_wherever_they_come(world: World, endpoint: str) -> None:
    """Nothing is gone for it, and the next run reads what is there again."""
    settled(world)
    answering(world, endpoint, nulls(chatwork_state(world, endpoint)))

    report = sync(world)
    world.chatwork.heal()
    after = sync(world)

    assert (True, True) == (report.complete, after.complete)
    assert ([], []) == (world.gaps(), disappearances(world))
    assert {"present", "edited"} >= set(world.states().values())


@pytest.mark.drawn(but=1)
@pytest.mark.parametrize("endpoint", ["me", "room", *LISTS])
def test_an_answer_of_10_mb_is_read(world: World, endpoint: str) -> None:
    """Far below the limit of 64 MB."""
    settled(world)
    post = world.post("10 MB")
    answering(world, endpoint, chatwork_state(world, endpoint), pad=10_000_000)

    report = sync(world, size=2**26, total=20)

    assert (True, RoomOutcome.ARCHIVED) == (report.complete, report.rooms[0].outcome)
    assert "present" == world.states()[post]
