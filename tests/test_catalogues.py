"""The catalogues are complete and in step with the code, and every help page fits the screen."""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from archiver.cli.commands import COMMANDS
from archiver.cli.language_and_help import HelpContext, set_language
from archiver.cli.main import build
from archiver.cli.output import columns
from tests.support.catalogues import KEYWORDS, Text, catalogue, po_bytes, po_path, problems, translations, used_texts
from tests.support.module_imports import calls_below

PACKAGE = Path(__file__).parents[1] / "archiver"


def test_every_text_is_translated_and_compiled() -> None:
    """Ours and click's, with the same placeholders; `update` was run, and nothing is left over."""
    actual = list(problems())

    assert [] == actual, "run: python -m tests.support.catalogues update"


def test_the_file_is_the_same_wherever_it_is_made() -> None:
    """No date, no name, no place in the source: only a changed text changes it."""
    actual = po_bytes(catalogue("ja", used_texts()))

    assert po_path("ja").read_bytes() == actual
    assert not {word for word in (b"-Date:", b"Translator:", b"Team:", b"#: ") if word in actual}


def test_japanese_has_no_character_of_doubtful_width() -> None:
    """Such characters take one column here and two there, and tables fall apart."""
    doubtful = {
        character
        for texts in translations("ja").values()
        for character in "".join(texts)
        if unicodedata.east_asian_width(character) == "A"
    }

    assert set() == doubtful


# --- help pages ------------------------------------------------------------------------------


def pages(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """The help page of a command and of all below it."""
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from pages(below, below.context_class(below, info_name=name, parent=context))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_help_page_fits_80_columns(language: str) -> None:
    """In both languages, for every command there is."""
    set_language(language)
    group = build()

    found = dict(pages(group, HelpContext(group, info_name="archive", terminal_width=80 - 2)))

    assert {f"archive {name}" for name in COMMANDS} <= found.keys()
    wide = [(name, line) for name, page in found.items() for line in page.splitlines() if columns(line) > 80]
    assert [] == wide
    assert [] == [name for name, page in found.items() if "[x>=" in page]


def texts(command: click.Command) -> Iterator[str | None]:
    """Everything written by us that the help of a command shows, before translation."""
    yield from (command.help, command.short_help, command.epilog)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from (parameter.help or f"{parameter.name} of {command.name} says nothing", parameter.prompt)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from texts(below)


@pytest.fixture(scope="module")
def used() -> set[Text]:
    """What the tree has to be read for, once for all commands."""
    return used_texts()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_texts_are_marked_for_translation(name: str, used: set[Text]) -> None:
    """A command's help is `help=N_("…")`, never its docstring, and every option has one."""
    module = importlib.import_module(COMMANDS[name].module)

    found = [text for text in texts(getattr(module, f"command_{name}")) if text]

    assert found
    assert set() == set(found) - used


def test_no_text_stands_inside_a_formatted_string() -> None:
    """A translator never sees it there: what extracts texts looks into calls, not into f-strings."""
    calls = (one for one in calls_below(PACKAGE) if one.is_within_a_text and one.name in KEYWORDS)

    assert [] == [f"{one.path.relative_to(PACKAGE)}:{one.line}" for one in calls]
