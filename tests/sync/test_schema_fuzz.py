"""Replies made at random by the API's schemas, and of none: no crash, nothing lost that was shown, all verifies."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from archiver import errors
from archiver.custody.verify import verify_archive
from archiver.demo.chatwork.simulator import Fault
from archiver.sync.report import RoomOutcome
from tests.support.chatwork.reply_schemas import BROKEN, FITTING
from tests.support.world import World, running_world

REPLIES = strategies.lists(FITTING | FITTING | BROKEN, min_size=5, max_size=15)
QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
MESSAGES = r"/messages\?"


def understood(world: World, path: str, reply: Any) -> bool:
    """Serve a reply to one run and tell whether the room was read with it; every error must be one of ours."""
    body = json.dumps(reply).encode()
    world.clock.pass_by(minutes=30)
    world.chatwork.fail(Fault.REPLY, path, times=None, body=body)
    try:
        report = world.sync(full=True)
    except errors.ArchiverError:
        return False
    finally:
        world.chatwork.heal()
    return all(room.outcome is not RoomOutcome.FAILED for room in report.rooms)


def judge(replies: Sequence[tuple[str, Any]]) -> None:
    """Play the replies to one archive, the truth between them, and look at what it holds."""
    with tempfile.TemporaryDirectory() as folder, running_world(Path(folder) / "home") as world:
        shown = {world.post("一つ目"): {"一つ目"}}
        world.chatwork.upload(world.room, world.tanaka, "a.txt", data=b"a")
        world.chatwork.add_task(world.room, world.tanaka, world.chatwork.owner, "初稿")
        world.sync()
        for path, reply in replies:
            if understood(world, path, reply) and path == MESSAGES:
                for message in reply:
                    shown.setdefault(str(int(message["message_id"])), set()).add(message["body"])
        after = world.sync(full=True)
        held = {message: set(world.texts(message)) for message in shown}
        verification = verify_archive(world.archive, deep=True)

    assert after.has_room_list
    assert shown == {message: texts & shown[message] for message, texts in held.items()}
    assert [] == list(verification.findings)


def test_a_reply_by_its_schema_is_read(world: World) -> None:
    """So that the replies below do not all end as errors, which would prove little."""
    person = {"account_id": 7, "name": "鈴木\ud83d", "avatar_image_url": "", "unknown": [None]}
    message = {"message_id": str(2**62), "account": person, "body": "\x00", "send_time": 2**62, "update_time": 0}

    assert understood(world, MESSAGES, [message])
    assert ["\x00"] == world.texts(str(2**62))


@pytest.mark.slow
@pytest.mark.sample
@settings(max_examples=25, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(replies=REPLIES)
def test_a_few_hundred_replies_at_random_lose_nothing(replies: list[tuple[str, Any]]) -> None:
    """As below, for every run of CI: the same ones each time."""
    judge(replies)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=QUIET)
@given(replies=REPLIES)
def test_thousands_of_replies_at_random_lose_nothing(replies: list[tuple[str, Any]]) -> None:
    """Whatever a reply holds that its schema allows, or does not, what was shown is held and the archive verifies."""
    judge(replies)
