"""The reference names every check that can find something."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("archiver/evidence", "archiver/custody", "archiver/export/package", "archiver/team")
SOURCES = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
FINDERS = {"add_finding", "_add_finding", "_find_entry"}


def names_of_checks(path: Path) -> set[str]:
    """The first argument, if it is a literal name, of every call that makes a finding."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FINDERS:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def test_every_check_is_in_the_reference() -> None:
    """checks.md has a row for each check, and no others."""
    text = (ROOT / "docs/reference/checks.md").read_text(encoding="utf-8")

    documented = set(re.findall(r"(?m)^\| `([a-z-]+)` \|", text))
    actual = set().union(*map(names_of_checks, SOURCES))

    assert documented == actual
