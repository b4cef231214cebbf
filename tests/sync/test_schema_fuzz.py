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
from hypothesis.strategies import SearchStrategy

from archiver import errors
from archiver.custody.verify import verify_archive
from archiver.sync.report import SyncReport
from tests.support.chatwork.in_process import connect_session, without_sockets
from tests.support.chatwork.reply_shapes import NOT_REQUIRED, SHAPES
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.json_strategies import ANY_TEXT, JSON
from tests.support.world import Clock, World

IDS = strategies.integers(1, 2**53) | strategies.integers(1, 30)
"""Accounts, rooms, files and tasks; few of them, so that the same ones come again."""

MESSAGE_IDS = strategies.integers(1, 2**63 - 1) | strategies.integers(
    2_100_000_000_000_000_000, 2_100_000_000_000_000_009
)
NUMBERS = strategies.integers(0, 2**40) | strategies.integers(0, 2**63 - 1)
ADDRESSES = ANY_TEXT | strategies.sampled_from(
    ["file:///etc/hostname", "http://127.0.0.1:1/v2/me", "https://example.invalid", "http://[", "//a", "http://a b/"]
)
"""Of downloads: nobody answers at any of them."""

BY_NAME: dict[str, SearchStrategy[Any]] = {
    **dict.fromkeys(("account_id", "room_id", "task_id", "file_id"), IDS),
    "message_id": MESSAGE_IDS.map(str),
    "filesize": strategies.integers(0, 2**40),
    "download_url": ADDRESSES,
}
"""Fields of which not every value of their type is to the point."""

BY_TYPE: dict[type, SearchStrategy[Any]] = {int: NUMBERS, str: ANY_TEXT, bool: strategies.booleans()}


def _object(fields: dict[str, SearchStrategy[Any]], *, required: bool = True) -> SearchStrategy[dict[str, Any]]:
    """An object with these fields, all of them where they are required, and perhaps unknown ones."""
    unknown = strategies.dictionaries(ANY_TEXT.filter(lambda name: name not in fields), JSON, max_size=1)
    optional: dict[str, SearchStrategy[Any]] = {} if required else fields
    known = strategies.fixed_dictionaries(fields if required else {}, optional=optional)
    return strategies.tuples(unknown, known).map(lambda parts: {**parts[0], **parts[1]})


def values(shape: object, name: str = "", *, required: bool = True) -> SearchStrategy[Any]:
    """Every value of a shape, which is that of a field of this name."""
    match shape:
        case dict():
            return _object({part: values(of_part, part) for part, of_part in shape.items()}, required=required)
        case set():
            return strategies.sampled_from(sorted(shape))
        case type():
            return BY_NAME.get(name, BY_TYPE[shape])
        case _:
            raise ValueError(shape)


def _single(path: str) -> SearchStrategy[Any]:
    return values(SHAPES[path])


def _list(path: str, ident: str, *, least: int = 0) -> SearchStrategy[Any]:
    shape = SHAPES[path]
    assert isinstance(shape, list)
    one = values(shape[0], required=path not in NOT_REQUIRED)
    return strategies.lists(one, min_size=least, max_size=4, unique_by=lambda one: one.get(ident))


ME, ROOMS, ROOM = r"/v2/me$", r"/v2/rooms$", r"/v2/rooms/\d+$"
MESSAGES, MESSAGE = r"/messages\?", r"/messages/\d+$"
FILES, FILE = r"/files$", r"/files/\d+\?create_download_url=1"

REPLIES: dict[str, SearchStrategy[Any]] = {
    ROOMS: _list("/rooms", "room_id", least=1),
    MESSAGES: _list("/rooms/{room}/messages?force=1", "message_id"),
    FILES: _list("/rooms/{room}/files", "file_id"),
    r"/members$": _list("/rooms/{room}/members", "account_id", least=1),
    ROOM: _single("/rooms/{room}"),
    r"/tasks\?": _list("/rooms/{room}/tasks", "task_id"),
    MESSAGE: _single("/rooms/{room}/messages/{message}"),
    r"/tasks/\d+$": _single("/rooms/{room}/tasks/{task}"),
    r"/v2/contacts$": _list("/contacts", "account_id"),
    ME: _single("/me"),
    FILE: _single("/rooms/{room}/files/{file}?create_download_url=1"),
}
"""Path of each endpoint that a run reads, as a pattern, and what it may answer."""

SINGLE = (ROOM, MESSAGE, r"/tasks/\d+$", ME, FILE)
"""The endpoints of one object, which must have the id that was asked for."""


@strategies.composite
def replies_of_a_run(draw: strategies.DrawFn) -> dict[str, Any]:
    """What the endpoints answer in one run, each by its path: the lists, and up to three single objects.

    All are as their schemas say, but one in every third run.
    """
    broken = draw(strategies.integers(0, 2)) == 2
    paths = [path for path in REPLIES if path not in SINGLE]
    paths += draw(strategies.lists(strategies.sampled_from(SINGLE), max_size=3, unique=True))
    replies = {path: draw(REPLIES[path]) for path in paths}
    if broken:
        replies[draw(strategies.sampled_from(paths))] = draw(JSON | REPLIES[MESSAGES] | REPLIES[ROOM])
    return replies


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
