"""Where the replies come from is a record whenever it changes, and each record of a run names it."""

from __future__ import annotations

import html

import pytest

from archiver.custody.verify import verify_archive
from archiver.evidence.verify.findings import time_in_japan
from tests.support.viewer.client import open_viewer
from tests.support.world import World

COME = ("came", "began to come")


def test_each_address_is_a_record_that_runs_name_and_verification_tells(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's own server is told by its address; the same one again is no news, another one is."""
    own = world.chatwork.base_url
    world.post("一つ目")
    world.sync()
    world.post("二つ目")
    world.sync()
    monkeypatch.setattr(type(world.chatwork), "base_url", own.replace("127.0.0.1", "localhost"))
    world.post("三つ目")
    world.sync()

    services = world.entries("service")
    addresses = [own, world.chatwork.base_url]
    assert [{"address": one, "certificate": None, "issuer": None} for one in addresses] == [
        one["payload"] for one in services
    ]
    first, last = (one["seq"] for one in services)
    assert [first, first, last] == [one["payload"]["service"] for one in world.entries("sweep")]
    notes = "\n".join(verify_archive(world.archive).notes)
    since, until = (time_in_japan(one["observed_at"]) for one in services)
    assert since.endswith(" (Japan time)")
    assert f"From {since} until {until} the archive's data came from {own}, not Chatwork's address" in notes
    assert f"At {until} the archive's data began to come from {addresses[1]}, which is not Chatwork's" in notes
    with open_viewer(world.home) as browser:
        page = html.unescape(browser.get("/"))
    assert all(f"the archive's data {words} from {one}" in page for words, one in zip(COME, addresses, strict=True))
