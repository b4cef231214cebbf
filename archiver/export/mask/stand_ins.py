"""The numbers that stand for the account ids of third persons in one package.

They are numbers, so that tags keep their form and rows can still be told apart and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import count

from archiver.export.mask.kinds import MaskHit, MaskKind

FILE_TAGS = ("[download", "[task:", "[/task")
"""Beginnings of tags whose number is no account id."""

_IDS = re.compile(r"(?<=:)[0-9]{1,19}(?=\])|(?<=aid=)[0-9]{1,19}(?:,[0-9]{1,19})*")
_NUMBER = re.compile("[0-9]+")
_MIN_DIGITS = 4
"""Digits of an account id from which on it is searched for in texts; shorter numbers are mostly something else."""


class StandIns:
    """The numbers of the third persons of a package; 0 stands for everybody who is not known."""

    def __init__(self, ordered: Sequence[int], *, hidden: Collection[int], known: Collection[int]) -> None:
        """Number the accounts in this order; nobody who is `known` has such a number as the account id."""
        numbers = (number for number in count(1) if number not in known)
        numbered = dict(zip(ordered, numbers, strict=False))
        self._numbers = {account: numbered[account] for account in hidden if account in numbered}
        self.numbers = frozenset(self._numbers.values())
        """The numbers in use."""
        typed = [str(account) for account in self._numbers if len(str(account)) >= _MIN_DIGITS]
        self._typed = re.compile(rf"(?<![0-9])(?:{'|'.join(typed)})(?![0-9])") if typed else None

    def number(self, account: int) -> int:
        """The number of a third person; a number that stands for one already stays."""
        return account if account in self.numbers else self._numbers.get(account, 0)

    def hits(self, text: str, labels: Mapping[int, str]) -> Iterator[MaskHit]:
        """Every account id of a third person that was typed in a folded text."""
        for match in self._typed.finditer(text) if self._typed is not None else ():
            yield MaskHit(match.start(), match.end(), MaskKind.ACCOUNT, labels[int(match[0])])

    def replace_in_tags(self, text: str, tags: re.Pattern[str], shown: Callable[[int], int]) -> str:
        """The text with the account ids in these tags as they may be shown."""
        if "[" not in text:
            return text

        def replace_tag(tag: re.Match[str]) -> str:
            if tag[0].startswith(FILE_TAGS):
                return tag[0]
            return _IDS.sub(lambda ids: _NUMBER.sub(lambda one: str(shown(int(one[0]))), ids[0]), tag[0])

        return tags.sub(replace_tag, text)
