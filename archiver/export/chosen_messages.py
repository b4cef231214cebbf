"""The messages that the user wants in the excerpt, given as ids, addresses from Chatwork, or numbers of a package."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import gettext as _

from archiver import errors

_LINK = re.compile(r"(?:https?://[^\s,]{1,100}/)?#!rid[0-9]{1,19}-(?P<id>[0-9]{1,20})")
_ID = re.compile(r"m?(?P<id>[0-9]{1,20})")
_NUMBER = re.compile(r"no\.?(?P<no>[0-9]{1,9})", re.IGNORECASE)
_SPACED_NUMBER = re.compile(r"(?i)(?<![^\s,、])(no\.?)\s+(?=[0-9])")
_BETWEEN = re.compile(r"[,、\s]+")

_SHORTEST_ID = 8
"""Digits from which a bare number is an id, as many as Chatwork's oldest ids have. A shorter one is a No."""


@dataclass(frozen=True, slots=True)
class MessageChoice:
    """The messages that the user named; if there are none, a rule chooses."""

    ids: frozenset[str] = frozenset()
    numbers: frozenset[int] = frozenset()

    @property
    def has_messages(self) -> bool:
        """Whether the user named any."""
        return bool(self.ids or self.numbers)

    def check(self, packaged: Mapping[str, int]) -> None:
        """Check that the named messages are in the package (id → No.). Raises UsageError naming those that are not."""
        numbers = frozenset(packaged.values())
        lacking = sorted(self.ids - packaged.keys()) + [f"No.{one}" for one in sorted(self.numbers - numbers)]
        if lacking:
            message = _("These messages are not in the export: {messages}")
            raise errors.UsageError(detail=message.format(messages=", ".join(lacking[:10])))


NOTHING = MessageChoice()


def parse_choice(given: str | None) -> MessageChoice:
    """Parse `--messages`: separated by commas or spaces, also of full width, as a Japanese keyboard gives them.

    Raises UsageError for a word that has none of the three forms.
    """
    ids: set[str] = set()
    numbers: set[int] = set()
    for word in _BETWEEN.split(_SPACED_NUMBER.sub(r"\1", unicodedata.normalize("NFKC", given or ""))):
        if not word:
            continue
        link, bare, number = _LINK.fullmatch(word), _ID.fullmatch(word), _NUMBER.fullmatch(word)
        if link:
            ids.add(_strip_zeros(link["id"]))
        elif number:
            numbers.add(int(number["no"]))
        elif bare and (word.startswith("m") or len(bare["id"]) >= _SHORTEST_ID):
            ids.add(_strip_zeros(bare["id"]))
        elif bare:
            numbers.add(int(bare["id"]))
        else:
            message = _("“{word}” is not a message: give its id, its address from Chatwork, or its number like No.12.")
            raise errors.UsageError(detail=message.format(word=word))
    return MessageChoice(frozenset(ids), frozenset(numbers))


def _strip_zeros(digits: str) -> str:
    """The digits without leading zeros, as ids are stored."""
    return digits.lstrip("0") or "0"
