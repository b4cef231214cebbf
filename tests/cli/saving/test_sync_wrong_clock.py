"""`archive save` on a computer whose clock is wrong: the clock is told, and nothing false follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.chatwork.simulator import Chatwork
from tests.support.terminals.killed_runs import set_up_rooms
from tests.support.terminals.terminal import TOKEN, Terminal


@pytest.mark.drawn
def test_a_run_that_saved_does_not_say_that_nothing_was_saved_for_a_year(tmp_path: Path) -> None:
    """The computer is a year ahead, and nothing tells which clock is right; each run saves, so nothing is stale."""
    with Chatwork(token=TOKEN, now=lambda: datetime.now(UTC) - timedelta(days=365)) as chatwork:
        room = chatwork.add_room("動画編集", members=[chatwork.add_account("田中")], announce=False)
        terminal = Terminal(tmp_path / "home", chatwork)
        terminal.environ |= {"ARCHIVE_LANG": "en"}
        set_up_rooms(terminal, [room])
        told = [terminal.both("sync", code=4)[1] for _run in range(2)]
        told += terminal.both("status")[1:]

    assert "One of the two is wrong" in told[0]
    assert "Nothing was saved for" not in "".join(told)
