"""A transcript page that is being filled: its content, size, messages and days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from archiver.records import Message
from archiver.render.search_data import PageTexts
from archiver.render.times import day_text, iso_date

PAGE_BYTES = 350_000
"""The size limit of a page; with its head it stays below 0.4 MB, which browsers open at once. A single message
that is larger has a page of its own."""

PAGE_MESSAGES = 500


@dataclass(slots=True)
class PageBuffer:
    """One page; its content is removed once it is full, its numbers stay for the index."""

    name: str
    day_before: str
    """The last day of the page before, `2026-11-05`; empty on the first page."""
    day: str = ""
    """The day of the message added last."""
    count: int = 0
    numbers: tuple[int, int] = (0, 0)
    """The first and the last No. on it."""
    times: tuple[datetime, datetime] | None = None
    """When the first and the last message on it were sent."""
    days: dict[str, int] = field(default_factory=dict)
    """The days that have messages on it → how many; each has its heading `#d2026-11-05`."""
    texts: PageTexts = field(default_factory=PageTexts)
    _parts: list[str] = field(default_factory=list)
    _size: int = 0

    def is_full(self, size: int) -> bool:
        """Whether `size` more bytes belong on the next page."""
        return self.count > 0 and (self.count >= PAGE_MESSAGES or self._size + size > PAGE_BYTES)

    def put(self, message: Message, before: str, html: str, size: int) -> None:
        """Add a message, with the breaks before it and, where a day begins, the day's heading."""
        today = iso_date(message.send_time)
        if today != self.day:
            again = "(続き)" if not self.count and today == self.day_before else ""
            anchor = "" if today in self.days else f' id="{day_anchor(today)}"'
            heading = f'<h2 class="day"{anchor}>{day_text(message.send_time)}{again}</h2>\n'
            before, size = before + heading, size + len(heading.encode())
        self._parts += (before, html)
        self._size += size
        self.day = today
        self.count += 1
        self.days[today] = self.days.get(today, 0) + 1
        first = (self.numbers[0], self.times[0]) if self.times else (message.no, message.send_time)
        self.numbers = (first[0], message.no)
        self.times = (first[1], message.send_time)

    def add_ending(self, html: str) -> None:
        """Add the HTML after the last message of the transcript."""
        self._parts.append(html)

    def take_content(self) -> tuple[str, PageTexts]:
        """Return the content and the texts for the search, and drop them here."""
        content, texts = "".join(self._parts), self.texts
        self._parts, self.texts = [], PageTexts()
        return content, texts


def day_anchor(iso: str) -> str:
    """The HTML id of a day's heading."""
    return f"d{iso}"
