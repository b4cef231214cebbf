"""Help pages: 80 columns, Japanese line breaks, translation of commands that know no language yet."""

from __future__ import annotations

import click
import pytest

from archiver.cli.terminal.help_pages import HelpContext, WideHelpFormatter, set_language, translate_command
from archiver.cli.terminal.output import columns

LONG = (
    "契約の期間と、このチャットの最初のメッセージの時刻とを比べて、「契約の前からの連絡」があるかどうかを調べます。" * 2
)


@click.group(help="Options", epilog="Commands")
@click.option("--long-name-of-an-option-for-this", help=LONG, metavar="DIR")
@click.option("--short", help="Print more.")
def tree(**_options: str) -> None:
    """Hold one command."""


@tree.command("leaf", short_help="Commands")
@click.argument("what")
def _leaf(what: str) -> None:
    """Take an argument and do nothing with it."""


def page(command: click.Command) -> str:
    command = translate_command(command)
    return command.get_help(HelpContext(command, info_name="tree"))


def test_a_long_japanese_help_text_is_broken_at_80_columns() -> None:
    """The term stands alone, the text below it in lines that fit and begin with no closing character."""
    actual = page(tree).splitlines()

    lines = [line for line in actual if line.startswith(" " * 20)]
    assert len(lines) > 3
    assert max(map(columns, actual)) <= 80
    assert not [line for line in lines if line.strip()[0] in "、。」"]


def test_a_command_is_shown_in_the_language_of_the_process() -> None:
    """The same command in both languages, one after the other: nothing is fixed at import."""
    set_language("ja")
    japanese = page(tree)
    set_language("en")
    english = page(tree)

    assert "使い方: tree [オプション] コマンド [値]...\n\n  オプション\n" in japanese
    assert "Usage: tree [OPTIONS] COMMAND [ARGS]...\n\n  Options\n" in english
    assert ("詳しく表示します。" in japanese, "Print more." in english) == (True, True)
    assert "  leaf  コマンド\n" in japanese


def test_a_list_of_commands_has_what_each_does_whole() -> None:
    """However long a word of it is; and nothing of what follows the paragraph, or in English the first sentence."""
    leaf = click.Command("leaf", help=f"{LONG}\n\n段落です。")
    english = click.Command("leaf", help=f"{'One word after the other' * 9}. Another sentence.")
    listed, sentence = (page(click.Group("group", commands=[one])).partition("leaf")[2] for one in (leaf, english))

    assert "".join(listed.split()) == LONG
    assert " ".join(sentence.split()).endswith("after the other.")


def test_translating_leaves_the_command_itself_alone() -> None:
    """The command's own texts stay msgids, for the next language."""
    set_language("ja")

    translate_command(tree)

    helps = [option.help for option in tree.params if isinstance(option, click.Option)]
    assert ("Options", [LONG, "Print more."]) == (tree.help, helps)


def test_a_command_without_texts_has_none() -> None:
    """An empty msgid would be the catalogue's own header."""
    set_language("ja")

    actual = page(click.Command("bare", help=""))

    assert "Content-Type" not in actual


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\n\nthree", "  one two\n\n  three\n"),
        ("\b\none\n  two\n\n保管庫\nの", "  one\n    two\n\n  保管庫の\n"),
    ],
)
def test_paragraphs_are_kept_apart(text: str, expected: str) -> None:
    """Lines are filled anew, except below the mark that says not to."""
    formatter = WideHelpFormatter(width=78)

    with formatter.indentation():
        formatter.write_text(text)

    assert expected == formatter.getvalue()


def test_a_definition_list_lines_up_in_columns() -> None:
    """Full-width terms push the text as far as half-width ones of the same width."""
    formatter = WideHelpFormatter(width=78)

    formatter.write_dl([("保管庫", "a"), ("abcd", ""), ("x", "b")])

    assert "保管庫  a\nabcd\nx       b\n" == formatter.getvalue()
