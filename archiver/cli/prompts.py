"""Asks on a terminal until an answer is valid: questions, a saved room, the days of `--from` and `--to`."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from gettext import gettext as _
from typing import TYPE_CHECKING, TypeVar

import click

from archiver import errors
from archiver.cli.output import WIDTH, beside, echo, echo_lines, fit_lines, visible, wrap
from archiver.errors import N_, BadValue, EmptyPeriod
from archiver.letter_folding import fold
from archiver.records import JST
from archiver.setup.answers import InvalidAnswer
from archiver.typed_days import read_days

if TYPE_CHECKING:
    from archiver.store.archive import Reading

T = TypeVar("T")

_YES = frozenset({"y", "yes", "はい", "ハイ"})
_NO = frozenset({"n", "no", "いいえ", "イイエ"})

NOT_YES_OR_NO = N_("Please answer yes or no.")


class Postponed(Exception):
    """The user chose to go on later."""


def tell(text: str, /, *, indent: int = 2, **words: object) -> None:
    """Print a text, wrapped to the screen and indented; `words` stand in place of its fields, as for `echo`."""
    if words:
        text = text.format(**{name: visible(str(word)) for name, word in words.items()})
    echo("\n".join(" " * indent + line for line in wrap(text, WIDTH - indent)))


def say_choice(sentence: str) -> None:
    """Print what a choice has done; nothing if it changed nothing."""
    if sentence:
        echo(sentence)


def tell_head(number: int, text: str) -> None:
    """Print the heading of one of the five steps."""
    echo("\n".join(beside(f"[{number}/5] ", [text])))


def is_asked() -> bool:
    """Whether somebody sits at a terminal who can be asked: both the input and what is printed are one."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def asked(question: str, understand: Callable[[str], T], *, otherwise: str, exact: bool = False) -> T:
    """Ask for what was left out. Raises UsageError with the sentence `otherwise` where nobody can answer."""
    if not is_asked():
        raise errors.UsageError(detail=otherwise)
    return ask(question, understand, exact=exact)


def asked_path(question: str, *, otherwise: str) -> str:
    """The same for a path; one that was dragged into the window comes in quotes or with backslashes."""
    return asked(question, read_path, otherwise=otherwise, exact=True)


def read_path(answer: str) -> str:
    """A typed or dragged path without its quotes. Raises InvalidAnswer for an empty answer."""
    import shlex

    if not answer:
        raise InvalidAnswer(_("Type the path, or drag the file or folder into this window."))
    if sys.platform == "win32":
        return answer.strip("\"' ")
    try:
        words = shlex.split(answer)
    except ValueError:
        return answer
    return words[0] if len(words) == 1 else answer


def ask(
    question: str, understand: Callable[[str], T], *, hidden: bool = False, exact: bool = False, err: bool = False
) -> T:
    """Ask until the answer is understood. Raises click.Abort at Ctrl-C and at the end of input.

    Full-width characters are folded, unless `exact` keeps names and texts as they were typed. `err`: on stderr.
    """
    *lines, last = fit_lines("  " + question).split("\n")
    while True:
        echo_lines(lines, err=err)
        answer = click.prompt(last, default="", show_default=False, hide_input=hidden, prompt_suffix=" ", err=err)
        try:
            return understand((answer if exact else unicodedata.normalize("NFKC", answer)).strip())
        except InvalidAnswer as error:
            tell(str(error))
        except errors.UsageError as error:
            tell(f"{error} {error.advice()}".rstrip())


def checked(is_right: Callable[[str], object], sentence: str) -> Callable[[str], str]:
    """A reader of answers that are taken as they are; one that is not right is answered with the sentence."""

    def read(answer: str) -> str:
        if not is_right(answer):
            raise InvalidAnswer(sentence)
        return answer

    return read


def numbers_in(answer: str) -> list[int]:
    """The numbers of an answer; none if a word of it is no number."""
    words = re.split(r"[\s,、]+", answer.strip(" ,、"))
    return [int(word) for word in words] if all(word.isdecimal() and len(word) < 7 for word in words) else []


def ask_numbers(question: str, texts: Sequence[str], *, none: str) -> list[int]:
    """Let the user choose among texts by number, on stderr; nothing where 0 is answered, which means `none`."""

    def read(answer: str) -> list[int]:
        numbers = numbers_in(answer)
        if numbers != [0] and not (numbers and all(1 <= number <= len(texts) for number in numbers)):
            raise InvalidAnswer(_("Please give numbers from 1 to {n}, or 0 for none of them.").format(n=len(texts)))
        return [*filter(None, dict.fromkeys(numbers))]

    for number, text in (*enumerate(texts, 1), (0, none)):
        echo(f"  {number:>3} {text}", err=True)
    return ask(question, read, err=True)


