"""A search query as typed, split into its terms (words, phrases, filters), and its scope as SQL conditions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from gettext import gettext as _
from typing import NamedTuple

from sqlalchemy import select

from archiver import errors
from archiver.evidence.history import field_text, id_in_key
from archiver.letter_folding import fold, fold_word
from archiver.records import JST
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries.contracts import contracted_rooms, find_contract
from archiver.store.queries.current_state import room_names
from archiver.store.queries.entries import entries_under
from archiver.store.received_facts_and_record_forms import readable_text
from archiver.store.search.index import match_expression
from archiver.typed_days import read_days

HAS = ("file", "link", "task", "edit", "delete")
"""The values of `has:`."""

_OPERATOR = re.compile("(from|room|after|before|has)[:\uff1a]", re.IGNORECASE)
"""Also with a full-width colon or a capital letter."""
_MARKS = {'"': '"'} | dict.fromkeys("“”＂", "“”＂")
"""The marks that open a phrase, and those that close it: word processors make typographic quotation marks."""
_EXAMPLE = "2026-11-24"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A parsed search; words are folded, and all conditions must hold."""

    text: str
    """The search as it was typed."""
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    """Names or account ids, one of which the author has."""
    rooms: tuple[str, ...] = ()
    """Names or numbers, one of which the room has."""
    since: datetime | None = None
    until: datetime | None = None
    """The first time that is too late."""
    has: frozenset[str] = frozenset()

    def matches(self, folded: str) -> bool:
        """Whether a folded text has every word and no excluded word."""
        return all(word in folded for word in self.words) and not any(word in folded for word in self.without)

    def expression(self) -> str:
        """The words as an FTS5 expression; empty if no word is required."""
        required = " AND ".join(map(match_expression, self.words))
        unwanted = " OR ".join(map(match_expression, self.without))
        return f"({required}) NOT ({unwanted})" if required and unwanted else required


def parse(text: str, *, now: datetime) -> SearchQuery:
    """Parse a search. Raises BadSearch, EmptyPeriod, and BadValue for what is no day."""
    words: dict[bool, list[str]] = {False: [], True: []}
    filters: dict[str, list[str]] = {}
    for item in _items(readable_text(text)):
        if item.operator:
            filters.setdefault(item.operator, []).append(item.value)
        elif folded := fold_word(item.value):
            words[item.negative].append(folded)
    for value in filters.get("has", ()):
        if value not in HAS:
            sentence = _("“has:{value}” is not known. Known: {known}")
            raise errors.BadSearch(detail=sentence.format(value=value, known=", ".join(HAS)))
    query = SearchQuery(
        text,
        tuple(words[False]),
        tuple(words[True]),
        tuple(filters.get("from", ())),
        tuple(filters.get("room", ())),
        max((_period(value, "after:", now)[0] for value in filters.get("after", ())), default=None),
        min((_period(value, "before:", now)[1] for value in filters.get("before", ())), default=None),
        frozenset(filters.get("has", ())),
    )
    if query == SearchQuery(text):
        sentence = _("Say what to look for: a word, a phrase in quotation marks, or a filter such as has:file.")
        raise errors.BadSearch(detail=sentence)
    return check_times(query)


def check_times(query: SearchQuery) -> SearchQuery:
    """The query itself, after a check that its period is not empty. Raises EmptyPeriod."""
    if query.since is not None and query.until is not None and query.since >= query.until:
        last = query.until - timedelta(seconds=1)
        raise errors.EmptyPeriod(begin=_day_text(query.since), end=_day_text(last))
    return query


def _day_text(at: datetime) -> str:
    return f"{at.astimezone(JST):%Y-%m-%d}"


class _Item(NamedTuple):
    negative: bool
    operator: str
    """Empty for a word or phrase."""
    value: str


def _items(text: str) -> Iterator[_Item]:
    """The parts of a search, each checked by itself."""
    index = 0
    while index < len(text):
        if text[index].isspace():
            index += 1
            continue
        start = index
        negative = text[index] == "-" and text[index + 1 : index + 2].strip() not in ("", "-")
        index += negative
        operator = _OPERATOR.match(text, index)
        index = operator.end() if operator else index
        value, index = _value(text, index)
        if operator and negative:
            sentence = _("“{text}”: only words and phrases can be excluded with “-”, filters cannot.")
            raise errors.BadSearch(detail=sentence.format(text=text[start:index]))
        if not value.strip():  # a word has characters, so this is a phrase or a filter
            raise nothing_in(text[start:index])
        yield _Item(negative, operator[1].lower() if operator else "", value)


def nothing_in(text: str) -> errors.BadSearch:
    """What is raised for a phrase or a filter in which nothing stands."""
    sentence = _("There is nothing to look for in “{text}”; the value of a filter follows its colon without a space.")
    return errors.BadSearch(detail=sentence.format(text=text))


