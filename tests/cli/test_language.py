"""Which language the program speaks; help pages in it; output that survives every terminal."""

from __future__ import annotations

import io
import sys
from gettext import gettext
from pathlib import Path

import click
import pytest
from hypothesis import given, strategies

from archiver.cli.language_and_help import (
    HelpContext,
    WideHelpFormatter,
    choose_language,
    make_output_safe,
    read_option_ahead,
    set_language,
    translate_command,
    windows_language,
)
from archiver.cli.output import columns
from tests.support.cases import cases_of


@pytest.mark.parametrize(("arguments", "expected"), cases_of(__file__, "the_home_is_read_ahead"))
def test_the_home_is_read_ahead(arguments: list[str], expected: str | None) -> None:
    """As click will read it: before the command, the last one wins."""
    assert expected == read_option_ahead(arguments, "--home")


@given(
    arguments=strategies.lists(
        strategies.text() | strategies.sampled_from(["--home", "--lang", "--lang=en", "-v", "--"])
    )
)
def test_reading_ahead_never_fails(arguments: list[str]) -> None:
    """Whatever is on the line, a language comes out."""
    assert choose_language(arguments, {"ARCHIVE_HOME": "/nowhere"}) in {"ja", "en"}


@pytest.mark.parametrize(("environ", "expected"), cases_of(__file__, "the_environment_chooses"))
def test_the_environment_chooses(tmp_path: Path, environ: dict[str, str], expected: str) -> None:
    """Our own variable, then the locale's in their order; no word at all is Japanese."""
    assert expected == choose_language([], {"ARCHIVE_HOME": str(tmp_path), **environ})


ELSEWHERE = {"ARCHIVE_HOME": "/nowhere"}


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [
        ([], {"LANG": "ja_JP.UTF-8"}, "en"),
        (["--home", "HOME"], ELSEWHERE, "en"),
        ([], {"ARCHIVE_LANG": "ja"}, "ja"),
        (["--lang", "en"], {"ARCHIVE_LANG": "ja"}, "en"),
        (["--lang", "fr"], {"ARCHIVE_LANG": "ja"}, "ja"),
        (["--home", "~no-such-user-here"], {"LANG": "en_US"}, "en"),
    ],
)
def test_the_option_comes_first_then_our_variable_then_the_settings_then_the_locale(
    tmp_path: Path, arguments: list[str], environ: dict[str, str], expected: str
) -> None:
    """Of the home on the line, if one is named there; one that cannot be stops nothing."""
    (tmp_path / "archive.toml").write_text('language = "en"\n', encoding="utf-8")
    words = [str(tmp_path) if word == "HOME" else word for word in arguments]

    assert expected == choose_language(words, {"ARCHIVE_HOME": str(tmp_path), **environ})


@pytest.mark.parametrize(("system", "expected"), [("ja_JP", "ja"), ("en_US", "en"), (None, "ja")])
def test_the_system_is_asked_where_no_variable_speaks(tmp_path: Path, system: str | None, expected: str) -> None:
    """Windows sets no locale; its own screens have a language."""
    environ = {"ARCHIVE_HOME": str(tmp_path)}

    actual = choose_language([], environ, system_language=lambda: system)

    assert expected == actual
    assert "en" == choose_language([], {**environ, "LANG": "en"}, system_language=lambda: "ja_JP")


def test_only_windows_has_a_language_of_its_own() -> None:
    """On other systems the locale's variables are all there is."""
    assert (sys.platform != "win32") is (windows_language() is None)


def test_speaking_changes_every_text_at_once() -> None:
    """Ours and click's come from one catalogue, and the language can change."""
    texts = ("Every day", "Options")
    set_language("ja")
    japanese = [gettext(text) for text in texts]
    set_language("en")

    assert (["ふだん", "オプション"], list(texts)) == (japanese, [gettext(text) for text in texts])


def test_output_is_utf_8_and_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe in a code page is turned to UTF-8; a lone surrogate is spelled out."""
    bytes_written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_written, encoding="cp932"))
    monkeypatch.setattr(sys, "stderr", None)

    make_output_safe()
    print("保存🎉\ud83d", flush=True)

    assert "保存🎉\\ud83d\n".encode() == bytes_written.getvalue()


def test_a_job_without_an_input_has_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some starters close all streams; then nobody can be asked."""
    monkeypatch.setattr(sys, "stdin", None)

    make_output_safe()

    assert (False, "") == (sys.stdin.isatty(), sys.stdin.read())


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
