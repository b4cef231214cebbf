"""Each endpoint with each fault: the table of docs/reference/faults.md, cell by cell where cells differ.

Nothing is waited for: the transport's pauses only move the clock, and its limits are small.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from archiver import errors
from archiver.chatwork.client import Client
from archiver.chatwork.transport import Limits, Transport
from archiver.demo.chatwork import Fault
from archiver.sync.report import Outcome, SyncReport
from archiver.sync.run import Options, run
from tests.support.world import LIMITS, World

ENDPOINTS = {
    "me": r"/v2/me$",
    "rooms": r"/v2/rooms$",
    "messages": r"/messages\?",
    "files": r"/files$",
    "members": r"/members$",
    "room": r"/v2/rooms/\d+$",
    "tasks": r"/tasks\?",
    "message": r"/messages/\d+$",
    "address": r"create_download_url",
}
FIRST = ("me", "rooms")
"""Without these a run knows nothing and ends."""

OF_A_ROOM = ("messages", "files", "members", "room", "tasks")

PASSING: dict[str, dict[str, Any]] = {
    "500": {"kind": Fault.SERVER_ERROR},
    "502": {"kind": Fault.REPLY, "status": 502, "body": b"<html>Bad Gateway</html>"},
    "503": {"kind": Fault.MAINTENANCE},
    "429 short": {"kind": Fault.RATE_LIMIT, "seconds": 3},
    "429 long": {"kind": Fault.RATE_LIMIT, "seconds": 299},
    "429 absurd": {"kind": Fault.RATE_LIMIT, "seconds": 10**9},
    "429 past": {"kind": Fault.RATE_LIMIT, "seconds": -(10**9)},
    "reset": {"kind": Fault.DROP},
    "timeout": {"kind": Fault.HANG, "seconds": 0.5},
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

LASTING = ("500", "503", "reset", "cut body", "cut JSON", "HTML", "empty", "wrong shape", "too large")


def sync(world: World, *, max_seconds: float | None = None) -> SyncReport:
    """One full sync whose limits are small."""
    transport = Transport(
        world.api,
        token=lambda: world.chatwork.token or "revoked",
        now=world.clock,
        sleep=world.clock.sleep,
        base_url=world.chatwork.base_url,
        jitter=lambda: 0.5,
        limits=Limits(connect=1, read=0.1, total=0.2, size=200_000),
    )
    world.clock.pass_by(hours=7)
    options = Options(full=True, max_seconds=max_seconds, limits=LIMITS)
    return run(world.archive, Client(transport), world.downloads, now=world.clock, options=options)


def settled(world: World) -> list[str]:
    """A world with two posts, a file and a task, all held."""
    posts = [world.post("一つ目"), world.post("二つ目")]
    world.chatwork.upload(world.room, world.tanaka, "a.txt", data=b"a")
    sync(world)
    return posts


def texts(world: World) -> dict[str, str]:
    """Each message's state and nothing gone: what a fault must never change."""
    return world.states()


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_costs_a_second_try_and_nothing_else(world: World, fault: str) -> None:
    """At every endpoint: what was posted is held, nothing is deleted, missing or troubled."""
    settled(world)

    for endpoint, path in ENDPOINTS.items():
        post = world.post(f"{fault} {endpoint}")
        world.chatwork.upload(world.room, world.tanaka, f"{endpoint}.txt", data=endpoint.encode())
        world.chatwork.fail(path=path, **PASSING[fault])
        report = sync(world)
        world.chatwork.heal()
        if endpoint == "address" and not report.complete:
            report = sync(world)  # a file waits for the next run rather than for a fault

        assert (endpoint, "present") == (endpoint, texts(world)[post])
        assert (endpoint, True, Outcome.ARCHIVED) == (endpoint, report.complete, report.rooms[0].outcome)

    assert set(texts(world).values()) == {"present"}
    assert [] == world.gaps()


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("endpoint", FIRST)
def test_without_account_or_rooms_a_run_ends_and_writes_nothing(world: World, endpoint: str, fault: str) -> None:
    """One of our errors is raised; no entry comes of it."""
    settled(world)
    before = world.seqs()
    world.chatwork.fail(path=ENDPOINTS[endpoint], times=None, **PASSING[fault])

    with pytest.raises((errors.Unreachable, errors.NotUnderstood)):
        sync(world)

    assert before == world.seqs()


@pytest.mark.parametrize("fault", LASTING)
def test_a_lasting_fault_fails_the_room_and_is_made_up_for(world: World, fault: str) -> None:
    """Never a deletion, never a departure; the next good run has everything."""
    settled(world)

    for endpoint in OF_A_ROOM:
        post = world.post(f"{fault} {endpoint}")
        world.chatwork.fail(path=ENDPOINTS[endpoint], times=None, **PASSING[fault])
        bad = sync(world)
        states = set(texts(world).values())
        gone = [row for table in ("member", "file", "task") for row in world.rows(table) if row["state"] == "gone"]
        world.chatwork.heal()
        good = sync(world)

        assert (endpoint, Outcome.FAILED, False) == (endpoint, bad.rooms[0].outcome, bad.complete)
        assert (endpoint, {"present"}, []) == (endpoint, states, gone)
        assert (endpoint, True) == (endpoint, good.complete)
        assert "present" == texts(world)[post]


