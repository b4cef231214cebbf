"""Neighbours whose times run back by up to two seconds are one moment; by more the times stay as they are."""

from __future__ import annotations

import pytest

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
