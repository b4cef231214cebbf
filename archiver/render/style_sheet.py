"""The style sheet of the application, cut to what a page that carries its own style needs, so that all look alike."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

SHEET = Path(__file__).parents[1] / "web" / "static" / "app.css"

_RULE = re.compile(r"\s*([^{}]+?)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_NOT = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")


def style_sheet(sections: Collection[str], names: Collection[str]) -> str:
    """The rules of these sections whose classes and ids are all among `names`."""
    parts = re.split(r"^/\* (\d+)\. .*\*/$", _text(), flags=re.MULTILINE)[1:]
    wanted = "".join(text for number, text in zip(parts[::2], parts[1::2], strict=True) if number in sections)
    return "\n".join(_rules(re.sub(r"/\*.*?\*/", "", wanted), frozenset(names))) + "\n"


def _rules(text: str, names: frozenset[str]) -> list[str]:
    found = []
    for head, body in _RULE.findall(text):
        if head.startswith("@media"):
            inner = "".join(_rules(body, names))
            found += [f"{head}{{{inner}}}"] if inner else []
        elif any(names.issuperset(re.findall(r"[.#]([A-Za-z][\w-]*)", one)) for one in _NOT.sub("", head).split(",")):
            found.append(f"{head}{{{body.strip()}}}")
    return found


@cache
def _text() -> str:
    return SHEET.read_text(encoding="utf-8")
