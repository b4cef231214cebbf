"""`archive job`, as a user sees it: dates, people, the picture of one contract, and bad input."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archiver import errors
from archiver.cli.contracts.contract_page import page_head, page_lines
from archiver.cli.output import columns
from archiver.records import JST, Contract, Delivery
from archiver.setup import fact_questions
from archiver.standing import alert_lines
from archiver.store.queries.contracts import contracts, named_or_only_contract
from archiver.store.queries.people import names_in_room
from archiver.store.user_statements import add_delivery
from archiver.store.working import remembered_values
from tests.support.cases import cases_of
from tests.support.terminals.terminal_world import TerminalWorld
from tests.support.world import World

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
"""22:31 in Tokyo."""

SHORT_SCREEN = 27
"""Lines of a picture at most where nothing is unusual: a terminal's window, read from top to bottom."""


# --- dates -------------------------------------------------------------------------------------


def test_a_job_whose_platform_nobody_entered_is_not_called_a_direct_one() -> None:
    """Its question may be left open; what is known is only that."""
    now = datetime(2026, 11, 1, tzinfo=UTC)

    direct, open_question = (page_head(Contract("job1", (), platform=one), now=now) for one in ("direct", None))

    assert "agreed directly" in direct
    assert "where it was agreed is not entered" in open_question


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


@pytest.mark.parametrize(("url", "platform", "number"), cases_of(__file__, "a_page_tells_its_platform"))
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
        "No reply for 8 days since your message",
        "Amount",
    ):
        assert text in page_text, page_text
    assert "連絡催促" not in unlooked.partition("Deadlines")[2].partition("Office")[0]
    assert len(page) <= SHORT_SCREEN
    assert not [line for line in page if columns(line) > 80]


@pytest.mark.parametrize(("side", "is_named"), [("worker", True), ("client", False)])
def test_who_ordered_the_work_asks_nobody_to_review_it(world: World, side: str, *, is_named: bool) -> None:
    """That is their own duty; who did the work may ask the office."""
    world.contract("job1", world.room, platform="crowdworks", side=side)
    with world.archive.writing() as writing:
        add_delivery(writing, "job1", Delivery(0, "2026-07-01"), at=world.clock())

    assert is_named == any("about a review that is later" in line for line in lines(world))


def test_a_contract_of_which_nothing_is_known_says_so(world: World) -> None:
    """Before the first save and without any date there is still a picture."""
    whole = "\n".join(lines(world))

    assert "First message not known (1 chat never read)" in whole
    assert "(not entered)" in whole


def test_status_names_what_is_near(world: World) -> None:
    """Of each contract that is still read, by the number that the screen calls it; none that was stopped."""
    world.contract("job1", world.room, platform="crowdworks", platform_id="123", end_request_at="2026-07-02")
    world.contract("job2", world.room, state="stopped", platform="crowdworks")

    with world.archive.reading() as reading:
        now = world.clock() + timedelta(days=7)
        ((line, *_about),) = alert_lines.near_deadlines(reading, tuple(contracts(reading)), now=now)

    assert line.startswith("9 Jul  123: ")
    assert line.endswith("request + 7 days  in 1 day, at a time not entered")


def test_status_asks_for_the_day_of_payment_before_it_counts_from_the_receipt(world: World) -> None:
    """The saved words may name it; nobody says that a day has passed which only holds without one."""
    world.contract("job1", world.room, platform="direct", title="ナレーション")
    with world.archive.writing() as writing:
        add_delivery(writing, "job1", Delivery(0, "2026-07-01 09:12"), at=world.clock())

    with world.archive.reading() as reading:
        now = world.clock() + timedelta(days=7)
        told = [one.text for one in alert_lines.near_deadlines(reading, tuple(contracts(reading)), now=now)]

    assert "1 Jul  “ナレーション”: the agreed day of payment (支払期日) is not entered" in told[0]
    assert "past" not in told[0]


@pytest.mark.parametrize(
    ("platform", "text", "delivered", "is_counted"),
    [
        ("crowdworks", "ばっちりです。検収OKしました！", "09:00", False),
        ("crowdworks", "文句なし！検収ボタン押しました", "23:50", False),
        ("crowdworks", "A案で問題ないです。", "23:50", True),
        ("crowdworks", "完璧です！！", "09:00", True),
        ("crowdworks", "そろうまで検収しません。", "09:00", True),
        ("direct", "月末締め翌月15日払いです。", "09:00", False),
    ],
)
def test_a_deadline_is_told_with_what_the_client_wrote(
    world: World, platform: str, text: str, delivered: str, *, is_counted: bool
) -> None:
    """Nothing counts down to a review that they say is done, nor from a receipt where their words name a day; a yes to
    a draft before the delivery is no review.
    """
    world.contract("job1", world.room, platform=platform, client="田中")
    world.post(text)
    world.sync()
    with world.archive.writing() as writing:
        add_delivery(writing, "job1", Delivery(0, f"2026-07-01 {delivered}"), at=world.clock())

    with world.archive.reading() as reading:
        (line, *_about), *_more = alert_lines.near_deadlines(reading, tuple(contracts(reading)), now=world.clock())

    assert line.endswith(f"田中 “{text}”") == ("A案" not in text)
    assert is_counted == ("  in " in line or "  today" in line)
    assert (platform == "direct") == ("the agreed day of payment (支払期日) is not entered" in line)


