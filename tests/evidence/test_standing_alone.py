"""What is handed out inside packages needs nothing but a Python 3.8."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import archiver.evidence

FOLDER = Path(archiver.evidence.__file__).parent
STAMPS = {f"stamps/{name}.py" for name in ("refusal", "reply_verification", "roots", "timestamp")}
SOURCES = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.py")}
OF_REPORTS = {"listed_acts.py"}
"""What reports alone ask of the entries, in records of the program; `verify.py` is not made of it."""
ALONE = sorted(SOURCES - STAMPS - OF_REPORTS)
"""Time stamps need libraries; everything else stands alone."""

LATER = {"removeprefix", "removesuffix", "hashlib.file_digest", "is_relative_to", "pairwise", "batched"}
"""Names that came after Python 3.8."""


@pytest.mark.parametrize("name", ALONE)
def test_a_module_is_of_python_3_8_and_imports_only_its_neighbours(name: str) -> None:
    """Its syntax, the names it calls and its imports are all there on an old computer."""
    tree = ast.parse((FOLDER / name).read_text(encoding="utf-8"), feature_version=(3, 8))

    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    called = {node.attr for node in attributes} | {ast.unparse(node) for node in attributes}

    foreign = {
        line
        for line in imported
        if line.partition(".")[0] not in sys.stdlib_module_names and not f"{line}.".startswith("archiver.evidence.")
    }
    assert set() == foreign
    assert set() == called & LATER
    assert not any(isinstance(node, ast.Match) for node in ast.walk(tree))
