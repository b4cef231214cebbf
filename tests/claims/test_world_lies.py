"""Each kind of world catches a lie that the usual world would hide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archiver import contract_dates
from archiver.claims import counterparts, messages, quotations
from archiver.contract_dates import received_for
from archiver.export.report import request_to_office
from archiver.platforms.job_platform import platform_of
from archiver.records import ChangeKind, ContractRoom, case_facts
from archiver.render.gap_breaks import closing_pauses, usual_interval_lines
from archiver.store import time_text
from archiver.store.archive import Writing
from archiver.store.queries import author_counts
from archiver.store.time_text import to_text
from tests.claims.dispute import ODDS, Circumstances
from tests.claims.test_planted_lies import Function, Lie, nobody_else, nothing, plant
from tests.claims.test_truth import judge, play
from tests.support.archives.maker import CLIENT, OWNER

SEEDS = range(60)
SMALL = Circumstances(window=20)


def _of_one_chat(true: Function, *given: Any, **options: Any) -> dict[int, Any]:
    return dict([*true(*given, **options).items()][:1])


def _of_all_times(true: Function, rooms: Sequence[ContractRoom], **options: Any) -> Any:
    return true([ContractRoom(one.room_id) for one in rooms], **options)


def _on_monday(true: Function, *given: Any) -> Any:
    """The end of a review at a weekend is told as the Monday after it."""
    day = true(*given)
    return day if day is None or day.weekday() < 5 else day + timedelta(days=7 - day.weekday())


def _not_paid(true: Function, invoices: Any, _payments: Any) -> Any:
    return true(invoices, ())


def _hidden_is_missing(true: Function, *given: Any, **options: Any) -> set[ChangeKind]:
    kinds = true(*given, **options)
    return {ChangeKind.MISSING if one is ChangeKind.HIDDEN else one for one in kinds}


def _own_time(true: Function, writing: Writing, at: Any, *, dated: bool) -> tuple[str, str | None]:
    """The time of this computer, whatever Chatwork's is."""
    told = true(writing, at, dated=dated)
    return (to_text(writing.clock.own()), None) if writing.clock is not None and writing.clock.offset else told


def _first_words(true: Function, message: Any, **options: Any) -> Any:
    """Where a text was edited twice, what stood there in between is told as the last one."""
    return true(message._replace(versions=message.versions[:2]), **options)


LIES: dict[str, tuple[Circumstances, Lie]] = {
    "platform": (
        replace(SMALL, platform="coconala"),
        (platform_of, lambda true, _name: true("crowdworks")),
    ),
    "chats": (replace(SMALL, chats="two"), (author_counts._by_room, _of_one_chat)),
    "closes": (replace(SMALL, closes=True), (closing_pauses, partial(nothing, ()))),
    "period": (replace(SMALL, period=True), (author_counts._by_room, _of_all_times)),
    "names": (
        replace(SMALL, names="shared"),
        (counterparts.counterparts, partial(nothing, frozenset({CLIENT}))),
    ),
    "colleagues": (replace(SMALL, colleagues=True), (messages.turn, nobody_else)),
    "silent": (
        replace(SMALL, silent=True),
        (request_to_office._silence_text, partial(nothing, "相手からの返信がない")),
    ),
    "is_client": (
        replace(SMALL, is_client=True),
        (counterparts.counterparts, partial(nothing, frozenset({OWNER}))),
    ),
    "many_edits": (replace(SMALL, many_edits=True), (quotations.quotation, _first_words)),
    "edges": (replace(SMALL, edges=True), (contract_dates.review_due, _on_monday)),
    "is_restored": (
        replace(SMALL, is_restored=True),
        (usual_interval_lines, partial(nothing, ("おおむね5分ごと。",))),
    ),
    "clock": (replace(SMALL, clock=9), (time_text.entry_times, _own_time)),
    "plan_days": (replace(SMALL, plan_days=40), (case_facts.change_kinds, _hidden_is_missing)),
    "money": (replace(SMALL, money=True), (received_for, _not_paid)),
}
"""What is unusual about a world → that world, and a lie that it shows."""


@pytest.mark.drawn(but="closes")
@pytest.mark.parametrize("kind", LIES)
def test_a_lie_is_caught_in_the_world_that_shows_it(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And without the lie that world is told truly."""
    so, lie = LIES[kind]
    plant(monkeypatch, *lie)
    seed = next(seed for seed in SEEDS if judge(play(seed, tmp_path, so)))
    monkeypatch.undo()

    assert [] == judge(play(seed, tmp_path, so))


def test_each_kind_of_world_has_a_lie() -> None:
    """So has each new one."""
    assert ODDS.keys() == LIES.keys()
