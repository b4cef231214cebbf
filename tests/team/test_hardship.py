"""A team's service of several workers, while workers are killed and the database is restarted."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.support.teams.team_hardship import (
    Aftermath,
    Hardship,
    findings_at_home,
    lost_entries,
    lost_files,
    lost_messages,
    overtaken,
    undergo,
)
from tests.support.teams.team_service import Chatworks, Service, WorkerRequest, running_service

pytestmark = pytest.mark.slow

OVERTAKEN = 15
"""Rounds are ten seconds apart here; one that failed twice in a row is tried again after two minutes at most."""


@pytest.mark.drawn
def test_rounds_overlap_only_if_two_workers_read_at_once() -> None:
    """The question whose token it is, which a worker asks anew after a while, is no part of the round before it."""
    chatworks = Chatworks()
    asked = [("a", "/rooms"), ("a", "/rooms/1"), ("b", "/rooms"), ("b", "/rooms/1"), ("a", "/me"), ("a", "/rooms")]
    chatworks.requests += [WorkerRequest(at, worker, 7, path) for at, (worker, path) in enumerate(asked)]

    assert {7: [("a", 0, 1), ("b", 2, 3), ("a", 5, 5)]} == chatworks.rounds()
    assert [] == chatworks.overlaps()

    chatworks.requests.append(WorkerRequest(6, "b", 7, "/rooms/1"))

    assert [(7, ("b", 2, 6), ("a", 5, 5))] == chatworks.overlaps()


@pytest.mark.drawn
def test_a_few_accounts_are_saved_while_a_worker_is_killed(folder: Path) -> None:
    """Four accounts, two workers, one killed, the store away for five seconds: a sample; the oracles are as below."""
    with running_service(folder, 4, rooms=2) as service:
        story = Hardship(lasts=20, kill_every=12, restarts=(), store_away=(5, 10), workers=2)
        aftermath = undergo(service, story)

        judge(service, aftermath, folder)


def test_twenty_accounts_are_saved_while_workers_die_and_the_database_is_restarted(folder: Path) -> None:
    """Twenty accounts of six rooms, three workers, a kill every fifteen seconds, two crashes, the store away once."""
    with running_service(folder, 20) as service:
        aftermath = undergo(service, Hardship(lasts=120, kill_every=15, restarts=(40, 80), store_away=(50, 80)))

        assert aftermath.store_failures > 0

        judge(service, aftermath, folder)


def judge(service: Service, aftermath: Aftermath, folder: Path) -> None:
    """No two rounds of an account at once, nobody starved, nothing lost that was shipped or posted, all verifies."""
    accounts = list(service.chatworks.accounts)

    assert aftermath.kills > 0
    assert aftermath.unsaved == []
    assert service.chatworks.overlaps() == []
    assert [account for account in accounts if len(service.chatworks.rounds()[account]) < 2] == []
    assert overtaken(service) <= OVERTAKEN
    assert lost_entries(service, aftermath) == []
    assert lost_messages(service, aftermath) == []
    assert lost_files(service, aftermath) == []
    sample = random.Random(3).sample(accounts, min(5, len(accounts)))
    assert findings_at_home(service, sample, folder / "home") == {account: [] for account in sample}
