"""Width, line breaks and harmlessness of text on a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies

from archiver.cli.terminal.output import columns, pad, paragraph, side_by_side, visible, wrap
from archiver.render.screen_text import shorten

JAPANESE = strategies.text(alphabet="保管庫のチャット、。「」()ーっ ab-1", max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 0), ("abc", 3), ("保管庫", 6), ("ハンカク", 8), ("ﾊﾝｶｸ", 4), ("か\u3099", 2), ("🎉", 2), ("\ud83d", 1)],
)
def test_full_width_characters_take_two_columns(text: str, expected: int) -> None:
    """Half-width kana one, combining marks none, a lone surrogate one."""
    assert expected == columns(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("動画編集", "動画編集"),
        ("動画編集の相談", "動画編…"),
        ("e\u0301" * 8, "e\u0301" * 8),
        ("\x1b[2J", "[U+001B…"),
        ("長い名前" * 100_000, "長い名…"),
        ("e" + "\u0301" * 100_000, "e" + "\u0301" * 63 + "…"),
    ],
)
def test_a_name_is_cut_to_its_columns_however_long_it_is(name: str, expected: str) -> None:
    """At once, as a chat's or a file's name can be of any length."""
    assert expected == shorten(name, 8)


def test_padding_counts_columns() -> None:
    """Columns line up whatever the language; what is too long is kept whole."""
    actual = [pad("保管", 6) + "|", pad("ab", 6) + "|", pad("保管庫", 4) + "|"]

    assert ["保管  |", "ab    |", "保管庫|"] == actual


def test_two_columns_of_text_line_up() -> None:
    """The right column begins two spaces after the longest text on the left."""
    assert "保管庫  a\nx       b" == side_by_side([("保管庫", "a"), ("x", "b")])


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("画面の文字をコピーしてください", 20, ["画面の文字を", "コピーしてください"]),
        ("最新の規約を確認", 14, ["最新の規約を", "確認"]),
        ("保管庫のフォルダー", 8, ["保管庫の", "フォル", "ダー"]),
        ("あいう。え", 6, ["あい", "う。え"]),
        ("あい「う」え", 6, ["あい", "「う」", "え"]),
        ("きゃっと", 2, ["き", "ゃ", "っ", "と"]),
        ("archive init を使う", 12, ["archive init", "を使う"]),
        ("値は--homeで", 8, ["値は", "--homeで"]),
        ("x" * 10, 4, ["xxxx", "xxxx", "xx"]),
        ("", 10, []),
        ("   ", 10, []),
    ],
)
def test_lines_break_where_they_may(text: str, width: int, expected: list[str]) -> None:
    """At spaces and between Japanese characters, but no line begins with 。 or ends with 「."""
    assert expected == wrap(text, width)


@given(text=JAPANESE, width=strategies.integers(10, 40))
def test_a_wrapped_text_fits_and_keeps_its_characters(text: str, width: int) -> None:
    """Every line fits, and nothing but spaces is lost."""
    actual = wrap(text, width)

    assert all(columns(line) <= width for line in actual)
    assert "".join(text.split()) == "".join("".join(actual).split())


def test_lines_of_source_become_one_paragraph() -> None:
    """English lines are joined by a space, Japanese ones by nothing."""
    actual = [paragraph("one\n  two"), paragraph("保管庫の\n  フォルダー"), paragraph("保管庫\nabc")]

    assert ["one two", "保管庫のフォルダー", "保管庫 abc"] == actual


def test_what_a_terminal_obeys_is_shown() -> None:
    """Escapes, changed direction, hidden characters and lone surrogates are visible; a line end becomes a space."""
    actual = visible("a\x1b[2J\u202eb\u200b\ud83d\r\nc\td\0\x9b🎉𠮷")

    assert "a[U+001B][2J[U+202E]b[U+200B][U+D83D] c d[U+0000][U+009B]🎉𠮷" == actual


@given(text=strategies.text())
def test_any_text_becomes_one_harmless_line(text: str) -> None:
    """No control, no character that changes the direction of text, nothing that UTF-8 cannot write."""
    actual = visible(text)

    assert not {unicodedata.category(character) for character in actual} & {"Cc", "Cs", "Zl", "Zp"}
    assert actual == actual.encode("utf-8").decode("utf-8")


def test_a_command_stays_on_one_line() -> None:
    """What is to be typed is not torn apart, unless no line could hold it."""
    sentence = "自動保存が登録されておらず、最後の保存から時間がたっています:"

    assert [sentence, "archive init schedule"] == wrap(f"{sentence} archive init schedule", 72)
    assert ["archive", "init", "schedule"] == wrap("archive init schedule", 8)
    assert ["see: archive", "status\ue000"] == wrap("see: archive status\ue000", 13)  # a private-use character
