"""Which messages of a room an excerpt shows: the chosen ones with their context, and what is left out between.

Pure: works on whatever has an order; nothing is held but the few messages that may yet become context.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")

CONTEXT = 5
"""Messages shown before and after each chosen one: a cut-out without context counts against its sender."""


@dataclass(frozen=True)
class ExcerptMessage(Generic[Item]):
    """A message of the excerpt."""

    item: Item
    star: bool
    """Whether it was chosen, and does not only surround one that was."""


@dataclass(frozen=True)
class OmittedMessages(Generic[Item]):
    """Messages left out, one after the other."""

    first: Item
    last: Item
    count: int


def select_excerpt(
    items: Iterable[Item], is_chosen: Callable[[Item], bool], *, context: int = CONTEXT
) -> Iterator[ExcerptMessage[Item] | OmittedMessages[Item]]:
    """Every item exactly once and in order: shown, or counted among those left out."""
    waiting: deque[Item] = deque()  # shown only if one of the next is chosen
    omitted: OmittedMessages[Item] | None = None
    after = 0
    for item in items:
        if is_chosen(item):
            if omitted is not None:
                yield omitted
            yield from (ExcerptMessage(one, star=False) for one in waiting)
            yield ExcerptMessage(item, star=True)
            waiting.clear()
            omitted, after = None, context
        elif after:
            yield ExcerptMessage(item, star=False)
            after -= 1
        else:
            waiting.append(item)
            if len(waiting) > context:
                omitted = _extend_omitted(omitted, waiting.popleft())
    for left_over in waiting:
        omitted = _extend_omitted(omitted, left_over)
    if omitted is not None:
        yield omitted


def _extend_omitted(omitted: OmittedMessages[Item] | None, item: Item) -> OmittedMessages[Item]:
    return (
        OmittedMessages(item, item, 1) if omitted is None else OmittedMessages(omitted.first, item, omitted.count + 1)
    )
