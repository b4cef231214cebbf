"""The modules of a folder as syntax trees, what each imports, and what it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple


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


class Call(NamedTuple):
    """A call as it stands in a module: by its last name, with the texts among its arguments."""

    path: Path
    line: int
    owner: str
    name: str
    arguments: tuple[str | None, ...]
    has_names: bool
    is_within_a_text: bool


@cache
def calls_below(root: Path) -> list[Call]:
    """Every call below `root`; to walk through each expression takes long, so it is done once for all who ask."""
    found = []
    for path in sorted(root.rglob("*.py")):
        within: set[ast.AST] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.JoinedStr():
                    within.update(ast.walk(node))
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name) as func, args=args, keywords=keywords):
                    values = (getattr(one, "value", None) for one in args)
                    texts = tuple(value if isinstance(value, str) else None for value in values)
                    owner = getattr(getattr(func, "value", None), "id", "")
                    found.append(Call(path, node.lineno, owner, name, texts, bool(keywords), node in within))
    return found