def ask_yes_no(question: str, *, default: bool, err: bool = False) -> bool:
    """Ask for a yes or no; Enter means the default, which is shown behind the question."""
    default_word = _("yes") if default else _("no")
    return ask(f"{question} [{default_word}]:", lambda answer: read_yes_no(answer, default=default), err=err)


def read_yes_no(answer: str, *, default: bool) -> bool:
    """Read a yes or no in Japanese or English; an empty answer is the default. Raises InvalidAnswer."""
    word = answer.casefold()
    if not word:
        return default
    if word in _YES or word in _NO:
        return word in _YES
    raise InvalidAnswer(_(NOT_YES_OR_NO))


def find_room(reading: Reading, wanted: str | None) -> int:
    """The saved room that a word names; left out, the only one. On a terminal the user chooses where several fit.

    Raises UnknownRoom, NoContract, UsageError where several fit and nobody can be asked.
    """
    from archiver.store.queries.contracts import contracts
    from archiver.store.queries.current_state import room_names

    names = room_names(reading)
    saved = dict.fromkeys(room.room_id for contract in contracts(reading) for room in contract.rooms)
    if (wanted or "").isdecimal() and int(wanted or "") in names:  # one that belongs to no job any more, too
        return int(wanted or "")
    if not saved:
        raise errors.NoContract
    return one_room({room: names.get(room, "") for room in saved}, wanted or "")


def one_room(names: Mapping[int, str], wanted: str) -> int:
    """The one of these rooms that a word names; the user chooses where several fit. Raises UnknownRoom, UsageError."""
    fitting = matching(names, wanted)
    if not fitting:
        raise errors.UnknownRoom(room=visible(wanted))
    return next(iter(fitting)) if len(fitting) == 1 else _choose(fitting)


def matching(names: Mapping[int, str], wanted: str) -> dict[int, str]:
    """Those whose number is this, else those of this name, else those with this in it, folded as for a search."""
    word = fold(wanted)
    if numbered := {room: name for room, name in names.items() if str(room) == word}:
        return numbered
    whole = {room: name for room, name in names.items() if fold(name) == word}
    return whole or {room: name for room, name in names.items() if word in fold(name)}


def _choose(rooms: Mapping[int, str]) -> int:
    """Let the user choose one of several; without a terminal name them all."""
    lines = [f"{room}  {visible(name)}" for room, name in rooms.items()]
    if not is_asked():
        detail = _("Say which chat is meant, by its number: {rooms}")
        raise errors.UsageError(detail=detail.format(rooms=", ".join(lines)))
    tell(_("Which chat?"), indent=0)
    for number, line in enumerate(lines, 1):
        echo(f"  {number:>3} {line}")
    return ask(_("Number:"), lambda answer: _read_choice(answer, rooms))


def _read_choice(answer: str, rooms: Mapping[int, str]) -> int:
    """The room of this place in the list, else the one that the answer names. Raises InvalidAnswer."""
    places = {str(place): room for place, room in enumerate(rooms, 1)}
    if answer in places:
        return places[answer]
    fitting = matching(rooms, answer) if answer else {}
    if len(fitting) == 1:
        return next(iter(fitting))
    raise InvalidAnswer(_("Please give a number from 1 to {n}.").format(n=len(rooms)))


_EXAMPLES = "2026-11-24 / 2026-11-24T14:05 / 11月24日 / 昨日"


def parse_period(since: str | None, until: str | None, *, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The beginning that `--from` gives and the end that `--to` gives. Raises BadValue, EmptyPeriod."""
    begin = None if since is None else _bounds(since, "--from", now)[0]
    end = None if until is None else _bounds(until, "--to", now)[1]
    if begin is not None and end is not None and begin >= end:
        raise EmptyPeriod(begin=since, end=until)
    return begin, end


def _bounds(value: str, option: str, now: datetime) -> tuple[datetime, datetime]:
    """When the days begin that are meant, and when they are over; a time is both. Raises BadValue."""
    try:
        if (days := read_days(value, now.astimezone(JST).date())) is not None:
            return days.bounds()
        at = datetime.fromisoformat(value.replace("/", "-"))
    except (ValueError, OverflowError):
        raise BadValue(value=value, option=option, example=_EXAMPLES) from None
    at = at if at.tzinfo else at.replace(tzinfo=JST)
    return at, at
