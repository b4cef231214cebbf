"""`archive job`, as a user sees it: dates, people, the picture of one contract, and bad input."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from archiver import errors
from archiver.cli.contracts.contract_rows import page_lines
from archiver.cli.terminal.output import columns
from archiver.records import Contract, Delivery
from archiver.setup import fact_questions
from archiver.standing import alert_lines
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts, named_or_only_contract
from archiver.store.queries.transcript import names_in_room
from archiver.store.statements import add_delivery
from tests.support.archives.byte_search import files_with
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal
from tests.support.world import World, running_world

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
"""22:31 in Tokyo."""

SHORT_SCREEN = 27
"""Lines of a picture at most where nothing is unusual: a terminal's window, read from top to bottom."""


class Desk(Terminal):
    """A terminal whose archive holds one room with 田中."""

    room: int
    tanaka: int

    def entries(self) -> int:
        """How many entries there are."""
        with closing(sqlite3.connect(self.home / "archive.sqlite3")) as database:
            count: int = database.execute("SELECT count(*) FROM entry").fetchone()[0]
            return count


@pytest.fixture(scope="module")
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        yield chatwork


@pytest.fixture
def desk(tmp_path: Path, chatwork: Chatwork) -> Desk:
    """A contract with the platform's id, one message in its room."""
    desk = Desk(tmp_path / "home", chatwork)
    desk.tanaka = chatwork.add_account("\x1b[31m田中")
    desk.room = chatwork.add_room("動画編集", members=[desk.tanaka], announce=False)
    chatwork.post(desk.room, desk.tanaka, "はじめまして")
    desk.run("init", "--yes")
    desk.run("job", "add", "job1", "--chat", desk.room, "--url", "https://crowdworks.jp/contracts/12345678")
    desk.run("sync")
    return desk


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose contract is one on CrowdWorks."""
    with running_world(tmp_path / "home") as world:
        yield world


@pytest.mark.drawn
def test_a_room_has_a_period_in_a_contract(desk: Desk) -> None:
    """Stated with `add` or `set`, shown, and taken away again; a package of the contract is cut by it."""
    desk.run("job", "add", "job2", "--chat", desk.room, "--chat-from", desk.room, "2026-11-01")
    begun = desk.run("job", "show", "job2")
    desk.run("job", "set", "job2", "--chat-to", desk.room, "2026/11/30")
    ended = desk.run("job", "show", "job2")
    period = periods_of(desk, "job2")
    desk.run("job", "set", "job2", "--chat-from", desk.room, "2030-01-01T10:00", "--chat-to", desk.room, "-")
    package = desk.json("export", "job2", "--for", "consult")
    desk.run("job", "set", "job2", "--chat-from", desk.room, "-")

    assert f"{desk.room} から" not in desk.run("job", "show", "job2")
    assert f"チャット{desk.room}の2026-11-01から" in begun
    assert f"チャット{desk.room}の2026-11-01から2026-11-30まで" in ended
    assert [(datetime(2026, 10, 31, 15, tzinfo=UTC), datetime(2026, 11, 30, 15, tzinfo=UTC))] == period
    assert [(None, None)] == periods_of(desk, "job2")
    assert 0 == package["messages"]


def periods_of(desk: Desk, name: str) -> list[tuple[datetime | None, datetime | None]]:
    """The periods of a contract's rooms, as stated."""
    archive = Archive(desk.home)
    with archive.reading() as reading:
        found = [(room.start, room.end) for room in named_or_only_contract(reading, name).rooms]
    archive.close()
    return found


@pytest.mark.drawn
def test_a_room_of_another_job_is_not_given_to_both_without_a_word(desk: Desk) -> None:
    """Else the second job's package would hand out the first's talk; the last room of a job stays with it."""
    before = desk.entries()
    refused = desk.run("job", "add", "job2", "--chat", desk.room, code=2)
    last = [
        desk.run("job", "add", "job2", "--chat", desk.room, "--move", code=2),
        desk.run("job", "set", "job1", "--without-chat", desk.room, code=2),
    ]

    assert [True, True] == [word in refused for word in ("--move", f"--chat-from {desk.room} ")]
    assert [True, True] == ["ほかのチャットがない" in one for one in last]
    assert before == desk.entries()


