"""The chosen messages: in the order of the address, with the command that makes a package of them."""

from __future__ import annotations

import shlex
from html import unescape
from pathlib import Path
from re import findall

import pytest
from hypothesis import given, strategies

from archiver.cli.context import command_words
from archiver.cli.main import main
from archiver.records import ContractRoom, RoomId
from archiver.settings.home import home_path
from archiver.store.queries.viewing.message_summaries import message_summaries
from archiver.web.talk import conversation
from archiver.web.talk.conversation import selection_orders
from tests.support.archives.maker import OTHER_ROOM, ROOM, ArchiveMaker, at, message_object, story
from tests.support.viewer.client import HOST, Browser, open_viewer

OLD, TASK, NEW = 1876543210987654321, 1876543210987654777, 1876543210987654999


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, with two messages whose ids are as long as Chatwork's and a chat of two contracts."""
    maker = story(tmp_path_factory.mktemp("chosen") / "it's home")
    task = "[info][title][dtext:task_added][/title][task aid=1 st=open lt=1795014000 ltype=date]下書き[/task][/info]"
    said = {OLD: "納期は<b>11月3日</b>です\n二行目", TASK: task, NEW: "\u202e逆"}
    maker.sync([message_object(*one) for one in said.items()], minutes=200)
    maker.contract("job3", [ContractRoom(RoomId(OTHER_ROOM), at(0), at(1))])
    maker.archive.close()
    return maker.home


def commands(page: str) -> list[list[str]]:
    """The commands of a page, as a shell would take them apart."""
    return [shlex.split(unescape(one)) for one in findall(r"<code id=[^>]*>(.*?)</code>", page)]


def test_the_messages_stand_in_the_order_of_the_address(browser: Browser) -> None:
    """Each with its author, what became of it, its text as words, and a way to leave it out."""
    page = browser.get(f"/chosen?m={ROOM}-{NEW}&m={ROOM}-3&m={ROOM}-{OLD}&m={ROOM}-{TASK}")

    assert page.index("[U+202E]逆") < page.index("やっぱり今回の分は払えません") < page.index("納期は&lt;b&gt;11月3日")
    assert "タスク「下書き」(期限 2026-11-19)" in page
    assert "Deletion" in page


def test_one_can_be_left_out(browser: Browser) -> None:
    """By a button that leads to the address of all of them and says which one not."""
    page = browser.get(f"/chosen?m={ROOM}-{NEW}&m={ROOM}-3&without={ROOM}-{NEW}")

    assert [f"{ROOM}-3"] == findall(r'type="hidden" name="m" value="([^"]*)"', page)
    assert f'name="without" value="{ROOM}-3"' in page


def test_the_command_makes_exactly_this_excerpt(browser: Browser, home: Path, tmp_path: Path) -> None:
    """A home with a quotation mark and a blank reaches the program, and ids too short for it are named as ids."""
    page = browser.get(f"/chosen?m={ROOM}-{NEW}&m={ROOM}-3")

    support, lawyer = commands(page)

    program = ["archive", "--home", str(home), "export", "12345678", "--messages", f"{NEW},m3"]
    assert (program, [*program, "--for", "lawyer"]) == (support, lawyer)
    assert 0 == main([*support[1:], "--preview", "--out", str(tmp_path)])


def test_the_usual_home_is_not_named() -> None:
    """A new terminal finds it by itself, whatever variables this one has."""
    assert ("archive",) == command_words(home_path(None, {}))


def test_a_chat_of_several_contracts_needs_a_command_for_each(browser: Browser) -> None:
    """What lies outside the period of a contract's chat is not in its command: its package would not have it."""
    page = browser.get(f"/chosen?m={OTHER_ROOM}-900&m={ROOM}-1")

    names = [one[one.index("export") + 1] for one in commands(page)[::2]]

    assert ["12345678", "job2"] == names
    assert 2 == page.count("--messages m900")


