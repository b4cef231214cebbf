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

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archiver.render.invisible_characters import visible
from archiver.report_language import current_language, is_english, is_practice, say

SCRIPT_TEXT = re.compile('"([^"\\n]*[぀-ヿ一-鿿][^"\\n]*)"')
"""A Japanese text in the script of the search."""


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


def style() -> str:
    """The style sheet of a transcript's pages; the style of the viewer's pages begins with it."""
    return str(_templates().globals["style"])


def render_template(name: str, **values: object) -> str:
    """A template with these values in it, each escaped."""
    return _templates().get_template(name).render(values)


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
    style = (folder / "style.css").read_text(encoding="utf-8").strip()
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
