"""Puts pieces that are forms of one name together, so that somebody with forty of them decides about a dozen."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archiver.export.mask.folding import folded_text, folded_word
from archiver.records import Leftover, LeftoverKind

_TITLES = ("さん", "さま", "様", "氏", "くん", "君", "ちゃん", "先生", "-san", "-kun")
_TITLE = re.compile(f"(?:{'|'.join(map(folded_word, _TITLES))})$")
_MIN_LENGTH = 2
"""Characters that two forms must share: a single one begins too many names."""


def grouped_leftovers(leftovers: Sequence[Leftover]) -> list[tuple[Leftover, ...]]:
    """The pieces by kind, those that are one name together: 高木, 髙木さん and 高木 翔太; @hanako and Hanako."""
    groups: list[list[Leftover]] = []
    for kind in LeftoverKind:
        of_kind = [one for one in leftovers if one.kind is kind]
        groups += _of_one_kind(of_kind)
    return list(map(tuple, groups))


def _of_one_kind(leftovers: Sequence[Leftover]) -> list[list[Leftover]]:
    groups: dict[str, list[Leftover]] = {}
    for leftover in leftovers:
        core = _core(leftover.piece)
        known = next((one for one in groups if _is_one_name(one, core)), core)
        groups.setdefault(known, []).append(leftover)
    return list(groups.values())


def _is_one_name(one: str, other: str) -> bool:
    """Whether two names are equal, or one is the other with more behind it; in Latin letters only equal ones."""
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _MIN_LENGTH and not shorter.isascii() and longer.startswith(shorter)


def _core(piece: str) -> str:
    """A name without its title, its spaces and the @ of a handle."""
    folded = folded_text(piece).replace(" ", "").lstrip("@")
    return _TITLE.sub("", folded) or folded
