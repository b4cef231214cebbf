"""The facts of a contract: each is one row, and a new row is an option, a question, a label, a line and a value."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from archiver import errors
from archiver.cli.contracts import job
from archiver.cli.contracts.contract_rows import page_lines
from archiver.export.pdf.blocks import TableBlock
from archiver.export.report import timeline
from archiver.export.report.input import STATED
from archiver.export.report.statistics import survey_messages
from archiver.records import Contract, contract_facts
from archiver.records.contract_facts import FACTS, ContractFact, FactKind
from archiver.setup import fact_questions
from archiver.setup.fact_questions import next_question
from archiver.standing.alert_lines import blank_labels
from archiver.store.queries import contracts
from tests.support.reports import report_inputs
from tests.support.world import World, running_world

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NO_FACTS = {"id", "rooms", "state", "closed_at", "invoices", "payments", "reminders", "terms"}
NEW = ContractFact(
    name="deposit_on",
    kind=FactKind.DAY,
    label="Deposit",
    help="Day of the deposit.",
    turn=99,
    explanation="The day on which the deposit was paid.",
    prompt="Deposit of:",
    example="2026-10-05",
    missing_rank=99,
    follows="contracted_on",
    event="手付金",
)


@dataclass(frozen=True, slots=True)
class WiderContract(Contract):
    """A contract with the new fact."""

    deposit_on: str | None = None


@pytest.fixture
def new_fact(monkeypatch: pytest.MonkeyPatch) -> ContractFact:
    """The new fact, as if its row and its field stood in the code."""
    monkeypatch.setattr(contract_facts, "FACTS", (*FACTS, NEW))
    monkeypatch.setattr(contracts, "Contract", WiderContract)
    return NEW


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An archive with one room."""
    with running_world(tmp_path / "home") as world:
        yield world


def test_rows_and_fields_are_the_same() -> None:
    """Every field of a contract that is a fact has its row, and every row its field."""
    assert {field.name for field in fields(Contract)} - NO_FACTS == {fact.name for fact in FACTS}


def test_no_two_rows_have_one_place() -> None:
    """Questions and blank facts have one order; a day that follows another comes after it in all of them."""
    turns = {fact.name: fact.turn for fact in FACTS if fact.is_asked}
    ranks = [fact.missing_rank for fact in FACTS if fact.missing_rank]

    assert len(turns) == len(set(turns.values()))
    assert len(ranks) == len(set(ranks))
    assert all(turns[fact.follows] < fact.turn for fact in FACTS if fact.follows and fact.is_asked)
    assert all((fact.explanation, fact.prompt) == ("", "") for fact in FACTS if not fact.is_asked)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_example_is_a_value(fact: ContractFact) -> None:
    """What is shown as an example is taken, typed in a shell as it stands."""
    (typed,) = shlex.split(fact.example)

    assert fact.name in fact_questions.read_facts({fact.name: typed}, now=NOW)


def test_a_new_row_is_an_option(new_fact: ContractFact) -> None:
    """It is in the help, and what it is given is read and checked."""

    @click.command()
    @job.changes("")
    def command(**_given: Any) -> None:
        """Do nothing."""

    assert "--deposit-on DAY" in CliRunner().invoke(command, ["--help"]).output
    facts = fact_questions.read_facts({new_fact.name: "2026/10/5"}, now=NOW)
    assert {"deposit_on": "2026-10-05"} == facts
    with pytest.raises(errors.DaysInWrongOrder):
        fact_questions.check_order(WiderContract("a", (), contracted_on="2026-10-06", **facts))


def test_a_new_row_is_a_question(new_fact: ContractFact) -> None:
    """The last one, asked until it is known."""
    contract = WiderContract("a", ())
    question = next_question(contract, {fact.name for fact in FACTS}, now=NOW)

    assert question is not None
    assert (new_fact.prompt, {"deposit_on": "2026-10-05"}) == (question.prompt, question.understand("2026-10-05"))
    assert next_question(replace(contract, deposit_on="2026-10-05"), {fact.name for fact in FACTS}, now=NOW) is None


@pytest.mark.parametrize("fact", [fact for fact in FACTS if not fact.is_asked], ids=lambda fact: fact.name)
def test_what_comes_later_is_named_once_it_is_stated(world: World, fact: ContractFact) -> None:
    """It is not asked for, and an archive that never heard of it opens; stated, it has its row on the page."""
    blank = Contract("a", (), platform="crowdworks")
    payload = contracts.contract_payload(blank)
    value: Any = shlex.split(fact.example)[0]
    stated = replace(blank, **{fact.name: value})
    with world.archive.reading() as reading:
        pages = ["\n".join(page_lines(reading, one, now=NOW)) for one in (blank, stated)]

    asked_names = {one.name for one in FACTS if one.is_asked}
    assert next_question(blank, asked_names, now=NOW) is None
    assert blank == contracts.contract_from_payload({name: payload[name] for name in payload if name != fact.name})
    assert [False, True] == [fact.label in page for page in pages]


def test_a_new_row_has_its_label(new_fact: ContractFact) -> None:
    """Among the blank facts."""
    assert new_fact.label == blank_labels(WiderContract("a", ()))[-1]


@pytest.mark.usefixtures("new_fact")
def test_a_new_row_is_kept() -> None:
    """In the payload of the contract's entry, and read from there."""
    contract = WiderContract("a", (), deposit_on="2026-10-05")

    assert contract == contracts.contract_from_payload(contracts.contract_payload(contract))


def test_a_new_row_is_on_the_page(world: World, new_fact: ContractFact) -> None:
    """With its label, also while it is blank."""
    with world.archive.reading() as reading:
        page = list(page_lines(reading, WiderContract("a", (), deposit_on="2026-10-05"), now=NOW))
        blank_page = list(page_lines(reading, WiderContract("a", ()), now=NOW))

    assert [new_fact.label, "2026-10-05"] in [line.split() for line in page]
    assert [new_fact.label, "(not", "entered)"] in [line.split() for line in blank_page]


def test_a_new_row_is_in_the_timeline_of_a_report(new_fact: ContractFact) -> None:
    """As what happened on its day."""
    case = replace(report_inputs.case([]), contract=WiderContract("a", (), deposit_on="2026-10-05"))
    (table,) = timeline.blocks(case, survey_messages(case), limit=25)

    assert isinstance(table, TableBlock)
    assert ("2026-10-05", new_fact.event, STATED) in table.rows
