"""A page that is being filled: what stands on it, how large it is, which messages and days it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archiver.records import Message
from archiver.render.times import day

PAGE_BYTES = 350_000
"""Where a page is cut; with its head it stays below 0.4 MB, which browsers open at once. A single message
that is larger has a page of its own."""

PAGE_MESSAGES = 500


@dataclass(slots=True)
class Page:
    """One page; its content is taken away once it is full, its numbers stay for the index."""

    name: str
    day_before: str
    """The day that the page before ended with; empty on the first page."""
    day: str = ""
    """The day of the message put last."""
    count: int = 0
    numbers: tuple[int, int] = (0, 0)
    """The first and the last No. on it."""
    times: tuple[datetime, datetime] | None = None
    """When the first and the last message on it were sent."""
    _parts: list[str] = field(default_factory=list)
    _size: int = 0

    def full(self, size: int) -> bool:
        """Whether so many more bytes should stand on the next page."""
        return self.count > 0 and (self.count >= PAGE_MESSAGES or self._size + size > PAGE_BYTES)

    def put(self, message: Message, before: str, shown: str, size: int) -> None:
        """Add a message, with the breaks before it and, where a day begins, the day's heading."""
        today = day(message.send_time)
        if today != self.day:
            again = "(続き)" if not self.count and today == self.day_before else ""
            heading = f'<h2 class="day">{today}{again}</h2>\n'
            before, size = before + heading, size + len(heading.encode())
        self._parts += (before, shown)
        self._size += size
        self.day = today
        self.count += 1
        first = (self.numbers[0], self.times[0]) if self.times else (message.no, message.send_time)
        self.numbers = (first[0], message.no)
        self.times = (first[1], message.send_time)

    def end(self, html: str) -> None:
        """Add what stands after the last message of all."""
        self._parts.append(html)

    def taken(self) -> str:
        """The content, which is not kept here any longer."""
        content = "".join(self._parts)
        self._parts = []
        return content