def test_what_names_no_message_is_left_out_and_said(browser: Browser) -> None:
    """Unknown, cut, too large, of another form: never an error."""
    page = browser.get(f"/chosen?m={ROOM}-1&m={ROOM}-77&m=x&m=1-99999999999999999999&m={ROOM}-%00&m=-1-2&m=%ED%A0%80-1")

    assert 1 == page.count("<li data-stop>")
    assert "6" in page[: page.index("<ol")]


def marked(page: str) -> dict[str, list[str]]:
    """The messages of a page on which one chooses: those with a mark on it, and those that its form carries along."""
    return {
        "here": findall(r'name="m" form="pick" value="[0-9]+-([0-9]+)" checked', page),
        "carried": findall(r'type="hidden" name="m" value="[0-9]+-([0-9]+)"', page),
    }


def test_marks_survive_turning_pages(chat: ArchiveMaker) -> None:
    """They are in the form: those of other pages too, without a script."""
    chat.sync([message_object(1000 + n, f"{n}", sent=n) for n in range(1, 151)], minutes=200)

    with open_viewer(chat.home) as browser:
        newest = browser.get(f"/room/{ROOM}?pick=1&m={ROOM}-1150&m={ROOM}-1001")
        before = findall(r'form="pick" name="before" value="([0-9]+)"', newest)
        earlier = browser.get(f"/room/{ROOM}?pick=1&m={ROOM}-1150&m={ROOM}-1001&before={before[0]}")

    assert {"here": ["1150"], "carried": ["1001"]} == marked(newest)
    assert {"here": ["1001"], "carried": ["1150"]} == marked(earlier)


@pytest.mark.parametrize(
    ("add", "expected"),
    [
        ("around", ["1002", "1003", "1004", "1005", "1006", "1007", "1008"]),
        ("day", [f"{1000 + n}" for n in range(1, 8)]),
    ],
)
def test_neighbours_and_whole_days_are_added(chat: ArchiveMaker, add: str, expected: list[str]) -> None:
    """To each chosen message; the page stays where it is."""
    posts = [message_object(1000 + n, f"{n}", sent=n * 100 + (600 if n > 7 else 0)) for n in range(1, 11)]
    chat.sync(posts, minutes=2000)

    with open_viewer(chat.home) as browser:
        address = f"/room/{ROOM}?pick=1&m={ROOM}-1005&add={add}&here_at=1005"
        answer = browser.client.get(address, base_url=f"http://{HOST}")
        page = browser.get(answer.location)

    assert expected == marked(page)["here"]
    assert "at=1005" in answer.location


def test_nothing_chosen_says_how_to_choose(browser: Browser) -> None:
    """Where the boxes are."""
    assert "press “Choose” and tick messages" in browser.get("/chosen")


def test_two_hundred_are_shown_and_the_others_counted() -> None:
    """An address carries no more."""
    values = [f"1-{number}" for number in range(205)]

    places, ignored, surplus = conversation.read_selection([*values, *values, "", "a"])

    assert (200, 1, 5) == (len(places), ignored, surplus)


@given(strategies.lists(strategies.text(max_size=25)))
def test_any_values_can_be_read(values: list[str]) -> None:
    """What is no value is counted; places fit the database."""
    places, ignored, _surplus = conversation.read_selection(values)

    assert ignored + len(places) <= len(values)
    assert all(max(place) < 2**63 for place in places)


def test_two_contracts_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """A platform's id that is another contract's own id would name that one."""
    maker = story(tmp_path / "home")
    maker.contract("12345678", [OTHER_ROOM])
    with maker.archive.reading() as reading:
        package_orders, left = selection_orders(
            reading, message_summaries(reading, [(ROOM, 1)]), ["archive"], platform="linux"
        )
    maker.archive.close()

    assert ("archive export job1 --messages m1", 0) == (package_orders[0]["commands"][0][1], left)
