"""One line of a text that `archive search` found, with marks around what was looked for."""

from __future__ import annotations

import pytest
from click import unstyle

from archiver.cli.output import columns
from archiver.cli.reading.search import snippet_line
from archiver.letter_folding import fold
from tests.support.cases import cases_of

MARK = "\x1b[1m\x1b[4m"
"""Bold and underlined, as a terminal takes it."""


@pytest.mark.parametrize(("text", "word", "expected"), cases_of(__file__, "marks_stand_around_what_the_text_itself"))
def test_marks_stand_around_what_the_text_itself_has(text: str, word: str, expected: str) -> None:
    """However it is written there."""
    assert expected == snippet_line(text, [fold(word)], 78).replace(MARK, "<").replace("\x1b[0m", ">")


def test_a_long_text_is_cut_to_one_line_around_the_first_mark() -> None:
    """With dots where it goes on, and never wider than asked for."""
    text = "前" * 300 + "ここ" + "後" * 300

    actual = snippet_line(text, ["ここ"], 78)

    assert actual.startswith("...前")
    assert actual.endswith("後...")
    assert f"{MARK}ここ\x1b[0m" in actual
    assert columns(unstyle(actual)) <= 78
