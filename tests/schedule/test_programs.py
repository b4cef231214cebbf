"""Whether a cron runs, by the list of processes that Linux keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.schedule.backends import is_cron_running


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"1": "systemd", "7": "cron"}, True),
        ({"1": "init", "7": "crond"}, True),
        ({"1": "init", "7": "bash", "self": "cron"}, False),
        ({"7": "cron"}, None),
        ({}, None),
    ],
)
def test_a_cron_is_known_by_its_name(tmp_path: Path, names: dict[str, str], expected: bool | None) -> None:
    """Where not even the first process is shown, nothing can be said."""
    for number, name in names.items():
        (tmp_path / number).mkdir()
        (tmp_path / number / "comm").write_text(f"{name}\n", encoding="utf-8")
    (tmp_path / "9").mkdir()

    assert expected is is_cron_running(tmp_path)
