"""How the first run asks: a question, an answer that is checked, else one sentence and the question again."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from gettext import gettext as _
from typing import TypeVar

import click

from archiver import errors
from archiver.cli.terminal.text import wrap
from archiver.errors import N_

WIDTH = 80
T = TypeVar("T")

_YES = frozenset({"y", "yes", "はい", "ハイ"})
_NO = frozenset({"n", "no", "いいえ", "イイエ"})

NOT_YES_OR_NO = N_("Please answer yes or no.")


class InvalidAnswer(Exception):
    """An answer that cannot be meant; its text is the sentence to show."""


class Postponed(Exception):
    """The user left on purpose, to go on later."""


def tell(text: str, *, indent: int = 2) -> None:
    """Words of the program, folded to the screen below a margin."""
    click.echo("\n".join(" " * indent + line for line in wrap(text, WIDTH - indent)))


def tell_head(number: int, text: str) -> None:
    """The head of one of the five steps."""
    margin = len("[1/5] ")
    lines = wrap(text, WIDTH - margin)
    click.echo(f"[{number}/5] " + ("\n" + " " * margin).join(lines))


def ask(question: str, understand: Callable[[str], T], *, hidden: bool = False, exact: bool = False) -> T:
    """Ask until the answer is understood. Raises click.Abort at Ctrl-C and at the end of input.

    Full-width signs are folded; `exact`: names and texts stay as they were typed.
    """
    while True:
        said = click.prompt("  " + question, default="", show_default=False, hide_input=hidden, prompt_suffix=" ")
        try:
            return understand((said if exact else unicodedata.normalize("NFKC", said)).strip())
        except InvalidAnswer as error:
            tell(str(error))
        except errors.UsageError as fault:
            tell(f"{fault} {fault.advice()}".rstrip())


def ask_yes_no(question: str, *, default: bool) -> bool:
    """Ask for a yes or no; Enter is the default, which stands behind the question."""
    usual = _("yes") if default else _("no")
    return ask(f"{question} [{usual}]:", lambda said: understand_yes_no(said, default=default))


def understand_yes_no(said: str, *, default: bool) -> bool:
    """What a yes or no in Japanese or English means. Raises Again."""
    word = said.casefold()
    if not word:
        return default
    if word in _YES or word in _NO:
        return word in _YES
    raise InvalidAnswer(_(NOT_YES_OR_NO))
