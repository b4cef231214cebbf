"""The HTML around the messages, from the templates: head, links to other pages, index.

The templates are our own and escape whatever they are given. A page carries its own style and allows nothing else:
no script, no request to anywhere. Only the index has a script, the search: it is allowed by its digest and loads
the texts beside it (`render.search_data`).
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Formatter

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from archiver.render.invisible_characters import visible
from archiver.render.style_sheet import style_sheet
from archiver.render.times import local_time
from archiver.report_language import current_language, is_english, is_practice, say

SCRIPT_TEXT = re.compile('"([^"\\n]*[぀-ヿ一-鿿][^"\\n]*)"')
"""A Japanese text in the script of the search."""

_SECTIONS = ("1", "2", "3", "4", "5", "6", "9", "10", "11", "14")
"""Tokens, ground, frame, cards, buttons, faces, messages, forms, tables, paper."""
_CLASSES = """
    solo skip vh page title row between note card facts pill look btn first small tiny soft
    face h1 h2 h3 h4 h5 msgs day m mine changed who words t was fate more sheet gap head box u files
    stack wide stacked fold
"""
"""What the pages and their messages use of it."""


@dataclass(frozen=True, slots=True)
class PageHead:
    """The facts at the head of every page, as words in which hidden characters are already visible."""

    contract: str
    room_id: int
    room_name: str
    period: str
    messages: str
    files: str
    gaps: str
    owner: str
    read_at: str
    inaccessible: str


@dataclass(frozen=True, slots=True)
class IndexLine:
    """A page's line in the index."""

    name: str
    numbers: str
    period: str
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day, the address where it begins, and how many messages it has."""

    name: str
    href: str
    count: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its days that have messages."""

    name: str
    days: Sequence[Day]

    @property
    def count(self) -> int:
        """Messages of all its days."""
        return sum(day.count for day in self.days)


def page_html(head: PageHead, pages: Sequence[str], number: int, content: str, *, days: Sequence[Day]) -> str:
    """Page `number` (from 1) of `pages` (file names) around its content (HTML); `days` are the days on it."""
    steps = [
        (say("最初"), pages[0] if number > 1 else ""),
        (say("前"), pages[number - 2] if number > 1 else ""),
        (say("次"), pages[number] if number < len(pages) else ""),
        (say("最後"), pages[-1] if number < len(pages) else ""),
    ]
    return render_template(
        "page.html", facts=head, steps=steps, number=number, total=len(pages), days=days, content=content
    )


def section_html(
    head: PageHead,
    pages: Sequence[IndexLine],
    *,
    months: Sequence[Month],
    sieve: int,
    description: str,
    people: Sequence[str],
    coverage: Sequence[str],
    strays: Sequence[str],
) -> str:
    """The part of the index for a room; `description` and `strays` are HTML, `sieve` counts files, the rest is text."""
    return render_template(
        "section.html",
        facts=head,
        pages=pages,
        months=months,
        sieve=sieve,
        description=description,
        people=people,
        coverage=coverage,
        strays=strays,
    )


def index_html(sections: str) -> str:
    """The index page around the parts for its rooms, which are HTML."""
    script = _script()
    return render_template("index.html", sections=sections, script=script, script_digest=_policy_digest(script))


def render_template(name: str, **values: object) -> str:
    """A template with these values in it, each escaped."""
    return _templates().get_template(name).render(values)


_SAID = re.compile("^(?!%).*[぀-ヿ一-鿿].*$|^$(?!\\Z)", re.MULTILINE)
"""A line of a text template with Japanese: it is said in the language of the package, filled as `say` fills it.

An empty one too, which Jinja would take for the end of the statement before it.
"""


def text_lines(name: str, /, **values: object) -> list[str]:
    """The lines of a text template with these values in it."""
    words = {"say": say, "is_english": is_english, "visible": visible, "local_time": local_time}
    return _text_template(name).render(words | values).split("\n")[:-1]


@cache
def _text_template(name: str) -> Template:
    """Read and compiled once; a line is said, in the language of the package, each time it is rendered."""
    source = _SAID.sub(_saying, (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8"))
    environment = Environment(  # noqa: S701 - text, not HTML
        undefined=StrictUndefined, line_statement_prefix="%", trim_blocks=True, keep_trailing_newline=True
    )
    environment.filters["visible"] = visible
    return environment.from_string(source)


def _saying(line: re.Match[str]) -> str:
    """A line that says its text, if it does not say one itself."""
    if "{{" in line[0]:
        return line[0]
    names = dict.fromkeys(name for _text, name, _form, _how in Formatter().parse(line[0]) if name)
    return "{{ say(" + ", ".join([repr(line[0]), *(f"{name}={name}" for name in names)]) + ") }}"


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    own = (folder / "style.css").read_text(encoding="utf-8").strip()
    style = style_sheet(_SECTIONS, _CLASSES.split()) + own
    environment.globals |= {"say": say, "current_language": current_language, "is_practice": is_practice}
    environment.globals |= {"style": style, "style_digest": _policy_digest(style)}
    return environment


def _script() -> str:
    """The script of the search with its words in the language of the package."""
    script = (Path(__file__).parent / "templates" / "search.js").read_text(encoding="utf-8").strip()
    return (
        SCRIPT_TEXT.sub(lambda found: json.dumps(say(found[1]), ensure_ascii=False), script) if is_english() else script
    )


def _policy_digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def comparison_html(
    *,
    title: str,
    made_at: str,
    facts: Sequence[tuple[str, str]],
    tables: Sequence[tuple[Sequence[str], Sequence[Sequence[str]]]],
    heads: Sequence[str],
    differences: Sequence[Sequence[str]],
    unlisted: str,
    limits: Sequence[str],
) -> str:
    """The page as HTML: what was compared, the counts as tables, each difference as four cells below `heads`, a
    sentence about those that are not listed, and the limits.
    """
    return render_template(
        "comparison.html",
        title=title,
        made_at=made_at,
        facts=[(label, visible(text)) for label, text in facts],
        tables=tables,
        heads=heads,
        differences=[[visible(cell, lines=True) for cell in row] for row in differences],
        unlisted=unlisted,
        limits=limits,
    )
