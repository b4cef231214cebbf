"""Width, line breaks and harmlessness of text on a terminal; what a word or a path typed there means."""

from __future__ import annotations

import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, strategies
from hypothesis import strategies as st

from archiver.cli.output import WIDTH, beside, columns, echo, fit_lines, pad, paragraph, side_by_side, visible, wrap
from archiver.cli.prompts import matching, read_path
from archiver.render.invisible_characters import shorten
from archiver.setup import menu_entry
from archiver.setup.answers import InvalidAnswer

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
    assert ["保管  |", "ab    |", "保管庫|"] == [pad(*one) + "|" for one in (("保管", 6), ("ab", 6), ("保管庫", 4))]
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
    """What is to be typed is not torn apart, with its options and where no line could hold it."""
    sentence = "自動保存が登録されておらず、最後の保存から時間がたっています:"

    assert [sentence, "archive init schedule"] == wrap(f"{sentence} archive init schedule", 72)
    assert ["archive init schedule", "へ"] == wrap("archive init schedule へ", 8)


@pytest.mark.parametrize(
    "command",
    [
        "archive --home /tmp/taro/chatwork-demo job enter job1 file",
        "archive search --chat 3 --from 2026-11-11 --to 2026-11-11",
        "'/home/田中/my work/archive' --home '/a b' job show youtube",
        "/home/taro/archiver/.venv/bin/archive export youtube --for lawyer",
        'archive job who job1 7654321 client --reason "on 10-03"',
        "archive backup 保存先",
        "C:\\archiver\\Scripts\\archive.exe status --full",
    ],
)
def test_a_command_is_copied_in_one_piece(command: str) -> None:
    """With its place, names, options and their values; the sentence around it is broken as ever."""
    sentence = "残してください。"

    assert [sentence, command, "です"] == wrap(f"{sentence} {command} です", 20)
    assert ["次は:", command, "まで", "次に"] == [
        line.strip() for line in beside("次は:" + " " * 56, [f"{command} まで", "次に"])
    ]


HEAD = "2026-11-12 18:20  田中(ID 8638512)  [「削除」表示に変わった]  動画編集_田中様"
ADDRESS = "http://127.0.0.1:1234/" + "x" * 80


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HEAD}  m2172656182899003392\nnext", f"{HEAD}\n  m2172656182899003392\nnext"),
        ("  " + "保存しました。" * 10, "  " + "保存しました。" * 5 + "\n    " + "保存しました。" * 5),
        (" " * 100, ""),
        ("a" + " " * 100, "a"),
        (f"Open: {ADDRESS}", f"Open:\n  {ADDRESS}"),
    ],
    ids=["between its parts", "within a sentence", "blanks", "blanks at the end", "an address stays whole"],
)
def test_a_wide_line_is_broken_where_it_may(text: str, expected: str) -> None:
    """Between two spaces first, then in a sentence, whose rest stands further in; what is to be copied stays whole."""
    assert expected == fit_lines(text)


@given(st.text(st.sampled_from("あ漢、。x 1"), max_size=300))
def test_every_line_fits_and_no_character_is_lost(text: str) -> None:
    """Only spaces may go."""
    actual = fit_lines(text)

    assert text.replace(" ", "") == actual.replace(" ", "").replace("\n", "")
    longest_word = max(map(columns, text.split(" ")))
    assert all(columns(line) <= WIDTH or longest_word > WIDTH - 4 for line in actual.split("\n"))


def test_nothing_is_broken_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A script gets a line as it is."""
    echo("長い文です。" * 20)

    assert "長い文です。" * 20 + "\n" == capsys.readouterr().out


ROOMS = {388277413: "動画編集_田中様", 388277414: "動画", 5: "ＡＢＣ商事 サイト制作", 6: "髙橋様"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("388277413", {388277413}),
        ("動画", {388277414}),
        ("編集", {388277413}),
        ("abc", {5}),
        ("", set(ROOMS)),
        ("田中様 ", {388277413}),
        ("ない", set()),
        ("高橋", {6}),
        ("9" * 5_000, set()),
    ],
)
def test_a_room_is_meant_by_number_name_or_part_of_its_name(wanted: str, found: set[int]) -> None:
    """A number wins, then the whole name, then every name with these characters in it."""
    assert found == set(matching(ROOMS, wanted))


@pytest.mark.parametrize("typed", ["'/tmp/a b.png'", r"/tmp/a\ b.png", "/tmp/a b.png"])
def test_a_dragged_path_loses_its_quotes(typed: str) -> None:
    """Terminals put quotes or backslashes into the path of a file that is dragged into them; Enter alone is none."""
    assert "/tmp/a b.png" == read_path(typed)
    with pytest.raises(InvalidAnswer):
        read_path("")


@pytest.mark.skipif(sys.platform != "linux", reason="xdg-open")
def test_the_file_manager_is_not_given_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lives on long after us."""
    program = tmp_path / "xdg-open"
    program.write_text(f"#!/bin/sh\n/usr/bin/env > {tmp_path}/new && mv {tmp_path}/new {tmp_path}/told\n")
    program.chmod(0o755)
    for name, value in {"PATH": f"{tmp_path}:/bin:/usr/bin", "DISPLAY": ":9", "CHATWORK_API_TOKEN": "canary"}.items():
        monkeypatch.setenv(name, value)

    assert menu_entry.show_folder(tmp_path)

    end = time.monotonic() + 10
    while not (tmp_path / "told").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    environment = (tmp_path / "told").read_text()
    assert (True, False) == ("DISPLAY=:9" in environment, "canary" in environment)
