"""What a quiet run says in one line, for a mail from the scheduler."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archiver.cli.saving.save import notice_line
from archiver.records import RoomId
from archiver.sync.report import RoomOutcome, RoomReport, SyncReport

NOW = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failed", "left_over", "expected"),
    [
        (0, True, "not everything was read in time; the next save reads the rest. See: archive status"),
        (1, True, "(chats 1, files 0, gaps 0). Some was left for the next save to read. See: archive status"),
        (1, False, "(chats 1, files 0, gaps 0). See: archive status"),
    ],
)
def test_what_was_left_over_is_said_as_that(failed: int, left_over: bool, expected: str) -> None:
    """And not as nothing of everything."""
    rooms = [RoomReport(RoomId(5), "", RoomOutcome.FAILED)] * failed
    report = SyncReport(1, NOW, complete=False, rooms=rooms, left_over=left_over)

    assert notice_line(report).endswith(expected)
