"""What is shown against what is known: new, changed, absent, gone; and what one more window means for what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, strategies

from archiver.records import KnownMessage, State
from archiver.store.queries.current_state import KnownObject, WindowCoverage
from archiver.store.received_facts_and_record_forms import DELETED, fingerprint, text_digest
from archiver.sync import changes
from archiver.sync.changes import JOINED, PLAN_SHOWS_AT_LEAST, WHOLE, NewGap, WindowVerdict, judge_window
from tests.support.cases import cases_of

TANAKA = {"account_id": 7, "name": "田中", "avatar_image_url": ""}


def shown(body: str, update_time: int | None = 0, **more: Any) -> dict[str, Any]:
    """A message as a list gives it."""
    return {"message_id": "5", "account": TANAKA, "body": body, "send_time": 9, "update_time": update_time} | more


def known(
    body: str, state: State, *, update_time: int = 0, last: str | None = None, edited: bool = False
) -> KnownMessage:
    """What is held of a message; `last` is the last text that was not the deletion mark."""
    digest = text_digest(body if last is None else last)
    return KnownMessage(state, fingerprint("message", shown(body, update_time)), digest, edited)


@pytest.mark.parametrize(("case", "body", "more", "held", "expected"), cases_of(__file__, "shown_messages"))
def test_a_shown_message_becomes_a_change_or_none(
    case: str, body: str, more: dict[str, Any], held: tuple[str, str, dict[str, Any]] | None, expected: object
) -> None:
    """Its state and what it counts as follow from what is known, never from `update_time` alone."""
    received = {name: value for name, value in shown(body, **more).items() if value != "missing"}

    before = None if held is None else known(held[0], State[held[1]], **held[2])
    actual = changes.compare_message(5, received, before, lambda _message: held[0] if held else "")

    assert (case, expected) == (case, None if actual is None else (actual.state, actual.counted))


@given(
    body=strategies.text() | strategies.just("\ud83d half\x00"),
    update_time=strategies.integers(0, 2**40),
    state=strategies.sampled_from(State),
    edited=strategies.booleans(),
)
def test_a_change_is_seen_once(body: str, update_time: int, state: State, edited: bool) -> None:
    """What was appended is known: the same object again is no change."""
    received = shown(body, update_time)

    first = changes.compare_message(5, received, known("前の文面", state, edited=edited), lambda _message: "前の文面")
    assert first is not None
    last = "前の文面" if body == DELETED else body
    then = known(body, first.state, update_time=update_time, last=last, edited=edited or first.state is State.EDITED)

    assert changes.compare_message(5, received, then, lambda _message: body) is None


def test_known_messages_inside_the_span_that_are_not_shown_are_absent() -> None:
    """Also one newer than the newest shown: the last post may be the one that vanished."""
    assert [4, 9] == changes.absent_messages([3, 5, 6], dict.fromkeys((3, 4, 5, 9), known("はい", State.PRESENT)))


def file(size: int) -> dict[str, Any]:
    """A file as a list gives it."""
    return {"file_id": 1, "account": TANAKA, "filename": "a.pdf", "filesize": size, "upload_time": 3, "message_id": "5"}


def test_lists_are_compared_by_id() -> None:
    """New, changed, back again and unchanged objects of a list are told apart."""
    same = fingerprint("file", file(1))
    held = {2: KnownObject(same, gone=False), 3: KnownObject("other", gone=False), 4: KnownObject(same, gone=True)}
    held[5] = KnownObject(same, gone=False)

    whole, cut = (
        changes.compare_objects("file", dict.fromkeys((1, 2, 3, 4), file(1)), held, complete=complete)
        for complete in (True, False)
    )

    assert ({1}, {3, 4}, (5,)) == (set(whole.new), set(whole.changed), whole.gone)
    assert {1, 3, 4} == set(whole.new_and_changed)
    assert () == cut.gone  # a list at its cap may just not reach so far


def test_people_in_objects_are_found_by_their_fields() -> None:
    """The last one of each person; what is no account object, or has no id, is passed over."""
    suzuki = {"account_id": "8", "name": "suzuki"}
    objects: list[dict[str, Any]] = [
        {"account": TANAKA, "assigned_by_account": suzuki},
        {"account": TANAKA | {"name": "田中(解約済)"}, "assigned_by_account": None},
        {"account": {"name": "nobody"}},
        {"account": "text"},
    ]

    actual = changes.people_in(objects, ("account", "assigned_by_account"))

    assert {7: TANAKA | {"name": "田中(解約済)"}, 8: suzuki} == actual


NOW = datetime(2026, 7, 1, tzinfo=UTC)
LATELY, LONG_AGO = NOW - timedelta(hours=1), NOW - PLAN_SHOWS_AT_LEAST - timedelta(seconds=1)


def judged(
    shown: Sequence[int],
    covered: WindowCoverage,
    *,
    limited: bool,
    message_num: int | None,
    lacking: bool = False,
    shut: bool = False,
) -> WindowVerdict:
    """The verdict on a window all of whose messages are new."""
    return judge_window(
        list(shown),
        rows=len(shown),
        limited=limited,
        message_num=message_num,
        new=len(shown),
        covered=covered,
        known=covered.newest is not None,
        lacking=lacking,
        was_inaccessible=shut,
        at=NOW,
    )


VERDICTS = {"whole": WHOLE, "joined": JOINED, "emptied": WindowVerdict(joins=True, beginning=False, emptied=True)}
SHOWN = {"full": range(1001, 1101), "short": range(5, 9), "cut": range(50, 60), "nothing": ()}


@pytest.mark.parametrize(
    ("case", "shown", "limited", "message_num", "covered", "verdict"), cases_of(__file__, "windows")
)
def test_a_window_is_judged_by_ids(
    case: str, shown: str, limited: bool, message_num: int | None, covered: Any, verdict: Any
) -> None:
    """Whether it joins, shows the room whole, opens a gap or is an empty list that cannot be."""
    named = {"never": WindowCoverage(None, None), "empty": WindowCoverage(None, None, LATELY)}
    before = named.get(covered) or WindowCoverage(covered[0], covered[1], LONG_AGO if "long ago" in covered else LATELY)
    opened = WindowVerdict(joins=False, beginning=False, gap=None if verdict in VERDICTS else NewGap(*verdict))

    actual = judged(
        SHOWN[shown], before, limited=limited, message_num=message_num, lacking="lacks" in case, shut="was shut" in case
    )

    assert VERDICTS.get(verdict, opened) == actual


@given(
    first=strategies.integers(1, 500),
    count=strategies.integers(0, 100),
    limited=strategies.booleans(),
    message_num=strategies.none() | strategies.integers(0, 10**6),
    newest=strategies.none() | strategies.integers(1, 500),
    counted=strategies.none() | strategies.integers(0, 10**6),
    lacking=strategies.booleans(),
    shut=strategies.booleans(),
)
def test_a_gap_never_hides_behind_the_counter(
    first: int, count: int, newest: int | None, counted: int | None, lacking: bool, **told: Any
) -> None:
    """A full list that does not reach the last covered id is a gap, whatever the counters say; none is negative."""
    shown, covered = range(first, first + count), WindowCoverage(newest, counted, LATELY)

    actual = judged(shown, covered, lacking=lacking and count < 100, **told)

    if count == 100 and newest is not None:
        assert (first > newest) == (actual.gap is not None)
    if lacking and 0 < count < 100:
        assert not actual.beginning
    if actual.gap is not None:
        assert not actual.joins
        assert newest == actual.gap.after
        assert first == actual.gap.before or not shown
        assert actual.gap.missing is None or actual.gap.missing >= 0
