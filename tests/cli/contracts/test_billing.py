"""`contract invoice`, `payment` and `terms`, as a user sees them: entering, sums, taking back, and bad input."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archiver.cli.terminal.output import columns
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.fixture(scope="module")
def chatwork() -> Iterator[Chatwork]:
    """A Chatwork with a large budget."""
    with Chatwork(token=TOKEN, limit=10_000) as chatwork:
        yield chatwork


class Desk(Terminal):
    """A terminal whose archive holds one direct contract."""

    promise: str
    asked: str


@pytest.fixture
def desk(tmp_path: Path, chatwork: Chatwork) -> Desk:
    """A direct client who promised the pay by message."""
    desk = Desk(tmp_path / "home", chatwork)
    tanaka = chatwork.add_account("田中")
    room = chatwork.add_room("動画編集", members=[tanaka], announce=False)
    chatwork.post(room, tanaka, "動画10本の編集をお願いします。")
    desk.promise = str(chatwork.post(room, tanaka, "報酬は11万円、お支払いは翌月末です。"))
    desk.asked = str(chatwork.post(room, chatwork.owner, "お支払いはいつになりますか。"))
    desk.run("init", "--yes")
    desk.run("job", "add", "job1", "--chat", room, "--platform", "direct", "--title", "動画編集")
    desk.run("sync")
    return desk


def test_what_is_open_follows_from_invoices_and_payments(desk: Desk, tmp_path: Path) -> None:
    """Sums and days late stand in `job show`; what is taken back counts no more and its number is not reused."""
    bill = tmp_path / "請求書.pdf"
    bill.write_bytes(b"%PDF-1.4 bill")
    add = ("job", "enter", "job1", "invoice", "--amount")

    named = ("--on", "2025-10-31", "--due-on", "2025-11-30", "--file", bill, "--number", "A-1")

    first = desk.run(*add, "110,000円", *named)
    desk.run(*add, "55000", "--on", "2025-11-30")
    again = desk.run(*add, "55000", "--on", "2025-11-30", code=2)
    early = desk.run(*add, "70000", "--on", "2025-11-30", "--due-on", "2025-11-01", code=2)
    desk.run("job", "enter", "payment", "--amount", "６０，０００", "--on", "2025-12-01", "--invoice", "1")
    payment = ("job", "enter", "payment", "--amount", "60000", "--on", "2025-12-01", "--invoice", "1")
    assert "--again" in desk.run(*payment, code=2)
    desk.run("job", "enter", "job1", "invoice", "--remove", "2")
    third = desk.run(*add, "1000", "--on", "2025-12-01")
    page = desk.run("job", "show", "job1", ARCHIVE_LANG="en")

    assert "110,000円" in first
    assert "すでに" in again
    assert "--again" in again
    assert "2025-11-01" in early
    assert "3" in third
    assert "Billed 111,000 yen / received 60,000 yen / unpaid 51,000 yen" in page
    words = " ".join(page.split())
    assert "Invoice 1 “A-1” (2025-10-31): 110,000 yen, unpaid 50,000 yen, day of payment 2025-11-30, day " in words
    assert " after it (the day is a Sunday; whether payment on the next business day is in time" in words
    assert "Invoice 3 (2025-12-01): 1,000 yen, unpaid 1,000 yen, no day of payment entered" in words
    assert "請求書.pdf" in page
    assert [] == [line for line in page.splitlines() if columns(line) > 80]
    assert desk.json("verify", "--deep")["ok"]


@pytest.mark.drawn
def test_a_term_is_bound_to_the_message_that_told_it(desk: Desk) -> None:
    """Candidates are offered by words and decide nothing; a bound term is shown with its message."""
    offered = desk.run("job", "show", ARCHIVE_LANG="en")
    before = desk.run("job", "terms", ARCHIVE_LANG="en")
    after = desk.run("job", "terms", "payment_day", "--message", desk.promise, ARCHIVE_LANG="en")
    cleared = desk.run("job", "terms", "payment_day", "--clear", ARCHIVE_LANG="en")

    line = next(line for line in before.splitlines() if line.startswith("payment_day"))
    assert line.endswith("not entered")
    assert "Candidates in messages for:" in offered
    assert "支払期日" in offered
    assert f"m{desk.promise}" in before
    assert f"支払期日: message m{desk.promise}" in after
    assert next(line for line in cleared.splitlines() if line.startswith("payment_day")).endswith("not entered")


@pytest.mark.drawn
def test_a_message_outside_the_contracts_period_is_bound_with_a_warning(desk: Desk) -> None:
    """Packages name it without holding it, so the way to take it in is told; within the period nothing is said."""
    promise = ("job", "terms", "payment_day", "--message", desk.promise)
    inside = desk.run(*promise, ARCHIVE_LANG="en")
    room = desk.run("job", "show", ARCHIVE_LANG="en").partition("Chatwork ")[2].split()[0]
    desk.run("job", "set", "job1", "--chat-from", room, "2030-01-01")

    told = desk.run(*promise, ARCHIVE_LANG="en")
    reminded = desk.run("job", "enter", "job1", "reminder", "--message", desk.asked, ARCHIVE_LANG="en")
    page = " ".join(desk.run("job", "show", ARCHIVE_LANG="en").split())

    sentence = "Outside this job's period: "
    assert sentence not in inside
    assert [True, True] == [f"{sentence}m{desk.promise}" in one for one in (told, page)]
    assert f"m{desk.asked}" in reminded.partition(sentence)[2]
    command = told.partition("To take it in: ")[2].split("\n")[0]
    assert f"archive job set job1 --chat-from {room} 20" in command
    desk.run(*command.split()[1:])
    assert sentence not in desk.run("job", "show", ARCHIVE_LANG="en")


@pytest.mark.drawn
def test_reminders_that_were_sent_are_listed(desk: Desk) -> None:
    """By a message of your own or by day and way, each once; one taken back is gone; another's message is none."""
    add = ("job", "enter", "job1", "reminder")

    told = desk.run(*add, "--message", desk.asked, ARCHIVE_LANG="en")
    desk.run(*add, "--on", "2025-12-05", "--how", "メール")
    again = desk.run(*add, "--on", "2025-12-05", "--how", "メール", ARCHIVE_LANG="en")
    page = desk.run("job", "show", "job1", ARCHIVE_LANG="en")
    left = desk.run("job", "enter", "job1", "reminder", "--remove", "2", ARCHIVE_LANG="en")
    refused = desk.run(*add, "--message", desk.promise, code=2, ARCHIVE_LANG="en")
    neither = desk.run(*add, "--how", "メール", code=2, ARCHIVE_LANG="en")

    assert f"message m{desk.asked}" in told
    assert "Already entered." in again
    assert "2: 2025-12-05 メール" in page
    assert "メール" not in left
    assert "not sent by you" in refused
    assert "--on DAY" in neither
    assert desk.json("verify", "--deep")["ok"]


