"""`archive job add` on a pseudo-terminal; days as people in Japan write them, and which chats are one job."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.cli.contracts.add_dialogue import read_contract_id
from archiver.cli.contracts.chat_choice import read_job_change
from archiver.records import Contract
from archiver.setup import written_values
from archiver.setup.contract_rooms import proposed_jobs
from archiver.setup.fact_questions import Question, next_question, read_platform
from archiver.setup.written_values import InvalidAnswer, read_written_day
from archiver.store.queries.contracts import contracts
from tests.support.cases import cases_of
from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.pseudo_terminal import CTRL_C, CTRL_D, PseudoTerminal
from tests.support.terminals.terminal import Terminal

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


@pytest.fixture
def desk(tmp_path: Path, chatwork: Chatwork) -> Desk:
    """A user's computer and a Chatwork that answers."""
    return Desk(tmp_path / "home", chatwork)


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
    rooms = [[(room.room_id, room.start, room.end) for room in one.rooms] for one in desk.kept(contracts)]
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

    (contract,) = desk.kept(contracts)
    assert ("job1", "crowdworks", "12345678") == (contract.id, contract.platform, contract.platform_id)
    assert stated_facts() == facts_of(contract)
    assert [desk.room] == [room.room_id for room in contract.rooms]
    assert "--client" in tty.shown.partition("Not filled in yet.")[2]
    assert "--amount" not in tty.shown.partition("Not filled in yet.")[2]
    assert desk.json("verify")["ok"]


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


@pytest.mark.parametrize(("text", "expected"), cases_of(__file__, "a_day_is_understood_in_each_of_these_forms"))
def test_a_day_is_understood_in_each_of_these_forms(text: str, expected: str) -> None:
    """It is kept in one form."""
    assert expected == written_values.read_day(text, "--escrowed-at", written_values.EXAMPLE_TIME, now=NOW)


def test_a_day_that_may_be_ahead_needs_its_year() -> None:
    """Both the last and the next one could be meant."""
    with pytest.raises(errors.BadValue):
        written_values.read_day("11月30日", "--due-on", written_values.EXAMPLE_DAY, now=None)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("2026-02-30", errors.NoSuchDay, "Month 2 has 28 days"),
        ("2026-10-02 25:00", errors.NoSuchDay, "There is no such day or time"),
        ("1900-01-01", errors.DayTooEarly, "too long ago"),
        ("0000-01-01", errors.NoSuchDay, "There is no such day"),
        ("2027-01-01", errors.DayAhead, "in the future"),
        ("soon", errors.BadValue, "like this: 2026-10-02 14:05"),
        ("先週", errors.BadValue, "like this: 2026-10-02 14:05"),
        ("昨日 25:00", errors.NoSuchDay, "There is no such day or time"),
        ("0206-11-03", errors.DayTooEarly, "too long ago"),
        ("2026-13-01", errors.NoSuchDay, "There is no such day"),
        ("2026-11-03T00:12Z", errors.BadValue, "like this: 2026-10-02 14:05"),
        ("x" * 99, errors.BadValue, "like this: 2026-10-02 14:05"),
        ("2026-11-24 22:42", errors.DayAhead, "in the future"),
    ],
)
def test_what_is_wrong_with_a_day_is_said_as_it_is(text: str, kind: type[errors.UsageError], words: str) -> None:
    """A day that has the right form is not asked for in that form; the example is the one of the question."""
    question = _escrow()

    with pytest.raises(kind):
        written_values.read_day(text, "--escrowed-at", written_values.EXAMPLE_TIME, now=NOW)
    with pytest.raises(InvalidAnswer, match=words):
        question.understand(text)


def test_a_day_alone_has_no_time_and_is_judged_by_the_calendar_of_japan() -> None:
    """Where a day is asked for, a time is refused; a day is in the future once it is later in Japan than today."""
    with pytest.raises(errors.BadValue):
        written_values.read_day("2026-11-03 09:12", "--date", written_values.EXAMPLE_DAY, now=NOW)
    later = NOW + timedelta(hours=2)
    assert "2026-11-25" == written_values.read_day("2026-11-25", "--date", written_values.EXAMPLE_DAY, now=later)


