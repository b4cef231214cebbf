"""Prints results: on a terminal lines have at most 80 columns, and what is longer than the screen goes to a pager."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from gettext import gettext as _

import click

from archiver.cli.terminal.text import columns, wrap

WIDTH = 80
"""Columns of the screen that everything is made for."""
_CONTINUED = 2
"""Columns by which the rest of a line that was too wide stands further in."""


def echo(text: str = "", *, err: bool = False) -> None:
    """Print lines on stdout or stderr; on a terminal too wide ones are broken, elsewhere they stay whole."""
    stream = sys.stderr if err else sys.stdout
    click.echo(fit_lines(text) if stream.isatty() else text, err=err)


def fit_lines(text: str) -> str:
    """The text with lines of at most 80 columns; what is broken goes on a little further in.

    Only one long word, such as an address or a path, may be wider, so that it can be copied.
    """
    return "\n".join(part for line in text.split("\n") for part in _fit_line(line))


def _fit_line(line: str) -> list[str]:
    if columns(click.unstyle(line)) <= WIDTH:
        return [line]
    margin = len(line) - len(line.lstrip(" "))
    first, *others = wrap(line.lstrip(" "), WIDTH - margin - _CONTINUED, cuts_words=False)
    return [" " * margin + first, *(" " * (margin + _CONTINUED) + other for other in others)]


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
