"""The tests' quick way to run `archive` does what a new interpreter does."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.terminals.forked_program import run_program


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("arguments", [("--version",), ("status",), ("export", "--wrong"), ("guide", "発注")])
def test_it_ends_and_prints_as_a_new_interpreter(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """The same code and the same words on both streams, in the call's own environment."""
    environ = {**os.environ, "HOME": str(tmp_path), "ARCHIVE_HOME": str(tmp_path / "none"), "ARCHIVE_LANG": "ja"}

    forked = run_program(arguments, environ)

    command = [sys.executable, "-m", "archiver", *arguments]
    new = subprocess.run(command, env=environ, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (new.returncode, new.stdout, new.stderr) == (forked.returncode, forked.stdout, forked.stderr)


def test_calls_beside_each_other_keep_apart(tmp_path: Path) -> None:
    """Each speaks the language of its own environment."""
    environ = {**os.environ, "HOME": str(tmp_path)}

    with ThreadPoolExecutor(4) as pool:
        helps = list(
            pool.map(lambda name: run_program(["--help"], environ | {"ARCHIVE_LANG": name}).stdout, ["ja", "en"] * 4)
        )

    assert helps[0] != helps[1]
    assert helps == [helps[0], helps[1]] * 4
