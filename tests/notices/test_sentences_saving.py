"""Notices about saving itself: every reason is an error that there is, and spans read as people say them."""

from __future__ import annotations

import pytest

from archiver import errors
from archiver.health.error_reasons import BY_TOKEN, REASONS, command, reason
from archiver.notices.sentences_saving import pause_words


def test_every_reason_is_of_an_error_that_there_is() -> None:
    """A class that was renamed would lose its reason."""
    assert [] == [name for name in {*REASONS, *BY_TOKEN} if not hasattr(errors, name)]


def test_another_token_mends_a_refused_one() -> None:
    """What a token does not mend leads to the whole look."""
    assert ("archive token set", "archive check") == (command("TokenRefused"), command("Unreachable"))
    assert (None, "archive check") == (reason(None), command(None))


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1, "1 hour"), (23, "23 hours"), (24, "1 day"), (25, "1 day 1 h"), (55, "2 days 7 h"), (48, "2 days")],
)
def test_a_span_is_said_in_days_and_hours(hours: int, words: str) -> None:
    """Nothing of nought."""
    assert words == pause_words(hours)
