"""What part of a conversation an address wants."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.web.talk.conversation import Anchor, ConversationAddress, parse_address


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ConversationAddress(Anchor.NEWEST)),
        ({"at": "007"}, ConversationAddress(Anchor.AT, 7)),
        ({"after": "0"}, ConversationAddress(Anchor.AFTER, 0)),
        ({"before": "9223372036854775807", "day": ""}, ConversationAddress(Anchor.BEFORE, 2**63 - 1)),
        ({"day": " 2026-11-03 ", "after": "5"}, ConversationAddress(Anchor.DAY, day=date(2026, 11, 3))),
        ({"m": "x"}, ConversationAddress(Anchor.NEWEST)),
    ],
)
def test_an_address_wants_one_part(arguments: dict[str, str], expected: ConversationAddress) -> None:
    """A message before a day, a day before a direction, and the newest end if it says nothing."""
    assert expected == parse_address(arguments)


def test_a_day_begins_in_japan() -> None:
    """Midnight there is 15:00 of the day before in UTC."""
    assert "2026-11-03T00:00:00+09:00" == parse_address({"day": "2026-11-03"}).begin.isoformat()


@given(strategies.sampled_from(["at", "after", "before", "day"]), strategies.text())
def test_anything_is_understood_or_refused(name: str, given: str) -> None:
    """No address whatever leads to a fault of ours."""
    with suppress(errors.UsageError):
        assert 0 <= parse_address({name: given}).position < 2**63
