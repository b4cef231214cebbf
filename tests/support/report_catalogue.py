"""Keeps the English of packages in step with the code: `python -m tests.support.report_catalogue update`.

The texts of a package are Japanese in the code. `update` collects them, keeps what is in English already, drops what is
not used any more, compiles, and lists what lacks an English text; write those into `en/LC_MESSAGES/report.po`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from babel.messages.pofile import read_po

from archiver.claims.table import ON_SCREEN, WORDS
from archiver.evidence.tables import build, events, files_and_tasks
from archiver.export.mask.package_mask import LETTERED, UNKNOWN_LABEL
from archiver.export.mask.patterns_by_kind import MaskKind, reason
from archiver.platforms.job_platform import STRANGER, english_texts, platform_of, platforms
from archiver.records import TERM_ITEMS, CaseSide, contract_facts
from archiver.render.page_templates import MARKED, SCRIPT_TEXT
from archiver.report_language import COVERED, COVERED_NAME, UNREAD, VARIANT
from tests.support.catalogues import LOCALE, ROOT, PlainCatalog, mo_bytes, placeholders, po_bytes

JAPANESE = re.compile("[぀-ヿ一-鿿　-〿！-ﾟ]")

FOLDERS = ("export", "render", "comparison", "web/talk")
"""Folders whose modules write packages: what they hold in Japanese is said somewhere."""

OTHER_WORDS = (
    "export/mask",
    "export/pdf",
    "package/verify_script.py",
    "export/verify_page",
    "comparison/quoted_document.py",
    "comparison/document_quotations.py",
)
"""Patterns of what is masked or read, and texts that are in one language or have a catalogue of their own."""

NOT_SAID = {
    "月火水木金土日",
    "02_messages.csv",
    "甲001の",
    "証拠説明書.pdf",
    "甲* 証拠説明書.*",
    "タスク",
    "練習用_",
}
"""Names of files, which a court asks for, and beginnings of words."""

KEPT = ("甲", "証拠説明書.", "年", "月", "日")
"""Beginnings of what a package in English has too, or never asks for: numbers and lists of exhibits, Japanese dates."""

PO = LOCALE / "en" / "LC_MESSAGES" / "report.po"


def said_texts() -> set[str]:
    """Every text of a package."""
    found = {COVERED, UNREAD, COVERED_NAME, VARIANT, *_records_texts()}
    for folder in FOLDERS:
        for path in sorted((ROOT / "archiver" / folder).rglob("*")):
            if any(one in path.as_posix() for one in OTHER_WORDS):
                continue
            if path.suffix == ".py":
                found |= set(_module_texts(path))
            elif path.suffix == ".html":
                found |= {match[2] for match in re.finditer(r"say\((['\"])(.*?)\1", path.read_text(encoding="utf-8"))}
            elif path.suffix == ".txt":
                found |= set(_template_texts(path.read_text(encoding="utf-8")))
            elif path.name == "search.js":
                found |= set(SCRIPT_TEXT.findall(path.read_text(encoding="utf-8")))
    return found - NOT_SAID


def _template_texts(source: str) -> Iterator[str]:
    """Each line that is said as it is, and what others say."""
    for line in source.splitlines():
        marked = MARKED.match(line)
        for piece in filter(JAPANESE.search, marked[3].split(" | ") if marked else [line]):
            said = re.findall(r'sa(?:y|id)\("(.*?)"', piece)
            yield from said if line.startswith("%") or "{{" in piece else [piece]


def half_said() -> Iterator[str]:
    """Every f-string with Japanese in it: it cannot be looked up, so a package in English would keep it."""
    for folder in FOLDERS:
        for path in sorted((ROOT / "archiver" / folder).rglob("*.py")):
            if not any(one in path.as_posix() for one in OTHER_WORDS):
                source = path.read_text(encoding="utf-8")
                for node in ast.walk(ast.parse(source)) if re.search("fr?['\"]", source) else ():
                    pieces = node.values if isinstance(node, ast.JoinedStr) else []
                    texts = [one.value for one in pieces if isinstance(one, ast.Constant)]
                    said = [one for one in texts if isinstance(one, str) and not one.startswith(KEPT)]
                    if any(map(JAPANESE.search, said)):
                        yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def english() -> dict[str, str]:
    """Japanese → English, as far as there is any."""
    with PO.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.id and one.string}


def problems() -> Iterator[str]:
    """What is wrong between the code and the catalogue, one sentence each."""
    texts, known, of_platforms = said_texts(), english(), {*_platform_texts()}
    yield from (f"no English for {text!r}" for text in sorted(texts - known.keys()))
    yield from (
        f"no English in a platform's file for {text!r}" for text in sorted(of_platforms - english_texts().keys())
    )
    yield from (f"no text of a platform: {text!r}" for text in sorted(english_texts().keys() - of_platforms))
    yield from (f"not used any more: {text!r}" for text in sorted(known.keys() - texts))
    yield from (f"other values than in {ja!r}" for ja, en in known.items() if placeholders(ja) != placeholders(en))
    yield from (f"an f-string with Japanese: {place}" for place in half_said())
    if PO.with_suffix(".mo").read_bytes() != mo_bytes(_catalogue(known, set(known))):
        yield "report.mo is not made of report.po"


def update() -> list[str]:
    """Write both files; return the texts that have no English yet."""
    known, texts = english() if PO.exists() else {}, said_texts()
    catalogue = _catalogue(known, texts)
    PO.write_bytes(po_bytes(catalogue))
    PO.with_suffix(".mo").write_bytes(mo_bytes(catalogue))
    return sorted(texts - known.keys())


def _catalogue(known: dict[str, str], texts: set[str]) -> PlainCatalog:
    catalogue = PlainCatalog(locale="en", header_comment="", fuzzy=False)
    for text in sorted(texts):
        catalogue.add(text, known.get(text, ""))
    return catalogue


def _module_texts(path: Path) -> Iterator[str]:
    """Every Japanese text of a module that is no docstring, a pattern or a part of an f-string."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr | ast.JoinedStr):
            left_out |= {id(one) for one in ast.iter_child_nodes(node)}
        if isinstance(node, ast.Call) and _begins_with_re(node.func):
            left_out |= {id(one) for one in ast.walk(node)}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and id(node) not in left_out else None
        if isinstance(text, str) and JAPANESE.search(text):
            yield text
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            yield from (str(one.value) for one in node.args if isinstance(one, ast.Constant))


