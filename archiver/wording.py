"""Texts of the program in the user's language, in which each command is typed as it works for this call's archive.

`gettext` and `ngettext` stand in for those of the standard library wherever a text names a command. Commands are
completed before a text is filled in: only there the program's own words are told from what others wrote.
"""

from __future__ import annotations

import gettext as catalogue
import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

_PLAIN = re.compile(r"[\w./\\:=+-]+", re.ASCII)
_SAFE_BETWEEN_DOUBLE = re.compile(r"[^\"$`“”„]*")


class Completion(NamedTuple):
    """How commands in a text get the home of the archive."""

    complete: Callable[[str, str], str]
    """A text and what stands for `archive` in its commands → the text with these commands."""
    line: str
    """`archive --home DIR`, as it is typed."""


_completion: ContextVar[Completion | None] = ContextVar("completion", default=None)


class _Pattern(str):
    """A text whose commands name a path with braces, which are no fields of `format`."""

    pattern: str

    def format(self, *args: object, **values: object) -> str:
        """The text with its fields filled, and the path as it is."""
        return self.pattern.format(*args, **values)


@contextmanager
def own_completion(completion: Completion | None = None) -> Iterator[None]:
    """Within, commands in texts of this thread are completed so, or as `complete_with` says; afterwards as before."""
    token = _completion.set(completion)
    try:
        yield
    finally:
        _completion.reset(token)


def complete_with(completion: Completion | None) -> None:
    """From now on complete commands so; None: they stand as in the catalogue."""
    _completion.set(completion)


def gettext(message: str) -> str:
    """The text in the language of the process, its commands completed."""
    return typed(catalogue.gettext(message))


def ngettext(one: str, many: str, n: int) -> str:
    """The text for a number in the language of the process, its commands completed."""
    return typed(catalogue.ngettext(one, many, n))


def typed(text: str) -> str:
    """The program's own text, such as a command that is put together, with its commands completed."""
    completion = _completion.get()
    if completion is None or "archive" not in text:
        return text
    completed = completion.complete(text, completion.line)
    if completed == text or {"{", "}"}.isdisjoint(completion.line):
        return completed
    pattern = _Pattern(completed)
    escaped = completion.line.replace("{", "{{").replace("}", "}}")
    pattern.pattern = completion.complete(text, escaped)
    return pattern


def N_(text: str) -> str:  # noqa: N802 - the name that catalogue extractors know
    """Mark a text for the catalogues without translating it yet."""
    return text


def shell_line(words: Sequence[str], *, platform: str) -> str:
    """The words as one line for PowerShell on Windows and a POSIX shell elsewhere; `platform` is a `sys.platform`."""
    if platform == "win32":
        return " ".join(map(_for_windows, words))
    return shlex.join(words)


def _for_windows(word: str) -> str:
    """A word in double quotation marks where nothing in it has a meaning, as the older command prompt knows them too.

    PowerShell accepts typographic quotation marks (about_Quoting_Rules), and a comma outside quotes makes a list.
    """
    if _PLAIN.fullmatch(word):
        return word
    if _SAFE_BETWEEN_DOUBLE.fullmatch(word) and not word.endswith("\\"):
        return f'"{word}"'
    return single_quoted(word)


def single_quoted(text: str) -> str:
    """A text of PowerShell in which nothing has a meaning; it knows typographic quotation marks too."""
    return "'" + re.sub("(['‘’‚‛])", r"\1\1", text) + "'"
