"""What differs between two texts: the pieces that stayed and those that gave way to others. Pure.

Compared by signs, with words of Latin letters and numbers whole; where two texts have so little in common that this
would take too long, by lines, and at last as a whole. The work is bounded by a number of steps, so the same texts
always give the same pieces. Source of the method: Myers, An O(ND) Difference Algorithm and Its Variations, 1986.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

STEPS = 40_000
"""Steps for one comparison: about a hundredth of a second."""

_MARKS = "[\\u0300-\\u036f\\u3099\\u309a\\ufe00-\\ufe0f\\U0001f3fb-\\U0001f3ff\\U000e0100-\\U000e01ef]"
_SIGN = re.compile(f"\\[U\\+[0-9A-F]{{4,6}}\\]|[A-Za-z]+|[0-9]+(?:[.,:][0-9]+)*|.(?:{_MARKS}|\\u200d.)*", re.DOTALL)
"""A sign as a reader sees it, a word of Latin letters, a number (`50,000`), or a mark that `visible` made."""
_LINE = re.compile("[^\n。]*(?:[\n。]+|$)")


class DiffPiece(NamedTuple):
    """A part of both texts; one side may be empty."""

    before: str
    after: str

    @property
    def stayed(self) -> bool:
        """Whether it is in both."""
        return self.before == self.after


class _Match(NamedTuple):
    """So many equal elements from these places on."""

    before: int
    after: int
    length: int


@dataclass(slots=True)
class _StepBudget:
    """What is left of the steps."""

    steps: int

    def does(self, steps: int) -> bool:
        """Take so many; whether there were enough."""
        self.steps -= steps
        return self.steps >= 0


def difference(before: str, after: str) -> list[DiffPiece]:
    """The pieces of two texts in their order: put together, each side is its whole text; no two of a kind adjoin."""
    work = _StepBudget(STEPS)
    found = _diff_by_unit(_SIGN, before, after, work)
    if found is None:
        work = _StepBudget(STEPS)
        rough = _diff_by_unit(_LINE, before, after, work) or [DiffPiece(before, after)]
        found = [fine for piece in rough for fine in _refine(piece, work)]
    return _drop_chance_matches(found)


def _refine(piece: DiffPiece, work: _StepBudget) -> list[DiffPiece]:
    """A replaced stretch of lines by its signs, as long as there are steps for it."""
    if piece.stayed or not (piece.before and piece.after) or work.steps <= 0:
        return [piece]
    return _diff_by_unit(_SIGN, piece.before, piece.after, work) or [piece]


# --- comparing -----------------------------------------------------------------------------------


def _diff_by_unit(unit: re.Pattern[str], before: str, after: str, work: _StepBudget) -> list[DiffPiece] | None:
    old, new = unit.findall(before), unit.findall(after)
    head = _common_prefix_length(old, new)
    tail = _common_prefix_length(old[head:][::-1], new[head:][::-1])
    matches = _matches(old[head : len(old) - tail], new[head : len(new) - tail], work)
    if matches is None:
        return None
    moved = (_Match(one.before + head, one.after + head, one.length) for one in matches)
    ends = [_Match(len(old) - tail, len(new) - tail, tail)]
    return list(_pieces_between([_Match(0, 0, head), *moved, *ends], old, new))


def _common_prefix_length(old: Sequence[str], new: Sequence[str]) -> int:
    """How many elements two texts begin with alike."""
    return next(
        (place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other),
        min(len(old), len(new)),
    )


def _pieces_between(matches: Iterable[_Match], old: Sequence[str], new: Sequence[str]) -> Iterator[DiffPiece]:
    """Matches and what lies between them; nothing empty."""
    at_old = at_new = 0
    for one in matches:
        if at_old < one.before or at_new < one.after:
            yield DiffPiece("".join(old[at_old : one.before]), "".join(new[at_new : one.after]))
        at_old, at_new = one.before + one.length, one.after + one.length
        if one.length:
            same = "".join(old[one.before : at_old])
            yield DiffPiece(same, same)


def _matches(old: Sequence[str], new: Sequence[str], work: _StepBudget) -> list[_Match] | None:
    """The equal stretches with the fewest changes around them; None if the steps do not suffice."""
    if not (old and new):
        return []
    reach, trail = {1: 0}, []
    for edits in range(len(old) + len(new) + 1):
        trail.append(reach.copy())
        if not work.does(edits + 1):
            return None
        for line in range(-edits, edits + 1, 2):
            begin = at = _step(reach, line, edits)
            while at < len(old) and 0 <= at - line < len(new) and old[at] == new[at - line]:
                at += 1
            reach[line] = at
            if not work.does(at - begin):
                return None
            if at >= len(old) and at - line >= len(new):
                return _trace_back(trail, len(old), len(new))
    raise RuntimeError("two texts differ in more places than they have")


def _step(reach: dict[int, int], line: int, edits: int) -> int:
    """How far the better neighbour of a diagonal reaches with one change less."""
    if _is_added(reach, line, edits):
        return reach[line + 1]
    return reach[line - 1] + 1


def _is_added(reach: dict[int, int], line: int, edits: int) -> bool:
    return line == -edits or (line != edits and reach[line - 1] < reach[line + 1])


def _trace_back(trail: Sequence[dict[int, int]], at_old: int, at_new: int) -> list[_Match]:
    """The way that was found, from its end back."""
    found: list[_Match] = []
    for edits in range(len(trail) - 1, -1, -1):
        reach, line = trail[edits], at_old - at_new
        added = _is_added(reach, line, edits)
        start = _step(reach, line, edits) if edits else 0
        if at_old > start:
            found.append(_Match(start, start - line, at_old - start))
        at_old = start if added else start - 1
        at_new = start - line - 1 if added else start - line
    return found[::-1]


# --- for the eye ---------------------------------------------------------------------------------


def _drop_chance_matches(pieces: list[DiffPiece]) -> list[DiffPiece]:
    """Without what stayed by chance: no more signs than the changes on both sides of it have."""
    while True:
        joined = _join_neighbours(pieces)
        chance = [_is_chance(joined, index) for index in range(len(joined))]
        if not any(chance):
            return joined
        pieces = _join_neighbours([one for one, _ in zip(joined, chance, strict=True)], chance)


def _is_chance(pieces: Sequence[DiffPiece], index: int) -> bool:
    if not pieces[index].stayed or not 0 < index < len(pieces) - 1:
        return False
    return len(pieces[index].before) <= min(_size(pieces[index - 1]), _size(pieces[index + 1]))


def _size(piece: DiffPiece) -> int:
    return max(len(piece.before), len(piece.after))


def _join_neighbours(pieces: Sequence[DiffPiece], chance: Sequence[bool] = ()) -> list[DiffPiece]:
    """Neighbours of a kind as one; what stayed by `chance` counts as changed."""
    flags = chance or [False] * len(pieces)
    kinds = [(one.stayed and not by_chance, one) for one, by_chance in zip(pieces, flags, strict=True)]
    found = []
    for _, group in groupby(kinds, key=lambda kind: kind[0]):
        parts = [one for _, one in group]
        found.append(DiffPiece("".join(one.before for one in parts), "".join(one.after for one in parts)))
    return found
