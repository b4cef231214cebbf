"""Prints results: on a terminal lines have at most 80 columns, and what is longer than the screen goes to a pager."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from gettext import gettext as _

import click

from archiver.cli.terminal.text import WIDTH, columns, visible, wrap

RULE = "-" * WIDTH
"""The line between the parts of a screen."""
_PARTS = re.compile(r"( *)((?:(?!  ).)+)")
"""The gap before a part of a line, and the part."""
_CONTINUED = 2
"""Columns by which the rest of a line that was too wide stands further in."""
_held: ContextVar[dict[bool, list[str]] | None] = ContextVar("held", default=None)


def echo(text: str = "", /, *, err: bool = False, **words: object) -> None:
    """Print lines on stdout or stderr; on a terminal too wide ones are broken, elsewhere they stay whole.

    `words` stand in place of the text's fields, with control characters made visible.
    """
    if words:
        text = text.format(**{name: visible(str(word)) for name, word in words.items()})
    if (held := _held.get()) is not None:
        held[err].append(text)
        return
    stream = sys.stderr if err else sys.stdout
    is_paged = isinstance(sys.stdout, _CollectedOutput) and stream.isatty()
    click.echo(fit_lines(text) if stream.isatty() else text, err=err and not is_paged)


def echo_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Print each of these lines."""
    for line in lines:
        echo(line, err=err)


def echo_json(document: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False))


@contextmanager
def told_under(heading: str) -> Iterator[None]:
    """Print what this thread says inside at its end: together, under a heading, and nothing if nothing was said.

    So the sentences of threads that speak at the same time stay apart.
    """
    said: dict[bool, list[str]] = {False: [], True: []}
    token = _held.set(said)
    try:
        yield
    finally:
        _held.reset(token)
        for err, texts in said.items():
            if texts:
                echo("\n".join([heading, *texts]), err=err)


def fit_lines(text: str) -> str:
    """The text with lines of at most 80 columns; what is broken goes on a little further in.

    Only one long word, such as an address or a path, may be wider, so that it can be copied.
    """
    return "\n".join(part for line in text.split("\n") for part in _fit_line(line))


def _fit_line(line: str) -> list[str]:
    """The line broken between its parts, which two spaces or more separate, and within a part that is too wide."""
    line = line.rstrip(" ") if columns(line) > WIDTH else line
    if columns(click.unstyle(line)) <= WIDTH:
        return [line]
    margin = len(line) - len(line.lstrip(" "))
    indentation = " " * (margin + _CONTINUED)
    lines = [" " * margin]
    first, *others = _PARTS.findall(line.lstrip(" "))
    for gap, part in [("", first[1]), *others]:
        if columns(lines[-1] + gap + part) <= WIDTH:
            lines[-1] += gap + part
            continue
        broken = wrap(part, WIDTH - len(indentation), cuts_words=False)
        if not lines[-1].strip():
            lines[-1] += broken.pop(0)
        lines += [indentation + piece for piece in broken]
    return lines


class _CollectedOutput(io.StringIO):
    """What is printed for the pager; lines are made for a terminal."""

    def isatty(self) -> bool:
        """Whether lines are broken as on a terminal: yes."""
        return True


@contextmanager
def paged_output(*, is_wanted: bool = True) -> Iterator[None]:
    """Show what is printed on stdout inside in a pager if it is longer than the screen. Ask no question inside.

    Nothing changes without a terminal. On Windows only a program named by PAGER is used, as its `more` cannot show
    UTF-8.
    """
    if not is_wanted or not _has_pager():
        yield
        return
    collected = _CollectedOutput()
    try:
        with redirect_stdout(collected):
            yield
    finally:
        _show(collected.getvalue())


def _has_pager() -> bool:
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty() and not isinstance(sys.stdout, _CollectedOutput)
    return is_terminal and (sys.platform != "win32" or bool(os.environ.get("PAGER")))


def _show(text: str) -> None:
    if text.count("\n") < shutil.get_terminal_size((WIDTH, 24)).lines:
        click.echo(text, nl=False)
        return
    prompt = re.sub(r"([?:.%\\])", r"\\\1", _("(Space: next page   q: close)"))
    # -R shows bold text, -X leaves the text on the screen, -e closes at the second try to go past the end.
    os.environ.setdefault("LESS", f"-RXePs{prompt}$")
    os.environ.setdefault("LESSCHARSET", "utf-8")
    click.echo_via_pager(text)
