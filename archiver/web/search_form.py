"""Reads the search form from an address and turns it into the query of `archive search`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from gettext import gettext as _

from archiver import errors
from archiver.records import JST
from archiver.store.search.query import HAS, SearchQuery, check_times, parse

LENGTH_LIMIT = 500
"""Characters that are read of a field."""
_EXAMPLE = "2026-11-24"


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The fields as filled in, so that the form can show them again."""

    words: str = ""
    room: str = ""
    since: str = ""
    until: str = ""
    author: str = ""
    has: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether no field is filled in."""
        return self == SearchForm()

    @property
    def is_narrowed(self) -> bool:
        """Whether any field but the words is filled in."""
        return replace(self, words="") != SearchForm()

    def address(self) -> dict[str, str]:
        """The filled-in fields by their names in an address."""
        fields = {"q": self.words, "room": self.room, "from": self.since, "to": self.until, "author": self.author}
        return {name: value for name, value in (fields | dict.fromkeys(sorted(self.has), "1")).items() if value}


def read_form(fields: Mapping[str, str]) -> SearchForm:
    """Read the form from an address; unknown parameters are ignored."""
    words, room, since, until, author = (
        fields.get(name, "")[:LENGTH_LIMIT].strip() for name in ("q", "room", "from", "to", "author")
    )
    return SearchForm(words, room, since, until, author, frozenset(name for name in HAS if fields.get(name)))


def query_of(form: SearchForm, *, now: datetime) -> SearchQuery:
    """The query of a form, without the room. Raises BadSearch in one of its forms, BadValue for what is no day."""
    query = parse(form.words, now=now) if form.words else SearchQuery("")
    since, until = _day(form.since, _("From")), _day(form.until, _("Up to"), days=1)
    return check_times(
        replace(
            query,
            authors=query.authors + ((form.author,) if form.author else ()),
            since=max(filter(None, (query.since, since)), default=None),
            until=min(filter(None, (query.until, until)), default=None),
            has=query.has | form.has,
        )
    )


def room_of(form: SearchForm) -> tuple[int, ...]:
    """The chosen chat, if there is one. Raises UnknownRoom for what is no number."""
    if not form.room:
        return ()
    if not (form.room.isascii() and form.room.isdecimal() and len(form.room) < 19):
        raise errors.UnknownRoom(room=form.room)
    return (int(form.room),)


def _day(value: str, field: str, *, days: int = 0) -> datetime | None:
    """The beginning of a day in Japan, or of the day `days` later."""
    if not value:
        return None
    try:
        return datetime.combine(date.fromisoformat(value) + timedelta(days=days), time(), JST)
    except (ValueError, OverflowError):
        raise errors.BadValue(value=value, option=field, example=_EXAMPLE) from None
