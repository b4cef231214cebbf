"""Replies made at random by the API's schemas, and of none: no crash, nothing lost that was shown, all verifies."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver import errors
from archiver.custody.verify import verify_archive
from archiver.sync.report import RoomOutcome, SyncReport
from tests.support.chatwork.in_process import connect_session, without_sockets
from tests.support.chatwork.reply_schemas import (
    FILE,
    FILES,
    ME,
    MESSAGE,
    MESSAGES,
    REPLIES,
    ROOM,
    ROOMS,
    replies_of_a_run,
)
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.world import Clock, World

RUNS = strategies.lists(replies_of_a_run(), min_size=2, max_size=4)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@contextmanager
def quick_world() -> Iterator[World]:
    """A world without sockets, with a post, a file and a task that no run has seen."""
    clock = Clock()
    chatwork = without_sockets(Chatwork(now=clock, limit=10**9))
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "home", chatwork, clock)
        for session in (world.api, world.downloads):
            connect_session(session, chatwork, clock)
        world.post("一つ目")
        world.chatwork.upload(world.room, world.tanaka, "a.txt", data=b"a")
        world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "初稿")
        yield world
        world.close()


def fit_in(world: World, path: str, reply: Any, file_id: object) -> Any:
    """The reply with ids of this world, or of the run's files, where one with others is not read any further."""
    ids: dict[str, tuple[str, object]] = {
        ME: ("account_id", world.chatwork.owner),
        ROOMS: ("room_id", world.room),
        ROOM: ("room_id", world.room),
        MESSAGE: ("message_id", first_post(world)),
        FILE: ("file_id", file_id),
    }
    name, value = ids.get(path, ("", 0))
    first = reply[0] if path == ROOMS and isinstance(reply, list) and reply else reply
    if name and isinstance(first, dict):
        first[name] = value
    return reply


def first_post(world: World) -> str:
    """The id of the first message of the room."""
    return str(min(world.chatwork.rooms[world.room].message_ids))


def first_file(files: Any) -> object:
    """The id of the first file of a list; 1 if there is none."""
    has_one = isinstance(files, list) and files and isinstance(files[0], dict)
    return files[0].get("file_id", 1) if has_one else 1


def serve(world: World, replies: Mapping[str, Any]) -> tuple[SyncReport | None, list[str]]:
    """The report of a run with these replies (None: it ended early), and which were asked for; errors must be ours."""
    world.clock.pass_by(minutes=30)
    file_id = first_file(replies.get(FILES))
    for path, reply in replies.items():
        body = json.dumps(fit_in(world, path, reply, file_id)).encode()
        world.chatwork.fail(Fault.REPLY, path, times=None, body=body)
    world.take_requests()
    try:
        report = world.sync(full=True)
    except errors.ArchiverError:
        report = None
    finally:
        world.chatwork.heal()
    asked = [f"/v2{path}" for path in world.take_requests()]
    return report, [path for path in replies if any(re.search(path, one) for one in asked)]


def judge(runs: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """Play the replies to one archive, the truth after them, and look at what it holds; how many of each were read."""
    played: Counter[str] = Counter()
    with quick_world() as world:
        shown: dict[str, set[str]] = {first_post(world): set()}
        for replies in runs:
            report, asked = serve(world, replies)
            played.update(asked)
            if MESSAGES in asked and report is not None and report.rooms[0].has_read_list:
                played["lists of messages that were understood"] += 1
                for message in replies[MESSAGES]:
                    shown.setdefault(str(int(message["message_id"])), set()).add(message["body"])
        after = world.sync(full=True)
        held = {message: set(world.texts(message)) for message in shown}
        verification = verify_archive(world.archive, deep=True)

    assert after.has_room_list
    assert shown == {message: texts & shown[message] for message, texts in held.items()}
    assert [] == list(verification.findings)
    return played


def play(examples: int, *, derandomize: bool) -> Counter[str]:
    """How many replies of each endpoint so many archives were served, and asked for."""
    played: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, suppress_health_check=QUIET, derandomize=derandomize)
    @given(runs=RUNS)
    def play_one(runs: list[dict[str, Any]]) -> None:
        played.update(judge(runs))

    play_one()
    return played


def test_a_reply_by_its_schema_is_read() -> None:
    """So that the replies below do not all end as errors, which would prove little."""
    person = {"account_id": 7, "name": "鈴木\ud83d", "avatar_image_url": "", "unknown": [None]}
    message = {"message_id": str(2**62), "account": person, "body": "\x00", "send_time": 2**62, "update_time": 0}
    with quick_world() as world:
        report, asked = serve(world, {MESSAGES: [message]})
        texts = world.texts(str(2**62))

    assert report is not None
    assert (RoomOutcome.FAILED != report.rooms[0].outcome, [MESSAGES], ["\x00"]) == (True, asked, texts)


@pytest.mark.drawn
def test_five_hundred_replies_at_random_lose_nothing() -> None:
    """As below, for every run of CI: the same ones each time."""
    played = play(46, derandomize=True)

    assert sum(played[path] for path in REPLIES) >= 500
    assert set(REPLIES) <= set(played)
    assert played["lists of messages that were understood"] >= 60


@pytest.mark.slow
def test_twenty_thousand_replies_at_random_lose_nothing() -> None:
    """Whatever a reply holds that its schema allows, or does not, what was shown is held and the archive verifies."""
    played: Counter[str] = Counter()
    while sum(played[path] for path in REPLIES) < 20_000:
        played += play(100, derandomize=False)
        print(f"{sum(played[path] for path in REPLIES):,} replies: {dict(played)}", flush=True)

    assert set(REPLIES) <= set(played)
