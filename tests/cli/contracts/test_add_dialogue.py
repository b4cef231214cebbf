"""`archive job add` on a pseudo-terminal: led through, left at each question, and gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.cli.contracts.add_dialogue import read_contract_id
from archiver.cli.terminal.output import columns
from archiver.records import Contract
from archiver.setup.fact_questions import next_question, read_platform
from archiver.setup.written_values import InvalidAnswer
from archiver.store.archive import Archive
from archiver.store.queries.contracts import contracts
from tests.support.chatwork.simulator import Chatwork, Fault
from tests.support.terminals.pseudo_terminal import CTRL_C, CTRL_D, PseudoTerminal
from tests.support.terminals.terminal import TOKEN, Terminal

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
PAGE = "https://crowdworks.jp/contracts/12345678"

STEPS = (
    ("Short name [job1]:", "", None),
    ("Numbers:", "1", None),
    ("(URL) or number:", PAGE, PAGE),
    ("Name of the job:", "動画編集（10本）", "動画編集（10本）"),
    ("Name of the client:", "", None),
    ("2026-10-01):", "2026/7/1", "2026-07-01"),
    ("2026-10-02 14:05):", "２０２６-07-01 9:05", "2026-07-01 09:05"),
    ("Requested on (such as 2026-10-02):", "", None),
    ("Allowed on (such as 2026-10-03):", "2026-07-03", "2026-07-03"),
    ("Delivery is due on (such as 2026-11-10):", "2099-01-31", "2099-01-31"),
    ("Amount:", "５０,０００円(税込)", "５０,０００円(税込)"),
    ("[no/yes/unknown]:", "あり", True),
    ("Client's profile (URL):", "https://crowdworks.jp/public/employers/1", "https://crowdworks.jp/public/employers/1"),
    ("Your profile (URL):", "", None),
    ("Your side [", "worker", "worker"),
)
"""Every question about a contract on CrowdWorks, an answer, and what it states."""


class Desk(Terminal):
    """A user's computer with an archive and no contract yet."""

    def __init__(self, home: Path, chatwork: Chatwork) -> None:
        super().__init__(home, chatwork)
        self.chatwork = chatwork
        self.environ |= {"ARCHIVE_LANG": "en"}
        self.room = chatwork.add_room("動画編集_田中様", members=[chatwork.add_account("田中")], announce=False)
        self.run("init", "--yes")

    def add(self, *arguments: object) -> PseudoTerminal:
        """`archive job add` on a terminal."""
        return PseudoTerminal(self.command("job", "add", *arguments), self.environ)

    def contracts(self) -> list[Contract]:
        """The contracts in the archive."""
        archive = Archive(self.home)
        with archive.reading() as reading:
            found = contracts(reading)
        archive.close()
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A user's computer and a Chatwork that answers."""
    with Chatwork(token=TOKEN, limit=100_000) as chatwork:
        yield Desk(tmp_path / "home", chatwork)


def stated_facts() -> list[Any]:
    """The facts that the answers state, in the order of the questions."""
    return [fact for _question, _answer, fact in STEPS[2:]]


def facts_of(contract: Contract) -> list[Any]:
    """The same facts of a contract."""
    names = ["url", "title", "client", "contracted_on", "escrowed_at", "contact_requested_on", "contact_approved_on"]
    names += ["due_on", "amount", "nda", "client_url", "worker_url", "side"]
    return [getattr(contract, name) for name in names]


@pytest.mark.drawn
def test_chats_of_other_people_are_another_job_and_one_of_another_contract_moves_or_is_parted(desk: Desk) -> None:
    """Both are asked; the day parts the chat, so that neither package holds the other's talk."""
    other = desk.chatwork.add_room("記事作成", members=[desk.chatwork.add_account("佐藤")], announce=False)
    desk.run("job", "add", "job1", "--chat", desk.room)
    with desk.add("job2") as tty:
        tty.answer("Numbers:", "1 2")
        tty.see("Job 2")
        tty.answer("such as 2 1:", "")
        tty.answer("Name of job 1", "")
        tty.answer("Name of job 2", "")
        tty.see("belongs to job1 now")
        tty.answer("First day (Enter: it moves):", "2026-11-99")
        tty.answer("First day (Enter: it moves):", "2026-11-01")
        tty.answer("(URL) or number:", CTRL_C)
        tty.end()

    day = datetime(2026, 10, 31, 15, tzinfo=UTC)
    rooms = [[(room.room_id, room.start, room.end) for room in one.rooms] for one in desk.contracts()]
    assert [(desk.room, None, day)] == rooms[0]
    assert sorted([(desk.room, day, None), (other, None, None)]) == sorted(rooms[1] + rooms[2])


@pytest.mark.drawn
def test_left_at_a_question_it_goes_on_there(desk: Desk) -> None:
    """By Ctrl-C or the end of input: nothing answered is asked again or lost, and all is stated in the end."""
    left = [0, *range(1, len(STEPS), 3)]
    for begin, end in zip([0, *left], [*left, len(STEPS)], strict=True):
        with desk.add() as tty:
            if begin:
                tty.answer("Go on with them? [yes]:", "")
            for question, answer, _fact in STEPS[begin:end]:
                tty.answer(question, answer)
            if end < len(STEPS):
                tty.answer(STEPS[end][0], (CTRL_C, CTRL_D)[end % 2])
            code = tty.end()
        if end < len(STEPS):
            assert (130, True) == (code, "To go on: archive --home " in " ".join(tty.shown.split())), tty.shown
        assert "Traceback" not in tty.shown
        assert [one for one, *_rest in STEPS[begin : end + 1]] == [one for one, *_rest in STEPS if one in tty.shown]

    (contract,) = desk.contracts()
    assert ("job1", "crowdworks", "12345678") == (contract.id, contract.platform, contract.platform_id)
    assert stated_facts() == facts_of(contract)
    assert [desk.room] == [room.room_id for room in contract.rooms]
    assert "--client" in tty.shown.partition("Not filled in yet.")[2]
    assert "--amount" not in tty.shown.partition("Not filled in yet.")[2]
    assert desk.json("verify")["ok"]


