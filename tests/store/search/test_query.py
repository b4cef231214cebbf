"""Parsing of searches, folding of texts, and the pairs of characters of a text."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given, strategies

from archiver import errors
from archiver.letter_folding import fold, fold_searched, fold_word, join_variants
from archiver.records import JST
from archiver.render import exported_page_search
from archiver.store.search.index import index_text, match_expression
from archiver.store.search.query import HAS, SearchQuery, parse
from tests.support.cases import cases_of

NOW = datetime(2026, 11, 24, tzinfo=JST)
LITERALS = cases_of(__file__, "literals")


@pytest.mark.parametrize("text", LITERALS)
def test_what_is_no_operator_is_searched_as_it_stands(text: str) -> None:
    """Signs of other languages of search mean nothing here."""
    actual = parse(text, now=NOW)

    assert ((fold(text),), (), frozenset()) == (actual.words, actual.without, actual.has)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Blanks of any width separate; all is folded.
        (
            '請求書　"Ａbc  ﾃﾞｰﾀ" -値引き -"お 断り" x',
            {"words": ("請求書", "abc データ", "x"), "without": ("値引き", "お 断り")},
        ),
        ('from:"田中 太郎" from:7 room:動画', {"authors": ("田中 太郎", "7"), "rooms": ("動画",), "words": ()}),
        # Both days count as a whole, in Japan; a later filter of the same kind only narrows.
        ("after:2026-11-01 after:2026/9/3", {"since": datetime(2026, 11, 1, tzinfo=JST)}),
        ("before:２０２６-11-30", {"until": datetime(2026, 12, 1, tzinfo=JST)}),
        ("has:file has:edit", {"has": frozenset({"file", "edit"}), "words": ()}),
        # Capitals, colons of full width, bent quotation marks on either side.
        ("FROM:田中 From：7 room:“動画 編集”", {"authors": ("田中", "7"), "rooms": ("動画 編集",)}),
        ("“お 断り” ”約束” has:file", {"words": ("お 断り", "約束"), "has": frozenset({"file"})}),
        *((f"has:{one}", {"has": frozenset({one})}) for one in ("file", "link", "task", "edit", "delete")),
    ],
)
def test_words_and_filters_are_told_apart(text: str, expected: dict[str, object]) -> None:
    """As keyboards and word processors write them."""
    actual = parse(text, now=NOW)

    assert expected == {name: getattr(actual, name) for name in expected}
    assert [*HAS] == ["file", "link", "task", "edit", "delete"]


@pytest.mark.parametrize(
    ("text", "words"),
    cases_of(__file__, "refused"),
)
def test_what_cannot_be_meant_is_explained(text: str, words: str) -> None:
    """In one sentence, and the command ends with 2."""
    with pytest.raises(errors.UsageError) as caught:
        parse(text, now=NOW)

    assert words in str(caught.value)
    assert 2 == caught.value.code
    assert "\n" not in str(caught.value)


@given(
    strategies.text(
        strategies.characters(exclude_categories=["Cs"]) | strategies.sampled_from(' -":from室has:'), max_size=20
    )
)
def test_any_text_is_either_read_or_refused_in_words(text: str) -> None:
    """Nothing else ever happens."""
    refused = ""
    try:
        query = parse(text, now=NOW)
    except errors.UsageError as error:
        refused = str(error)

    assert refused or all((*query.words, *query.without, *query.authors, *query.rooms, query != SearchQuery(text)))


@given(strategies.text())
def test_the_archive_and_an_exported_transcript_fold_texts_alike(text: str) -> None:
    """But for blanks, of which here each kind is one and none stands at the ends, and for variants of kanji."""
    assert join_variants(" ".join(exported_page_search.fold(text).split())) == fold(text)


@pytest.mark.parametrize(("word", "text"), cases_of(__file__, "variants_of_kanji_and_commas_in_numbers_keep_nothing"))
def test_variants_of_kanji_and_commas_in_numbers_keep_nothing_from_being_found(word: str, text: str) -> None:
    """Whichever of the two forms was typed and written."""
    assert fold_word(word) in fold_searched(text)


@given(
    strategies.text(strategies.sampled_from("1,２，髙高 円")), strategies.integers(0, 30), strategies.integers(1, 30)
)
def test_every_part_of_a_text_finds_it(text: str, begin: int, length: int) -> None:
    """Also parts that begin or end within a number."""
    assert fold_word(text[begin : begin + length]) in fold_searched(text)


def test_forms_that_people_do_not_tell_apart_are_one() -> None:
    """Half and full width, cases, ligatures of squares, kinds of blanks."""
    actual = [fold(one) for one in ("ﾊﾝｶｸ", "ＡｂＣ", "㈱", "a\t\n　b ", "ΣΑΣ", "Straße")]

    assert ["ハンカク", "abc", "(株)", "a b", "σασ", "strasse"] == actual


def test_a_text_is_kept_as_pairs_and_asked_for_as_a_phrase() -> None:
    """The last character of each run is indexed by itself, so that a following space can be searched."""
    assert "請求 求書 書 ok k" == index_text("請求書 ok")


@given(strategies.text(strategies.sampled_from("あ漢𠮷a \x01\ud800")))
def test_every_run_of_a_text_gives_its_bigrams_and_its_last_character(text: str) -> None:
    """Also characters beyond the basic plane, and halves of them; controls as characters that end no word."""
    runs = [run for run in text.replace("\x01", chr(0x10_0001)).split(" ") if run]
    expected = [pair for run in runs for pair in [*map("".join, pairwise(run)), run[-1]]]

    assert " ".join(expected) == index_text(text)
    words = ("請求書", "書 ok", "書", "書 o", '"ab')
    assert ['"請求 求書"', '"書 ok"', '"書" *', '"書 o" *', '"""a ab"'] == [match_expression(one) for one in words]
