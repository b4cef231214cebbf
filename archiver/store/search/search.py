"""Finds messages by their texts, earlier and deleted ones included, and other things that have the words.

It uses the index where that is current, and else looks at every text: both find the same.
Messages that may be about a term of a contract hold one of its words: candidates only, nothing is decided.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import and_, false, or_, select

from archiver.evidence.history import field_text, text
from archiver.letter_folding import fold_searched, fold_word
from archiver.records import ContractRoom, MessageId, TermItem
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries.contracts import STATED, contracts
from archiver.store.queries.current_state import room_names
from archiver.store.queries.entries import entries_under, sent_within
from archiver.store.queries.viewing.message_summaries import MessageSummary, message_summaries
from archiver.store.received_facts_and_record_forms import readable_text
from archiver.store.search import index, newest_hits
from archiver.store.search.newest_hits import HitPosition, HitRequest
from archiver.store.search.query import SearchQuery, SearchScope, scope_of
from archiver.store.time_text import from_text

EXCERPT_LENGTH = 40
"""Characters of a candidate's text that are given."""

_ROWS_AT_ONCE = 1_000


class SearchResult(NamedTuple):
    """The result of a search."""

    total: int
    """The number of distinct messages; 0 if they are not counted (`older_than`)."""
    hits: tuple[MessageSummary, ...]
    """The newest of the messages, each with the newest of its texts that was found; by filters alone, the last seen."""
    others: tuple[OtherHit, ...]
    rooms: Mapping[int, str]
    """The names of all rooms."""
    is_exact: bool = True
    """Whether `total` is exact; else there are that many or more."""
    older: HitPosition | None = None
    """`older_than` for the hits that follow; None if these are the last."""

    def document(self, query: SearchQuery) -> dict[str, object]:
        """The JSON document of `archive search --json` (docs/reference/json.md)."""
        return {
            "query": readable_text(query.text),
            "total": self.total,
            "hits": [_hit_document(one) for one in self.hits],
            "others": [_other_document(one) for one in self.others],
        }


def _other_document(hit: OtherHit) -> dict[str, object]:
    document = hit._asdict() | {"time": _seconds_text(hit.time)}
    return document | {"job": document.pop("contract")}


def _hit_document(hit: MessageSummary) -> dict[str, object]:
    return {
        "room_id": hit.room_id,
        "message_id": hit.message_id,
        "time": None if hit.sent is None else _seconds_text(hit.sent),
        "author": {"account_id": hit.account_id, "name": hit.name},
        "state": hit.state.value,
        "text": hit.text,
        "earlier": hit.earlier,
        "was_edited": hit.was_edited,
        "was_deleted": hit.was_deleted,
    }


def _seconds_text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def search(
    reading: Reading,
    query: SearchQuery,
    *,
    contracts: Collection[str] = (),
    rooms: Collection[int] = (),
    limit: int = 50,
    older_than: HitPosition | None = None,
    count_limit: int | None = None,
) -> SearchResult:
    """Search the archive for `limit` (1 and more) messages, in these contracts and rooms if any are named.

    `older_than` is `older` of the page before: then only messages are searched, and they are not counted.
    `count_limit` ends the count early, and single characters are not counted beyond the hits; then `is_exact` is false.
    Raises UnknownContract, UnknownRoom.
    """
    scope = scope_of(reading, query, contracts=contracts, rooms=rooms)
    source = reading.driver
    positions, total, is_exact = _find_positions(
        reading, HitRequest(source, query, scope, limit + 1, older_than, count_limit)
    )
    found = [
        newest_hits.hit_of_message(source, query, one.position, one.room_id) or one if one.seq else one
        for one in positions[:limit]
    ]
    hits = message_summaries(reading, ((one.room_id, one.position, one.seq) for one in found))
    others = tuple(other_hits(reading, query, scope)) if older_than is None else ()
    older = positions[limit - 1] if len(positions) > limit else None
    return SearchResult(total, tuple(hits), others, room_names(reading), is_exact, older)


