"""Why a file is not held, in words."""

from __future__ import annotations

from archiver.render.snippet import reason, unsaved_reason


def test_each_word_has_a_sentence_and_an_unknown_one_stands_as_it_is() -> None:
    """No word of a download is lost."""
    assert "larger than the limit in the settings" == reason("too_large")
    assert "something_new" == reason("something_new")


def test_it_says_whether_it_is_tried_again() -> None:
    """Given up, waiting and never tried are three things."""
    assert "given up: no connection" == unsaved_reason("unreachable", given_up=True)
    assert "no connection; it is tried again" == unsaved_reason("unreachable", given_up=False)
    assert "not saved yet" == unsaved_reason(None, given_up=False)