def test_a_day_that_may_be_ahead_is_of_this_century() -> None:
    """A slip of the hand in the year is refused at once, so that no deadline leaves the calendar."""
    for day in ("9999-12-31", "2206-12-31", "2100-01-01"):
        with pytest.raises(errors.DayTooLate):
            written_values.read_day(day, "--payment-due-on", written_values.EXAMPLE_DAY, now=None)
    assert "2099-12-31" == written_values.read_day("2099-12-31", "--due-on", written_values.EXAMPLE_DAY, now=None)


def _escrow() -> Question:
    """The question for the escrow."""
    asked_names: set[str] = set()
    while (question := next_question(Contract("job1", (), platform="crowdworks"), asked_names, now=NOW)) is not None:
        if question.name == "escrowed_at":
            return question
        asked_names.add(question.name)
    raise AssertionError


@given(strategies.text())
def test_any_text_is_a_day_or_none(text: str) -> None:
    """Nothing that is typed ends the program."""
    read_written_day(text)
    with suppress(errors.UsageError):
        written_values.read_day(text, "--at", written_values.EXAMPLE_TIME, now=NOW)


TANAKA, SUZUKI, SATO = 11, 12, 13


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ({1: {TANAKA}, 2: {SATO}}, [[1], [2]]),
        ({1: {TANAKA, SUZUKI}, 2: {SATO}, 3: {TANAKA}}, [[1, 3], [2]]),
        ({1: {TANAKA}, 2: {SUZUKI}, 3: {SATO}, 4: {SUZUKI, TANAKA}}, [[1, 2, 4], [3]]),
        ({1: set(), 2: set(), 3: {TANAKA}}, [[1], [2], [3]]),
        ({}, []),
    ],
)
def test_chats_with_a_person_in_common_are_one_job(people: dict[int, set[int]], expected: list[list[int]]) -> None:
    """Also by way of a third chat; a chat whose people are not known goes with none."""
    assert expected == proposed_jobs(people)


@given(strategies.dictionaries(strategies.integers(), strategies.sets(strategies.integers(0, 9), max_size=4)))
def test_each_chat_is_in_one_job_and_no_person_in_two(people: dict[int, set[int]]) -> None:
    """Whatever the people are."""
    jobs = proposed_jobs(people)

    assert sorted(people) == sorted(room for job in jobs for room in job)
    accounts = [set().union(*(people[room] for room in job)) for job in jobs]
    assert sum(map(len, accounts)) == len(set().union(*accounts))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("", None), ("5 1", [1, 1, 2]), ("3、3", [1, 2, 1]), ("9 4", [1, 2, 3]), ("3 0", [0, 1, 2])],
)
def test_a_chat_is_moved_by_two_numbers(answer: str, expected: list[int] | None) -> None:
    """To another job, to a new one, to none; jobs without chats go, and the others are counted anew.

    Chats keep the numbers under which they were chosen.
    """
    changed = read_job_change(answer, {3: 1, 5: 2, 9: 3})
    assert (expected and dict(zip((3, 5, 9), expected, strict=True))) == changed


def test_a_number_that_was_not_chosen_is_said() -> None:
    """Also where it is smaller than how many were."""
    with pytest.raises(InvalidAnswer, match=re.escape("the chats 3, 5 and a job from 0 to 3")):
        read_job_change("1 1", {3: 1, 5: 2})


@given(
    strategies.text(),
    strategies.dictionaries(strategies.integers(1), strategies.integers(0, 3)).filter(lambda jobs: any(jobs.values())),
)
def test_no_answer_loses_a_chat(answer: str, jobs: dict[int, int]) -> None:
    """Whatever is typed, each chat has a job or none, and there is at least one job."""
    with suppress(InvalidAnswer):
        changed = read_job_change(answer, jobs) or jobs
        assert jobs.keys() == changed.keys()
        assert any(changed.values())
