"""Help pages that fit 80 columns in Japanese too, with texts in the language of the process.

Click measures and breaks as if every character were one column wide and spaces stood between all words.
"""

from __future__ import annotations

import contextlib
import copy
import gettext
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from gettext import gettext as _
from pathlib import Path

import click

from archiver import errors
from archiver.cli.output import columns, pad, paragraph, wrap
from archiver.settings.home import home_path, language_of


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
            lines = wrap(paragraph(text.removesuffix("  [x>=1]")), max(self.width - self.current_indent - left, 10))
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


DOMAIN = "messages"
CATALOGUES = Path(__file__).parents[1] / "locale"


def read_option_ahead(arguments: Sequence[str], option: str) -> str | None:
    """The value of `--home` or `--lang` before the command's name; the last one wins, as in click."""
    value_found = None
    remaining = iter(arguments)
    for argument in remaining:
        name, equals, value = argument.partition("=")
        if name in {"--home", "--lang"}:
            value = value if equals else next(remaining, "")
            value_found = value if name == option else value_found
        elif not argument.startswith("-") or argument == "--":
            break
    return value_found


def choose_language(
    arguments: Sequence[str],
    environ: Mapping[str, str],
    *,
    system_language: Callable[[], str | None] = lambda: None,
) -> str:
    """`ja` or `en`, from `--lang`, ARCHIVE_LANG, `archive.toml`, the locale or the system; Japanese if none is set.

    `system_language` is called if no variable names a locale, as on Windows. Never raises: a bad value is left
    to click and to `settings` to refuse.
    """
    option = read_option_ahead(arguments, "--lang")
    if option in {"ja", "en"}:
        return option
    if environ.get("ARCHIVE_LANG"):
        return _language(environ["ARCHIVE_LANG"])
    with contextlib.suppress(errors.ArchiverError):
        if setting := language_of(home_path(read_option_ahead(arguments, "--home"), environ)):
            return _language(setting)
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(variable):
            return _language(environ[variable])
    return _language(system_language() or "")


def set_language(language: str) -> None:
    """Make `ja` or `en` the language of gettext's global domain, in this process and its child processes."""
    os.environ["LANGUAGE"] = language  # the first variable that gettext looks at
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)


def windows_language() -> str | None:
    """The display language of Windows, such as `ja_JP`; None on other systems."""
    if sys.platform == "win32":
        import ctypes
        import locale

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "en")
    return None


def make_output_safe() -> None:
    """Write UTF-8 everywhere, and `\\udXXX` for lone surrogates.

    A pipe on Windows would get the code page (cp932), in which an emoji raises an error. A scheduled job without
    a console (pythonw) has no streams at all; its output is discarded, and its input is empty.
    """
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - as long as the process
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _language(name: str) -> str:
    """`ja_JP.UTF-8` → ja, `C` → ja, `de_DE` → en."""
    first = re.split(r"[_.@-]", name.strip().lower())[0]
    return "ja" if first in {"ja", "japanese", "c", "posix", ""} else "en"


def current_language() -> str:
    """`ja` or `en`: what `set_language` chose."""
    return os.environ.get("LANGUAGE", "ja")
