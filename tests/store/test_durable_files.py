"""Folders whose names outlive a power cut."""

from __future__ import annotations

from pathlib import Path

from archiver.store.durable_files import make_durable_folder


def test_each_folder_that_is_made_is_for_the_owner_alone(tmp_path: Path) -> None:
    """Those above it that were not there, too; what was there stays as it was, and a second time changes nothing."""
    above = tmp_path / "above"
    above.mkdir(mode=0o755)

    for _time in range(2):
        make_durable_folder(above / "between" / "folder")

    modes = [path.stat().st_mode & 0o777 for path in (above, above / "between", above / "between" / "folder")]
    assert [0o755, 0o700, 0o700] == modes
