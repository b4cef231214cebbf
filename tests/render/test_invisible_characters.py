"""Hidden characters become visible, and what belongs to a visible character stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies

from archiver.render.invisible_characters import visible, visible_html
from tests.support.cases import cases_of


@pytest.mark.parametrize(("text", "expected"), cases_of(__file__, "hidden_characters_are_shown_by_their_number"))
def test_hidden_characters_are_shown_by_their_number(text: str, expected: str) -> None:
    """Controls, direction marks, zero-width marks and lone surrogates appear as `[U+XXXX]`."""
    actual = visible(text)

    assert expected == actual


@pytest.mark.parametrize("text", cases_of(__file__, "marks_within_one_visible_sign_stay"))
def test_marks_within_one_visible_sign_stay(text: str) -> None:
    """Joined emoji, keycaps, flags and variants of kanji are shown as they are."""
    actual = visible(text)

    assert text == actual


def test_lines_are_kept_where_text_has_lines() -> None:
    """In a message line feeds and tabs stay, CR LF is a line feed, a lone CR is shown."""
    actual = visible("a\r\nb\n\tc\rd", lines=True)

    assert "a\nb\n\tc[U+000D]d" == actual


def test_html_is_escaped_and_marks_are_set_apart() -> None:
    """A mark that we put differs from the same characters typed by a sender."""
    actual = visible_html("<b>&\u202e[U+202E]")

    assert '&lt;b&gt;&amp;<i class="u">[U+202E]</i>[U+202E]' == actual


@given(strategies.text(strategies.characters(exclude_categories=())))
def test_nothing_of_these_kinds_remains(text: str) -> None:
    """No control, surrogate, or separator of lines is left, and the result is always valid UTF-8."""
    visible_text = visible(text)

    actual = {unicodedata.category(character) for character in visible_text} & {"Cc", "Cs", "Zl", "Zp"}

    assert set() == actual
    assert visible_text == visible_text.encode().decode()


@given(strategies.text(strategies.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Mn", "Zl", "Zp", "Lo"))))
def test_ordinary_text_is_unchanged(text: str) -> None:
    """What can be seen is shown as it is."""
    actual = visible(text)

    assert text == actual
