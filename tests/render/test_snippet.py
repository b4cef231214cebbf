"""A part of a text around a search hit: pieces in order, never wider than asked for, marks where they are."""

from __future__ import annotations

from hypothesis import given, strategies

from archiver.letter_folding import fold_searched, fold_word
from archiver.render.snippet import reason, snippet, unsaved_reason

CHARACTERS = strategies.text(strategies.sampled_from("aAｂがかﾞ゛ß İ\n\u3000ﬁé\u0301"), max_size=60)


def _one_column(_sign: str) -> int:
    return 1


@given(
    CHARACTERS,
    strategies.lists(CHARACTERS.map(lambda word: fold_word(word).strip()).filter(bool), max_size=3),
    strategies.integers(1, 40),
)
def test_the_pieces_are_a_part_of_the_text(text: str, words: list[str], width: int) -> None:
    """Put together they stand in the text as they are, and are told as cut only where something is missing."""
    actual = snippet(text, words, width=width, measure=_one_column)

    joined = "".join(part.text for part in actual.parts)
    assert joined in text
    assert len(joined) <= width
    assert actual.cut_before or text.startswith(joined)
    assert actual.cut_after or text.endswith(joined)


@given(CHARACTERS, CHARACTERS, CHARACTERS)
def test_what_is_marked_is_what_was_looked_for(before: str, word: str, after: str) -> None:
    """With room enough, a word that the folded text has is marked, accents and all."""
    text, word_folded = before + word + after, fold_word(word).strip()
    if not word_folded or word_folded not in fold_searched(text):
        return

    actual = snippet(text, [word_folded], width=1_000, measure=_one_column)

    assert any(part.is_mark for part in actual.parts)


def test_a_word_far_down_a_long_text_is_shown_at_once() -> None:
    """Only the part around it is folded character by character."""
    text = "あ" * 60_000 + "見積" + "い" * 9_000

    actual = snippet(text, ["見積"], width=40, measure=_one_column)

    assert [part.text for part in actual.parts if part.is_mark] == ["見積"]
    assert (actual.cut_before, actual.cut_after) == (True, True)


@given(strategies.integers(1_000, 3_100), strategies.integers(1, 250))
def test_it_is_shown_wherever_it_stands(place: int, length: int) -> None:
    """Across the parts in which a long text is looked through, too."""
    word = "見積" * length

    actual = snippet("あ" * place + word + "い" * 5_000, [word], width=2_000, measure=_one_column)

    assert [part.text for part in actual.parts if part.is_mark] == [word]


def test_why_a_file_is_not_held_is_said_and_an_unknown_word_stands_as_it_is() -> None:
    """No word of a download is lost; given up, waiting and never tried are three things."""
    assert ["larger than the limit in the settings", "something_new"] == [*map(reason, ("too_large", "something_new"))]
    assert "given up: no connection" == unsaved_reason("unreachable", given_up=True)
    assert "no connection; it is tried again" == unsaved_reason("unreachable", given_up=False)
    assert "not saved yet" == unsaved_reason(None, given_up=False)
