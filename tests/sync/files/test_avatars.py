"""Avatars and icons: best effort, apart from the evidence, only of rooms that are read."""

from __future__ import annotations

import hashlib
import time
from datetime import timedelta

import pytest

from archiver.demo.chatwork import GREY_PIXEL
from archiver.sync import download, transfer
from tests.support.chatwork.scripted_server import NEVER_ENDING, ScriptedServer
from tests.support.chatwork.simulator import Fault
from tests.support.world import World


def fetched(world: World) -> list[str]:
    """Fetch pictures after a sync; the paths that were asked for."""
    world.chatwork.downloads.clear()
    download.fetch_avatars(world.archive, world.downloads, [world.room], now=world.clock)
    return [request.path for request in world.chatwork.downloads]


def held_digests(world: World) -> dict[str, str]:
    """The bytes' digests by the file's name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (world.home / "avatars").glob("*")}


def test_pictures_are_kept_once_by_their_digest(world: World) -> None:
    """The same bytes lie there once, and nothing is asked for twice."""
    world.post("はい")
    world.sync()
    entries = world.seqs()

    first, second = fetched(world), fetched(world)

    digest = hashlib.sha256(GREY_PIXEL).hexdigest()
    assert first
    assert not second
    assert {digest: digest} == held_digests(world)
    assert len(first) == len(set(first)) == len(world.rows("picture"))
    assert entries == world.seqs()
    assert not world.chatwork.leaked


def test_a_picture_that_cannot_be_had_is_asked_for_again_after_a_day(world: World) -> None:
    """Silently, and only two are tried while nobody answers."""
    world.post("はい")
    world.sync()
    world.chatwork.fail(Fault.SERVER_ERROR, "/(avatar|icon)/", times=None)

    failed = fetched(world)
    again = [*fetched(world), *fetched(world)]
    world.chatwork.heal()
    world.clock.pass_by(days=1)
    later = fetched(world)

    assert 1 <= len(failed) <= download.FAILURES_LIMIT
    assert not set(failed) & set(again)
    assert set(failed) <= set(later)
    assert held_digests(world)


def test_what_is_no_picture_is_not_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page, too many bytes, a slow host, half a body, a redirect."""
    world.post("はい")
    world.sync()
    kinds = [Fault.HTML, Fault.WRONG_SHAPE, Fault.DROP, Fault.REDIRECT, Fault.CUT_BODY, Fault.NOT_FOUND]
    for kind in kinds:
        world.chatwork.heal()
        world.chatwork.fail(kind, "/(avatar|icon)/", times=None, body=b"x" * (2**20 + 1))
        fetched(world)
        world.clock.pass_by(days=1)
    world.chatwork.heal()
    world.chatwork.fail(Fault.SLOW, "/(avatar|icon)/", times=None, rate=20)

    monkeypatch.setattr(download, "PICTURE_SECONDS", 0.2)
    fetched(world)

    assert {} == held_digests(world)


@pytest.mark.parametrize("what", NEVER_ENDING)
def test_a_picture_that_never_ends_is_not_kept(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One deadline is over the whole of it, headers included."""
    monkeypatch.setattr(download, "PICTURE_SECONDS", 0.3)
    begun = time.monotonic()

    with ScriptedServer([NEVER_ENDING[what]]) as endless, transfer.harden(transfer.Session(), local=True) as session:
        body = download.get_picture(session, endless.url)
        lasted = time.monotonic() - begun

    assert body is None
    assert lasted < 5


def test_pictures_of_other_rooms_are_never_asked_for(world: World) -> None:
    """Neither their people's nor their own."""
    stranger = world.chatwork.add_account("佐藤")
    other = world.chatwork.add_room("秘密", members=[stranger])
    world.chatwork.post(other, stranger, "x")
    world.post("はい")
    world.sync()

    fetched(world)

    known = {row["avatar"] for row in world.rows("person")} | {row["icon"] for row in world.rows("room")}
    assert {row["url"] for row in world.rows("picture")} == known - {""}
    assert {row["room_id"] for row in world.rows("person")} == {world.room}


def test_addresses_that_lead_elsewhere_are_not_followed(world: World) -> None:
    """Plain http to other computers, passwords and nonsense are refused without a request."""
    refused = ("http://example.com/a.png", "https://a:b@example.com/", "ftp://127.0.0.1/", "http://[", "\ud83d", "x")
    assert [None] * len(refused) == [download.get_picture(world.downloads, url) for url in refused]
    assert timedelta(days=1) == download.RETRY_AFTER
