"""What each part may import, and where each library lives (the rules: docs/architecture.md)."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Container
from pathlib import Path

import pytest

from tests.support.module_imports import imports_of

ROOT = Path(__file__).parents[1] / "archiver"
TESTS = Path(__file__).parent


def table(section: str) -> dict[str, set[str]]:
    """A table of the text file beside this one: by its first word, the words of a row.

    `@name` stands for the words of an earlier row, `@all` for the names of all, and `-word` takes one out again.
    """
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    rows: dict[str, set[str]] = {}
    for line in text.partition(f"== {section}\n")[2].partition("\n== ")[0].splitlines():
        name, _colon, words = line.partition("#")[0].partition(":")
        rows["@all"] = {one for one in rows if not one.startswith("@")} - {name}
        for word in words.split():
            if word.startswith("-"):
                rows[name].remove(word[1:])
            else:
                rows[name] = rows.get(name, set()) | rows.get(word if word[0] == "@" else "", {word})
        rows.setdefault(name, set())
    return {name: words for name, words in rows.items() if name and not name.startswith("@")}


MAY_IMPORT = table("may_import")
"""Each part, and the parts or modules of ours it may import. The row nearest to a module wins."""

HOME = table("home")
"""Each library, and the parts or modules that may import it. One from outside that has no home is a fault;
of the standard library, only what reaches the network or a database needs one."""


def within(name: str, places: Container[str]) -> str | None:
    """The nearest of the places that `name` is or lies in."""
    while name and name not in places:
        name = name.rpartition(".")[0]
    return name or None


def allowed(module: str, name: str) -> bool:
    """Whether `module` may import `name`."""
    if name.partition(".")[0] == "archiver":
        row = within(module, MAY_IMPORT)
        return bool(within(name.removeprefix("archiver."), {module.partition(".")[0], *MAY_IMPORT.get(row or "", ())}))
    if library := within(name, HOME):
        return bool(within(module, HOME[library]))
    return name.partition(".")[0] in sys.stdlib_module_names


def complaints(root: Path) -> list[str]:
    """Every import below `root` that the two tables do not allow."""
    return [
        f"{module} imports {name}"
        for module, names in imports_of(root).items()
        for name in names
        if not allowed(module, name)
    ]


def test_each_part_imports_only_what_lies_below_it() -> None:
    """No import points up or sideways, and each library is imported only at home."""
    actual = complaints(ROOT)

    assert [] == actual


def test_the_core_names_the_team_at_its_door_alone() -> None:
    """Nothing else leads there: its row is the last, and a name in quotes stands only where a home or a call asks."""
    core = (path for path in ROOT.rglob("*.py") if path.relative_to(ROOT).parts[0] != "team")
    actual = {path.relative_to(ROOT).as_posix() for path in core if "archiver.team" in path.read_text(encoding="utf-8")}

    assert {"store/keeper.py", "cli/commands.py"} == actual


def test_every_part_has_a_row_and_every_row_a_part() -> None:
    """The table of parts speaks of the folders that exist, all of them and no others."""
    there = set(imports_of(ROOT))

    missing = {name.partition(".")[0] for name in there} - MAY_IMPORT.keys()
    stale = {row for row in MAY_IMPORT if not any(within(name, {row}) for name in there)}

    assert (set(), set()) == (missing, stale)


def test_the_parts_form_no_circle() -> None:
    """The table itself can be read from the bottom up."""
    waiting: dict[str, set[str]] = {}
    for row, below in MAY_IMPORT.items():
        if row != "demo.story":  # it stands on line 5, its folder on line 0
            waiting.setdefault(row.partition(".")[0], set()).update(name.partition(".")[0] for name in below)

    while ready := {part for part, below in waiting.items() if not (below - {part}) & waiting.keys()}:
        waiting = {part: below for part, below in waiting.items() if part not in ready}

    assert {} == waiting


def circles(root: Path) -> list[list[str]]:
    """Modules that need each other, wherever in them the imports stand; those for type checkers too."""
    known = imports_of(root)
    needs = {name: {found for one in names if (found := _module_of(one, known))} for name, names in known.items()}
    while ends := {name for name, below in needs.items() if not (below - {name}) & needs.keys()}:
        needs = {name: below for name, below in needs.items() if name not in ends}
    while starts := needs.keys() - set().union(*needs.values()):
        needs = {name: below for name, below in needs.items() if name not in starts}
    return sorted([name, *sorted(below & needs.keys())] for name, below in needs.items())


def _module_of(imported: str, known: Container[str]) -> str | None:
    """The module of ours that an import names, or that holds the name it takes."""
    name = imported.removeprefix("archiver.")
    return next((found for found in (name, name.rpartition(".")[0]) if found in known), None)


def test_no_modules_need_each_other() -> None:
    """Any module can be understood with those below it alone."""
    assert [] == circles(ROOT)


def test_a_planted_circle_is_named(tmp_path: Path) -> None:
    """Also where one of the imports stands inside a function; what hangs on the circle is left out."""
    (tmp_path / "first.py").write_text("from archiver import second", encoding="utf-8")
    (tmp_path / "second.py").write_text("def f():\n    from archiver.first import name", encoding="utf-8")
    (tmp_path / "third.py").write_text("from archiver import first", encoding="utf-8")

    assert [["first", "second"], ["second", "first"]] == circles(tmp_path)


LATER = {"removeprefix", "removesuffix", "hashlib.file_digest", "is_relative_to", "pairwise", "batched"}
"""Names that came after Python 3.8."""


def test_what_is_handed_out_inside_packages_is_of_python_3_8() -> None:
    """Its syntax and the names it calls are there on an old computer; that it needs nothing else says the table."""
    for path in (ROOT / "evidence").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
        attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        called = {node.attr for node in attributes} | {ast.unparse(node) for node in attributes}

        assert (path.name, set()) == (path.name, called & LATER)


TWO_SIDES = {"Account", "File", "Message", "Room", "Task"}
"""What two sides of a border both call so: Chatwork's objects as received, as kept, and as simulated."""