@pytest.mark.drawn
def test_a_room_is_moved_and_taken_out_with_what_was_said_of_its_people(desk: Desk, chatwork: Chatwork) -> None:
    """Packages are named, what stays saved is counted and can be erased; later packages know nothing of it."""
    sato = chatwork.add_account("佐藤")
    other = chatwork.add_room("記事作成", members=[sato], announce=False)
    chatwork.post(other, sato, "ウグイス色でお願いします")
    noted = desk.both("job", "set", "job1", "--chat", other)[1]
    desk.run("sync")
    desk.run("job", "who", "job1", sato, "client", "--reason", "名刺を見た")
    desk.run("job", "who", "job1", desk.tanaka, "client", "--reason", "仕事のページ")
    mixed = desk.json("export", "job1", "--for", "consult", code=4)

    held = desk.run("erase", "--chat", other, "--dry-run", code=2)
    moved = desk.run("job", "add", "job2", "--chat", other, "--move")
    parted = Path(desk.json("export", "job1", "--for", "consult", code=4)["path"])
    desk.run("job", "set", "job1", "--chat", other, "--move", code=2)
    whole = desk.run("job", "set", "job1", "--chat", other, "--chat-from", other, "2026-11-01")
    desk.run("job", "set", "job1", "--chat", other, "--move")
    shared = periods_of(desk, "job2")
    desk.run("job", "set", "job1", "--without-chat", other)
    desk.run("job", "set", "job2", "--chat", desk.room, "--chat-from", desk.room, "2030-01-01")
    out = desk.run("job", "set", "job2", "--without-chat", other)
    desk.run("erase", "--chat", other, "--confirm", 1, "--despite-dispute")

    assert "同じ人がいないチャット" in noted
    assert "--without-chat" in held
    assert f"job set job2 --chat-to {other} 2026-10-31" in whole
    assert [(None, datetime(2026, 10, 31, 15, tzinfo=UTC))] == shared  # a chat of both is moved from its first day on
    assert [True, True] == [word in moved for word in ("から「job2」に移しました", Path(mixed["path"]).name)]
    assert "保存済み: メッセージ1件" in out
    assert f"erase --chat {other}" in out
    assert set() == files_with(parted, "ウグイス", "佐藤", "名刺", "記事作成", str(sato), str(other), "job2")
    assert set() == files_with(desk.home, "ウグイス")
    desk.run("verify")


@pytest.mark.drawn
def test_a_bad_period_is_one_sentence_and_changes_nothing(desk: Desk) -> None:
    """Another room, a day that is none, an end before the beginning, half of it."""
    before = desk.entries()

    for option in (
        ("--chat-from", 42, "2026-11-01"),
        ("--chat-from", desk.room, "昨日"),
        ("--chat-from", desk.room, "2026-11-02", "--chat-to", desk.room, "2026-11-01"),
        ("--chat-to", desk.room),
    ):
        desk.run("job", "set", "job1", *option, code=2)

    assert before == desk.entries()


@pytest.mark.drawn
def test_a_number_of_two_contracts_names_neither(desk: Desk) -> None:
    """It is said when the second is entered, and asked back when it is used; so is a part of two titles."""
    _, warned = desk.both(
        "job",
        "add",
        "job2",
        "--chat",
        desk.room,
        "--chat-from",
        desk.room,
        "2026-11-01",
        "--platform-id",
        "12345678",
    )
    _, again = desk.both("job", "set", "job2", "--title", "編集")
    _, refused = desk.both("export", "12345678", code=2)
    _, named = desk.both("job", "set", "job2", "--platform-id", "555")
    desk.run("job", "set", "job1", "--title", "動画編集10本")

    assert "job1" in warned
    assert "job1" in again
    assert "job1, job2" in refused
    assert "" == named
    assert "12345678" in desk.run("job", "show", "12345678")
    assert "555" in desk.run("job", "編集")  # the whole title goes before a part of another one
    assert "job1, job2" in desk.both("job", "show", "集", code=2)[1]


@pytest.mark.drawn
def test_a_change_of_nothing_says_what_can_be_given(desk: Desk) -> None:
    """Nothing is saved, so nothing is said to be."""
    _, err = desk.both("job", "set", "job1", code=2)

    assert "--title" in err
    assert "job set --help" in err


def test_who_is_who_is_stated_shown_changed_and_taken_back(desk: Desk) -> None:
    """Each with its reason; saying it twice writes nothing; the archive still verifies."""
    first = desk.run("job", "who", "12345678", desk.tanaka, "client", "--reason", "CWでIDを伝えられた\x1b[31m")
    before = desk.entries()
    again = desk.run("job", "who", "job1", desk.tanaka, "client", "--reason", "CWでIDを伝えられた\x1b[31m")
    unchanged = desk.entries()
    page = desk.run("job", "show")
    desk.run("job", "who", "job1", desk.tanaka, "other", "--reason", "別の人でした")
    third = desk.run("job", "show", "job1")
    desk.run("job", "who", "job1", desk.tanaka, "--remove")
    left = desk.run("job", "show", "job1")

    assert str(desk.tanaka) in first
    assert str(desk.tanaka) in again
    assert before == unchanged
    assert "CWでIDを伝えられた[U+001B]" in "".join(page.split())
    assert "別の人でした" in third
    assert "別の人でした" not in left
    assert "\x1b" not in page + third + left
    assert not [line for line in (page + third + left).splitlines() if columns(line) > 80]
    assert desk.json("verify", "--deep")["ok"]