@pytest.mark.parametrize(
    ("side", "said", "quoted"),
    [
        ("worker", ["進み具合はどうですか？", "納期は明日です。"], "進み具合はどうですか？"),
        ("worker", ["公開しました。", "請求書を送ってください。"], "請求書を送ってください。"),
        ("worker", ["進み具合はどうですか？", "検収しました。"], ""),
        ("worker", ["ご不明な点はご連絡ください。よろしくお願いします。"], ""),
        ("worker", ["そうですか。資料は https://example.com/?q=1 です。"], ""),
        ("worker", ["納品ありがとうございます。 https://example.com/1"], ""),
        ("client", ["納品します。 https://example.com/1"], "納品します。 https://example.com/1"),
        ("client", ["検収をお願いできますか", "ありがとうございます。"], ""),
    ],
)
def test_the_side_that_waits_for_the_user_is_quoted(world: World, side: str, said: list[str], quoted: str) -> None:
    """Their last question, from the next day on until the user writes; no thanks, no closing, no offer of help."""
    world.contract("job1", world.room, platform="crowdworks", side=side, client="田中")
    world.post("承知しました。", by=world.chatwork.owner)
    shown = []
    for text in (said[0], "".join(said[1:]), ""):
        if text:
            world.clock.pass_by(minutes=9)
            world.post(text)
        world.sync()
        with world.archive.reading() as reading:
            near = alert_lines.near_deadlines(reading, tuple(contracts(reading)), now=world.clock())
        shown.append([one.text for one in near if "No answer from you yet" in one.text])
        assert len(shown[-1]) == "\n".join(lines(world)).count("No answer from you yet: 2026-07-0")
        world.clock.pass_by(days=1, minutes=9)
        if len(shown) == 2:
            world.post("遅くなりました。", by=world.chatwork.owner)

    assert [0, 1 if quoted else 0, 0] == [len(one) for one in shown]
    assert all(one[0].endswith(f" 田中 “{quoted}”") for one in shown if one)


def test_an_edit_of_the_client_is_an_act_of_theirs(world: World) -> None:
    """Nobody is silent who changed their words since; a reminder after that waits again."""
    world.contract("job1", world.room, platform="direct", client="田中")
    message = world.post("検収します")
    world.post("納品しました", by=world.chatwork.owner)
    world.clock.pass_by(days=2)
    world.chatwork.edit(message, "検収しません")
    world.sync()
    world.clock.pass_by(days=3)
    world.sync()
    edited = "\n".join(lines(world))
    world.post("いかがでしょうか", by=world.chatwork.owner)
    world.clock.pass_by(days=4)
    world.sync()

    assert "The client's edit of a message(2026-07-03)" in edited.replace(" (", "(")
    assert "No reply for" not in edited
    assert "No reply for 4 days" in "\n".join(lines(world))


def test_a_member_who_never_wrote_is_named(world: World) -> None:
    """As the list of members has them; a number alone tells nobody who it is."""
    world.contract("job1", world.room)
    world.sync()

    with world.archive.reading() as reading:
        names = names_in_room(reading, world.room)

    assert "田中" == names[world.tanaka]


def test_notes_for_a_call_quote_what_changed_and_name_a_lost_chat(desk: TerminalWorld) -> None:
    """A price with both texts and a deleted acceptance, as page 1 quotes them; the page itself counts them."""
    price, accepted = desk.post("報酬は3万円でお願いします"), desk.post("検収OKです")
    desk.sync()
    desk.chatwork.edit(price, "報酬は2万円でお願いします")
    desk.chatwork.delete(accepted)
    desk.post("はい")
    desk.both("sync")
    desk.chatwork.remove_owner(desk.room)
    desk.sync()

    said = "".join(desk.both("job", "show", "--phone")[0].split())
    assert "“報酬は3万円でお願いします”(theclient," in said
    assert "read“報酬は2万円でお願いします”by" in said
    assert "“検収OKです”(theclient," in said
    assert "cannotbeopened" in said
    assert "検収OK" not in desk.both("job", "show")[0]


def test_a_job_goes_by_the_clock_that_status_goes_by(desk: TerminalWorld) -> None:
    """This computer's, corrected by the last save's comparison with Chatwork's."""
    desk.posts(1)
    desk.sync()
    ahead = timedelta(days=400)
    desk.remember(remembered_values.CLOCK_OFFSET, ahead // timedelta(milliseconds=1))

    assert f"{datetime.now(JST) + ahead:%Y-%m-}" in desk.both("job", "show")[0].splitlines()[0]
