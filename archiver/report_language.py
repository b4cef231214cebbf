"""The language of a package that is being made: Japanese, or English for a client or a lawyer abroad.

The texts in the code are Japanese, as offices in Japan get them; `locale/en/LC_MESSAGES/report.po` has each in English,
for texts of a platform its own file. Quotes, names and what the user typed are no texts of ours: they stay as they are.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from archiver.platforms.job_platform import english_texts

JAPANESE, ENGLISH = "ja", "en"
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ISO = re.compile("[0-9]{4}-(?:0[1-9]|1[0-2])-[0-3][0-9](?: [0-2][0-9]:[0-5][0-9](?::[0-5][0-9])?)?")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LANGUAGES = (JAPANESE, ENGLISH)

UNREAD, COVERED = "文面は隠しています(まだ読んでいません)", "文面は隠しています"
COVERED_NAME = "(ファイル名は隠しています)"
VARIANT = "(隠した部分が異なる文面"
"""What stands for a text, or a file's name, that is covered as a whole; and behind it, if others of its subject are."""

_OTHER_SIDE = re.compile(r"(?<![\w{-])(?<!\ba )(?<!First )([Cc])lient(?![\w}])")
"""In the place of 相手; not what a law says of a client, nor whoever first ordered what was passed on."""
_SCREEN = "screen"
"""English on a screen, which writes days and times as numbers all the same."""

_HEAD = ""
"""Under which the catalogue in use tells its language; English has no catalogue."""

_chosen: ContextVar[str] = ContextVar("report_language", default=JAPANESE)
_practice: ContextVar[bool] = ContextVar("report_practice", default=False)
_hires: ContextVar[bool] = ContextVar("reporter_hires", default=False)
_on_screen: ContextVar[bool] = ContextVar("on_screen", default=False)
_in_words: ContextVar[bool] = ContextVar("days_in_words", default=False)


@contextmanager
def report_language(lang: str, *, practice: bool = False, hires: bool = False) -> Iterator[None]:
    """Make everything that is written within it in this language, in this thread alone.

    `practice`: the archive is the demo's, which every page and text says. `hires`: the reporter ordered the work, so
    that in English the other side (相手) is no client.
    """
    before, was_practice, was_hiring = _chosen.set(lang), _practice.set(practice), _hires.set(hires)
    try:
        yield
    finally:
        _chosen.reset(before)
        _practice.reset(was_practice)
        _hires.reset(was_hiring)


@contextmanager
def screen_words(*, hires: bool = False) -> Iterator[None]:
    """As `report_language`, for what a screen says in the words of packages: in the language of the program."""
    before = _on_screen.set(True)
    try:
        with report_language(JAPANESE if program_language() == JAPANESE else _SCREEN, hires=hires):
            yield
    finally:
        _on_screen.reset(before)


@contextmanager
def days_in_words() -> Iterator[None]:
    """Make the days that are written within it read as a person says them: for page 1 and letters, not for tables."""
    before = _in_words.set(True)
    try:
        yield
    finally:
        _in_words.reset(before)


def has_days_in_words() -> bool:
    """Whether a day is written in words: also in all of an English package."""
    return _in_words.get() or is_english()


def is_on_screen() -> bool:
    """Whether what is said is for the user's own screen, not for a package."""
    return _on_screen.get()


def is_practice() -> bool:
    """Whether the package that is being made is of the demo's invented people and messages."""
    return _practice.get()


def marked(title: str) -> str:
    """A title of a page or a text, with a mark before it where it is for practice."""
    return say("【練習用】") + title if _practice.get() else title


def is_english() -> bool:
    """Whether the package that is being made is in English."""
    return _chosen.get() == ENGLISH


def current_language() -> str:
    """The language of the package that is being made."""
    return _chosen.get()


def said_day(day: date) -> str:
    """A day in words: `2026年11月10日`; in an English package `10 November 2026`."""
    return english_day(day) if is_english() else f"{day.year}年{day.month}月{day.day}日"


def said_time(local: datetime, *, seconds: bool = True) -> str:
    """A time with its day in words; `local` is Japan's time already."""
    if is_english():
        clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
        return f"{english_day(local.date())}, {clock} JST"
    return f"{said_day(local)} {local:%H:%M:%S}" if seconds else f"{said_day(local)} {local:%H:%M}"


def english_day(day: date, *, weekday: bool = False) -> str:
    """A day that nobody takes for another: `10 November 2026`."""
    name = f"{_WEEKDAYS[day.weekday()]}, " if weekday else ""
    return f"{name}{day.day} {MONTHS[day.month - 1]} {day.year}"


def stated_day(typed: str) -> str:
    """A day or time of day that the user typed, in the language of the package; any other text as it was typed."""
    if not has_days_in_words() or not _ISO.fullmatch(typed):
        return typed
    at = datetime.fromisoformat(typed)
    return said_day(at) if len(typed) == len("2026-11-05") else said_time(at, seconds=typed.count(":") > 1)


def say(japanese: str, /, **values: object) -> str:
    """A text of the report in the language of the package, filled with its values: covered ones stand in no quotation.

    The English text may have `{n:s}` for the ending of a plural: an s unless n is 1.
    """
    is_japanese = _chosen.get() == JAPANESE
    form = of_other_side(japanese) if is_japanese else _in_english(japanese)
    for name in [one for one in values if is_covered(values[one])] if "「{" in japanese else ():
        bare = f"{values[name]}".partition(say(VARIANT))[0]
        values[name] = bare if bare.startswith("(") else f"({bare})"
        form = re.sub(f"[「“]({{{name}}})[」”]", r"\1", form)
    if not values:
        return form
    return form.format(**values) if is_japanese else PLURALS.vformat(form, (), values)


def is_covered(text: object) -> bool:
    """Whether a text is covered as a whole, so that it is nobody's words to quote."""
    return isinstance(text, str) and text.partition(say(VARIANT))[0] in map(say, (UNREAD, COVERED, COVERED_NAME))


def program_language() -> str:
    """The language of the program itself, `ja` or `en`."""
    return JAPANESE if "Language: ja" in gettext.gettext(_HEAD) else ENGLISH


def in_program_language(japanese: str) -> str:
    """A text of ours that is written in Japanese, such as a platform's, on a screen: in the language of the program."""
    return japanese if program_language() == JAPANESE else _in_english(japanese)


def of_other_side(words: str) -> str:
    """Words of ours where the user ordered the work: pays and does not receive, and the other side is no client."""
    if not _hires.get():
        return words
    return _OTHER_SIDE.sub(r"\1ontractor", words).replace("受け取った金額", "支払った金額").replace("入金", "支払い")


class _Plurals(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "s" and isinstance(value, int):
            return "" if value == 1 else "s"
        return str(super().format_field(value, format_spec))


PLURALS = _Plurals()
"""Fills an English text that may have `{n:s}`."""


def _in_english(japanese: str) -> str:
    english = (english_texts().get(japanese) or _english().gettext(japanese)) if japanese else ""
    return of_other_side(english) if "相手" in japanese else english


@cache
def _english() -> gettext.NullTranslations:
    path = files("archiver") / "locale" / ENGLISH / "LC_MESSAGES" / "report.mo"
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)
