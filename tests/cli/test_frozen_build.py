"""What the one-folder build does before any command."""

from __future__ import annotations

import os
import sys

import pytest

from archiver.cli import main

FOLDER = "/opt/archive/_internal"


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"LD_LIBRARY_PATH": FOLDER}, {}),
        ({"LD_LIBRARY_PATH": f"{FOLDER}:/mine", "LD_LIBRARY_PATH_ORIG": "/mine"}, {"LD_LIBRARY_PATH": "/mine"}),
        ({"DYLD_LIBRARY_PATH": FOLDER, "PATH": "/bin"}, {"PATH": "/bin"}),
        ({"LD_LIBRARY_PATH": "/mine"}, {"LD_LIBRARY_PATH": "/mine"}),
    ],
)
def test_other_programs_get_the_user_s_libraries(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], left: dict[str, str]
) -> None:
    """And not those of the folder, which may be older or newer than they need."""
    monkeypatch.setattr(sys, "_MEIPASS", FOLDER, raising=False)

    main.restore_library_path(given)

    assert left == given


def test_the_library_path_is_restored_before_any_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`main` does it first in the one-folder build."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", FOLDER, raising=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", FOLDER)

    assert main.main(["--version"]) == 0
    assert "LD_LIBRARY_PATH" not in os.environ
