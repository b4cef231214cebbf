"""Help pages that fit 80 columns in Japanese too, with texts in the language of the process.

Click measures and breaks as if every character were one column wide and spaces stood between all words.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from gettext import gettext as _

import click

from archiver.cli.terminal.text import columns, pad, paragraph, wrap


class WideHelpFormatter(click.HelpFormatter):
    """Click's formatter, counting full-width characters as two columns and breaking Japanese between characters."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write `使い方: archive save [オプション]`, with wrapped arguments below each other."""
        before = (prefix or _("Usage:") + " ") + f"{prog} "
        first, *others = wrap(args, max(self.width - columns(before), 20)) or [""]
        self.write(f"{before}{first}".rstrip() + "\n")
        for line in others:
            self.write(" " * columns(before) + line + "\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs, wrapped anew; one that begins with a line `\\b` keeps its lines."""
        blocks = []
        for block in text.split("\n\n"):
            mark, _end, rest = block.partition("\n")
            is_literal = mark.strip() == "\b"
            lines = rest.splitlines() if is_literal else wrap(paragraph(block), self.width - self.current_indent)
            blocks.append("".join(f"{'':{self.current_indent}}{line}".rstrip() + "\n" for line in lines))
        self.write("\n".join(blocks))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms at the left and their meaning at the right; a long term has a line of its own."""
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


class HelpContext(click.Context):
    """Click's context with the formatter of this module."""

    formatter_class = WideHelpFormatter


def translate_command(command: click.Command) -> click.Command:
    """Return a copy of a command and its subcommands in the language of the process.

    Command modules write `help=N_("…")`, as no language is chosen yet when they are imported.
    """
    translation = copy.copy(command)
    translation.context_class = HelpContext
    translation.help, translation.short_help, translation.epilog = map(
        _translate, (command.help, command.short_help, command.epilog)
    )
    translation.short_help = translation.short_help or _first_sentence(translation.help)
    if translation.options_metavar == "[OPTIONS]":
        translation.options_metavar = _("[OPTIONS]")
    translation.params = [_translate_parameter(parameter) for parameter in command.params]
    if isinstance(translation, click.Group):
        translation.subcommand_metavar = _("COMMAND [ARGS]...")
        translation.commands = {
            name: translate_command(subcommand) for name, subcommand in translation.commands.items()
        }
    return translation


def _translate(text: str | None) -> str | None:
    return _(text) if text else text  # gettext("") is the catalogue's header


def _first_sentence(text: str | None) -> str | None:
    """What a list of commands says of one: in English the first sentence, in Japanese, which is short, the paragraph.

    Click would cut it off after a number of words, which Japanese has not.
    """
    if not text:
        return text
    first = text.partition("\n\n")[0]
    match = re.match(r".*?\.(?=\s|$)", first, re.DOTALL)
    return match[0] if match else first


def _translate_parameter(parameter: click.Parameter) -> click.Parameter:
    translation = copy.copy(parameter)
    for name in ("help", "prompt", "metavar"):
        text = getattr(translation, name, None)
        if isinstance(text, str):
            setattr(translation, name, _translate(text))
    return translation
