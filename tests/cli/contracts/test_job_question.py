"""Which chats are one job: the proposal by people, and how it is changed."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, strategies

from archiver.cli.contracts.chat_choice import read_job_change
from archiver.setup.contract_rooms import proposed_jobs
from archiver.setup.written_values import InvalidAnswer

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
