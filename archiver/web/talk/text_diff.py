"""The difference of two texts: the pieces that they share and those that were replaced, as HTML too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from html import escape
from itertools import groupby, pairwise, takewhile
from typing import NamedTuple

from markupsafe import Markup

from archiver.chatwork.notation.parse import DELETED, parse
from archiver.records import Message
from archiver.render.invisible_characters import visible
from archiver.render.message_body import References, plain_text
from archiver.report_language import say
from archiver.store.queries.viewing.messages import first_fitting

AT_ONCE = 2_000
"""Characters of both texts of which all words are compared; longer ones by lines first, as words would take too long.
"""

_MARKS = "[\\u0300-\\u036f\\u3099\\u309a\\ufe00-\\ufe0f\\U0001f3fb-\\U0001f3ff\\U000e0100-\\U000e01ef]"
_WORD = re.compile(
    f"\\[U\\+[0-9A-F]{{4,6}}\\]|[A-Za-z]+|[0-9]+(?:[.,:][0-9]+)*|(?:[\\u4e00-\\u9fff\\u3005]{_MARKS}*)+"
    f"|(?:[\\u3041-\\u3096]{_MARKS}*)+|(?:[\\u30a1-\\u30fa\\u30fc]{_MARKS}*)+|.(?:{_MARKS}|\\u200d.)*",
    re.DOTALL,
)
"""A word as its script tells it: kanji, kana of a kind, Latin letters, a number (`50,000`), a mark made by `visible`;
of everything else a character as a reader sees it."""
_LINE = re.compile("[^\n。]*(?:[\n。]+|$)")


class DiffPiece(NamedTuple):
    """A part of both texts; one side may be empty."""

    before: str
    after: str

    @property
    def is_common(self) -> bool:
        """Whether it is in both."""
        return self.before == self.after


def difference(before: str, after: str) -> list[DiffPiece]:
    """The pieces of two texts in order: joined, each side is its whole text; no two neighbours are of a kind."""
    rough = [DiffPiece(before, after)]
    if _is_long(rough[0]):
        rough = list(_diff_by_unit(_LINE, before, after))
    return _drop_chance_matches([fine for one in rough for fine in _diff_by_unit(_WORD, *one)])


def _is_long(piece: DiffPiece) -> bool:
    return len(piece.before) + len(piece.after) > AT_ONCE


def _diff_by_unit(unit: re.Pattern[str], before: str, after: str) -> Iterator[DiffPiece]:
    """The pieces in which the units of two texts are the same, or not; empty ones are left out.

    Between the same beginning and the same end, too many words are one piece.
    """
    old, new = unit.findall(before), unit.findall(after)
    head = _common_prefix_length(old, new)
    tail = _common_prefix_length(old[head:][::-1], new[head:][::-1])
    ends = len(old) - tail, len(new) - tail
    inner = old[head : ends[0]], new[head : ends[1]]
    is_all_changed = unit is _WORD and _is_long(DiffPiece(*map("".join, inner)))
    matches = [] if is_all_changed else SequenceMatcher(None, *inner).get_matching_blocks()
    shifted = (Match(one.a + head, one.b + head, one.size) for one in matches)
    at_old = at_new = 0
    for match in (Match(0, 0, head), *shifted, Match(*ends, tail)):
        pairs = (old[at_old : match.a], new[at_new : match.b]), (old[match.a : match.a + match.size],) * 2
        yield from (DiffPiece("".join(was), "".join(now)) for was, now in pairs if was or now)
        at_old, at_new = match.a + match.size, match.b + match.size


def _common_prefix_length(old: Sequence[str], new: Sequence[str]) -> int:
    """The number of equal elements at the beginning of both texts."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


# --- readability -----------------------------------------------------------------------------------


def _drop_chance_matches(pieces: list[DiffPiece]) -> list[DiffPiece]:
    """Replace pieces that match by chance, which are no longer than the changes on both sides of them."""
    while True:
        pieces_joined = _join_neighbours(pieces)
        chance = [_is_chance(pieces_joined, index) for index in range(len(pieces_joined))]
        if not any(chance):
            return pieces_joined
        pieces = _join_neighbours([one for one, _ in zip(pieces_joined, chance, strict=True)], chance)


