"""The policy of what is masked: the profile's rule with the user's additions and exceptions.

A user's pattern is a literal text, or `/…/` in a small dialect without excessive backtracking: no groups, no
look-around, no back-references, repetitions of at most 60 characters, and a limit of ways to divide a text among the
repetitions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from gettext import gettext as _

from archiver.errors import UsageError
from archiver.export.mask.folding import folded_text
from archiver.export.mask.kinds import ALL_PATTERN_KINDS, MaskKind


@dataclass(frozen=True, slots=True)
class Policy:
    """What is masked in one package."""

    kinds: frozenset[MaskKind] = frozenset()
    """The kinds, found by patterns, that are masked."""
    people: bool = False
    """Whether third persons are shown under letters."""
    patterns: tuple[re.Pattern[str], ...] = ()
    """The user's own patterns, for folded text."""
    masked: frozenset[int] = frozenset()
    """Accounts masked at the user's wish, parties too."""
    unmasked: frozenset[int] = frozenset()
    """Accounts shown at the user's wish."""
    listed: frozenset[MaskKind] = field(default=ALL_PATTERN_KINDS)
    """The kinds that are listed for the reader if they are not masked."""
    is_own_token: Callable[[str], bool] | None = None
    """Whether a word is the user's own API token, which is always masked."""

    @property
    def is_masking(self) -> bool:
        """Whether anything at all can be masked."""
        return bool(self.kinds or self.people or self.patterns or self.masked)


_MASK_EVERYTHING = Policy(kinds=ALL_PATTERN_KINDS, people=True)

POLICIES: Mapping[str, Policy] = {"support": _MASK_EVERYTHING, "consult": _MASK_EVERYTHING}
"""The policy of each profile; one without a row masks nothing and lists the sensitive places."""


def masking_policy(
    profile: str,
    *,
    masks: Iterable[str] = (),
    no_mask: bool = False,
    mask_people: Iterable[int] = (),
    unmask_people: Iterable[int] = (),
) -> Policy:
    """The policy of a profile (`no_mask`: none) with the user's choices. Raises UsageError for a bad pattern."""
    base = Policy() if no_mask else POLICIES.get(profile, Policy())
    return Policy(
        kinds=base.kinds,
        people=base.people,
        patterns=tuple(dict.fromkeys(user_pattern(one) for one in masks)),
        masked=frozenset(mask_people) - frozenset(unmask_people),
        unmasked=frozenset(unmask_people),
    )


# --- the user's patterns ----------------------------------------------------------------------------

_MAX_REPEAT = 60
"""Characters at most of a repetition without a limit of its own."""

_MAX_WAYS = 1_000
"""Ways at most to divide a text among the repetitions of a pattern, tried at each position."""

_ITEM = re.compile(
    r"(?P<item>\\[dDwWsS]|\\[^A-Za-z0-9]|\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\.\[\](){}|?*+^$])"
    r"(?P<times>[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?",
    re.DOTALL,
)


def user_pattern(given: str) -> re.Pattern[str]:
    """Compile a literal text or `/pattern/` for folded text. Raises UsageError."""
    if len(given) > 1 and given.startswith("/") and given.endswith("/"):
        return _compile_dialect(given, given[1:-1])
    literal_text = folded_text(given).strip()
    if not literal_text:
        raise UsageError(detail=_("There is nothing in “{pattern}” that could be masked.").format(pattern=given))
    return re.compile(re.escape(literal_text))


def _compile_dialect(given: str, body: str) -> re.Pattern[str]:
    branches: list[str] = []
    pieces: list[_PatternItem] = []
    position = 0
    while position < len(body):
        if body[position] == "|":
            branches.append(_branch_pattern(given, pieces))
            pieces, position = [], position + 1
            continue
        match = _ITEM.match(body, position)
        if match is None:
            message = _("The pattern “{pattern}” cannot be used: “{sign}” is not understood at this place.")
            raise UsageError(detail=message.format(pattern=given, sign=body[position]))
        pieces.append(_pattern_item(match["item"], match["times"] or ""))
        position = match.end()
    branches.append(_branch_pattern(given, pieces))
    try:
        return re.compile("|".join(branches))
    except re.error:
        message = _("The pattern “{pattern}” cannot be used: what stands in [ ] is not understood.")
        raise UsageError(detail=message.format(pattern=given)) from None


@dataclass(frozen=True, slots=True)
class _PatternItem:
    """One item of a pattern and how often it may occur."""

    item: str
    literal: str | None
    minimum: int
    maximum: int


def _pattern_item(item: str, times: str) -> _PatternItem:
    literal = None
    if len(item) == 1 and item != ".":
        literal = folded_text(item)
    elif item[0] == "\\" and item[1] not in "dDwWsS":
        literal = folded_text(item[1])
    elif item[0] == "[":
        head = 2 if item[1] == "^" else 1
        item = (
            item[:head]
            + "".join(_class_member(character) for character in re.findall(r"\\.|.", item[head:-1], re.DOTALL))
            + "]"
        )
    minimum, maximum = {"": (1, 1), "?": (0, 1), "*": (0, _MAX_REPEAT), "+": (1, _MAX_REPEAT)}.get(
        times
    ) or _repeat_bounds(times)
    return _PatternItem(item if literal is None else f"(?:{re.escape(literal)})", literal, minimum, maximum)


def _class_member(character: str) -> str:
    """A member of a character class, folded if that gives one letter or digit; `-` and escapes stay."""
    if len(character) == 2 or character == "-":
        return character
    folded = folded_text(character)
    return folded if len(folded) == 1 and folded.isalnum() else re.escape(character)


def _repeat_bounds(times: str) -> tuple[int, int]:
    minimum, comma, maximum = times[1:-1].partition(",")
    if not comma:
        return int(minimum), int(minimum)
    return int(minimum), int(maximum) if maximum else max(int(minimum), _MAX_REPEAT)


def _branch_pattern(given: str, items: list[_PatternItem]) -> str:
    """The pattern of one branch. Raises UsageError if it matches nothing or could take too long."""
    if not any(piece.minimum for piece in items):
        raise UsageError(detail=_("There is nothing in “{pattern}” that could be masked.").format(pattern=given))
    ways = 1
    for item, following in zip(items, [*items[1:], None], strict=True):
        if item.maximum < item.minimum:
            ways = _MAX_WAYS + 1
        elif item.maximum > 1 and not _has_certain_end(item, following):
            ways *= item.maximum - item.minimum + 1
    if ways > _MAX_WAYS or sum(piece.maximum for piece in items) > _MAX_WAYS:
        message = _("The pattern “{pattern}” cannot be used: it repeats too much. Use fewer of * and +.")
        raise UsageError(detail=message.format(pattern=given))
    return "".join(f"{piece.item}{{{piece.minimum},{piece.maximum}}}" for piece in items)


def _has_certain_end(item: _PatternItem, following: _PatternItem | None) -> bool:
    """Whether the end of a repetition is certain: a character must follow that the item cannot match."""
    if following is None:
        return True
    if not following.literal or not following.minimum:
        return False
    try:
        return re.match(item.item, following.literal) is None
    except re.error:  # reported when the whole pattern is compiled
        return False