def test_all_at_once_and_wrong_answers_are_asked_again(desk: Desk) -> None:
    """One sentence each; the end names what is blank with its option; and what is finished is not asked again."""
    with desk.add("job7", "--client", "田中") as tty:
        tty.answer("Numbers:", "5")
        tty.see("from 1 to 1")
        tty.answer("Numbers:", "1")
        tty.answer("(URL) or number:", "12345678")
        tty.answer("Number (", "9")
        tty.see("from 1 to 4")
        tty.answer("Number (", "1")
        tty.answer("Name of the job:", "")
        tty.answer("2026-10-01):", "2026-07-02")
        tty.answer("2026-10-02 14:05):", "2026-07-01")
        tty.see("2026-07-02")
        tty.answer("2026-10-02 14:05):", "tomorrow")
        tty.answer("2026-10-02 14:05):", "")
        for question, *_rest in STEPS[7:12]:
            tty.answer(question, "")
        tty.answer("profile (URL):", "javascript:alert(1)")
        tty.answer("profile (URL):", "")
        tty.answer("profile (URL):", "")
        tty.answer("Your side [", "both")
        tty.answer("Your side [", "2")
        code = tty.end()

    (contract,) = desk.contracts()
    assert 0 == code
    assert ("crowdworks", "12345678", "田中") == (contract.platform, contract.platform_id, contract.client)
    assert ("2026-07-02", None, "client") == (contract.contracted_on, contract.escrowed_at, contract.side)
    assert "--escrowed-at" in tty.shown.partition("Not filled in yet.")[2]
    assert [] == [line for line in tty.shown.splitlines() if columns(line) > 80]
    assert "Traceback" not in tty.shown
    with desk.add("job7") as tty:
        code = tty.end()
    assert (2, True) == (code, "job set job7" in tty.shown), tty.shown


def test_without_chatwork_it_ends_with_one_sentence(desk: Desk) -> None:
    """And says how to go on; nothing is stated, and the name that was given is kept."""
    desk.chatwork.fail(Fault.FORBIDDEN, "/rooms$", times=None)
    with desk.add() as tty:
        tty.answer("Short name [job1]:", "movie")
        code = tty.end()

    assert (1, True) == (
        code,
        "job add movie" in " ".join(tty.shown.split()).partition("To go on: archive --home")[2],
    ), tty.shown
    assert [] == desk.contracts()
    desk.chatwork.heal()
    with desk.add() as tty:
        tty.see("job movie")
        tty.answer("[yes]:", "")
        tty.answer("Numbers:", CTRL_C)
        tty.end()


# --- which questions ---------------------------------------------------------------------------


def asked_names(contract: Contract) -> list[str]:
    """Names of the questions in their order, each left unanswered."""
    names: list[str] = []
    while (question := next_question(contract, names, now=NOW)) is not None:
        names.append(question.name)
    return names


def test_a_contract_without_a_platform_has_no_escrow() -> None:
    """Nor a number, a permission or profiles."""
    assert ["title", "client", "contracted_on", "due_on", "amount", "nda", "side"] == asked_names(
        Contract("a", (), platform="direct")
    )


def test_permission_is_asked_for_where_there_is_one() -> None:
    """CrowdWorks and Lancers have it, each by its own name; Coconala has none."""
    questions = {
        name: next_question(Contract("a", (), platform=name), (), now=NOW)
        for name in ("crowdworks", "lancers", "coconala")
    }
    has_approval = {name: "contact_approved_on" in asked_names(Contract("a", (), platform=name)) for name in questions}

    assert {"crowdworks": True, "lancers": True, "coconala": False} == has_approval


def test_what_is_known_is_not_asked() -> None:
    """Each fact that is stated takes its question away."""
    whole = Contract("a", (), platform="crowdworks", platform_id="1", title="b", client="c", contracted_on="2026-10-01")
    assert "escrowed_at" == asked_names(whole)[0]
    assert "nda" not in asked_names(replace(whole, nda=False))


@pytest.mark.drawn
@given(strategies.text(), strategies.sampled_from(["crowdworks", "lancers", "coconala", "direct", None]))
def test_no_answer_ends_the_questions(answer: str, platform: str | None) -> None:
    """Whatever is typed states facts of the contract, or is asked again; Enter states nothing."""
    contract = Contract("a", (), platform=platform, contracted_on="2026-10-05")
    names: list[str] = []
    while (question := next_question(contract, names, now=NOW)) is not None:
        names.append(question.name)
        assert {} == question.understand("")
        with suppress(InvalidAnswer):
            replace(contract, **question.understand(answer.strip()))


@given(strategies.text())
def test_a_name_is_a_contracts_id(answer: str) -> None:
    """Free, and of the form that every command takes."""
    with suppress(InvalidAnswer):
        assert answer == read_contract_id(answer, {"job1"})
        assert answer != "job1"


@pytest.mark.parametrize(("answer", "platform"), [("1", "crowdworks"), ("ランサーズ", "lancers"), ("direct", "direct")])
def test_platforms_are_known_by_number_and_name(answer: str, platform: str) -> None:
    """As listed, as people call them, and as the option takes them."""
    assert {"platform": platform} == read_platform(answer)
