"""What clients write and edit every day: none of it is an alert, and what only looks otherwise is told nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.alerts.phrase_rules import matched_rules
from archiver.claims.acceptance_and_terms import is_better_paid, is_corrected, is_harmless, is_slip
from archiver.records.alerts import AlertRule
from archiver.store.queries.authors_and_changes import changed_places
from archiver.store.queries.contract_activity import case_sides
from archiver.store.queries.contracts import find_contract
from archiver.store.working.alerts import alerts
from tests.support.cases import cases_of
from tests.support.schedules.rounds import next_round
from tests.support.world import running_world

UNCHANGED, CHANGED, POSTS, NEWS, NO_NEWS, CORRECTED, NOT_CORRECTED = (
    cases_of(__file__, name)
    for name in ("unchanged", "changed", "posts", "news", "no_news", "corrected", "not_corrected")
)


@pytest.mark.parametrize(("edits", "is_it"), [(UNCHANGED, True), (CHANGED, False)])
def test_signs_thanks_and_typos_are_no_change_of_what_was_said(edits: list[tuple[str, str]], is_it: bool) -> None:
    """A number, a question, a denial or a yes that is gone may be one."""
    assert [] == [both for both in edits if is_slip(*both) is not is_it]


@pytest.mark.parametrize(("edits", "is_it"), [((*UNCHANGED, *NEWS), True), (NO_NEWS, False)])
def test_a_moved_meeting_and_a_raise_are_mere_news(edits: list[tuple[str, str]], is_it: bool) -> None:
    """Who ordered the work pays the raise; more work for the same, a nearer day or a turned answer is none."""
    raises = [both for both in NEWS if is_better_paid(*both)]

    assert [] == [both for both in edits if is_harmless(both, does_work=True) is not is_it]
    assert raises
    assert [] == [both for both in raises if is_harmless(both, does_work=False)]


@pytest.mark.parametrize(
    ("deletions", "is_it"), [((*UNCHANGED, *CORRECTED), True), ((*CHANGED, *NOT_CORRECTED), False)]
)
def test_what_is_sent_again_or_went_astray_is_no_loss(deletions: list[tuple[str, str]], is_it: bool) -> None:
    """Without its amount, its day or its yes it was not sent again, and a yes did not go astray."""
    assert [] == [both for both in deletions if is_corrected(both[0], both[1:]) is not is_it]


def test_ordinary_messages_are_no_alerts() -> None:
    """Bank data count where somebody is a stranger alone."""
    said = {text: matched_rules(text) for text in (*POSTS, *(one for both in (*UNCHANGED, *CHANGED) for one in both))}

    assert {} == {text: rules for text, rules in said.items() if {*rules} - {AlertRule.A15}}


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_day_of_ordinary_edits_is_quiet(tmp_path: Path, is_deleted: bool) -> None:
    """Neither alerts nor first screens tell them, deleted and sent again either; the conversation and exports do."""
    with running_world(tmp_path / "home") as world:
        world.room = world.chatwork.add_room("動画", members=[world.tanaka], announce=False)
        world.contract("job1", world.room, platform="crowdworks")
        posts = [world.post(before) for before, _after in UNCHANGED]
        next_round(world)
        for post, (_before, after) in zip(posts, UNCHANGED, strict=True):
            if is_deleted:
                world.chatwork.delete(post)
                world.post(after)
            else:
                world.chatwork.edit(post, after)
        next_round(world, full=True)
        with world.archive.reading() as reading:
            contract = find_contract(reading, "job1")
            places = changed_places(reading, contract, case_sides(reading, contract))
            kept = alerts(reading)

    assert [] == kept
    assert places
    assert [] == [one for one in places if one.is_told]
