"""Asks questions on a terminal: an answer that is not valid gets one sentence, and the question is repeated."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Sequence
from gettext import gettext as _
from typing import TypeVar

import click

from archiver import errors
from archiver.cli.terminal.output import echo
from archiver.cli.terminal.text import WIDTH, beside, visible, wrap
from archiver.errors import N_
from archiver.setup.written_values import InvalidAnswer

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
    while True:
        answer = click.prompt(
            "  " + question, default="", show_default=False, hide_input=hidden, prompt_suffix=" ", err=err
        )
        try:
            return understand((answer if exact else unicodedata.normalize("NFKC", answer)).strip())
        except InvalidAnswer as error:
            tell(str(error))
        except errors.UsageError as error:
            tell(f"{error} {error.advice()}".rstrip())


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
