"""The timeline: the newest first, with the interval that is known, narrowed by kind, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from re import findall, sub

import pytest

from archiver.records import Delivery, Observation, Role
from archiver.store import statements
from tests.support.archives.maker import CLIENT, OTHER_ROOM, ROOM, ArchiveMaker, at, message_object, story
from tests.support.viewer.client import Browser, open_viewer
from tests.support.world import running_world


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, with 70 edits and a statement."""
    maker: ArchiveMaker = story(tmp_path_factory.mktemp("events") / "home")
    messages = [message_object(number, f"{number}版") for number in range(1000, 1070)]
    maker.sync(messages, minutes=300)
    edited = [message_object(number, f"<i>{number}</i>改", update_time=9) for number in range(1000, 1070)]
    maker.sync(edited, changed=dict.fromkeys(range(1000, 1070), "edited"), minutes=310)
    with maker.archive.writing() as writing:
        statements.add_delivery(writing, "job1", Delivery(0, "2026-11-05 12:00", name="完成.mp4"), at=at(320))
    maker.archive.close()
    return maker.home


@pytest.fixture
def browser(home: Path) -> Iterator[Browser]:
    """Somebody who looks."""
    with open_viewer(home) as viewer:
        yield viewer


def lines(page: str) -> list[str]:
    """The lines of the timeline, as they are read."""
    rows = findall(r"<li data-stop>(.*?)</li>", page.replace("\n", " "))
    return [sub(r"\s+", " ", unescape(sub("<[^>]*>", " ", row))).strip() for row in rows]


def test_pages_lead_to_every_event_once(browser: Browser) -> None:
    """The newest first."""
    found: list[str] = []
    page = browser.get("/events")
    while True:
        found += lines(page)
        older = findall(r'rel="next" href="([^"]+)"', page)
        if not older:
            break
        page = browser.get(unescape(older[0]))

    edits = [one for one in found if "改" in one]
    assert [f"{number}</i>改" in one for one, number in zip(edits, range(1069, 999, -1), strict=True)] == [True] * 70
    assert "完成.mp4" in found[0]
    assert "You entered the job." in found[-1]
    assert len(found) == len(set(found))


def test_a_change_lies_between_the_times_at_which_it_was_looked(browser: Browser) -> None:
    """Both texts beside it, and the way to the message."""
    page = browser.get("/events?kind=messages")

    line = next(one for one in lines(page) if "<i>1069</i>改" in one)
    assert line.startswith("between 2026-11-05 15:00:00 and 2026-11-05 15:10:00 動画編集_田中様")
    assert "before 1069版 after <i>1069</i>改" in line
    assert "<i>1069" not in page
    assert f'href="/room/{ROOM}?at=1069#m1069"' in page


@pytest.mark.parametrize(
    ("kind", "there", "not_there"),
    [
        ("people", "田中(解約済)", "改"),
        ("files", "could not be saved", "改"),
        ("tasks", "字幕の修正", "改"),
        ("chats", "A gap", "改"),
        ("stated", "完成.mp4", "改"),
        ("messages", "改", "完成"),
    ],
)
def test_it_is_narrowed_by_kind(browser: Browser, kind: str, there: str, not_there: str) -> None:
    """However far down the first of its kind lies."""
    text = " ".join(lines(browser.get(f"/events?kind={kind}")))

    assert there in text
    assert not_there not in text


def test_a_chat_tells_only_of_itself_and_its_contracts(browser: Browser) -> None:
    """Not of the other chat, nor of what was entered about its contract."""
    own, other = browser.get(f"/room/{ROOM}/events?kind=files"), browser.get(f"/room/{OTHER_ROOM}/events")

    assert "動画編集_田中様" in own
    assert "完成.mp4" not in other
    assert "改" not in other
    assert f"{CLIENT}" not in " ".join(lines(other))


@pytest.mark.parametrize("address", ["before=x", "before=-1", "before=99999999999999999999", "kind=%00", "before=0"])
def test_odd_addresses_give_a_page(browser: Browser, address: str) -> None:
    """Never an error."""
    assert "</main>" in browser.get("/events?" + address)


def test_a_chat_without_a_contract_has_no_page(browser: Browser) -> None:
    """As for every page about a chat."""
    browser.get("/room/5/events", status=404)


def test_an_account_goes_by_its_name_where_the_entry_tells_only_its_number(tmp_path: Path) -> None:
    """A contact that is no more one, and who somebody was said to be; a stranger stays a number."""
    maker = story(tmp_path / "home")
    for minutes, state in ((400, "present"), (401, "gone")):
        payload = {"account_id": CLIENT, "state": state}
        maker.append([Observation("contact", f"contact/{CLIENT}", payload)], minutes=minutes)
    with maker.archive.writing() as writing:
        for account in (CLIENT, 987654):
            statements.state_role(writing, "job1", account, Role.CLIENT, "自己紹介", at=at(410))
    maker.archive.close()

    with open_viewer(maker.home) as viewer:
        rows = lines(viewer.get("/events"))

    assert [row for row in rows if "田中 was not among your contacts any more" in row]
    assert [row for row in rows if "who the account 田中 is: the client" in row]
    assert [row for row in rows if "who the account 987654 is" in row]
    assert [] == [row for row in rows if f"{CLIENT}" in row]


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

    with open_viewer(tmp_path / "home") as browser:
        (line,) = lines(browser.get("/events?kind=messages"))

    until = f"12:{last_list[14:19]}"  # 03:00 UTC is noon in Tokyo
    assert line.startswith(f"between 2026-07-01 {until} and 2026-07-01 12:1")
    assert "was not shown any more (reason unknown)" in line


def test_what_the_plan_hid_at_one_reading_is_one_line(tmp_path: Path) -> None:
    """With its number, so that it buries nothing; each of the messages stands in a list of its own."""
    with running_world(tmp_path / "home") as world:
        ids = world.posts(120)
        world.sync()
        world.clock.pass_by(minutes=5)
        world.chatwork.delete(ids[-1])
        world.sync(full=True)
        world.clock.pass_by(days=42)
        world.chatwork.free_plan(40)
        world.post("あと")
        world.sync(full=True)
        hidden = sorted((one for one, state in world.states().items() if state == "hidden"), key=int)

    with open_viewer(tmp_path / "home") as browser:
        page, changed = browser.get("/events"), lines(browser.get("/events?kind=messages"))
        way = unescape(findall(r'href="(/events\?kind=hidden[^"]*)"', page)[0])
        singly = []
        while way:
            each = browser.get(way)
            singly += findall(r"at=(\d+)#", each)
            way = unescape("".join(findall(r'rel="next" href="([^"]+)"', each)))

    (line,) = [one for one in lines(page) if "hidden" in one]
    assert f"{len(hidden)} messages were hidden by the limits of the plan." in line
    (changed_line,) = changed
    assert "had changed to “deleted”" in changed_line
    assert hidden[::-1] == singly
