"""Selects the messages of an excerpt: the chosen ones with their context, and counts of those left out between.

Pure: works on any sequence, and keeps in memory only the few items that may still become context.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")

CONTEXT = 5
"""Messages shown before and after each chosen one, as a quotation without context is not trusted."""


@dataclass(frozen=True)
class ExcerptMessage(Generic[Item]):
    """A message of the excerpt."""

    item: Item
    star: bool
    """Whether it was chosen itself, and is not only context."""


@dataclass(frozen=True)
class OmittedMessages(Generic[Item]):
    """Consecutive messages that are left out."""

    first: Item
    last: Item
    count: int


def select_excerpt(
    items: Iterable[Item], is_chosen: Callable[[Item], bool], *, context: int = CONTEXT
) -> Iterator[ExcerptMessage[Item] | OmittedMessages[Item]]:
    """Every item once and in order, either shown or counted as left out."""
    waiting: deque[Item] = deque()  # shown only if one of the next items is chosen
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
