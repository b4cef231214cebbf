"""The record of who read an archive: a line that is not there any more is told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.team.ledger.service import AccessRecord, missing_numbers


def record(number: int) -> AccessRecord:
    """A row with this number."""
    return AccessRecord(number, datetime(2026, 11, 27, tzinfo=UTC), "desk", "法務", "export job1", "相談")


@pytest.mark.parametrize(
    ("numbers", "missing"), [([], []), ([1, 2, 3], []), ([1, 2, 3, 5, 6], [4]), ([3], [1, 2]), ([1, 2], [])]
)
def test_numbers_below_the_last_one_that_are_not_there_are_missing(numbers: list[int], missing: list[int]) -> None:
    """Rows have numbers without holes, so a hole is a row that was removed; of the last row nothing tells."""
    assert missing == missing_numbers([record(number) for number in numbers])