@pytest.mark.drawn
def test_bad_input_is_one_sentence_and_writes_nothing(desk: Desk) -> None:
    """Unknown platforms and people, days to come and days in the wrong order: exit 2, nothing lost."""
    desk.run("job", "set", "job1", "--contracted-on", "2026/10/1")
    before = desk.entries()

    assert "crowdworks" in desk.run("job", "set", "job1", "--platform", "craudworks", code=2)
    assert "2999-01-01" in desk.run("job", "set", "job1", "--escrowed-at", "2999-01-01", code=2)
    assert "2026-09-30" in desk.run("job", "set", "job1", "--escrowed-at", "2026-09-30", code=2)
    desk.run("job", "set", "job1", "--client-url", "javascript:alert(1)", code=2)
    assert "あなた自身の名前" in desk.run("job", "set", "job1", "--client", "YAMADA さん", code=2)
    assert str(desk.tanaka) in desk.run("job", "who", "job1", 42, "client", "--reason", "x", code=2)
    desk.run("job", "who", "job1", desk.tanaka, "client", "--reason", " ", code=2)
    desk.run("job", "who", "job1", desk.tanaka, "boss", "--reason", "x", code=2)
    desk.run("job", "who", "job1", 2**70, "client", "--reason", "x", code=2)
    desk.run("job", "add", "job2", "--chat", 2**70, code=2)
    desk.run("job", "set", "job1", "--chat", 2**63, code=2)
    desk.run("job", "who", "job1", desk.tanaka, "--remove", code=2)
    desk.run("job", "who", "job9", desk.tanaka, "client", "--reason", "x", code=2)

    assert before == desk.entries()


# --- dates -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "stated"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026/11/24", "2026-11-24"),
        ("2026/1/4", "2026-01-04"),
        ("2026-11-24 14:05", "2026-11-24 14:05"),
        ("2026-11-24T14:05", "2026-11-24 14:05"),
        ("2026/11/24 9:05:59", "2026-11-24 09:05"),
        ("２０２６／１１／２４", "2026-11-24"),
    ],
)
def test_days_and_times_are_understood_as_those_of_japan(given: str, stated: str) -> None:
    """With hyphens or slashes, with a time or without, also from a Japanese keyboard."""
    assert {"escrowed_at": stated} == fact_questions.read_facts({"escrowed_at": given}, now=NOW)


@pytest.mark.parametrize("given", ["", "いつか", "2026-13-01", "2026-02-30", "2026-11-24 25:00", "24.11.2026"])
def test_other_texts_are_no_days(given: str) -> None:
    """Nothing is guessed."""
    with pytest.raises((errors.BadValue, errors.NoSuchDay)):
        fact_questions.read_facts({"contracted_on": given}, now=NOW)


def test_only_the_day_of_delivery_may_be_to_come() -> None:
    """Today by Japan's calendar is not ahead, tomorrow is; the day on which the work is due may be."""
    assert {"contracted_on": "2026-11-24"} == fact_questions.read_facts({"contracted_on": "2026-11-24"}, now=NOW)
    assert {"due_on": "2027-01-31"} == fact_questions.read_facts({"due_on": "2027-01-31"}, now=NOW)
    for name in ("contracted_on", "escrowed_at", "contact_requested_on", "contact_approved_on"):
        with pytest.raises(errors.DayAhead):
            fact_questions.read_facts({name: "2026-11-25"}, now=NOW)


@pytest.mark.parametrize(
    ("stated", "ok"),
    [
        ({"contracted_on": "2026-10-01", "escrowed_at": "2026-10-01 09:00"}, True),
        ({"contracted_on": "2026-10-01 12:00", "escrowed_at": "2026-10-01"}, True),
        ({"contracted_on": "2026-10-02", "escrowed_at": "2026-10-01 23:59"}, False),
        ({"contact_requested_on": "2026-10-03", "contact_approved_on": "2026-10-02"}, False),
        ({"contact_approved_on": "2026-10-02", "escrowed_at": "2026-10-09"}, True),
        ({}, True),
    ],
)
def test_what_comes_first_on_a_platform_must(stated: dict[str, Any], ok: bool) -> None:
    """Contract before escrow, request before approval; the same day passes."""
    contract = Contract("job1", (), **stated)

    if ok:
        fact_questions.check_order(contract)
    else:
        with pytest.raises(errors.DaysInWrongOrder):
            fact_questions.check_order(contract)


