"""The modules of a folder as syntax trees, and what each imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every module below `root`, by its name without the package's own."""
    for path in sorted(root.rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        if name not in {"__init__", "__main__"}:
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """A module and every statement in it, however deep; there are ten times as many expressions."""
    waiting = [tree]
    while waiting:
        yield (node := waiting.pop())
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, name, ())


@cache
def imports_of(root: Path) -> dict[str, list[str]]:
    """What each module below `root` imports."""
    return {name: list(imports(tree)) for name, tree in modules(root)}


def imports(tree: ast.Module) -> Iterator[str]:
    """The full name of everything a module imports, wherever in it the import stands."""
    for node in statements(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                yield from ("." * level + f"{module or ''}.{alias.name}" for alias in names)
