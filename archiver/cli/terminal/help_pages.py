"""Help pages that fit 80 columns in Japanese too, and commands whose texts speak the language of the process.

Click measures and breaks as if every sign were one column wide and every word had blanks around it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from gettext import gettext as _

import click

from archiver.cli.terminal.text import columns, pad, paragraph, wrap


class Formatter(click.HelpFormatter):
    """Click's formatter, counting full-width signs as two and breaking Japanese between its signs."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """`使い方: archive sync [オプション]`, with the arguments under each other."""
        before = (prefix or _("Usage:") + " ") + f"{prog} "
        first, *others = wrap(args, max(self.width - columns(before), 20)) or [""]
        self.write(f"{before}{first}".rstrip() + "\n")
        for line in others:
            self.write(" " * columns(before) + line + "\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, broken anew; one that begins with a line `\\b` keeps its lines."""
        blocks = []
        for block in text.split("\n\n"):
            mark, _end, rest = block.partition("\n")
            kept = mark.strip() == "\b"
            lines = rest.splitlines() if kept else wrap(paragraph(block), self.width - self.current_indent)
            blocks.append("".join(f"{'':{self.current_indent}}{line}".rstrip() + "\n" for line in lines))
        self.write("\n".join(blocks))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms at the left, what they mean at the right; a long term has a line of its own."""
        rows = list(rows)
        widest = max((columns(term) for term, _text in rows), default=0)
        left = min(widest, col_max) + col_spacing
        for term, text in rows:
            lines = wrap(paragraph(text), max(self.width - self.current_indent - left, 10))
            if columns(term) > left - col_spacing:
                self.write(f"{'':{self.current_indent}}{term}\n")
            else:
                first = lines.pop(0) if lines else ""
                self.write(f"{'':{self.current_indent}}{pad(term, left)}{first}".rstrip() + "\n")
            for line in lines:
                self.write(f"{'':{self.current_indent + left}}{line}\n")


class Context(click.Context):
    """Click's context with our formatter."""

    formatter_class = Formatter


def translated(command: click.Command) -> click.Command:
    """A copy of a command, with those below it, in the language of the process.

    Command modules write `help=N_("…")`: nothing is translated at import, when no language is chosen yet.
    """
    twin = copy.copy(command)
    twin.context_class = Context
    twin.help, twin.short_help, twin.epilog = map(_text, (command.help, command.short_help, command.epilog))
    if twin.options_metavar == "[OPTIONS]":
        twin.options_metavar = _("[OPTIONS]")
    twin.params = [_parameter(parameter) for parameter in command.params]
    if isinstance(twin, click.Group):
        twin.subcommand_metavar = _("COMMAND [ARGS]...")
        twin.commands = {name: translated(below) for name, below in twin.commands.items()}
    return twin


def _text(text: str | None) -> str | None:
    return _(text) if text else text  # gettext("") is the catalogue's header


def _parameter(parameter: click.Parameter) -> click.Parameter:
    twin = copy.copy(parameter)
    for name in ("help", "prompt", "metavar"):
        text = getattr(twin, name, None)
        if isinstance(text, str):
            setattr(twin, name, _text(text))
    return twin
