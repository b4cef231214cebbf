"""What the form of the search asks for, as it stands in an address → the query of `archive search`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from gettext import gettext as _

from archiver import errors
from archiver.records import JST
from archiver.store.search.query import HAS, SearchQuery, check_times, parse

LENGTH_LIMIT = 500
"""Signs that a field is read of."""
_EXAMPLE = "2026-11-24"


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The fields as they were filled in, so that the form can show them again."""

    words: str = ""
    room: str = ""
    since: str = ""
    until: str = ""
    author: str = ""
    has: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == SearchForm()

    @property
    def is_narrowed(self) -> bool:
        """Whether more is filled in than the words."""
        return replace(self, words="") != SearchForm()

    def address(self) -> dict[str, str]:
        """The fields that are filled in, by their names in an address."""
        fields = {"q": self.words, "room": self.room, "from": self.since, "to": self.until, "author": self.author}
        return {name: value for name, value in (fields | dict.fromkeys(sorted(self.has), "1")).items() if value}


def read_form(fields: Mapping[str, str]) -> SearchForm:
    """Read an address; what has no meaning here is passed over."""
    words, room, since, until, author = (
        fields.get(name, "")[:LENGTH_LIMIT].strip() for name in ("q", "room", "from", "to", "author")
    )
    return SearchForm(words, room, since, until, author, frozenset(name for name in HAS if fields.get(name)))


def query_of(one: SearchForm) -> SearchQuery:
    """The query, without the room. Raises BadSearch in one of its forms, BadValue for what is no day."""
    query = parse(one.words) if one.words else SearchQuery("")
    since, until = _day(one.since, _("From")), _day(one.until, _("Up to"), days=1)
    return check_times(
        replace(
            query,
            authors=query.authors + ((one.author,) if one.author else ()),
            since=max(filter(None, (query.since, since)), default=None),
            until=min(filter(None, (query.until, until)), default=None),
            has=query.has | one.has,
        )
    )


def room_of(one: SearchForm) -> tuple[int, ...]:
    """The chat, if one is chosen. Raises UnknownRoom for what is no number."""
    if not one.room:
        return ()
    if not (one.room.isascii() and one.room.isdecimal() and len(one.room) < 19):
        raise errors.UnknownRoom(room=one.room)
    return (int(one.room),)


def _day(value: str, field: str, *, days: int = 0) -> datetime | None:
    """The beginning of a day in Japan, or of the one that is so many days later."""
    if not value:
        return None
    try:
        return datetime.combine(date.fromisoformat(value) + timedelta(days=days), time(), JST)
    except (ValueError, OverflowError):
        raise errors.BadValue(value=value, option=field, example=_EXAMPLE) from None
