"""What pages share: the context of each (archive, clock, status), the chats, short names, and cursors of long lists.

The viewer only reads the archive; it never asks Chatwork and never judges. Warnings are judged elsewhere and passed in
as sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app, render_template

from archiver import errors
from archiver.records import Contract
from archiver.render.invisible_characters import visible
from archiver.store.archive import Archive, Reading
from archiver.store.engine import written_state
from archiver.store.queries.contracts import contracts
from archiver.store.queries.current_state import inaccessible_since, room_names
from archiver.store.queries.status import Status

Row = dict[str, Any]


class ViewContext(NamedTuple):
    """Everything a page needs besides its request."""

    home: Path
    """The folder of the archive."""
    now: Callable[[], datetime]
    status: Callable[[Reading], Status]
    """Returns the status of the archive."""
    home_document: Callable[[Reading, Status], Mapping[str, Any]]
    """The document of how things stand, in the language of the process."""
    patience: Callable[[Reading], timedelta] = lambda _reading: timedelta.max
    """After how long without a save saving counts as stopped: three intervals."""
    command: tuple[str, ...] = ("archive",)
    """The command that calls the program for this archive in a terminal; words, not yet quoted."""
    language: str = "ja"
    """The language of the pages, `ja` or `en`."""
    record_language: str = "ja"
    """The language of what stands around the messages in them, as in a package."""

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """A snapshot of the archive. Raises NoArchive, ArchiveDamaged, OlderArchive, NewerArchive."""
        # Opened for each request: by now the home may hold another archive than an earlier page opened.
        with closing(Archive(self.home, read_only=True)) as archive:
            written = written_state(archive.database)
            with archive.reading() as reading:
                reading.written = written
                yield reading


EXTENSION = "archive"
"""The key of the context among Flask's extensions."""


def view_context() -> ViewContext:
    """The context of the application that answers the current request."""
    context: ViewContext = current_app.extensions[EXTENSION]
    return context


class Chat(NamedTuple):
    """A room of a contract; hidden characters of `name` are made visible."""

    room_id: int
    name: str
    contracts: tuple[Contract, ...]
    inaccessible_since: datetime | None


def chat(reading: Reading, room: int) -> Chat:
    """The chat with this number. Raises UnknownRoom if no contract names it."""
    found = next((one for one in chats(reading) if one.room_id == room), None)
    if found is None:
        raise errors.UnknownRoom(room=room)
    return found


def chats(reading: Reading) -> list[Chat]:
    """Every chat of a contract, in the order in which the contracts were entered."""
    holders: dict[int, list[Contract]] = {}
    for contract in contracts(reading):
        for room in dict.fromkeys(int(part.room_id) for part in contract.rooms):
            holders.setdefault(room, []).append(contract)
    names, shut = room_names(reading), inaccessible_since(reading, holders)
    return [
        Chat(room, visible(names.get(room) or f"{room}"), tuple(held), shut.get(room)) for room, held in holders.items()
    ]


def page_of_chats(room: int | None, title: str, table: str, rows: Callable[[Reading, Mapping[int, str]], Row]) -> str:
    """A list about all chats, or about one; `rows`: what the template of its table shows of chats with these names."""
    with view_context().reading() as reading:
        shown = chats(reading) if room is None else [chat(reading, room)]
        values = rows(reading, {one.room_id: one.name for one in shown})
    return render_template(
        "list_of_chats.html", title=title, table=table, chat=None if room is None else shown[0], **values
    )


LENGTH_LIMIT = 300
"""Characters; far more than any real name has."""


def short_name(name: str) -> str:
    """The name with hidden characters made visible; of a long name the beginning and how many characters follow."""
    if len(name) <= LENGTH_LIMIT:
        return visible(name)
    return visible(name[:LENGTH_LIMIT]) + _(" (and {n} more)").format(n=f"{len(name) - LENGTH_LIMIT:,}")


_SMALLEST, _LARGEST = -(2**63), 2**63 - 2
"""The bounds of SQLite's integers, with room for one more."""

_NUMBERS = re.compile(r"-?[0-9]{1,19}(?:\.-?[0-9]{1,19})*")


def cursor_text(values: Iterable[int]) -> str:
    """The cursor for an address."""
    return ".".join(map(str, values))


def parse_cursor(text: str, count: int) -> list[int] | None:
    """The `count` numbers of a cursor; None for anything else, which means the first page."""
    if not _NUMBERS.fullmatch(text):
        return None
    values = [int(one) for one in text.split(".")]
    return values if len(values) == count and all(_SMALLEST <= one <= _LARGEST for one in values) else None
