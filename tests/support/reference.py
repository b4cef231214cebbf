"""Makes the pages of `docs/reference` that the program itself can tell: `python -m tests.support.reference update`.

What is said there of a command or an option is its help, so each is worded once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from archiver.cli.main import build
from archiver.settings.file import new_file, settings
from archiver.settings.model import SettingsFile

FOLDER = Path(__file__).parents[2] / "docs" / "reference"

COMMANDS = """# Commands

This page is made from the help of the program (`python -m tests.support.reference update`).

`archive` alone is `archive status`, or an invitation to begin. Results go to stdout, progress and talk to stderr.
On a terminal no line is wider than 80 columns, and what is longer than the screen goes through a pager.
What a code at the end means: [exit codes](exit-codes.md). What `--json` prints: [JSON documents](json.md).
Times are given as `2026-10-02`, `2026/10/2` or `2026-10-02 14:05`, in Japan's time.
A job is named by its id, its number on the platform, or its title or a part of it. The only one may be left out.
"""


def command_tree(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """The root and every command that can be called, by its full name, hidden ones last."""
    if isinstance(command, click.Group):
        if name == "archive" or command.invoke_without_command:
            yield name, command
        context = click.Context(command, info_name=name)
        children = [(child, command.get_command(context, child)) for child in command.list_commands(context)]
        for child, found in sorted(children, key=lambda one: one[1] is not None and one[1].hidden):
            assert found is not None
            yield from command_tree(found, f"{name} {child}")
    else:
        yield name, command


def commands_page() -> str:
    """The page of all commands with their options, hidden ones too."""
    return COMMANDS + "".join(_command_section(name, command) for name, command in command_tree(build(), "archive"))


def _command_section(name: str, command: click.Command) -> str:
    arguments = [one.make_metavar(click.Context(command)) for one in command.params if isinstance(one, click.Argument)]
    usage = f"`{' '.join([name, *arguments])}`. " if arguments else ""
    hidden = "Not listed in `archive --help`. " if command.hidden else ""
    text = "\n\n".join(" ".join(part.split()) for part in (command.help or "").replace("\b\n", "").split("\n\n"))
    rows = [_option_row(command, one) for one in command.params if isinstance(one, click.Option) and one.name != "help"]
    table = "\n".join(["", "| option | meaning |", "|---|---|", *rows, ""]) if rows else ""
    return f"\n## `{name}`\n\n{usage}{hidden}{text}\n{table}"


def _option_row(command: click.Command, option: click.Option) -> str:
    value = "" if option.is_flag or option.count else f" {option.make_metavar(click.Context(command))}"
    names = [f"`{one}{value if one.startswith('--') else ''}`" for one in option.opts]
    meaning = (option.help or "").strip().rstrip(".")
    if option.multiple and "repeat" not in meaning:
        meaning += "; may be repeated"
    cells = (", ".join(names), f"{'(hidden) ' if option.hidden else ''}{meaning}")
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def settings_page() -> str:
    """The page of the settings, with its table of each key, its default and its comment made anew."""
    rows = [f"| `{key}` | `{value}` | {_english(comment)} |\n" for key, value, comment in settings(SettingsFile())]
    text = (FOLDER / "settings.md").read_text("utf-8")
    before, head, rest = text.partition("| key | default | meaning |\n|---|---|---|\n")
    return before + head + "".join(rows) + "\n" + rest.partition("\n\n")[2]


def _english(comment: str) -> str:
    """The English part of a comment: what follows the slash, or the lines after the last Japanese one."""
    if "\n" not in comment:
        return comment.partition(" / ")[2]
    return " ".join(one for one in comment.splitlines() if not re.search(r"^ |[\u3040-\u30ff]", one))


PAGES = {
    "commands.md": commands_page,
    "settings.md": settings_page,
    "../../config/archive.example.toml": new_file,
}
"""Each page that is made, with what makes it."""


def main() -> int:
    """Write the pages anew."""
    if sys.argv[1:] != ["update"]:
        print(__doc__)
        return 2
    for name, make in PAGES.items():
        (FOLDER / name).write_text(make(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
