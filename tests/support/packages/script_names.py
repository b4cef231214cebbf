"""Names that would clash in `verify.py`, where several modules of `archiver.evidence` share one namespace."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from archiver.export.package.verify_script import _EVIDENCE_PACKAGE, _START_MODULE, _modules_in_order


def name_clashes() -> list[str]:
    """What keeps the sources from standing in one file."""
    return list(_clashes(_modules_in_order(_START_MODULE, {})))


def _clashes(modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """What one file could not hold: a name that two modules give, an import under another name or of a module."""
    owner: dict[str, str] = {}
    for name, tree in modules.items():
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                renamed = [alias.name for alias in node.names if alias.asname not in (None, "_")]
                is_package_import = isinstance(node, ast.ImportFrom) and node.module == _EVIDENCE_PACKAGE
                if renamed or is_package_import:
                    yield f"{name}: {ast.unparse(node)}"
            for top_name in _top_level_names(node):
                if owner.setdefault(top_name, name) != name:
                    yield f"{name} and {owner[top_name]}: {top_name}"


def _top_level_names(node: ast.stmt) -> Iterator[str]:
    """The names that a statement gives at the top of its module."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (one.id for one in ast.walk(target) if isinstance(one, ast.Name) and one.id != "__all__")
