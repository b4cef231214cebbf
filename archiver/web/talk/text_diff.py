"""The difference of two texts: the pieces that they share and those that were replaced, as HTML too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise
from typing import NamedTuple

from markupsafe import Markup

from archiver.chatwork.notation.parse import DELETED, parse
from archiver.records import Message
from archiver.render.invisible_characters import visible
from archiver.render.message_body import References, plain_text
from archiver.report_language import say
from archiver.web.context import first_fitting

STEPS = 40_000
"""Steps for one comparison: about a hundredth of a second."""

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


class _Match(NamedTuple):
    """A run of `length` equal elements from these indexes on."""

    before: int
    after: int
    length: int


@dataclass(slots=True)
class _StepBudget:
    """The steps that are left for a comparison."""

    steps: int

    def spend(self, steps: int) -> bool:
        """Take steps from the budget; return whether there were enough."""
        self.steps -= steps
        return self.steps >= 0


def difference(before: str, after: str) -> list[DiffPiece]:
    """The pieces of two texts in order: joined, each side is its whole text; no two neighbours are of a kind."""
    budget = _StepBudget(STEPS)
    pieces = _diff_by_unit(_WORD, before, after, budget)
    if pieces is None:
        budget = _StepBudget(STEPS)
        rough = _diff_by_unit(_LINE, before, after, budget) or [DiffPiece(before, after)]
        pieces = [fine for piece in rough for fine in _refine(piece, budget)]
    return _drop_chance_matches(pieces)


def _refine(piece: DiffPiece, budget: _StepBudget) -> list[DiffPiece]:
    """Compare a replaced piece of lines by words, if steps are left for it."""
    if piece.is_common or not (piece.before and piece.after) or budget.steps <= 0:
        return [piece]
    return _diff_by_unit(_WORD, piece.before, piece.after, budget) or [piece]


# --- comparing -----------------------------------------------------------------------------------


def _diff_by_unit(unit: re.Pattern[str], before: str, after: str, budget: _StepBudget) -> list[DiffPiece] | None:
    old, new = unit.findall(before), unit.findall(after)
    head = _common_prefix_length(old, new)
    tail = _common_prefix_length(old[head:][::-1], new[head:][::-1])
    matches = _matches(old[head : len(old) - tail], new[head : len(new) - tail], budget)
    if matches is None:
        return None
    shifted = (_Match(one.before + head, one.after + head, one.length) for one in matches)
    ends = [_Match(len(old) - tail, len(new) - tail, tail)]
    return list(_pieces_between([_Match(0, 0, head), *shifted, *ends], old, new))


def _common_prefix_length(old: Sequence[str], new: Sequence[str]) -> int:
    """The number of equal elements at the beginning of both texts."""
    return next(
        (place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )


def _pieces_between(matches: Iterable[_Match], old: Sequence[str], new: Sequence[str]) -> Iterator[DiffPiece]:
    """The pieces of the matches and those between them; empty ones are left out."""
    at_old = at_new = 0
    for match in matches:
        if at_old < match.before or at_new < match.after:
            yield DiffPiece("".join(old[at_old : match.before]), "".join(new[at_new : match.after]))
        at_old, at_new = match.before + match.length, match.after + match.length
        if match.length:
            same = "".join(old[match.before : at_old])
            yield DiffPiece(same, same)


def _matches(old: Sequence[str], new: Sequence[str], budget: _StepBudget) -> list[_Match] | None:
    """The matches with the fewest changes between them; None if the steps do not suffice.

    Row n holds how far n changes reach into the old text, on the diagonals -n, -n + 2, … n.
    """
    if not (old and new):
        return []
    rows: list[list[int]] = []
    size_old, size_new = len(old), len(new)
    for edits in range(size_old + size_new + 1):
        if not budget.spend(edits + 1):
            return None
        row = _next_row(rows[-1]) if rows else [0]
        rows.append(row)
        for index, begin in enumerate(row):
            at, line = begin, 2 * index - edits
            while at < size_old and 0 <= at - line < size_new and old[at] == new[at - line]:
                at += 1
            row[index] = at
            if at > begin and not budget.spend(at - begin):
                return None
            if at >= size_old and at - line >= size_new:
                return _trace_back(rows, size_old, size_new)
    raise RuntimeError("two texts differ in more places than they have")


def _next_row(row: list[int]) -> list[int]:
    """Where each diagonal begins with one change more: an addition, or a deletion where that reaches further."""
    return [row[0], *(max(below + 1, above) for below, above in pairwise(row)), row[-1] + 1]


def _trace_back(rows: Sequence[list[int]], at_old: int, at_new: int) -> list[_Match]:
    """The matches of the path that was found, traced back from its end."""
    found: list[_Match] = []
    for edits in range(len(rows) - 1, -1, -1):
        line = at_old - at_new
        index = (line + edits) // 2
        before = rows[edits - 1] if edits else [0]
        added = index == 0 or (index < edits and before[index - 1] < before[index])
        start = before[index] if added else before[index - 1] + 1
        if at_old > start:
            found.append(_Match(start, start - line, at_old - start))
        at_old = start if added else start - 1
        at_new = start - line - 1 if added else start - line
    return found[::-1]


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
