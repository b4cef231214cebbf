"""The facts of a contract: each is one row, and a new row is an option, a question, a label, a line and a value."""

from __future__ import annotations

import shlex
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner

from archiver import errors
from archiver.cli.contracts.commands import command_job
from archiver.cli.contracts.contract_page import page_lines
from archiver.records import Contract
from archiver.records.contract_facts import ASKED, FACTS, ContractFact
from archiver.setup import fact_questions
from archiver.setup.fact_questions import next_question
from archiver.store.queries import contracts
from tests.support.world import World

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NO_FACTS = {"id", "rooms", "state", "closed_at", "invoices", "payments", "reminders", "terms"}


def test_rows_and_fields_are_the_same() -> None:
    """Every field of a contract that is a fact has its row, and every row its field."""
    assert {field.name for field in fields(Contract)} - NO_FACTS == {fact.name for fact in FACTS}


def test_the_questions_have_one_order() -> None:
    """No question comes twice, and that for a day that follows another comes after it."""
    turns = {fact.name: number for number, fact in enumerate(ASKED)}

    assert len(turns) == len(ASKED)
    assert all(turns[fact.follows] < turns[fact.name] for fact in ASKED if fact.follows)
    assert all((fact.explanation, fact.prompt) == ("", "") for fact in FACTS if not fact.is_asked)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_every_example_is_a_value(fact: ContractFact) -> None:
    """What is shown as an example is taken, typed in a shell as it stands."""
    (typed,) = shlex.split(fact.example)

    assert fact.name in fact_questions.read_facts({fact.name: typed}, now=NOW)


@pytest.mark.parametrize("typed", ["x" * 5001, "red\x1b[31m", "two\nlines"])
def test_an_option_takes_what_a_field_of_the_form_takes(typed: str) -> None:
    """It stays on record for good and is printed: neither without end, nor with what nobody can see."""
    with pytest.raises(errors.UsageError, match="--amount"):
        fact_questions.read_facts({"amount": typed}, now=NOW)

    assert {"amount": "５万円"} == fact_questions.read_facts({"amount": " ５万円 "}, now=NOW)


@pytest.mark.parametrize("option", ["--note", "--how", "--number"])
def test_what_is_entered_is_no_longer_than_a_field_of_the_form(option: str) -> None:
    """It is refused before anything is asked or written."""
    done = CliRunner().invoke(command_job, ["enter", "job1", "invoice", option, "x" * 5001])

    assert 2 == done.exit_code
    assert "5,000" in done.output


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