def _is_chance(pieces: Sequence[DiffPiece], index: int) -> bool:
    if not pieces[index].is_common or not 0 < index < len(pieces) - 1:
        return False
    return len(pieces[index].before) <= min(_size(pieces[index - 1]), _size(pieces[index + 1]))


def _size(piece: DiffPiece) -> int:
    return max(len(piece.before), len(piece.after))


def _join_neighbours(pieces: Sequence[DiffPiece], chance: Sequence[bool] = ()) -> list[DiffPiece]:
    """Join neighbours of a kind; pieces with a true flag in `chance` count as changed."""
    flags = chance or [False] * len(pieces)
    kinds = [(one.is_common and not by_chance, one) for one, by_chance in zip(pieces, flags, strict=True)]
    found = []
    for _, group in groupby(kinds, key=lambda kind: kind[0]):
        parts = [one for _, one in group]
        found.append(DiffPiece("".join(one.before for one in parts), "".join(one.after for one in parts)))
    return found


BYTES_LIMIT = 120_000
"""The limit for all pairs on one page; one pair always fits."""


class VersionPair(NamedTuple):
    """Two successive versions; numbers count from 1."""

    number: int
    """The number of the earlier version."""
    before: Markup | None
    """The earlier text; None if it is only the mark of a deletion."""
    after: Markup | None
    same: bool
    """Whether only the time of the edit differs."""
    by_source: bool
    """Whether the texts look alike and differ only in their tags, so that the tags are shown."""

    @property
    def has_marks(self) -> bool:
        """Whether anything is marked on the two sides."""
        return self.before is not None and self.after is not None and not self.same


def version_pairs(message: Message, references: References, upto: int) -> list[VersionPair]:
    """The pairs of successive versions of a message up to a number (from 1), the latest first, as many as fit."""
    places = reversed([*enumerate(pairwise(message.versions[:upto]), 1)])
    pairs = (version_pair(number, before.body, after.body, references) for number, (before, after) in places)
    return first_fitting(pairs, lambda one: sum(len((side or "").encode()) for side in one[1:3]), BYTES_LIMIT)


def version_pair(number: int, before: str, after: str, references: References) -> VersionPair:
    """The pair of two texts as Chatwork gave them."""
    if DELETED in (before, after):
        return VersionPair(
            number, _unmarked(before, references), _unmarked(after, references), before == after, by_source=False
        )
    old, new = (plain_text(parse(body), references) for body in (before, after))
    by_source = old == new and before != after
    if by_source:
        old, new = visible(before, lines=True), visible(after, lines=True)
    pieces = difference(old, new)
    return VersionPair(
        number, mark_side(pieces, later=False), mark_side(pieces, later=True), before == after, by_source
    )


def mark_side(pieces: Sequence[DiffPiece], *, later: bool) -> Markup:
    """One side of the pieces as HTML; their texts are not yet escaped, but hidden characters are visible already."""
    return Markup("".join(_side_parts(pieces, later=later)))  # noqa: S704 - escaped below


def _side_parts(pieces: Sequence[DiffPiece], *, later: bool) -> Iterator[str]:
    name = "ins" if later else "del"
    for piece in pieces:
        text = piece.after if later else piece.before
        if piece.is_common:
            yield escape(text, quote=False)
        elif text:
            yield f"<{name}>{_space_label(text)}{escape(text, quote=False)}</{name}>"


def _space_label(text: str) -> str:
    """A visible label for a text that is only spaces; empty for any other text."""
    if text.strip():
        return ""
    return say('<i class="u">[改行]</i>') if "\n" in text else say('<i class="u">[スペース]</i>')


def _unmarked(body: str, references: References) -> Markup | None:
    if body == DELETED:
        return None
    return Markup(escape(plain_text(parse(body), references), quote=False))  # noqa: S704 - just escaped