def test_no_public_class_name_stands_twice() -> None:
    """Whoever reads a name knows which class it is."""
    names = Counter(
        name
        for path in ROOT.rglob("*.py")
        for name in re.findall(r"^class ([A-Za-z]\w*)", path.read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert set() == {name for name, times in names.items() if times > 1} - TWO_SIDES


LARGEST_FOLDER = 26
"""Modules, `__init__` not counted: a larger one is two (docs/contributing.md)."""


def test_no_folder_is_a_pile() -> None:
    """Whoever looks into a folder sees all of it at once."""
    paths = (path for folder in (ROOT, TESTS) for path in folder.rglob("*.py"))
    sizes = Counter(path.parent for path in paths if path.name != "__init__.py")

    assert {} == {folder: size for folder, size in sizes.items() if size > LARGEST_FOLDER}


@pytest.mark.parametrize(
    ("module", "source", "imported"),
    [
        ("evidence.chain", "from archiver.store import queries", "archiver.store.queries"),
        ("sync.run", "import sqlalchemy as sa", "sqlalchemy"),
        ("store.queries", "from archiver.evidence import verify", "archiver.evidence.verify"),
        ("sync.pull", "from . import changes", "..changes"),
        ("render.message_body", "def f():\n    import urllib.request", "urllib.request"),
        ("export.html", "import unheard_of", "unheard_of"),
    ],
)
def test_a_planted_fault_is_named(tmp_path: Path, module: str, source: str, imported: str) -> None:
    """Upward, away from home, sideways, relative, hidden in a function, or without a home: each is found."""
    path = tmp_path / (module.replace(".", "/") + ".py")
    path.parent.mkdir()
    path.write_text(source, encoding="utf-8")

    actual = complaints(tmp_path)

    assert [f"{module} imports {imported}"] == actual
