"""Builds `verify.py`: the checks of a package as one file for readers who have Python but not this program.

It joins the sources of `archiver/evidence`, which need no other code and no two of which define the same name, in
the order of their imports, and adds the Japanese texts. The same program gives the same bytes.
"""

from __future__ import annotations

import ast
import gettext
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

NAME = "verify.py"

_FOLDER = Path(__file__).parents[2]
_START_MODULE = "verify.package_at_path"
_EVIDENCE_PACKAGE = "archiver.evidence"
_WIDTH = 100
_SEPARATOR = "# " + "-" * (_WIDTH - 2)
_OMITTED_MODULES = ("__future__", "gettext", _EVIDENCE_PACKAGE)
_DIRECTIVE = re.compile(r"  # (?:noqa|type: ignore|fmt: ).*$", re.MULTILINE)

_HEAD = '''#!/usr/bin/env python3
"""Checks that this package was not changed. / この資料が改変されていないかを点検します。

    python3 -I verify.py                  the package in which this file lies / このファイルのある資料
    python3 -I verify.py FOLDER_OR_ZIP    another one / ほかの資料
    python3 -I verify.py --lang en        in English (--lang ja: 日本語)

-I keeps Python from loading other programs that lie in this folder.
It needs Python 3.8 or newer and nothing else; for the signatures of time stamps also `openssl` (1.1.1 or newer).
It changes nothing, and asks nobody. It ends with 0 (nothing found), 3 (something does not match) or 2 (wrong usage).
The parts below are the source code of the program that made the package; VERIFY.txt tells how to check without it.
"""

from __future__ import annotations

(NEEDED := "Python 3.8 or newer is needed. / Python 3.8以降が必要です。")  # an older one prints this line

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
    _OWN_PATH = Path(__file__).resolve()
    _OWN_NAME = f"verify.py (VERSION), SHA-256 {hashlib.sha256(_OWN_PATH.read_bytes()).hexdigest()}"
    raise SystemExit(main(sys.argv[1:], _OWN_PATH.parent, speak, _OWN_NAME))
"""


@cache
def verify_script() -> bytes:
    """The content of `verify.py`, UTF-8 with LF."""
    modules = _modules_in_order(_START_MODULE, {})
    trees = list(modules.values())
    parts = [
        _HEAD,
        *_import_lines(trees),
        _SPEAK,
        *(_module_section(name, tree) for name, tree in modules.items()),
        _section_title("japanese", "The texts in Japanese."),
        f"_JAPANESE = {_japanese_texts(trees)}\n",
        _START_IT.replace("VERSION", f"chatwork-archiver {version('chatwork-archiver')}"),
    ]
    return "".join(parts).encode("utf-8")


def _modules_in_order(name: str, trees: dict[str, ast.Module]) -> dict[str, ast.Module]:
    """The trees of a module and of all modules it imports, each after those that it imports itself."""
    tree = _parsed(_source(name))
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{_EVIDENCE_PACKAGE}."):
            needed = str(node.module).removeprefix(f"{_EVIDENCE_PACKAGE}.")
            if needed not in trees:
                _modules_in_order(needed, trees)
    trees[name] = tree
    return trees


def _parsed(source: str) -> ast.Module:
    """Its tree. Python 3.11 counts the levels of trees once for all threads: one made beside another may be refused."""
    for _attempt in range(5):
        with suppress(SystemError):
            return ast.parse(source)
    return ast.parse(source)


def _source(name: str) -> str:
    return (_FOLDER / "evidence" / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8")


def _import_lines(trees: list[ast.Module]) -> Iterator[str]:
    """The lines that import from the standard library, each name once."""
    modules: set[str] = set()
    names_of: dict[str, set[str]] = {}
    for node in (node for tree in trees for node in tree.body):
        if isinstance(node, ast.Import):
            modules.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith(_OMITTED_MODULES):
            names_of.setdefault(str(node.module), set()).update(alias.name for alias in node.names)
    yield from (f"import {name}\n" for name in sorted(modules))
    for name in sorted(names_of):
        line = f"from {name} import {', '.join(sorted(names_of[name]))}"
        rest = "".join(f"    {imported},\n" for imported in sorted(names_of[name]))
        yield f"{line}\n" if len(line) <= _WIDTH else f"from {name} import (\n{rest})\n"


def _module_section(name: str, tree: ast.Module) -> str:
    """The source of a module without imports, and with its docstring as the title."""
    lines = _source(name).splitlines(keepends=True)
    for node in tree.body:
        if node is tree.body[0] or isinstance(node, ast.Import | ast.ImportFrom):
            for index in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[index] = ""
    body = _DIRECTIVE.sub("", "".join(lines)).strip("\n")
    return _section_title(name, ast.get_docstring(tree) or "") + body + "\n"


def _section_title(name: str, text: str) -> str:
    comment = "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())
    return f"\n\n{_SEPARATOR}\n# {name}\n#\n{comment}{_SEPARATOR}\n\n"


def _japanese_texts(trees: list[ast.Module]) -> str:
    """A dictionary of texts and their Japanese, as JSON, as far as the catalogue has them."""
    path = _FOLDER / "locale" / "ja" / "LC_MESSAGES" / "messages.mo"
    with path.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    translations = {}
    for call in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)):
        texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        match call.func:
            case ast.Name(id="_") if texts:
                translations[texts[0]] = catalogue.gettext(texts[0])
            case ast.Name(id="ngettext") | ast.Attribute(attr="add_counted") if len(texts) == 2:
                translations[texts[0]] = catalogue.ngettext(texts[0], texts[1], 2)
                translations.update({} if translations[texts[0]] != texts[1] else {texts[0]: texts[0]})
    translated = {text: japanese for text, japanese in translations.items() if text != japanese}
    return json.dumps(translated, ensure_ascii=False, indent=4, sort_keys=True)
