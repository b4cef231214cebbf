"""A message's history, made of its entries: when each text was seen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from archiver.evidence import history as histories
from archiver.evidence.history import Sightings, message_history
from tests.support.archives.entries import message_entry, window


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("2026-11-05T01:02:01.000Z", "2026-11-05T01:02:01.000Z"),
        ("2026-11-05T01:01:58.000Z", "2026-11-05T01:02:00.000Z"),
        ("2026-11-05T01:01:57.000Z", "2026-11-05T01:01:57.000Z"),
        ("no time at all", "no time at all"),
    ],
)
def test_a_text_begins_not_before_the_one_before_it_was_last_seen(second: str, expected: str) -> None:
    """Chatwork's servers differ by seconds, and order goes by the numbers of the entries."""
    entries = [message_entry(1, 5, "はい"), message_entry(3, 5, "いいえ") | {"observed_at": second}]
    sightings = Sightings([window(2, 1, 9), window(4, 1, 9)])

    history = message_history(entries, lambda entry: sightings.before(5, entry), lambda: None)

    assert ["2026-11-05T01:02:00.000Z"] == [history.versions[0].last_seen]
    assert expected == history.versions[1].first_seen


_ANYTHING: some.SearchStrategy[Any] = (
    some.none() | some.booleans() | some.integers(-1, 2**64) | some.text(max_size=3) | some.just([])
)
_BODIES = some.sampled_from(["はい", "", "[deleted]", "[info][dtext:live_start][/info]"]) | _ANYTHING
_ACCOUNTS = _ANYTHING | some.fixed_dictionaries(
    {}, optional={"account_id": _ANYTHING | some.just(7), "name": _ANYTHING | some.just("田中")}
)
_OBJECTS = some.fixed_dictionaries(
    {}, optional={"account": _ACCOUNTS, "body": _BODIES, "send_time": _ANYTHING, "update_time": _ANYTHING}
)


@given(
    received=_OBJECTS,
    state=some.sampled_from(["present", "edited", "deleted", "missing", "hidden"]),
    last=some.sampled_from([None, "2026-11-05T01:00:00.000Z", "2027-01-01T00:00:00.000Z"]),
)
def test_the_history_of_one_entry_is_that_of_several_that_are_one(
    received: dict[str, Any], state: str, last: str | None
) -> None:
    """It is made in one step, as nearly every message has one entry; whatever that holds, it comes out the same."""
    entry = message_entry(1, 5, "はい")
    entry |= {"account_id": 7, "payload": {"object": received, "state": state, "source": "list"}}

    folded = histories._fold([entry], lambda _entry: None, lambda: last)

    assert folded == message_history([entry], lambda _entry: None, lambda: last)
