"""Before an export the messages that it quotes are read once more, or it is said why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.export.package.order import ExportOrder
from archiver.export.package_scope import MessageChoice
from archiver.rounds.export_recheck import Recheck, recheck_quoted
from archiver.store.queries.entries import last_seq
from archiver.sync.backfill_and_rereads import MAX_CALLS
from tests.support.chatwork.faults import Fault
from tests.support.schedules.rounds import new_app, next_round, settings
from tests.support.world import World, running_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A chat with more messages than a list shows, saved in two rounds."""
    with running_world(tmp_path / "home") as world:
        world.posts(60)
        next_round(world)
        world.posts(60)
        next_round(world)
        yield world


def recheck(world: World, source: str = "env:CHATWORK_API_TOKEN", **order: object) -> Recheck:
    """Read once more what an order would quote, in a newly built program."""
    world.clock.pass_by(minutes=1)
    app = new_app(world, settings=replace(settings(world), token_source=source))
    return recheck_quoted(app, ExportOrder(profile="support", contract="job1", **order))  # type: ignore[arg-type]


def old_messages(world: World) -> list[str]:
    """The ids of the messages that the list shows no more, oldest first."""
    return [row["message_id"] for row in sorted(world.rows("message"), key=lambda row: row["position"])][:60]


@pytest.mark.drawn
def test_a_change_of_a_quoted_message_is_held_and_judged_before(world: World) -> None:
    """A deletion that no round has seen yet is an entry, an alert and sealed when the export takes its snapshot."""
    chosen = old_messages(world)[3]
    world.chatwork.delete(chosen)

    found = recheck(world, choice=MessageChoice(frozenset({chosen})))

    assert ("", 1) == (found.reason, found.changed)
    assert 1 < found.read <= MAX_CALLS
    assert "deleted" == world.states()[chosen]
    with world.archive.reading() as reading:
        assert last_seq(reading) == max(row["last"] for row in world.rows("seal"))


def test_no_more_calls_than_thirty_are_made(world: World) -> None:
    """However many are quoted; what is unchanged is one `reading` for a few of them."""
    requests = len(world.chatwork.requests)

    found = recheck(world, choice=MessageChoice(frozenset(old_messages(world)[::11])))

    assert MAX_CALLS == len(world.chatwork.requests) - requests
    assert (MAX_CALLS - 1, MAX_CALLS - 1, 0) == (found.wanted, found.read, found.changed)


def test_the_messages_of_a_chat_that_is_closed_are_said_not_to_be_read(world: World) -> None:
    """Page 1 may quote one of them, so what was read is not told as all that is quoted."""
    other = world.chatwork.add_room("二つ目", members=[world.tanaka], announce=False)
    world.contract("job1", world.room, other)
    inside = world.chatwork.post(other, world.tanaka, "検収OKです")
    next_round(world)
    world.chatwork.remove_owner(other)
    choice = MessageChoice(frozenset([old_messages(world)[0], inside]))

    before_a_round = recheck(world, choice=choice)
    next_round(world)
    found = recheck(world, choice=choice)

    assert found[1:] == before_a_round[1:]
    assert (found.wanted, 1) == (found.read, found.closed)
    assert f"{found.read} of the export's messages were read once more; changed: 0. " in found.sentence()
    assert "The messages of 1 chat that no longer opens were not read." in found.sentence()


def test_a_message_that_is_quoted_for_its_file_or_its_words_is_read_too(world: World) -> None:
    """A deletion of its post is found, though it is neither changed nor of the last exchange."""
    price = world.chatwork.post(world.room, world.tanaka, "1本2万円でお願いします。")
    file = world.chatwork.upload(world.room, world.tanaka, "a.pdf", size=9)
    post = str(world.chatwork.files[file].message_id)
    next_round(world)
    world.posts(150)
    next_round(world)
    world.chatwork.delete(post)
    world.chatwork.delete(price)

    assert 2 == recheck(world).changed
    assert "deleted" == world.states()[post] == world.states()[price]


def test_every_reason_is_a_sentence(world: World) -> None:
    """A token that may ask, a run that is saving, a contract that is no longer read, a token that is refused."""
    requests = len(world.chatwork.requests)

    asking = recheck(world, "keyring")
    with world.archive.round_lock():
        busy = recheck(world)
    assert requests == len(world.chatwork.requests)
    world.chatwork.revoke_token()
    refused = recheck(world)
    world.contract("job1", world.room, state="stopped")
    closed = recheck(world)

    found = (asking, busy, refused, closed)
    assert 4 == len({one.reason for one in found} - {""})
    assert all(one.reason in one.sentence() for one in found)


def test_without_a_network_nobody_waits(world: World) -> None:
    """The first reply has a few seconds; then the export goes on without."""
    world.chatwork.fail(Fault.DROP, times=None)
    before = world.clock()

    found = recheck(world)

    assert found.reason
    assert (world.clock() - before).total_seconds() < 60 + 5
