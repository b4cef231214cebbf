"""The file that keeps a notice from being sent after every round while the database remembers nothing."""

from __future__ import annotations

import os
import time
from pathlib import Path

from archiver.notices.round_notices import is_first_today


def test_once_a_day_however_often_it_is_asked(tmp_path: Path) -> None:
    """A mark of yesterday, or of a clock that was set back, is an old one."""
    mark, state = tmp_path / "logs" / "last-notice", tmp_path / "state"

    first, second = is_first_today(tmp_path, state=state), is_first_today(tmp_path, state=state)
    collected = []
    for seconds in (-90_000, 90_000, -80_000):
        os.utime(mark, (time.time() + seconds,) * 2)
        collected.append(is_first_today(tmp_path, state=state))

    assert (True, False, [True, True, False]) == (first, second, collected)
    assert not state.exists()


def test_where_the_home_takes_no_mark_another_folder_does(tmp_path: Path) -> None:
    """A file stands where the folder should be; each home has its own mark, and where none can be made it says so."""
    state = tmp_path / "deep" / "state"
    homes = [tmp_path / name for name in ("one", "two")]
    for home in homes:
        home.mkdir()
        (home / "logs").touch()

    answers = [is_first_today(home, state=state) for home in (*homes, *homes)]

    assert [True, True, False, False] == answers
    assert is_first_today(homes[0], state=homes[0] / "logs") is None
