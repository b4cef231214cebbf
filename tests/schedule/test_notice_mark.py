"""The file that keeps a notice from being sent after every round while the database remembers nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

from archiver.schedule.notice_mark import is_first_today


def test_once_a_day_however_often_it_is_asked(tmp_path: Path) -> None:
    """A mark of yesterday, or of a clock that was set back, is an old one."""
    mark = tmp_path / "logs" / "last-notice"

    first, second = is_first_today(tmp_path), is_first_today(tmp_path)
    asked = []
    for seconds in (-90_000, 90_000, -80_000):
        os.utime(mark, (time.time() + seconds,) * 2)
        asked.append(is_first_today(tmp_path))

    assert (True, False, [True, True, False]) == (first, second, asked)


def test_where_no_mark_can_be_made_nothing_is_sent(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "logs").touch()

    assert not is_first_today(tmp_path)
