"""What every template may use: translated words, times of Japan, sizes, and the words for what became of a message."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from archiver.records import State
from archiver.render import times
from archiver.render.message_html import STATES
from archiver.render.visible import visible
from archiver.web.context import Condition, ViewContext

KILO = 1000
_BLANKS = dict.fromkeys(map(ord, "\t\n\r"), " ")


def fill_environment(environment: Environment, desk: ViewContext) -> None:
    """Fill Flask's environment of templates; an unknown name is an error, and what is empty leaves no blank line."""
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        _=gettext.gettext,
        ngettext=gettext.ngettext,
        language=desk.language,
        condition_word=condition_word,
        navigation=navigation,
        state_word=state_word,
    )
    filters: dict[str, Callable[..., str]] = {
        "stamp": times.local_time,
        "minute": lambda at: times.local_time(at)[:-3],
        "day": times.day_text,
        "date": times.iso_date,
        "machine": times.iso_time,
        "number": lambda number: f"{number:,}",
        "size": size_text,
        "visible": visible,
        "one_line": one_line,
        "pieces": pieces,
    }
    environment.filters.update(filters)


def navigation() -> list[tuple[str, str]]:
    """Word and endpoint of the pages that lead to all others."""
    return [
        (gettext.gettext("Overview"), "overview.index"),
        (gettext.gettext("Search"), "search.index"),
        (gettext.gettext("What happened"), "events.index"),
        (gettext.gettext("Files"), "files.index"),
        (gettext.gettext("Tasks"), "tasks.index"),
        (gettext.gettext("Chosen messages"), "chosen.index"),
    ]


def condition_word(condition: Condition) -> str:
    """How the archive stands, in a word."""
    words = {
        Condition.GOOD: gettext.gettext("Good"),
        Condition.ATTENTION: gettext.gettext("Attention"),
        Condition.ACTION: gettext.gettext("Act now"),
    }
    return words[condition]


def state_word(state: State) -> str:
    """What stands beside a message that is not simply there; the words of every package."""
    return STATES.get(state, "")


def pieces(sentence: str) -> Markup:
    """A line made for a terminal, whose parts two blanks or more keep apart; commands look like commands."""
    parts = (part for part in re.split(r" {2,}", sentence) if part)
    return Markup(" ").join(_piece(part) for part in parts)


def _piece(part: str) -> Markup:
    if part.startswith("archive "):
        return Markup("<code>{}</code>").format(part)
    return Markup('<span class="piece">{}</span>').format(part)


def one_line(text: str) -> str:
    """A stretch of a text as one line: line ends and tabs are blanks, and what else is hidden is made visible."""
    return visible(text.replace("\r\n", " ").translate(_BLANKS))


def size_text(number: int) -> str:
    """`1.2GB`, `340.0MB`, `12KB`; decimal, as the settings have it."""
    if number < KILO:
        return f"{number}B"
    for unit, factor in (("GB", KILO**3), ("MB", KILO**2)):
        if number >= factor:
            return f"{number / factor:.1f}{unit}"
    return f"{round(number / KILO)}KB"
