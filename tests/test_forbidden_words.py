"""No text promises what no log can keep, accuses anybody, or calls a stamp an accredited one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.support.cases import cases_of

ROOT = Path(__file__).parents[1]
KINDS = {".py", ".po", ".html", ".css", ".js", ".md", ".toml", ".txt", ".json", ".xml"}
FILES = sorted(
    [path for path in (ROOT / "archiver").rglob("*") if path.suffix in KINDS and not {"fonts", "data"} & {*path.parts}]
    + [*ROOT.glob("README*"), *(ROOT / "docs").rglob("*.md"), ROOT / "pyproject.toml"]
)
"""The catalogues that the program loads are compiled from the `.po`; data of others and licences are not our words."""

FORBIDDEN = re.compile(
    r"""
    証拠能力 | 改(?:ざん|竄)(?:不可能|不能|できない|できません) | 偽造(?:不可能|できない|できません) | 法的に有効
    | 法的効力 | 法的証拠 | ガイドライン(?:に)?準拠 | 裁判で(?:使え|勝) | 完全な証拠 | 確実な証拠 | 決定的な証拠
    | 総務大臣認定 | 認定タイムスタンプ
    | 詐欺 | 違法 | 犯罪 | 悪質 | 悪徳 | 不正行為 | 騙 | だまし | 嘘つき | 犯人 | 加害者 | 被害者 | 踏み倒 | 持ち逃げ
    | tamper[- ]?(?:proof|resistant) | unforgeable | forgery[- ]proof | cannot\ be\ (?:forged|tampered|falsified)
    | legally\ (?:valid|binding|effective) | court[- ](?:proof|admissible|ready) | admissib
    | guideline[- ]compliant | (?:compl(?:y|ies)|compliant)\ with\ the\ guideline
    | irrefutab | conclusive\ (?:proof|evidence)
    | \b(?:fraud | scam | swindl | illegal\b | unlawful | criminal | victim\b | culprit)
    """,
    re.VERBOSE,
)
"""In small letters: without their case lines are looked through in a third of the time."""

QUOTED = {
    ("archiver/app.py", "neither is accredited by the Japanese minister (総務大臣認定)."),
    ("docs/ja/received.md", "総務大臣認定のタイムスタンプではありません。"),
    ("docs/en/received.md", "None is a 認定タイムスタンプ of the Japanese minister."),
}
"""Where the words stand to say that they are not said: the file, and what the line holds."""


@cache
def forbidden_lines() -> list[tuple[str, str]]:
    """The file and the text of each line with such a word."""
    return [
        (path.relative_to(ROOT).as_posix(), line)
        for path in FILES
        for line in path.read_text(encoding="utf-8").splitlines()
        if FORBIDDEN.search(line.lower())
    ]


def test_no_text_says_what_must_not_be_said() -> None:
    """Sources with their literals, templates, catalogues, README, documentation; but for the lines that are listed."""
    assert [] == [
        (name, line) for name, line in forbidden_lines() if not any(name == a and b in line for a, b in QUOTED)
    ]


def test_each_exception_is_still_needed() -> None:
    """The list does not outlive the lines."""
    lines = forbidden_lines()

    assert [] == sorted((name, part) for name, part in QUOTED if not any(a == name and part in b for a, b in lines))


def test_every_kind_of_text_is_looked_at() -> None:
    """Among them the catalogue, the templates of pages, and both READMEs."""
    names = {path.relative_to(ROOT).as_posix() for path in FILES}

    assert {"README.md", "README.ja.md", "archiver/export/package/readme.py", "docs/index.md"} <= names
    assert any(name.endswith(".po") for name in names)
    assert any(name.endswith(".html") for name in names)


@pytest.mark.parametrize(
    ("line", "is_said"),
    cases_of(__file__, "recognised"),
)
def test_the_words_are_recognised(line: str, is_said: bool) -> None:
    """What may be said is not confused with what may not."""
    assert is_said == bool(FORBIDDEN.search(line.lower()))
