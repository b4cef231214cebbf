"""Builds `verify.html`: the checks of `verify.py` as one page for readers who have a browser and nothing else.

It joins the scripts beside it in the order of their names, the built libraries and the Japanese texts. The same
program gives the same bytes. Only these scripts may run in it: its policy names their digests and allows nothing else.
"""

from __future__ import annotations

import base64
import gettext
import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from archiver.evidence.stamps.reply_claims import KNOWN_ROOTS
from archiver.render.page_templates import style_sheet

NAME = "verify.html"

_FOLDER = Path(__file__).parent
_CATALOGUE = _FOLDER.parents[1] / "locale" / "ja" / "LC_MESSAGES" / "messages.mo"
SECTIONS = ("1", "2", "3", "4", "5", "8", "10", "12")
"""Tokens, ground, frame, cards, buttons, ticks, forms, verdict and drop zone."""

_CALL = re.compile(r'\b(?:_|ngettext)\(\s*("(?:[^"\\]|\\.)*")(?:,\s*("(?:[^"\\]|\\.)*"))?')
"""A text in a script: `_("…")`, or `ngettext("…", "…", …)`."""


@cache
def verify_page() -> bytes:
    """The content of `verify.html`, UTF-8 with LF."""
    return page_with_roots(KNOWN_ROOTS)


def page_with_roots(known_roots: Mapping[str, str]) -> bytes:
    """The page that knows these roots: SHA-256 (hex) → name."""
    # The rules of the pages' style sheet that it needs, and its own lines.
    words = re.findall(r"[\w-]+", _read("page.html") + _read("scripts/23_page.js"))
    style, libraries = style_sheet(SECTIONS, words) + _read("page.css"), _read("vendored/libraries.js")
    program = _program(known_roots)
    parts = {
        "licences": _read("vendored/LICENSES.txt"),
        "style": style,
        "style_hash": _policy_digest(style),
        "libraries": libraries,
        "program": program,
        "script_hashes": f"{_policy_digest(libraries)} {_policy_digest(program)}",
    }
    page = re.sub(r"\{(\w+)\}", lambda match: parts[match.group(1)], _read("page.html"))
    return page.encode("utf-8")


def page_digest() -> str:
    """The SHA-256 of `verify.html`, in hex."""
    return hashlib.sha256(verify_page()).hexdigest()


def _program(known_roots: Mapping[str, str]) -> str:
    """All scripts as one, in a function of its own."""
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in sorted((_FOLDER / "scripts").glob("*.js")))
    constants = {
        "KNOWN_ROOTS": dict(known_roots),
        "PROGRAM": f"verify.html (chatwork-archiver {version('chatwork-archiver')})",
        "JAPANESE": _japanese_texts(scripts),
    }
    heads = "".join(
        f"const {name} = {json.dumps(value, ensure_ascii=False, indent=0, sort_keys=True)};\n"
        for name, value in constants.items()
    )
    return f'"use strict";\n(() => {{\n{heads}\n{scripts}}})();\n'


def _japanese_texts(scripts: str) -> dict[str, str]:
    """The texts of the scripts and their Japanese, as far as the catalogue has them."""
    with _CATALOGUE.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    found = {}
    for single, plural in _CALL.findall(scripts):
        text = json.loads(single)
        japanese = catalogue.ngettext(text, json.loads(plural), 2) if plural else catalogue.gettext(text)
        found[text] = japanese
    return found


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _policy_digest(text: str) -> str:
    """The digest of an inline script or style as a content security policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
