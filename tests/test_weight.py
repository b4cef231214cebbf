"""The ratchet of weight: what the product weighs may fall, and rises only by a decision.

`pytest tests/test_weight.py -s` prints the table. A commit that makes something lighter lowers its figure here.
A figure rises only in a commit whose message names the issue that pays for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.module_imports import statements

ROOT = Path(__file__).parents[1]
PRODUCT = ROOT / "archiver"

#: What is weighed: today's figure (0: it is printed and judged at an issue's end), the bar after
#: issue N, the bar at the end of the round (none: the ratchet alone).
FIGURES: dict[str, tuple[int, int | None, int | None]] = {
    "code lines of the product": (66_843, 67_000, 55_000),
    "modules of the product": (420, 780, 420),
    "words and signs of Python": (866_322, None, None),
    "lines of templates and scripts": (6_645, None, None),
    "KB of data": (234, None, None),
    "lines of the longest function": (67, 70, 70),
    "lines of a function, ninth tenth": (18, 18, 18),
    "code lines of tests": (0, 55_000, None),
    "characters of docs and READMEs": (155_324, None, 210_000),
}

SLACK = {
    "code lines of the product": 150,
    "words and signs of Python": 1_500,
    "characters of docs and READMEs": 1_500,
}
"""How far a figure may lie above what is weighed before it has to be lowered; the others: not at all."""

TOKEN = re.compile(r"\w+|[^\w\s]")
"""A word or a sign, within texts too: a line made longer, or logic moved into a text, weighs as much as before."""

TEMPLATES = {".html", ".js", ".typ"}
DATA = {".toml", ".txt", ".csv"}
NOT_OURS = {"vendored", "fonts", "__pycache__", "locale"}
"""Folders with what others made, and the catalogues, whose words are counted where they stand in the code."""

NOT_PROSE = ("docs/adr/", "docs/reference/")
"""Decisions, and pages that the program makes."""


def code_lines(text: str, tree: ast.Module) -> list[str]:
    """The lines of a module that are neither blank nor comment nor docstring."""
    docstrings: set[int] = set()
    for node in statements(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module) and node.body:
            first = node.body[0]
            value = first.value if isinstance(first, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                docstrings.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines = enumerate(text.splitlines(), 1)
    return [line for n, line in lines if n not in docstrings and line.strip() and not line.strip().startswith("#")]


def token_count(lines: list[str]) -> int:
    """The words and signs of these lines."""
    return len(TOKEN.findall("\n".join(lines)))


def function_lengths(tree: ast.Module) -> Iterator[int]:
    """The lines of each function, its docstring included."""
    for node in statements(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def files(folder: Path, suffixes: set[str]) -> Iterator[Path]:
    """Our files below a folder with one of these endings."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in suffixes and path.is_file() and not NOT_OURS & set(path.parts):
            yield path


def prose() -> int:
    """The characters of the docs and both READMEs, without decisions and pages made by the program."""
    pages = [*files(ROOT / "docs", {".md"}), ROOT / "README.md", ROOT / "README.ja.md"]
    names = {path: path.relative_to(ROOT).as_posix() for path in pages}
    return sum(len(path.read_text("utf-8")) for path, name in names.items() if not name.startswith(NOT_PROSE))


def weigh(*, with_tests: bool = True) -> dict[str, int]:
    """What the product, its tests and its docs weigh now, by the names of FIGURES; tests left out weigh nothing."""
    sources = [path.read_text("utf-8") for path in files(PRODUCT, {".py"})]
    modules = [(text, ast.parse(text)) for text in sources]
    lengths = sorted(length for _text, tree in modules for length in function_lengths(tree))
    code = [code_lines(text, tree) for text, tree in modules]
    tests = [path.read_text("utf-8") for path in files(ROOT / "tests", {".py"}) if with_tests]
    values = (
        sum(map(len, code)),
        len(modules),
        sum(map(token_count, code)),
        sum(len(path.read_text("utf-8").splitlines()) for path in files(PRODUCT, TEMPLATES)),
        sum(path.stat().st_size for path in files(PRODUCT, DATA)) // 1000,
        lengths[-1],
        lengths[len(lengths) * 9 // 10],
        sum(len(code_lines(text, ast.parse(text))) for text in tests),
        prose(),
    )
    return dict(zip(FIGURES, values, strict=True))


def test_nothing_grows_and_what_shrinks_is_kept(pytestconfig: pytest.Config) -> None:
    """No figure is above the ratchet, and none so far below it that the ratchet has to follow."""
    weight = weigh(with_tests=pytestconfig.option.capture == "no")  # printed only, as no commit is judged by them
    print(f"\n{'':34}{'now':>10}{'ratchet':>10}{'issue N':>10}{'end':>10}")
    for name, (ratchet, after_n, end) in FIGURES.items():
        print(f"{name:34}{weight[name]:>10,}{ratchet:>10,}{after_n or '–':>10}{end or '–':>10}")

    held = {name: ratchet for name, (ratchet, *_) in FIGURES.items() if ratchet}
    too_much = {name: weight[name] for name, ratchet in held.items() if weight[name] > ratchet}
    lower_these = {name: weight[name] for name, ratchet in held.items() if weight[name] < ratchet - SLACK.get(name, 0)}

    assert ({}, {}) == (too_much, lower_these)


def test_the_counts_see_code_alone() -> None:
    """Docstrings, comments and blank lines weigh nothing; a long line weighs by its tokens."""
    text = '"""Doc.\n\nMore."""\n\n# why\ndef f(a: int) -> int:\n    """What."""\n    return a + 1  # end\n'

    tree = ast.parse(text)

    lines = code_lines(text, tree)
    assert (2, 17, [3]) == (len(lines), token_count(lines), list(function_lengths(tree)))
