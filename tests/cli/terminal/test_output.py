"""Lines on a terminal: at most 80 columns, broken between their parts; whole where nobody looks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.cli.terminal.output import WIDTH, columns, echo, fit_lines


def test_a_wide_line_is_broken_between_its_parts() -> None:
    """Two spaces separate the parts; the rest stands further in."""
    head = "2026-11-12 18:20  田中(ID 8638512)  [「削除」表示に変わった]  動画編集_田中様"

    actual = fit_lines(f"{head}  m2172656182899003392\nnext")

    assert f"{head}\n  m2172656182899003392\nnext" == actual


def test_a_wide_part_is_broken_within() -> None:
    """A sentence goes on in the next line."""
    actual = fit_lines("  " + "保存しました。" * 10)

    assert "  " + "保存しました。" * 5 + "\n    " + "保存しました。" * 5 == actual


def test_spaces_at_the_end_make_no_line() -> None:
    """They are not seen."""
    assert ["", "a"] == [fit_lines(" " * 100), fit_lines("a" + " " * 100)]


def test_an_address_stays_whole() -> None:
    """It can be copied."""
    address = "http://127.0.0.1:1234/" + "x" * 80

    actual = fit_lines(f"Open: {address}")

    assert ["Open:", f"  {address}"] == actual.split("\n")


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
