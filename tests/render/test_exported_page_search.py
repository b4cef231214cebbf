"""What the search of a transcript finds, and the part of a text around a hit."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, strategies

from archiver.chatwork.notation.parse import parse
from archiver.letter_folding import fold_searched, fold_word
from archiver.render.exported_page_search import BUCKETS, FACTOR, FILES, MIN_PAGES, PairFilter, fold, readable_text
from archiver.render.message_body import html
from archiver.render.snippet import reason, snippet, unsaved_reason
from archiver.render.transcript_pages import PAGE_MESSAGES, Transcript
from tests.support.html_safety import read_html
from tests.support.reports.sample_conversation import ATTACK, EVERY_TAG, link, long, sample

STABLE = re.compile("[0-9a-zぁ-ゖァ-ヺー一-鿋]")
"""Characters by which a query asks the sieve; `templates/search.js` has the same."""

CHARACTERS = "あいう払支請求書ー々ABcｶﾞﾊﾟがぱⅢ㈱①ßẞſςΣİı0１ 　\n\"'<&>𠮷🎉\u0301\u3099[]()"


def words_of(text: str) -> str:
    return "".join("".join(read_html(text).texts).split())


@pytest.mark.parametrize(
    "body", [EVERY_TAG, ATTACK, "a<b> &amp; &lt;c&gt;", "[code]<p>[/code]", "[info][title]題[/title]本文[/info]"]
)
def test_a_text_is_found_as_it_is_read(body: str) -> None:
    """The words are those of the page, whatever looks like markup in them."""
    made = html(parse(body))

    assert words_of(made) == "".join(readable_text(made).split())


def test_blocks_do_not_run_together() -> None:
    """The end of a title and the beginning of a text are no word."""
    assert "題\n本文" == readable_text(html(parse("[info][title]題[/title]本文[/info]"))).replace("\n\n", "\n")


def test_the_script_of_a_page_is_data_alone() -> None:
    """One call with one JSON value, and nothing that could end a script or stand for a later message."""
    transcript = Transcript(sample(), link)
    (sheet,) = transcript.pages()

    name, _, value = sheet.texts.removeprefix("searchPage(").removesuffix(")\n").partition(",")

    assert "R123456789-0001" == json.loads(name)
    assert [f"{message.message_id}" for message in sample().messages()] == [row[0] for row in json.loads(value)["rows"]]
    assert "<" not in sheet.texts
    assert not any(0xFDD0 <= ord(character) <= 0xFDEF for character in sheet.texts)


@pytest.mark.parametrize(
    ("typed", "written"),
    [("ハンカク", "ﾊﾝｶｸ"), ("abc", "ＡＢＣ"), ("(株)", "㈱"), ("strasse", "STRAẞE"), ("σοφος", "ΣΟΦΟΣ"), ("が", "が")],
)
def test_forms_that_people_do_not_tell_apart_are_one(typed: str, written: str) -> None:
    """Half and full width, cases, ligatures and composed characters."""
    assert fold(typed) == fold(written)


@pytest.mark.drawn
def test_folding_finds_whatever_case_folding_finds() -> None:
    """Two characters that NFKC and case folding make equal are equal here, for every character there is."""
    ours: dict[str, str] = {}
    apart = []
    for code in range(0x110000):
        character = chr(code)
        if not 0xD800 <= code < 0xE000:
            usual = unicodedata.normalize("NFKC", character).casefold()
            if ours.setdefault(usual, fold(character)) != fold(character):
                apart.append(f"{code:04X}")

    assert [] == [code for code in apart if not chr(int(code, 16)).isspace()]


def pages_of_word(pair_filter: PairFilter, word: str) -> set[int]:
    """The pages that the sieve's own files name for a word, as `templates/search.js` reads them."""
    files = [base64.b64decode(script.split('"')[3]) for _, script in pair_filter.scripts("R1")]
    width = (pair_filter.pages + 7) // 8
    data = word.encode("utf-16-le", "surrogatepass")
    units = [data[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(data), 2)]
    pairs = [pair for pair in pairwise(units) if all(map(STABLE.fullmatch, pair))]
    buckets = [(FACTOR * ord(one) + ord(other)) % BUCKETS for one, other in pairs]
    if len(units) == 1 and STABLE.fullmatch(units[0]):
        buckets.append(FACTOR * ord(units[0]) % BUCKETS)
    found = set(range(pair_filter.pages))
    for bucket in buckets:
        row = files[bucket % FILES][bucket // FILES * width :][:width]
        found = {page for page in found if row[page >> 3] >> (page & 7) & 1}
    return found


PAGES = strategies.lists(strategies.text(CHARACTERS, max_size=40), min_size=MIN_PAGES + 1, max_size=MIN_PAGES + 9)


@pytest.mark.drawn
@given(PAGES, strategies.data())
def test_the_sieve_never_leaves_out_a_page(texts: list[str], data: strategies.DataObject) -> None:
    """Every page whose folded text holds a word of one to ten characters is named, whatever the characters."""
    sieve = PairFilter()
    for text in texts:
        sieve.put(text)
    some = fold(data.draw(strategies.sampled_from(texts)))
    start = data.draw(strategies.integers(0, len(some)))
    word = some[start : start + data.draw(strategies.integers(1, 10))]

    missed = {page for page, text in enumerate(texts) if word and word in fold(text)} - pages_of_word(sieve, word)

    assert set() == missed


def test_the_sieve_leaves_out_most_pages_of_a_rare_word() -> None:
    """Of a hundred pages with other words, next to none has to be looked through."""
    sieve = PairFilter()
    for page in range(100):
        sieve.put(f"お世話になっております。{chr(0x5000 + page)}{chr(0x6000 + page)}の件です。")

    actual = pages_of_word(sieve, "\u5007\u6007")

    assert {7} == actual


def test_a_page_with_characters_newer_than_ours_is_always_searched() -> None:
    """A browser may know how to fold them and we do not."""
    sieve = PairFilter()
    for page in range(MIN_PAGES + 1):
        sieve.put("\U0003fffd" if page == 3 else "あ")

    assert {3} == pages_of_word(sieve, "契約書")


@pytest.mark.drawn
def test_few_pages_have_no_sieve() -> None:
    """It would be larger than what it saves."""
    small, large = (
        Transcript(long(MIN_PAGES * PAGE_MESSAGES), link),
        Transcript(long(MIN_PAGES * PAGE_MESSAGES + 1), link),
    )
    for transcript in (small, large):
        assert list(transcript.pages())

    assert 0 == len(list(small.filter_scripts()))
    assert FILES == len(list(large.filter_scripts()))
    assert f'data-pages="{MIN_PAGES + 1}" data-sieve="{FILES}"' in large.index_section()


SNIPPET_CHARACTERS = strategies.text(strategies.sampled_from("aAｂがかﾞ゛ß İ\n\u3000ﬁé\u0301"), max_size=60)


def _one_column(_sign: str) -> int:
    return 1


@given(
    SNIPPET_CHARACTERS,
    strategies.lists(SNIPPET_CHARACTERS.map(lambda word: fold_word(word).strip()).filter(bool), max_size=3),
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


@given(SNIPPET_CHARACTERS, SNIPPET_CHARACTERS, SNIPPET_CHARACTERS)
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
    assert ["larger than the limit; to save it, raise max_gb in archive.toml", "something_new"] == [
        *map(reason, ("too_large", "something_new"))
    ]
    assert "given up: no connection" == unsaved_reason("unreachable", given_up=True)
    assert "no connection; it is tried again" == unsaved_reason("unreachable", given_up=False)
    assert "not saved yet" == unsaved_reason(None, given_up=False)
