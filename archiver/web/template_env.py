"""The environment of every template: translations, times of Japan, sizes, and words for message states."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from contextlib import suppress

from flask import g, request
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from archiver.errors import ArchiverError
from archiver.render import times
from archiver.render.invisible_characters import visible
from archiver.render.times import age_words, day_words, moment_words
from archiver.store.queries.known_people import same_named
from archiver.store.working.remembered_values import LAST_SYNC, PRACTICE
from archiver.web.context import ViewContext
from archiver.web.talk.text_diff import difference, mark_side

KILO = 1000
_SPACES = dict.fromkeys(map(ord, "\t\n\r"), " ")


def fill_environment(environment: Environment, context: ViewContext) -> None:
    """Fill Flask's template environment; unknown names are errors, and tags leave no empty lines."""
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    domain = gettext.textdomain()
    words = gettext.translation(domain, gettext.bindtextdomain(domain), fallback=True)  # not looked for at each word
    environment.globals.update(
        _=words.gettext,
        ngettext=words.ngettext,
        language=context.language,
        record_language=context.record_language,
        navigation=navigation,
        is_writing=False,
        frame_facts=lambda: frame_facts(context),
        same_named=lambda: same_named_accounts(context),
        is_here=lambda endpoint: (endpoint == "chats.index") == (request.blueprint not in {"overview", None}),
    )
    filters: dict[str, Callable[..., str]] = {
        "stamp": times.local_time,
        "clock": times.clock_minute,
        "day": times.day_text,
        "beside": lambda before, after, *, later: mark_side(difference(before, after), later=later),
        "when": lambda at: moment_words(at, context.now()),
        "on": lambda day: day_words(day, context.now()),
        "date": times.iso_date,
        "machine": times.iso_time,
        "number": lambda number: f"{number:,}",
        "size": size_text,
        "visible": visible,
        "one_line": one_line,
        "pieces": pieces,
    }
    environment.filters.update(filters)


def frame_facts(context: ViewContext) -> dict[str, object]:
    """What stands in the rail: whether it is the demo's archive, and how old the last save is, if it can be read."""
    with suppress(ArchiverError), context.reading() as reading:
        last, is_practice = LAST_SYNC.recall(reading), PRACTICE.recall(reading) is not None
        if last is None:
            return {"is_practice": is_practice, "saved": None}
        age = context.now() - last.at
        return {
            "is_practice": is_practice,
            "saved": last.at,
            "age": age_words(age),
            "is_stopped": not is_practice and age > context.patience(reading),
        }
    return {"is_practice": False, "saved": None}


def same_named_accounts(context: ViewContext) -> frozenset[int]:
    """The accounts whose names stand with their ids, for the current request."""
    if "same_named" not in g:
        g.same_named = frozenset()
        with suppress(ArchiverError), context.reading() as reading:
            g.same_named = same_named(reading)
    accounts: frozenset[int] = g.same_named
    return accounts


def navigation() -> list[tuple[str, str, str]]:
    """Word, endpoint and sign of each entry of the rail."""
    return [
        (gettext.gettext("Home"), "overview.index", "home"),
        (gettext.gettext("Conversations"), "chats.index", "chat"),
    ]


def pieces(sentence: str) -> Markup:
    """A terminal line as HTML: its parts, separated by two or more spaces, with commands marked up."""
    parts = (part for part in re.split(r" {2,}", sentence) if part)
    return Markup(" ").join(_piece(part) for part in parts)


def _piece(part: str) -> Markup:
    if part.startswith("archive "):
        return Markup("<code>{}</code>").format(part)
    return Markup('<span class="piece">{}</span>').format(part)


def one_line(text: str) -> str:
    """A text as one line: line ends and tabs become spaces, and other hidden characters are made visible."""
    return visible(text.replace("\r\n", " ").translate(_SPACES))


def size_text(number: int) -> str:
    """A number of bytes as `1.2GB`, `340.0MB` or `12KB`; decimal units, as in the settings."""
    if number < KILO:
        return f"{number}B"
    for unit, factor in (("GB", KILO**3), ("MB", KILO**2)):
        if number >= factor:
            return f"{number / factor:.1f}{unit}"
    return f"{round(number / KILO)}KB"