def _find_positions(reading: Reading, asked: HitRequest) -> tuple[list[HitPosition], int, bool]:
    """The messages, their number, and whether that is exact; nothing is counted of a further page."""
    query, has_index, few = asked.query, index.is_readable(reading.sql), None
    is_first, limit = asked.older_than is None, asked.count_limit
    with index.damage_forgiven():
        few = newest_hits.few_messages(asked.source, asked.scope, has_index=has_index)
    # All that have none of some words are counted by looking at every text, as below.
    if few is not None or not (query.words or (query.without and is_first and limit is None)):
        places, total = newest_hits.walked_hits(asked, few)
        return places, *(_capped_total(total, limit) if is_first else (0, False))
    if query.words and has_index:
        with index.damage_forgiven():
            places = newest_hits.newest_hits(asked)
            return places, *(_index_total(asked, len(places)) if is_first else (0, False))
    places, total = newest_hits.scan_texts(asked)
    return places, *((total, True) if is_first else (0, False))


def _capped_total(total: int, count_limit: int | None) -> tuple[int, bool]:
    return (total, True) if count_limit is None or total <= count_limit else (count_limit, False)


def _index_total(asked: HitRequest, found: int) -> tuple[int, bool]:
    """The number of messages by the index, and whether that is exact; one more than are shown was asked for."""
    if found < asked.limit:
        return _capped_total(found, asked.count_limit)
    if asked.count_limit is not None and newest_hits.has_only_single_characters(asked.query):
        return asked.limit - 1, False
    return _capped_total(newest_hits.count_hits(asked), asked.count_limit)


class OtherHit(NamedTuple):
    """A search hit that is no message."""

    kind: str
    """`file`, `task`, `description` or `attachment`."""
    room_id: int | None
    contract: str | None
    id: str
    """The file's or task's id, or the attachment's number; empty for a description."""
    time: datetime
    """When it was uploaded, first seen or added."""
    text: str


def other_hits(reading: Reading, query: SearchQuery, scope: SearchScope) -> list[OtherHit]:
    """The hits besides messages, newest first; each text that a task or a description had is a hit of its own."""
    if not query.words:
        return []
    found = {
        hit
        for hit in _everything_in_scope(reading, query, scope)
        if query.matches(fold_searched(hit.text)) and _is_timely(hit, scope)
    }
    return sorted(found, key=lambda one: (one.time, one.kind, one.id, one.text), reverse=True)


def _everything_in_scope(reading: Reading, query: SearchQuery, scope: SearchScope) -> Iterator[OtherHit]:
    """Everything in scope, whatever its time; descriptions and attachments have no author."""
    if scope.has <= {"file"}:
        yield from _files(reading, query, scope)
        yield from _former_files(reading, scope)
    if scope.has <= {"task"}:
        yield from _tasks(reading, scope)
    if not scope.has and scope.authors is None:
        yield from _descriptions(reading, scope)
        yield from _attachments(reading, scope)


def _is_timely(hit: OtherHit, scope: SearchScope) -> bool:
    at = hit.time.timestamp()
    return (scope.since is None or at >= scope.since) and (scope.until is None or at < scope.until)


def _is_in(numbers: frozenset[int] | None, number: int) -> bool:
    return numbers is None or number in numbers


_FILES = "SELECT room_id, file_id, account_id, upload_time, name FROM file"


def _files(reading: Reading, query: SearchQuery, scope: SearchScope) -> Iterator[OtherHit]:
    """Files by their present names; by the SQLite driver, as there may be very many and few have the words."""
    for room, file, account, sent, name in reading.driver.execute(_FILES):
        if query.matches(fold_searched(name)) and _is_in(scope.rooms, room) and _is_in(scope.authors, account):
            yield OtherHit("file", room, None, str(file), _unix(sent), name)


_SEVERAL = "SELECT key FROM entry WHERE key > 'file/' AND key < 'file0' GROUP BY key HAVING count(*) > 1"
"""Files with more than one entry, which are few."""
_NAMED = (
    "SELECT f.room_id, f.file_id, f.account_id, f.upload_time, e.line FROM entry e"
    " JOIN file f ON f.room_id = e.room_id AND f.file_id = CAST(substr(e.key, 6) AS INTEGER)"
    " WHERE e.key = ? AND e.kind = 'file'"
)


