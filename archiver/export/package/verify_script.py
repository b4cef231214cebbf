"""`verify.py`: the checks of a package as one file for whoever has Python and not this program.

It is put together from the sources of `archiver/evidence`, which stand alone and share no two names of one meaning,
in the order in which they need each other; texts come with their Japanese. Same program, same bytes.
"""

from __future__ import annotations

import ast
import gettext
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

NAME = "verify.py"

_FOLDER = Path(__file__).parents[2]
_START = "verify.main"
_OURS = "archiver.evidence"
_WIDTH = 100
_SEPARATOR = "# " + "-" * (_WIDTH - 2)
_LEFT_OUT = ("__future__", "gettext")
_DIRECTIVE = re.compile(r"  # (?:noqa|type: ignore|fmt: ).*$", re.MULTILINE)

_HEAD = '''#!/usr/bin/env python3
"""Checks that this package was not changed. / この資料が改変されていないかを点検します。

    python3 verify.py                     the package in which this file lies / このファイルのある資料
    python3 verify.py FOLDER_OR_ZIP       another one / ほかの資料
    python3 verify.py --lang en           in English (--lang ja: 日本語)

It needs Python 3.8 or newer and nothing else; for the signatures of time stamps also `openssl` (1.1.1 or newer).
It changes nothing, and asks nobody. It ends with 0 (nothing found), 3 (something does not match) or 2 (wrong usage).
The parts below are the source code of the program that made the package; VERIFY.txt tells how to check without it.
"""
'''

_SPEAK = '''
_LANGUAGE = "ja"


def speak(language: str) -> None:
    """Choose the language of what is said."""
    global _LANGUAGE
    _LANGUAGE = language


def _(text: str) -> str:
    """The text in the chosen language."""
    return _JAPANESE.get(text, text) if _LANGUAGE == "ja" else text


def ngettext(one: str, many: str, number: int) -> str:
    """The text for so many, in the chosen language."""
    english = one if number == 1 else many
    return _JAPANESE.get(one, english) if _LANGUAGE == "ja" else english
'''

_START_IT = """
if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], Path(__file__).resolve().parent, speak))
"""


@cache
def verify_script() -> bytes:
    """The whole file, UTF-8 with LF."""
    modules = _in_order(_START, {})
    trees = list(modules.values())
    parts = [
        _HEAD,
        "\nfrom __future__ import annotations\n\n",
        *_imports(trees),
        _SPEAK,
        *(_part(name, tree) for name, tree in modules.items()),
        _titled("japanese", "The texts in Japanese."),
        f"_JAPANESE = {_japanese(trees)}\n",
        _START_IT,
    ]
    return "".join(parts).encode("utf-8")


def clashes() -> list[str]:
    """What keeps the sources from standing in one file; a test asks, so that no export has to."""
    return list(_clashes(_in_order(_START, {})))


def _in_order(name: str, found: dict[str, ast.Module]) -> dict[str, ast.Module]:
    """The module and all that it needs, each after those that it needs itself."""
    tree = ast.parse(_source(name))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{_OURS}."):
            needed = str(node.module).removeprefix(f"{_OURS}.")
            if needed not in found:
                _in_order(needed, found)
    found[name] = tree
    return found


def _source(name: str) -> str:
    return (_FOLDER / "evidence" / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8")


def _clashes(modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """What one file could not hold: a name that two modules give, an import under another name or of a module."""
    owner: dict[str, str] = {}
    for name, tree in modules.items():
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                renamed = [alias.name for alias in node.names if alias.asname not in (None, "_")]
                whole = isinstance(node, ast.ImportFrom) and node.module == _OURS
                if renamed or whole:
                    yield f"{name}: {ast.unparse(node)}"
            for given in _names(node):
                if owner.setdefault(given, name) != name:
                    yield f"{name} and {owner[given]}: {given}"


def _names(node: ast.stmt) -> Iterator[str]:
    """The names that a statement gives at the top of its module."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            yield from (one.id for one in ast.walk(target) if isinstance(one, ast.Name) and one.id != "__all__")


def _imports(trees: list[ast.Module]) -> Iterator[str]:
    """The imports of the standard library, each name once."""
    whole: set[str] = set()
    named: dict[str, set[str]] = {}
    for node in (node for tree in trees for node in tree.body):
        if isinstance(node, ast.Import):
            whole.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not _is_left_out(str(node.module)):
            named.setdefault(str(node.module), set()).update(alias.name for alias in node.names)
    yield from (f"import {name}\n" for name in sorted(whole))
    for name in sorted(named):
        line = f"from {name} import {', '.join(sorted(named[name]))}"
        rest = "".join(f"    {one},\n" for one in sorted(named[name]))
        yield f"{line}\n" if len(line) <= _WIDTH else f"from {name} import (\n{rest})\n"


def _is_left_out(module: str) -> bool:
    return module in _LEFT_OUT or module.startswith(_OURS)


def _part(name: str, tree: ast.Module) -> str:
    """A module's source without its docstring, which becomes the title, and without its imports."""
    lines = _source(name).splitlines(keepends=True)
    for node in tree.body:
        listing = isinstance(node, ast.Assign) and "__all__" in ast.unparse(node.targets[0])
        if node is tree.body[0] or listing or isinstance(node, ast.Import | ast.ImportFrom):
            for index in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[index] = ""
    body = _DIRECTIVE.sub("", "".join(lines)).strip("\n")
    return _titled(name, ast.get_docstring(tree) or "") + body + "\n"


def _titled(name: str, text: str) -> str:
    told = "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())
    return f"\n\n{_SEPARATOR}\n# {name}\n#\n{told}{_SEPARATOR}\n\n"


def _japanese(trees: list[ast.Module]) -> str:
    """Text -> its Japanese, as far as the catalogue has it."""
    path = _FOLDER / "locale" / "ja" / "LC_MESSAGES" / "messages.mo"
    with path.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    found = {}
    for call in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)):
        texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        match call.func:
            case ast.Name(id="_") if texts:
                found[texts[0]] = catalogue.gettext(texts[0])
            case ast.Name(id="ngettext") if len(texts) == 2:
                found[texts[0]] = catalogue.ngettext(texts[0], texts[1], 2)
                found.update({} if found[texts[0]] != texts[1] else {texts[0]: texts[0]})
    known = {text: japanese for text, japanese in found.items() if text != japanese}
    return json.dumps(known, ensure_ascii=False, indent=4, sort_keys=True)
