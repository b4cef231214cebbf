"""Where each message of a transcript stands: two numbers a message, found again by bisection.

Messages come by rising id, so sorted arrays do, at sixteen bytes a message. What a message refers to may come
after it: then a mark stands in its place until all places are known.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from archiver.records import Message, MessageId

# No text can hold these two signs: `visible` shows noncharacters as `[U+FDD0]`.
_MARK = "\ufdd0{}{}\ufdd1"
PLACEHOLDER = re.compile("\ufdd0([nh])([0-9]+)\ufdd1")
"""A message not put yet: group 1 is `n` for its number or `h` for its address, group 2 its id."""


def placeholder(part: str, message_id: MessageId) -> str:
    """The mark for a message not put yet; `part` is `n` or `h`."""
    return _MARK.format(part, message_id)


@dataclass(slots=True)
class MessagePlaces:
    """The messages put so far, by page; `names` are the pages' file names."""

    names: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _ids: array[int] = field(default_factory=lambda: array("Q"))
    _numbers: array[int] = field(default_factory=lambda: array("Q"))

    def begin_page(self, name: str) -> None:
        """Begin a page."""
        self.names.append(name)
        self._starts.append(len(self._ids))

    def put(self, message: Message) -> None:
        """Put a message on the page begun last; its id is larger than all before."""
        self._ids.append(int(message.message_id))
        self._numbers.append(message.no)

    def has_passed(self, message_id: int) -> bool:
        """Whether messages up to this id have been put, so that what is not here does not come."""
        return bool(self._ids) and message_id <= self._ids[-1]

    def find(self, message_id: int) -> tuple[str, int] | None:
        """The page and the number (No.) of a message."""
        index = bisect_left(self._ids, message_id)
        if index == len(self._ids) or self._ids[index] != message_id:
            return None
        return self.names[bisect_right(self._starts, index) - 1], self._numbers[index]
