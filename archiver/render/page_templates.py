"""The HTML around the messages, from the templates: head, links to other pages, index.

The templates are our own and escape whatever they are given. A page carries its own style and allows nothing else:
no script, no request to anywhere. Only the index has a script, the search: it is allowed by its digest and loads
the texts beside it.
"""

from __future__ import annotations

import base64
import json
import re
import sys
import unicodedata
from array import array
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from string import Formatter
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from archiver.letter_folding import join_forms
from archiver.records import Message
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


BUCKETS = 32749
"""Rows of the filter: a prime, so that similar pairs get different rows. `templates/search.js` has the same numbers."""

FACTOR = 23473
FILES = 32
"""Files into which the rows are split, as a query needs the rows of a few pairs only."""

MIN_PAGES = 16
"""Up to so many pages a filter would be larger than what it saves."""

_BLOCK = re.compile("</?(?:p|div|blockquote|pre|hr)(?: [^>]*)?>")
_TAG = re.compile("<[^>]*>")


class TextKind(IntEnum):
    """The kind of a message's text; `templates/search.js` has the words for it."""

    NOW = 0
    BEFORE_EDIT = 1
    BEFORE_DELETION = 2
    MISSING = 3
    HIDDEN = 4
    FILE = 5


class SearchText(NamedTuple):
    """One text of a message, as it is read on the page."""

    kind: TextKind
    text: str


def readable_text(html: str) -> str:
    """The text of our own HTML without tags; blocks are lines of their own. Placeholders of numbers stay."""
    if "<" in html:
        html = _TAG.sub("", _BLOCK.sub("\n", html))
    return (unescape(html) if "&" in html else html).strip()


def fold(text: str) -> str:
    """The text with equal forms, cases and kinds of spaces made one (NFKC; `ß` = `ss`, `ｶ` = `カ`)."""
    return re.sub(r"[ \t\n]+", " ", join_forms(text))


@dataclass(slots=True)
class PageTexts:
    """The texts of one page for the search."""

    _names: dict[str, int] = field(default_factory=dict)
    _rows: list[list[object]] = field(default_factory=list)

    def put(self, message: Message, texts: Iterable[SearchText]) -> None:
        """Add the texts of a message, present and earlier ones."""
        name = self._names.setdefault(message.name, len(self._names))
        row: list[object] = [message.message_id, message.no, int(message.send_time.timestamp()), name]
        for kind, text in texts:
            row += (int(kind), text)
        self._rows.append(row)

    def script(self, name: str) -> str:
        """The page's texts as a script: `searchPage("R1-0001", {"names": […], "rows": [[id, no, time, name, …]]})`."""
        names = [visible(one) for one in self._names]
        return f"searchPage({_script_json(name)},{_script_json({'names': names, 'rows': self._rows})})\n"

    def joined_text(self) -> str:
        """All texts in one, for the pair filter."""
        return "\0".join(str(text) for row in self._rows for text in row[5::2])


@dataclass(slots=True)
class PairFilter:
    """Which pairs of characters occur on which page; one bit for each page and row."""

    _rows: list[int] = field(default_factory=lambda: [0] * BUCKETS)
    pages: int = 0

    def put(self, text: str) -> None:
        """Add the next page with all its texts."""
        bit = 1 << self.pages
        self.pages += 1
        for bucket in _buckets(fold(text)):
            self._rows[bucket] |= bit
        if any(unicodedata.category(character) == "Cn" for character in set(text)):
            # A browser with a newer Unicode may fold these characters to others: the page is always searched.
            self._rows = [row | bit for row in self._rows]

    @property
    def files(self) -> int:
        """How many files the filter has."""
        return FILES if self.pages > MIN_PAGES else 0

    def scripts(self, room: str) -> Iterator[tuple[str, str]]:
        """Names and contents of the filter's files: row `n` is number `n // FILES` in file `n % FILES`."""
        width = (self.pages + 7) // 8
        for number in range(self.files):
            rows = b"".join(row.to_bytes(width, "little") for row in self._rows[number::FILES])
            name = f"{room}-sieve-{number:02}"
            yield name, f"searchPage({_script_json(name)},{_script_json(base64.b64encode(rows).decode())})\n"


def _buckets(folded: str) -> set[int]:
    """The rows of every character and every pair of adjacent ones, in UTF-16 as a browser counts."""
    units = folded.encode("utf-16-le", "surrogatepass")
    singles = {FACTOR * one % BUCKETS for one in set(_integers("H", units))}
    # Two characters are one number of four bytes: those at even places, then those at odd ones.
    pairs = {*_integers("I", units), *_integers("I", units[2:])}
    return singles | {(FACTOR * (pair & 0xFFFF) + (pair >> 16)) % BUCKETS for pair in pairs}


def _integers(code: str, data: bytes) -> array[int]:
    numbers = array(code)
    numbers.frombytes(data[: len(data) // numbers.itemsize * numbers.itemsize])
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _script_json(value: object) -> str:
    # A script that is loaded cannot be ended by `</script>`, but one that somebody pastes into a page could.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
