"""A private file is whole or absent, and what a killed process left of it goes away."""

from __future__ import annotations

import os
from pathlib import Path

from archiver.settings.token import replace_file


def test_what_a_killed_process_left_is_removed_by_the_next_write(tmp_path: Path) -> None:
    """It may hold a token; one that is being written at this moment stays."""
    old, young, other = (
        tmp_path / f".{name}.partial" for name in ("token.0123abcd", "token.4567abcd", "other.0123abcd")
    )
    for path in (old, young, other):
        path.write_bytes(b"secret")
    os.utime(old, (1, 1))
    os.utime(other, (1, 1))

    replace_file(tmp_path / "token", b"new")

    assert {"token", young.name, other.name} == {path.name for path in tmp_path.iterdir()}