def _begins_with_re(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.value if isinstance(node, ast.Attribute) else node.func
    return isinstance(node, ast.Name) and node.id == "re"


def _records_texts() -> Iterator[str]:
    """The Japanese of records, tables and platforms that reports print."""
    yield from (*WORDS.values(), *ON_SCREEN.values())
    yield from (item.label for item in TERM_ITEMS)
    yield from (text for one in contract_facts.FACTS for text in (one.event, one.office_label) if text)
    yield from CaseSide
    yield from map(reason, MaskKind)
    yield from (UNKNOWN_LABEL, LETTERED, *(one.value for one in MaskKind))
    yield from (*build.KINDS.values(), *build.SOURCES.values(), *filter(None, build.STATES.values()))
    yield from (head for header in build.CSV_HEADERS.values() for head in header)
    yield from (files_and_tasks.FROM_BEFORE, *events.ROOM_TYPES.values())
    for module in (events, files_and_tasks):
        yield from _module_texts(Path(str(module.__file__)))
    yield platform_of(None).end_request_name


def _platform_texts() -> Iterator[str]:
    """The Japanese of the platforms' own files that reports print."""
    for platform in (*platforms().values(), platform_of(STRANGER)):
        names = [one.name for one in fields(platform) if one.name not in ("address", "contact", "prefix", "profile")]
        yield from (text for name in names if isinstance(text := getattr(platform, name), str))
        yield from (text for due in platform.deadlines for text in (due.name, due.advice, due.source.title))
        yield from (step.text for step in platform.steps)


def main() -> None:
    """Update the catalogue and print what lacks an English text."""
    for text in update():
        print(repr(text))


if __name__ == "__main__" and "update" in sys.argv:
    main()