@pytest.mark.parametrize(
    ("url", "platform", "number"),
    [
        ("https://crowdworks.jp/contracts/12345678", "crowdworks", "12345678"),
        ("https://www.lancers.jp/work/proposals/99", "lancers", "99"),
        ("https://coconala.com/talkrooms/7", "coconala", "7"),
        ("crowdworks.jp/contracts/7", "crowdworks", "7"),
        ("www.lancers.jp/work/proposals/99", "lancers", "99"),
        ("https://example.com/contracts/12345678", None, None),
        ("https://example.com/https://crowdworks.jp/contracts/1", None, None),
    ],
)
def test_a_page_tells_its_platform(url: str, platform: str | None, number: str | None) -> None:
    """By the pattern in the platform's file; an option wins over it."""
    facts = fact_questions.platform_from_url(url)

    assert (platform, number) == (facts.get("platform"), facts.get("platform_id"))
    stated = fact_questions.read_facts({"url": url, "platform": "direct"}, now=NOW)
    assert "direct" == stated["platform"]
    assert stated["url"] == (url if url.startswith("https") else f"https://{url}")


@pytest.mark.parametrize("typed", ["ftp://a.jp/x", "crowdworks", "会社のページ", "javascript:alert(1)", "a.jp /x"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    """Only the https:// that people leave out is put before what was typed."""
    with pytest.raises(errors.BadValue):
        fact_questions.read_facts({"client_url": typed}, now=NOW)
    assert {"client_url": "https://a.jp/x?y=1"} == fact_questions.read_facts({"client_url": "a.jp/x?y=1"}, now=NOW)


# --- the picture -------------------------------------------------------------------------------


def lines(world: World) -> list[str]:
    """What `job show` prints now."""
    with world.archive.reading() as reading:
        return list(page_lines(reading, named_or_only_contract(reading, None), now=world.clock()))


def test_the_picture_is_one_screen_and_says_everything(world: World) -> None:
    """Who, money, days, contact, delivery, deadlines with their source, what the office can do, what is blank."""
    world.contract(
        "job1",
        world.room,
        title="YouTube動画編集 10本",
        client="田中",
        platform="crowdworks",
        platform_id="12345678",
        url="https://crowdworks.jp/contracts/12345678",
        client_url="https://crowdworks.jp/public/employers/1",
        contracted_on="2026-06-29",
        escrowed_at="2026-06-30 14:05",
        contact_approved_on="2026-07-02",
    )
    world.post("はじめまして")
    world.post("納品しました", by=world.chatwork.owner)
    world.sync()
    with world.archive.writing() as writing:
        add_delivery(writing, "job1", Delivery(0, "2026-07-01 09:12"), at=world.clock())
    world.clock.pass_by(days=8)
    unlooked = "\n".join(lines(world))
    world.sync()

    page = lines(world)
    page_text = "\n".join(page)

    for text in (
        "12345678 (job1)",
        "https://crowdworks.jp/public/employers/1",
        f"{world.tanaka} 田中",
        "2026-06-30 14:05",
        "(1 day before",
        "2026-07-01 09:12",
        "inspection (検収) is usually due (7 days after delivery)",
        "FAQ 10329",
        "please check",
        "連絡催促",
        "no reply for 8 days since the reporter's message",
        "Amount",
    ):
        assert text in page_text, page_text
    assert "連絡催促" not in unlooked.partition("Deadlines")[2].partition("Office")[0]
    assert len(page) <= SHORT_SCREEN
    assert not [line for line in page if columns(line) > 80]


def test_a_contract_of_which_nothing_is_known_says_so(world: World) -> None:
    """Before the first save and without any date there is still a picture."""
    whole = "\n".join(lines(world))

    assert "first message not known (1 chat never read)" in whole
    assert "(not entered)" in whole


def test_status_names_what_is_near(world: World) -> None:
    """Of each contract that is still read, by the number that the screen calls it; none that was stopped."""
    world.contract("job1", world.room, platform="crowdworks", platform_id="123", end_request_at="2026-07-02")
    world.contract("job2", world.room, state="stopped", platform="crowdworks")

    with world.archive.reading() as reading:
        now = world.clock() + timedelta(days=7)
        (line,) = alert_lines.near_lines(reading, tuple(contracts(reading)), now=now)

    assert line.startswith("9 Jul  123: ")
    assert line.endswith("request + 7 days  in 1 day, at a time not entered")


def test_a_member_who_never_wrote_is_named(world: World) -> None:
    """As the list of members has them; a number alone tells nobody who it is."""
    world.contract("job1", world.room)
    world.sync()

    with world.archive.reading() as reading:
        names = names_in_room(reading, world.room)

    assert "田中" == names[world.tanaka]
