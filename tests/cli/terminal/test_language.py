"""Which language the program speaks, and that its output survives every terminal."""

from __future__ import annotations

import io
import sys
from gettext import gettext
from pathlib import Path

import pytest
from hypothesis import given, strategies

from archiver.cli.terminal.help_pages import (
    choose_language,
    make_output_safe,
    read_option_ahead,
    set_language,
    windows_language,
)


def english(home: Path) -> Path:
    """A home whose settings say English."""
    (home / "archive.toml").write_text('language = "en"\n', encoding="utf-8")
    return home


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--home", "a", "status"], "a"),
        (["--home=a", "status"], "a"),
        (["-v", "--lang", "en", "--home", "a", "--help"], "a"),
        (["--home", "a", "--home=b"], "b"),
        (["status", "--home", "a"], None),
        (["--lang", "--home", "a"], None),
        (["--", "--home", "a"], None),
        (["--home"], ""),
        ([], None),
    ],
)
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


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "ja"),
        ({"LANG": "C"}, "ja"),
        ({"LANG": "POSIX"}, "ja"),
        ({"LANG": "C.UTF-8"}, "ja"),
        ({"LC_ALL": ""}, "ja"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja"}, "ja"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE@euro"}, "en"),
        ({"LC_ALL": "en_US", "LC_MESSAGES": "ja", "LANG": "ja"}, "en"),
        ({"LC_MESSAGES": "en_US", "LANG": "ja"}, "en"),
        ({"LC_ALL": "", "LANG": "en_US"}, "en"),
        ({"LANGUAGE": "en"}, "ja"),
        ({"ARCHIVE_LANG": "ja", "LC_ALL": "en_US"}, "ja"),
        ({"ARCHIVE_LANG": "fr", "LC_ALL": "ja_JP"}, "en"),
    ],
)
def test_the_environment_chooses(tmp_path: Path, environ: dict[str, str], expected: str) -> None:
    """Our own variable, then the locale's in their order; no word at all is Japanese."""
    assert expected == choose_language([], {"ARCHIVE_HOME": str(tmp_path), **environ})


def test_the_settings_come_before_the_locale(tmp_path: Path) -> None:
    """What was chosen at the first setup holds in every terminal."""
    environ = {"ARCHIVE_HOME": str(english(tmp_path)), "LANG": "ja_JP.UTF-8"}

    assert "en" == choose_language([], environ)


def test_the_settings_of_the_home_on_the_line_count(tmp_path: Path) -> None:
    """`--home` decides which settings those are."""
    (tmp_path / "other").mkdir()

    actual = choose_language(["--home", str(english(tmp_path))], {"ARCHIVE_HOME": str(tmp_path / "other")})

    assert "en" == actual


def test_the_option_and_the_variable_come_before_the_settings(tmp_path: Path) -> None:
    """`--lang` is the strongest, then ARCHIVE_LANG."""
    environ = {"ARCHIVE_HOME": str(english(tmp_path)), "ARCHIVE_LANG": "ja"}

    actual = (
        choose_language([], environ),
        choose_language(["--lang", "en"], environ),
        choose_language(["--lang", "fr"], environ),
    )

    assert ("ja", "en", "ja") == actual


def test_a_home_that_cannot_be_does_not_stop_the_choice() -> None:
    """The command itself will say what is wrong with it, in some language."""
    assert "en" == choose_language(["--home", "~no-such-user-here"], {"LANG": "en_US"})


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
