"""The policy of what is masked: the profile's rule with the user's additions and exceptions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from gettext import gettext as _

from archiver.errors import UsageError
from archiver.export.mask.kinds import ALL_PATTERN_KINDS, MaskKind
from archiver.letter_folding import folded_text


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
    is_own_token: Callable[[str], bool] | None = None
    """Whether a word is the user's own API token, which is always masked."""


_MASK_EVERYTHING = Policy(kinds=ALL_PATTERN_KINDS, people=True)

POLICIES: Mapping[str, Policy] = {"support": _MASK_EVERYTHING, "consult": _MASK_EVERYTHING}
"""The policy of each profile; one without a row masks nothing."""


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


def user_pattern(given: str) -> re.Pattern[str]:
    """The pattern of a text, for folded text. Raises UsageError."""
    literal_text = folded_text(given).strip()
    if not literal_text:
        raise UsageError(detail=_("There is nothing in “{pattern}” that could be hidden.").format(pattern=given))
    return re.compile(re.escape(literal_text))
