"""What is to be covered: the profile's rule, and what the user adds to it or takes from it.

A user's pattern is a literal text, or `/…/` in a small dialect that cannot run away: no groups, no look-around,
no back-references, repetitions that end after 60 signs, and at most one place where it could be tried in turn
how far a repetition reaches.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from gettext import gettext as _

from archiver.errors import UsageError
from archiver.export.mask.folding import folded
from archiver.export.mask.kinds import ALL, MaskKind


@dataclass(frozen=True, slots=True)
class Policy:
    """What is covered in one package."""

    kinds: frozenset[MaskKind] = frozenset()
    """Places that patterns find."""
    people: bool = False
    """Whether third persons are called by letters."""
    patterns: tuple[re.Pattern[str], ...] = ()
    """The user's own, over folded text."""
    masked: frozenset[int] = frozenset()
    """People covered at the user's wish, parties too."""
    unmasked: frozenset[int] = frozenset()
    """People shown at the user's wish."""
    listed: frozenset[MaskKind] = field(default=ALL)
    """Places that are listed for the reader if they are not covered."""

    @property
    def covers(self) -> bool:
        """Whether anything at all can be covered."""
        return bool(self.kinds or self.people or self.patterns or self.masked)


_EVERYTHING = Policy(kinds=ALL, people=True)

POLICIES: Mapping[str, Policy] = {"support": _EVERYTHING, "consult": _EVERYTHING}
"""What is covered by profile; a profile without a row covers nothing and lists the sensitive places."""


def policy(
    profile: str,
    *,
    masks: Iterable[str] = (),
    no_mask: bool = False,
    mask_people: Iterable[int] = (),
    unmask_people: Iterable[int] = (),
) -> Policy:
    """The rule of a profile (`no_mask`: none) with the user's choices. Raises UsageError for a bad pattern."""
    base = Policy() if no_mask else POLICIES.get(profile, Policy())
    return Policy(
        kinds=base.kinds,
        people=base.people,
        patterns=tuple(dict.fromkeys(user_pattern(one) for one in masks)),
        masked=frozenset(mask_people) - frozenset(unmask_people),
        unmasked=frozenset(unmask_people),
    )


# --- the user's patterns ----------------------------------------------------------------------------

_FAR = 60
"""Signs after which a repetition without an end of its own ends."""

_MOST = 1_000
"""Ways to divide a text among the repetitions of a pattern, tried at each place of it."""

_ITEM = re.compile(
    r"(?P<item>\\[dDwWsS]|\\[^A-Za-z0-9]|\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\.\[\](){}|?*+^$])"
    r"(?P<times>[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?",
    re.DOTALL,
)


def user_pattern(given: str) -> re.Pattern[str]:
    """A literal text or `/pattern/` → what finds it in folded text. Raises UsageError."""
    if len(given) > 1 and given.startswith("/") and given.endswith("/"):
        return _dialect(given, given[1:-1])
    literal = folded(given).strip()
    if not literal:
        raise UsageError(detail=_("There is nothing in “{pattern}” that could be masked.").format(pattern=given))
    return re.compile(re.escape(literal))


def _dialect(given: str, body: str) -> re.Pattern[str]:
    branches: list[str] = []
    pieces: list[_NamePiece] = []
    place = 0
    while place < len(body):
        if body[place] == "|":
            branches.append(_branch(given, pieces))
            pieces, place = [], place + 1
            continue
        found = _ITEM.match(body, place)
        if found is None:
            said = _("The pattern “{pattern}” cannot be used: “{sign}” is not known at this place.")
            raise UsageError(detail=said.format(pattern=given, sign=body[place]))
        pieces.append(_piece(found["item"], found["times"] or ""))
        place = found.end()
    branches.append(_branch(given, pieces))
    try:
        return re.compile("|".join(branches))
    except re.error:
        said = _("The pattern “{pattern}” cannot be used: what stands in [ ] is not understood.")
        raise UsageError(detail=said.format(pattern=given)) from None


@dataclass(frozen=True, slots=True)
class _NamePiece:
    """One item of a pattern and how often it may come."""

    item: str
    literal: str | None
    least: int
    most: int


def _piece(item: str, times: str) -> _NamePiece:
    literal = None
    if len(item) == 1 and item != ".":
        literal = folded(item)
    elif item[0] == "\\" and item[1] not in "dDwWsS":
        literal = folded(item[1])
    elif item[0] == "[":
        head = 2 if item[1] == "^" else 1
        item = item[:head] + "".join(_in_class(sign) for sign in re.findall(r"\\.|.", item[head:-1], re.DOTALL)) + "]"
    least, most = {"": (1, 1), "?": (0, 1), "*": (0, _FAR), "+": (1, _FAR)}.get(times) or _bounds(times)
    return _NamePiece(item if literal is None else f"(?:{re.escape(literal)})", literal, least, most)


def _in_class(sign: str) -> str:
    """A sign inside of brackets, folded if it stays one letter or digit; only `-` and escapes have a meaning there."""
    if len(sign) == 2 or sign == "-":
        return sign
    found = folded(sign)
    return found if len(found) == 1 and found.isalnum() else re.escape(sign)


def _bounds(times: str) -> tuple[int, int]:
    least, comma, most = times[1:-1].partition(",")
    if not comma:
        return int(least), int(least)
    return int(least), int(most) if most else max(int(least), _FAR)


def _branch(given: str, pieces: list[_NamePiece]) -> str:
    """The pattern of one branch. Raises UsageError if it matches nothing or could take too long."""
    if not any(piece.least for piece in pieces):
        raise UsageError(detail=_("There is nothing in “{pattern}” that could be masked.").format(pattern=given))
    ways = 1
    for piece, following in zip(pieces, [*pieces[1:], None], strict=True):
        if piece.most < piece.least:
            ways = _MOST + 1
        elif piece.most > 1 and not _ends_at(piece, following):
            ways *= piece.most - piece.least + 1
    if ways > _MOST or sum(piece.most for piece in pieces) > _MOST:
        said = _("The pattern “{pattern}” cannot be used: it repeats too much. Use fewer of * and +.")
        raise UsageError(detail=said.format(pattern=given))
    return "".join(f"{piece.item}{{{piece.least},{piece.most}}}" for piece in pieces)


def _ends_at(piece: _NamePiece, following: _NamePiece | None) -> bool:
    """Whether it is certain where the repetition ends: at a sign that must follow and that it cannot hold."""
    if following is None:
        return True
    if not following.literal or not following.least:
        return False
    try:
        return re.match(piece.item, following.literal) is None
    except re.error:  # said when the whole is compiled
        return False
