"""Two texts of a message beside each other as HTML."""

from __future__ import annotations

import dataclasses
import re
from html import unescape

from hypothesis import given, strategies

from archiver.render.message_body import NOWHERE
from archiver.web.talk import text_diff
from archiver.web.talk.text_diff import difference, version_pair, version_pairs
from tests.support.reports import sample_conversation
from tests.support.reports.sample_conversation import version

ONE = next(sample_conversation.sample().messages())


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


def test_very_many_versions_are_spread_over_pages() -> None:
    """The latest first, up to a size; the rest is reached from the number where they end; no change is lost."""
    texts = tuple(version(f"{number} " + "あ" * 5_000, number, number + 1) for number in range(60))
    message = dataclasses.replace(ONE, versions=texts)
    numbers: list[int] = []
    upto = 60
    while upto > 1:
        text_pairs = version_pairs(message, NOWHERE, upto)
        assert sum(len(f"{one.before}{one.after}".encode()) for one in text_pairs) <= text_diff.BYTES_LIMIT
        numbers += [one.number for one in text_pairs]
        upto = text_pairs[-1].number

    assert list(range(59, 0, -1)) == numbers
