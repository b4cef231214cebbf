"""Hypothesis strategies for random histories of an archive, and archives that lived through one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies

from archiver.records import JsonObject, Observation
from archiver.store import writer
from archiver.store.archive import Archive
from archiver.store.engine import DATABASE
from tests.support.archives.exact_clock import exact_clock
from tests.support.archives.tampering import START

ROOMS = strategies.integers(1, 2)
POSITIONS = strategies.integers(1, 6)
BODIES = strategies.sampled_from(["はい", "いいえ", "[deleted]", "\ud83d half\x00", "a" * 50])
STATES = strategies.sampled_from(["present", "edited", "deleted", "missing", "hidden"])
SHOWN_OR_GONE = strategies.sampled_from(["present", "gone"])
ACCOUNT = strategies.fixed_dictionaries(
    {"account_id": strategies.integers(1, 3) | strategies.just("5"), "name": BODIES}
)
REPLIES = strategies.sampled_from([None, "a" * 64, "b" * 64])
TIMES = strategies.sampled_from(["2026-11-01T00:00:00.000Z", "2026-11-02T00:00:00.000Z"])


@strategies.composite
def message(draw: strategies.DrawFn) -> Observation:
    """A message in any state, with any text."""
    received: dict[str, Any] = {"account": draw(ACCOUNT), "body": draw(BODIES), "send_time": 5}
    received |= {"update_time": draw(strategies.integers(0, 2))}
    payload = {"object": received, "state": draw(STATES), "source": "list"}
    return Observation("message", f"message/{draw(POSITIONS)}", payload, draw(ROOMS), draw(REPLIES))


@strategies.composite
def window(draw: strategies.DrawFn) -> Observation:
    """A list of messages, sometimes an empty one."""
    oldest, newest = sorted((draw(POSITIONS), draw(POSITIONS)))
    full = draw(strategies.booleans())
    payload: dict[str, Any] = {
        "oldest": str(oldest) if full else None,
        "newest": str(newest) if full else None,
        "count": newest - oldest + 1 if full else 0,
        "limited": draw(strategies.booleans()),
        "message_num": draw(strategies.none() | strategies.integers(0, 200)),
        "joins": draw(strategies.booleans()),
        "beginning": draw(strategies.booleans()),
        "from": draw(TIMES),
        "absent": [str(one) for one in draw(strategies.lists(POSITIONS, max_size=2))],
    }
    room = draw(ROOMS)
    return Observation("window", f"window/{room}/{writer.SELF}", payload, room, draw(REPLIES))


@strategies.composite
def reading(draw: strategies.DrawFn) -> Observation:
    """Messages read singly."""
    room = draw(ROOMS)
    ids = [str(one) for one in draw(strategies.lists(POSITIONS, min_size=1, max_size=3, unique=True))]
    return Observation("reading", f"reading/{room}/{writer.SELF}", {"ids": ids}, room)


@strategies.composite
def access(draw: strategies.DrawFn) -> Observation:
    """A room, or that it can be opened or not."""
    room = draw(ROOMS)
    kind = draw(strategies.sampled_from(["room", "room.inaccessible", "room.accessible"]))
    return Observation(kind, f"room/{room}", {"object": {"name": draw(BODIES), "description": draw(BODIES)}}, room)


@strategies.composite
def person(draw: strategies.DrawFn) -> Observation:
    """A person, or a member."""
    room, kind = draw(ROOMS), draw(strategies.sampled_from(["account", "member"]))
    payload = {"object": {"name": draw(BODIES), "role": "member"}, "state": draw(SHOWN_OR_GONE), "source": "list"}
    return Observation(kind, f"{kind}/{room}/{draw(POSITIONS)}", payload, room)


@strategies.composite
def thing(draw: strategies.DrawFn) -> Observation:
    """A task, a file, or the saved or lost bytes of a file."""
    room, kind, ident = draw(ROOMS), draw(strategies.sampled_from(["task", "file", "blob"])), draw(POSITIONS)
    if kind == "blob":
        payload: dict[str, Any] = {"state": draw(strategies.sampled_from(["saved", "lost"])), "sha256": None}
        return Observation(kind, f"blob/{room}/{ident}", payload | {"listed_size": 1, "listed_time": 2}, room)
    received = {"body": draw(BODIES), "status": "open", "filename": draw(BODIES), "account": draw(ACCOUNT)}
    payload = {"object": received | {"filesize": 7}, "state": draw(SHOWN_OR_GONE), "source": "list"}
    return Observation(kind, f"{kind}/{ident}", payload, room)


@strategies.composite
def statement(draw: strategies.DrawFn) -> Observation:
    """A gap in any of its states, or a contract."""
    if draw(strategies.booleans()):
        state = draw(strategies.sampled_from(["open", "closed"]))
        name = draw(strategies.sampled_from(["job1", "job2"]))
        return Observation("contract", f"contract/{name}", {"id": "x", "state": state, "platform_id": None})
    room, kind = draw(ROOMS), draw(strategies.sampled_from(["gap", "gap.narrowed", "gap.closed"]))
    payload = {"after": None, "before": "5", "from": None, "to": None, "reason": "x"}
    missing = draw(strategies.none() | POSITIONS)
    return Observation(kind, f"gap/{room}/{draw(POSITIONS)}", payload | {"missing": missing}, room)


OBSERVATION = strategies.one_of(
    message(), message(), window(), window(), reading(), access(), person(), thing(), statement()
)
HISTORY = strategies.lists(strategies.lists(OBSERVATION, min_size=1, max_size=6), max_size=12)
"""Batches, each appended in one transaction."""


def shown(message_object: JsonObject, *, room: int) -> Observation:
    """A message that is simply there."""
    payload = {"object": message_object, "state": "present", "source": "list"}
    return Observation("message", f"message/{message_object['message_id']}", payload, room)


@contextmanager
def archive_with_history(blank: Archive, history: list[list[Observation]]) -> Iterator[Archive]:
    """An archive to which the batches were appended, one a day."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(blank.database, Path(folder) / DATABASE)
        archive = Archive(Path(folder), clock=exact_clock())
        for day, batch in enumerate(history):
            with archive.writing() as writing:
                writer.append(writing, batch, account_id=1, at=START + timedelta(days=day))
        yield archive
        archive.close()
