"""What differs between two texts."""

from __future__ import annotations

import random
import re
from html import unescape
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given, strategies

from archiver.render.message_body import NOWHERE
from archiver.web.talk import text_diff
from archiver.web.talk.text_diff import difference, version_pair
from tests.support.cases import cases_of

CHARACTERS = strategies.text(strategies.sampled_from("のは、。\n本10aB \u3099\U0001f468\u200d\ud83d"), max_size=60)

SIGNS = strategies.text(strategies.sampled_from("、。!?・〜"), max_size=12)


def diff_text(before: str, after: str) -> str:
    """The pieces in one line: `[-before-][+after+]` where they differ."""
    pieces = difference(before, after)
    return "".join(one.before if one.is_common else f"[-{one.before}-][+{one.after}+]" for one in pieces)


@given(CHARACTERS | strategies.text(max_size=60), CHARACTERS | strategies.text(max_size=60))
def test_the_pieces_put_together_are_both_texts(before: str, after: str) -> None:
    """Nothing is lost and nothing is added, whatever the texts hold.

    No two pieces of a kind adjoin, none is empty, and the same text twice is one piece, or none.
    """
    pieces = difference(before, after)

    assert (before, after) == ("".join(one.before for one in pieces), "".join(one.after for one in pieces))
    assert all(one.is_common != other.is_common for one, other in pairwise(pieces))
    assert all(one.before or one.after for one in pieces)
    assert ([(before, before)] if before else []) == difference(before, before)


@given(SIGNS, SIGNS, SIGNS, SIGNS)
def test_what_both_begin_and_end_with_stays(head: str, before: str, after: str, tail: str) -> None:
    """A change never reaches into the common beginning and the common end of two texts."""
    pieces = difference(f"{head}{before}{tail}", f"{head}{after}{tail}")

    is_common = [one.before for one in (pieces[0], pieces[-1]) if one.is_common] if pieces else []
    assert not head or is_common[0].startswith(head)
    assert len(head) + len(tail) <= sum(len(text) for text in is_common)


@pytest.mark.parametrize(("before", "after", "expected"), cases_of(__file__, "changes_are_whole_words_numbers"))
def test_changes_are_whole_words_numbers_and_signs(before: str, after: str, expected: str) -> None:
    """A number, a word, and a character with its mark are never split."""
    assert expected == diff_text(before, after)


def _large() -> list[tuple[str, str]]:
    characters, draw = "のがをにでとたします、。納期本動画編集", random.Random(1)
    text = "".join(draw.choice(characters) for _ in range(20_000))
    other = "".join(draw.choice(characters) for _ in range(20_000))
    changed = list(text)
    for place in draw.sample(range(20_000), 2_000):
        changed[place] = "違"
    return [
        (text, other),
        (text, "".join(changed)),
        (text, text[10_000:] + text[:10_000]),
        ("a\n" * 10_000, "b\na\n" * 5_000),
        ("\n" * 20_000, "。" * 20_000),
        ("の は" * 6_667, "は の" * 6_667),
    ]


@pytest.mark.drawn(but=2)
@pytest.mark.parametrize("place", range(6))
def test_large_texts_take_no_time(place: int) -> None:
    """Two texts of 20,000 characters take no longer than going through them 120 times; today it is half of that."""
    before, after = _large()[place]

    taken, plain = map(
        min, zip(*((_seconds(before, after), _plain_seconds(before, after)) for _ in range(8)), strict=True)
    )

    assert taken <= 12 * plain
    assert before == "".join(one.before for one in difference(before, after))


def _plain_seconds(before: str, after: str) -> float:
    """Going through both texts ten times, character by character, beside it on the same machine: some 9 ms."""
    begun = process_time()
    for _ in range(10):
        sum(one == other for one, other in zip(before, after, strict=False))
    return process_time() - begun


def _seconds(before: str, after: str) -> float:
    begun = process_time()
    difference(before, after)
    return process_time() - begun


def test_few_changes_in_a_large_text_are_found_each() -> None:
    """Thirty changed characters among 20,000 are thirty small pieces; one number in an endless line is one."""
    text = "".join(f"{n}本目の納期は金曜日です。" for n in range(1_400))
    changed = list(text)
    for place in range(0, len(text), len(text) // 30):
        changed[place] = "違"

    pieces = [one for one in difference(text, "".join(changed)) if not one.is_common]

    assert 30 <= len(pieces) <= 31
    assert all("違" in one.after for one in pieces)
    endless = "一" * 2_000
    assert f"{endless}[-65,000-][+60,000+]円" == diff_text(f"{endless}65,000円", f"{endless}60,000円")
    assert f"計[-65,000-][+60,000+]円{endless}" == diff_text(f"計65,000円{endless}", f"計60,000円{endless}")


def plain(html: str | None) -> str:
    """The text of some HTML."""
    return unescape(re.sub('<i class="u">\\[(改行|スペース)\\]</i>|<[^>]+>', "", html or ""))


@given(strategies.text("ab<>&\"'\n 、10", max_size=30), strategies.text("ab<>&\"'\n 、10", max_size=30))
def test_each_side_is_its_text_and_nothing_else(before: str, after: str) -> None:
    """Marks add elements, never words; untrusted characters add no elements."""
    pieces = difference(before, after)

    for text, later, name in ((before, False, "del"), (after, True, "ins")):
        html = text_diff.mark_side(pieces, later=later)
        assert text == plain(html)
        assert {f"<{name}>", f"</{name}>", '<i class="u">', "</i>"} >= set(re.findall("<[^>]*>", html))


def test_what_gave_way_is_marked_on_the_left_and_what_came_on_the_right() -> None:
    """With elements that say it without colours."""
    found = version_pair(1, "納期は10日です", "納期は3日です", NOWHERE)

    assert ("納期は<del>10</del>日です", "納期は<ins>3</ins>日です") == (found.before, found.after)
    assert found.has_marks


def test_a_change_of_space_alone_can_be_seen() -> None:
    """A line feed that came is named."""
    found = version_pair(1, "はい以上", "はい\n以上", NOWHERE)

    assert 'はい<ins><i class="u">[改行]</i>\n</ins>以上' == found.after


def test_texts_that_look_alike_are_compared_with_their_tags() -> None:
    """Two spellings of a tag look the same on the page; the difference is shown all the same."""
    found = version_pair(1, "[rp aid=5]はい", "[返信 aid=5]はい", NOWHERE)

    assert found.by_source
    assert "<del>rp</del>" in str(found.before)


def test_the_mark_of_a_deletion_is_no_text() -> None:
    """The text before it stands whole and without marks."""
    found = version_pair(1, "払えません", "[deleted]", NOWHERE)

    assert ("払えません", None, False) == (found.before, found.after, found.has_marks)


def test_hidden_signs_are_visible_and_marked_whole() -> None:
    """A direction mark that came is one mark."""
    found = version_pair(1, "a.exe", "a\u202e.exe", NOWHERE)

    assert "a<ins>[U+202E]</ins>.exe" == found.after
