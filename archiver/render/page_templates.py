"""The HTML around the messages, from the templates: head, links to other pages, index.

The templates are our own and escape whatever they are given. A page carries its own style and allows nothing else:
no script, no request to anywhere. Only the index has a script, the search: it is allowed by its digest and loads
the texts beside it.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Collection
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from archiver.render.invisible_characters import visible
from archiver.render.times import date_text, local_time, minute_text
from archiver.report_language import current_language, is_english, is_practice, say, stated_day

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

MARKED = re.compile("^(#{1,2}|[:*>|])([^ \\n]*) (.*)$", re.MULTILINE)
"""A line that begins a row: its mark, more about it, and its cells, with ` | ` between them."""
_LISTED = re.compile("^([:*>])@([a-z_]+)$", re.MULTILINE)
"""A line for rows that are told by a list: each value is a text, or the cells of a row."""
_ROW, _CELL = "\x1e", "\x1f"
_ENDS = str.maketrans("", "", _ROW + _CELL)


class TemplateRow(NamedTuple):
    """A row of a template: title `#`, subheading `##`, paragraph `>`, bullet `*`, fact `:`, line of a table `|`."""

    mark: str
    more: str
    cells: list[str]
    """What stands in the lines below belongs to the last one."""


def text_rows(name: str, /, **values: object) -> list[TemplateRow]:
    """The rows of a text template with these values in it; no value begins a row or a cell."""
    rows = _rendered(name, values).split(_ROW)[1:]
    pieces = (row.removesuffix("\n").split(_CELL) for row in rows)
    return [TemplateRow(mark, more, cells) for mark, more, *cells in pieces]


def text_lines(name: str, /, **values: object) -> list[str]:
    """The lines of a text template with these values in it."""
    return _rendered(name, values).split("\n")[:-1]


def _rendered(name: str, values: dict[str, object]) -> str:
    words = {"say": say, "is_english": is_english, "visible": visible, "stated_day": stated_day}
    times = {"date_text": date_text, "local_time": local_time, "minute_text": minute_text}
    return _text_template(name).render(words | times | values)


@cache
def _text_template(name: str) -> Template:
    """Read and compiled once; a line is said, in the language of the package, each time it is rendered."""
    source = (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")
    if name.startswith("report_"):
        source = MARKED.sub(_row, _LISTED.sub(_LOOP, source))
    environment = Environment(  # noqa: S701 - text, not HTML
        undefined=StrictUndefined,
        line_statement_prefix="%",
        trim_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: str(value).translate(_ENDS),
    )
    environment.filters["visible"] = visible
    return environment.from_string(_SAID.sub(_saying, source))


_LOOP = r"""% for row in \2
\1 {{ row if row is string else row|join("\\n") }}
% endfor"""


def _row(line: re.Match[str]) -> str:
    return _CELL.join([f"{_ROW}{line[1]}", line[2], *(_SAID.sub(_saying, cell) for cell in line[3].split(" | "))])


def _saying(line: re.Match[str]) -> str:
    """A line that says its text, if it does not say one itself."""
    if "{{" in line[0]:
        return line[0]
    names = dict.fromkeys(name.split(".")[0] for _text, name, _form, _how in Formatter().parse(line[0]) if name)
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
