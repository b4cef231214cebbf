"""What happened in the chats of a job: when a change was seen, and whose it was."""

from __future__ import annotations

from pathlib import Path

from archiver.records import Observation
from archiver.render.times import local_time
from archiver.store.archive import Archive
from archiver.store.queries.viewing.timeline import EventKind
from archiver.web.talk.timeline import Row, newest_lines
from tests.support.archives.maker import CLIENT, ROOM, story
from tests.support.viewer.client import open_viewer
from tests.support.world import running_world


def lines(home: Path, room: int) -> list[Row]:
    """Those of a chat, as the page of its job gets them."""
    with open_viewer(home) as browser, browser.client.application.test_request_context(), Archive(home).reading() as it:
        return newest_lines(it, [room])


def test_an_account_goes_by_its_name_where_the_entry_tells_only_its_number(tmp_path: Path) -> None:
    """A contact that is no more one."""
    maker = story(tmp_path / "home")
    for minutes, state in ((400, "present"), (401, "gone")):
        payload = {"account_id": CLIENT, "state": state}
        maker.append([Observation("contact", f"contact/{CLIENT}", payload)], minutes=minutes)
    maker.archive.close()

    assert "<bdi>田中</bdi> was not among your contacts any more" in lines(maker.home, ROOM)[0]["words"]


def test_what_vanished_stood_there_at_the_last_list_before(tmp_path: Path) -> None:
    """The last list that still showed it, though that list brought nothing new."""
    with running_world(tmp_path / "home") as world:
        _first, second, _third = world.posts(3)
        world.sync()
        world.clock.pass_by(minutes=5)
        world.sync(full=True)
        world.clock.pass_by(minutes=5)
        world.chatwork.vanish(second)
        world.sync(full=True)
        last_list = max(one["payload"]["last"] for one in world.entries("steady"))

    (line,) = [one for one in lines(tmp_path / "home", world.room) if one["kind"] is EventKind.MISSING]

    assert line["since"] is not None
    assert f"2026-07-01 12:{last_list[14:19]}" == local_time(line["since"])  # 03:00 UTC is noon in Tokyo