def _former_files(reading: Reading, scope: SearchScope) -> Iterator[OtherHit]:
    """Files under each name they had, by their entries; with the upload time as listed now."""
    source = reading.driver
    for (key,) in source.execute(_SEVERAL).fetchall():
        for room, file, account, sent, line in source.execute(_NAMED, (key,)):
            if _is_in(scope.rooms, room) and _is_in(scope.authors, account):
                name = readable_text(text(json.loads(line)["payload"]["object"].get("filename")))
                yield OtherHit("file", room, None, str(file), _unix(sent), name)


def _tasks(reading: Reading, scope: SearchScope) -> Iterator[OtherHit]:
    task, version = schema.task.c, schema.task_version.c
    query = select(version.room_id, version.task_id, version.body, version.first_seen, task.assigned_by).join(
        schema.task, (task.room_id == version.room_id) & (task.task_id == version.task_id)
    )
    for row in reading.sql.execute(query):
        if _is_in(scope.rooms, row.room_id) and _is_in(scope.authors, row.assigned_by):
            yield OtherHit("task", row.room_id, None, str(row.task_id), from_text(row.first_seen), row.body)


def _descriptions(reading: Reading, scope: SearchScope) -> Iterator[OtherHit]:
    """Descriptions of rooms, earlier ones included, by their entries."""
    last: dict[int, str] = {}
    for entry in entries_under(reading, "room/"):
        room, body = entry["room_id"], readable_text(field_text(entry, "description"))
        if _is_in(scope.rooms, room) and body and last.get(room) != body:
            last[room] = body
            yield OtherHit("description", room, None, "", from_text(entry["observed_at"]), body)


def _attachments(reading: Reading, scope: SearchScope) -> Iterator[OtherHit]:
    table = schema.attachment
    rooms = {one.id: {room.room_id for room in one.rooms} for one in contracts(reading)}
    for row in reading.sql.execute(select(table).where(table.c.state == STATED)):
        if scope.rooms is None or scope.rooms & rooms.get(row.contract_id, set()):
            note = f"{row.name} {row.note or ''}".strip()
            yield OtherHit("attachment", None, row.contract_id, str(row.number), from_text(row.added_at), note)


def _unix(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(seconds, 253402300799), UTC)


def term_candidates(
    reading: Reading,
    rooms: Sequence[ContractRoom],
    items: Collection[TermItem],
    *,
    limit: int,
    readable: Callable[[str], str] = str,
) -> dict[str, list[tuple[MessageId, str]]]:
    """For each term, by its name, the first messages of these parts of rooms with one of its words, and text around it.

    `readable` makes of a text what Chatwork shows; excerpts are of that, unless only the notation has a word.
    """
    version, message = schema.message_version.c, schema.message.c
    is_inside = (and_(message.room_id == one.room_id, sent_within(message.send_time, [one.bounds])) for one in rooms)
    query = (
        select(version.position, version.body)
        .join(schema.message, (message.room_id == version.room_id) & (message.position == version.position))
        .where(or_(false(), *is_inside))
        .order_by(version.position, version.number)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    found = {item.name: list[tuple[MessageId, str]]() for item in items}
    wanted = {item.name: [fold_word(word) for word in item.words] for item in items}
    for position, body in reading.sql.execute(query):
        folded = fold_searched(body)
        for name, words in list(wanted.items()):
            if not any(word in folded for word in words):
                continue
            number, shown, ones = MessageId(str(position)), readable(body), found[name]
            if not ones or ones[-1][0] != number:
                ones.append((number, _excerpt(shown if _has_word(shown, words) else body, words)))
            if len(ones) == limit:
                del wanted[name]
        if not wanted:
            break
    return found


def _has_word(body: str, folded: Collection[str]) -> bool:
    text = fold_searched(body)
    return any(word in text for word in folded)


def _excerpt(body: str, folded: Collection[str]) -> str:
    """The text around the end of the first of the words, on one line."""
    end = bisect_left(range(len(body)), True, key=lambda end: _has_word(body[:end], folded))
    start = max(0, end - EXCERPT_LENGTH // 2)
    return " ".join(body[start : start + EXCERPT_LENGTH].split())