def _value(text: str, start: int) -> tuple[str, int]:
    """A phrase between quotation marks, or the characters up to the next space, and the index of its end."""
    closing = _MARKS.get(text[start : start + 1])
    if closing:
        end = next((index for index in range(start + 1, len(text)) if text[index] in closing), -1)
        if end < 0:
            sentence = _("The quotation mark of “{text}” has no second one to close it.")
            raise errors.BadSearch(detail=sentence.format(text=text[start:]))
        return text[start + 1 : end], end + 1
    end = start
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end], end


def _period(value: str, operator: str, now: datetime) -> tuple[datetime, datetime]:
    """The beginning of the days in Japan that a word means, and the first time after them."""
    with suppress(OverflowError):
        if (days := read_days(value, now.astimezone(JST).date())) is not None:
            return days.bounds()
    raise errors.BadValue(value=value, option=operator, example=operator + _EXAMPLE)


class SearchScope(NamedTuple):
    """What a search is limited to; None means no limit."""

    rooms: frozenset[int] | None = None
    authors: frozenset[int] | None = None
    since: int | None = None
    until: int | None = None
    """The first Unix second that is too late."""
    has: frozenset[str] = frozenset()


def scope_of(
    reading: Reading, query: SearchQuery, *, contracts: Collection[str], rooms: Collection[int]
) -> SearchScope:
    """The filters of a query and of the command's options together. Raises UnknownContract, UnknownRoom."""
    called = (number for number, name in _people(reading) if _is_called(number, name, query.authors))
    return SearchScope(
        _rooms(reading, query, contracts, rooms),
        frozenset(called) if query.authors else None,
        None if query.since is None else int(query.since.timestamp()),
        None if query.until is None else int(query.until.timestamp()),
        query.has,
    )


_FILTERS = {
    "file": "EXISTS (SELECT 1 FROM file f WHERE f.room_id = m.room_id AND f.message_id = m.message_id)",
    "task": "EXISTS (SELECT 1 FROM task k WHERE k.room_id = m.room_id AND k.message_id = m.message_id)",
    "link": (
        "EXISTS (SELECT 1 FROM message_version l WHERE l.room_id = m.room_id AND l.position = m.position"
        " AND (l.body LIKE '%http://%' OR l.body LIKE '%https://%'))"
    ),
    "edit": "m.was_edited",
    "delete": "(m.was_deleted OR m.state = 'missing')",  # as the index `message_vanished` has it
}


def conditions(scope: SearchScope) -> tuple[str, tuple[int, ...]]:
    """SQL conditions on a message `m`, each beginning with AND, and their values; empty for no limits."""
    parts: list[str] = []
    values: list[int] = []
    for column, numbers in (("room_id", scope.rooms), ("account_id", scope.authors)):
        if numbers is not None:
            parts.append(f"m.{column} IN ({', '.join('?' * len(numbers))})")
            values += sorted(numbers)
    for operator, limit in ((">=", scope.since), ("<", scope.until)):
        if limit is not None:
            # Without the plus SQLite would read the index of send times and sort everything for the newest 50.
            parts.append(f"+m.send_time {operator} ?")
            values.append(limit)
    parts += [_FILTERS[one] for one in sorted(scope.has)]
    return "".join(f" AND {part}" for part in parts), tuple(values)


def _rooms(
    reading: Reading, query: SearchQuery, named: Collection[str], numbers: Collection[int]
) -> frozenset[int] | None:
    """The rooms that the command's options and the query's filters have in common; None means all."""
    known = contracted_rooms(reading)
    for number in numbers:
        if number not in known:
            raise errors.UnknownRoom(room=number)
    room_sets: list[frozenset[int]] = []
    if named:
        room_sets.append(frozenset(room.room_id for name in named for room in find_contract(reading, name).rooms))
    if numbers:
        room_sets.append(frozenset(numbers))
    if query.rooms:
        names = _every_name(reading)
        room_sets.append(frozenset(number for number, name in names if _is_called(number, name, query.rooms)))
    return frozenset.intersection(*room_sets) if room_sets else None


def _every_name(reading: Reading) -> Iterator[tuple[int, str]]:
    """Each room with each name it had, earlier ones by the entries."""
    yield from room_names(reading).items()
    for entry in entries_under(reading, "room/"):
        yield entry["room_id"], field_text(entry)


def _people(reading: Reading) -> Iterator[tuple[int, str]]:
    """Everybody who was seen in a room, with each name they had."""
    member = schema.member.c
    yield from ((row[0], row[1]) for row in reading.sql.execute(select(member.account_id, member.name)))
    for entry in entries_under(reading, "account/"):
        yield id_in_key(entry), field_text(entry)


def _is_called(number: int, name: str, called: Collection[str]) -> bool:
    return any(one == str(number) or fold(one) in fold(name) for one in called)