@pytest.mark.parametrize("endpoint", sorted(ENDPOINTS.keys() - {"message"}))
def test_401_in_the_middle_stops_everything_and_keeps_what_was_read(world: World, endpoint: str) -> None:
    """What came before it is held; the next run with a good token makes up for the rest."""
    settled(world)
    post = world.post("401")
    world.chatwork.upload(world.room, world.tanaka, "b.txt", data=b"b")
    world.chatwork.fail(Fault.UNAUTHORIZED, ENDPOINTS[endpoint], times=None)

    with pytest.raises(errors.TokenRefused):
        sync(world)
    held = texts(world)
    world.chatwork.heal()
    after = sync(world)

    assert (post in held) == (endpoint not in ("me", "rooms", "messages"))
    assert (True, "present") == (after.complete, texts(world)[post])


@pytest.mark.parametrize("endpoint", ["messages", "files", "members", "tasks"])
def test_403_for_a_part_of_a_room_is_a_failure_and_no_departure(world: World, endpoint: str) -> None:
    """The room itself can still be opened."""
    settled(world)
    world.chatwork.fail(Fault.FORBIDDEN, ENDPOINTS[endpoint], times=None)

    report = sync(world)

    assert Outcome.FAILED is report.rooms[0].outcome
    assert [] == world.entries("room.inaccessible")


@pytest.mark.parametrize("endpoint", ["messages", "files", "members", "tasks"])
def test_403_for_a_part_and_for_the_room_is_written_down(world: World, endpoint: str) -> None:
    """Without a reason, and everything is kept."""
    posts = settled(world)
    for path in (ENDPOINTS[endpoint], ENDPOINTS["room"]):
        world.chatwork.fail(Fault.FORBIDDEN, path, times=None)

    report = sync(world)

    assert Outcome.INACCESSIBLE is report.rooms[0].outcome
    assert 1 == len(world.entries("room.inaccessible"))
    assert {"present"} == {texts(world)[post] for post in posts}


@pytest.mark.parametrize("seconds", [3, 299, 10**9])
def test_429_without_time_to_wait_leaves_over_and_says_so(world: World, seconds: int) -> None:
    """A scheduled run does not wait past its time."""
    settled(world)
    post = world.post("429")
    world.chatwork.fail(Fault.RATE_LIMIT, ENDPOINTS["messages"], times=None, seconds=seconds)

    report = sync(world, max_seconds=1)
    world.chatwork.heal()
    world.clock.pass_by(minutes=6)
    after = sync(world)

    assert (True, False) == (report.left_over, report.complete)
    assert (True, "present") == (after.complete, texts(world)[post])


def twice(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each object two times."""
    return shown + shown


def backwards(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest first."""
    return shown[::-1]


def numbers(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ids as numbers, where text is documented."""
    return [one | {"message_id": int(one["message_id"])} for one in shown]


def texts_as_ids(shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ids of persons as text, where numbers are documented."""
    return [one | {"account": one["account"] | {"account_id": str(one["account"]["account_id"])}} for one in shown]


@pytest.mark.parametrize("change", [twice, backwards, numbers, texts_as_ids])
def test_a_list_that_is_odd_but_understood_is_read(
    world: World, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    """Same ids twice, another order, ids of another type: each message is held once."""
    posts = [world.post(f"{number}") for number in range(3)]
    path = f"{world.chatwork.base_url}/rooms/{world.room}/messages?force=1"
    shown = requests.get(path, headers={"x-chatworktoken": world.chatwork.token}, timeout=5).json()
    body = json.dumps(change(shown)).encode()
    world.chatwork.fail(Fault.REPLY, ENDPOINTS["messages"], body=body)

    report = sync(world)

    assert set(posts) <= set(texts(world))
    assert len(shown) == len(world.rows("message")) == report.rooms[0].new
    assert [] == world.gaps()


def test_null_fields_are_read_and_null_ids_are_not(world: World) -> None:
    """Only an id must be there."""
    posts = settled(world)
    person = {"account_id": world.tanaka, "name": None, "avatar_image_url": None}
    nulls = [{"message_id": "9" * 18, "account": person, "body": None, "send_time": None, "update_time": None}]
    nameless = json.dumps([{"message_id": None}]).encode()
    world.chatwork.fail(Fault.REPLY, ENDPOINTS["messages"], times=None, body=nameless)
    bad = sync(world)
    world.chatwork.heal()
    world.chatwork.fail(Fault.REPLY, ENDPOINTS["messages"], body=json.dumps(nulls).encode())

    sync(world)

    assert Outcome.FAILED is bad.rooms[0].outcome
    assert {"9" * 18, *posts} <= set(texts(world))
    assert {"present", "edited"} >= {texts(world)[post] for post in posts}