@pytest.mark.drawn
def test_bad_input_is_one_sentence(desk: Desk) -> None:
    """With what to do next, and nothing is entered."""
    for arguments in (
        ("job", "enter", "job1", "invoice", "--amount", "many", "--on", "2025-10-31"),
        ("job", "enter", "job1", "invoice", "--amount", "-5", "--on", "2025-10-31"),
        ("job", "enter", "job1", "invoice", "--amount", "5"),
        ("job", "enter", "job1", "invoice", "--amount", "5", "--on", "2999-01-01"),
        ("job", "enter", "job1", "invoice", "--amount", "5", "--on", "2025-10-31", "--message", "77"),
        ("job", "enter", "job1", "invoice", "--remove", "9"),
        ("job", "enter", "job1", "payment", "--amount", "5", "--on", "2025-10-31", "--invoice", "9"),
        ("job", "terms", "payment_day"),
        ("job", "terms", "payment_day", "--file-id", "77"),
        ("job", "terms", "nothing", "--note", "x"),
    ):
        assert 2 >= len(desk.run(*arguments, code=2).strip().splitlines())
    assert "請求と入金" not in desk.run("job", "show", "job1")


@pytest.mark.drawn
def test_a_request_to_end_is_entered_and_a_job_is_shown_by_its_name_alone(desk: Desk) -> None:
    """Taken back, it is gone; a person is named by a part of the name; notes for the phone hold no number of them."""
    desk.run("job", "enter", "end-request", "--on", "2025-12-01 18:00")
    desk.run("job", "who", "田", "client", "--reason", "名刺")
    page, phone = desk.run("job", "job1"), desk.run("job", "show", "--phone")
    desk.run("job", "enter", "job1", "end-request", "--remove", 1)

    assert ("2025-12-01 18:00" in page, "名刺" in phone) == (True, True)
    assert "2025-12-01 18:00" not in desk.run("job", "show")
    assert "--amount" in desk.run("job", "enter", "end-request", "--amount", "5", code=2)
