"""The page and number of each message of a transcript, in sixteen bytes a message.

Messages come by rising id, so sorted arrays with bisection are enough. A message may refer to a later one: then a
placeholder stands in for the link until all places are known.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from archiver.records import Message, MessageId

# No text can hold these two characters: `visible` shows noncharacters as `[U+FDD0]`.
PLACEHOLDER_BEGIN = "\ufdd0"
_MARK = "\ufdd0{}{}\ufdd1"
PLACEHOLDER = re.compile("\ufdd0([nh])([0-9]+)\ufdd1")
"""A link to a later message: group 1 is `n` for its number or `h` for its address, group 2 its id."""


def placeholder(part: str, message_id: MessageId) -> str:
    """The placeholder for a message that comes later; `part` is `n` (number) or `h` (address)."""
    return _MARK.format(part, message_id)


@dataclass(slots=True)
class MessagePlaces:
    """The messages added so far, by page; `names` are the file names of the pages."""

    names: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _ids: array[int] = field(default_factory=lambda: array("Q"))
    _numbers: array[int] = field(default_factory=lambda: array("Q"))

    def begin_page(self, name: str) -> None:
        """Begin a page."""
        self.names.append(name)
        self._starts.append(len(self._ids))

    def put(self, message: Message) -> None:
        """Add a message to the page begun last; its id is larger than all before."""
        self._ids.append(int(message.message_id))
        self._numbers.append(message.no)

    def has_passed(self, message_id: int) -> bool:
        """Whether all messages up to this id have been added, so that one not found does not exist."""
        return bool(self._ids) and message_id <= self._ids[-1]

    def find(self, message_id: int) -> tuple[str, int] | None:
        """The page and the number (No.) of a message."""
        index = bisect_left(self._ids, message_id)
        if index == len(self._ids) or self._ids[index] != message_id:
            return None
        return self.names[bisect_right(self._starts, index) - 1], self._numbers[index]
