"""Signals for the alert rules in the entries since the last judgement: who left, closed rooms, vanished messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text

from archiver.evidence import history
from archiver.evidence.history import EntryObject, account_of, field_text, id_in_key, number
from archiver.records import State
from archiver.records.alerts import (
    ChangedMessage,
    DepartureObservations,
    DepartureSignal,
    PersonRenamed,
    RoomPeople,
)
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.authors_and_changes import changed_inside, was_corrected
from archiver.store.queries.contract_activity import cancellation_posts, case_sides
from archiver.store.queries.contracts import contracted_rooms_of, contracts
from archiver.store.queries.entries import entries_where, previous_entry
from archiver.store.received_facts_and_record_forms import has_form
from archiver.store.time_text import from_text, to_text
from archiver.store.working import alerts

DAY = timedelta(days=1)

_KINDS = ("account", "member", "contact", "room.inaccessible", "message")
_ALWAYS = ("account", "contact", "room.inaccessible")
"""Kinds that may be a signal whatever their state."""

_GOING = ("gone", State.DELETED.value, State.MISSING.value, State.HIDDEN.value)


def observed_signals(reading: Reading, *, after: int) -> DepartureObservations:
    """The signals in the entries after a number, for the alert rules; in most runs there are none."""
    entries = _departure_entries(reading, after)
    if not entries:
        return DepartureObservations()
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        by_kind[entry["kind"]].append(entry)
    renamed = tuple(_rename_signals(reading, by_kind["account"]))
    left = tuple(_members_left(reading, by_kind["member"]))
    gone = [one for one in by_kind["contact"] if _entry_state(one) in _GOING]
    unlisted = tuple(DepartureSignal(0, id_in_key(one), _observed_at(one)) for one in gone)
    other_chats = tuple(_other_chats(reading, by_kind["contact"]))
    closed_rooms = tuple(DepartureSignal(one["room_id"], 0, _observed_at(one)) for one in by_kind["room.inaccessible"])
    is_contracted = contracted_periods(reading)
    vanished = tuple(_vanished_messages(reading, filter(is_contracted, by_kind["message"])))
    people = {one.account_id for ones in (renamed, left, unlisted, other_chats) for one in ones}
    rooms = {one.room_id for ones in (left, closed_rooms, vanished) for one in ones} | contracted_rooms_of(
        reading, people
    )
    return DepartureObservations(
        owner=current_state.owner_id(reading) or 0,
        renamed=renamed,
        members_left=left,
        contacts_removed=unlisted,
        other_chats=other_chats,
        closed_rooms=closed_rooms,
        vanished=vanished,
        recently_vanished=tuple(
            one for one in recent_changes(reading, vanished, after) if one.state is not State.EDITED
        ),
        hidden_before=_rooms_hidden_before(reading, {one.room_id for one in vanished}, after),
        rooms=people_in(reading, rooms),
        alerts=tuple(alerts.alerts(reading)),
    )


def _members_left(reading: Reading, entries: Sequence[dict[str, Any]]) -> Iterator[DepartureSignal]:
    owner = current_state.owner_id(reading) or 0
    posts = cancellation_posts(reading, {one["room_id"] for one in entries}) if entries else ()
    told = {(post.room_id, post.about) for post in posts if post.author != owner}
    for one in entries:
        who = one["room_id"], id_in_key(one)
        yield DepartureSignal(*who, _observed_at(one), is_told_cancelled=who in told)


def people_in(reading: Reading, rooms: Iterable[int]) -> dict[int, RoomPeople]:
    """Members of each room, former members, and how much each wrote and sent; the owner of the archive left out.

    What is known of a whole contract is asked once for all of its rooms.
    """
    wanted = sorted(rooms)
    owner = current_state.owner_id(reading) or 0
    others = _counterparts_by_room(reading, wanted)
    return {room: _room_people(reading, room, owner, frozenset(others[room])) for room in wanted}


def _room_people(reading: Reading, room: int, owner: int, others: frozenset[int]) -> RoomPeople:
    states = reading.sql.execute(
        select(schema.member.c.account_id, schema.member.c.state).where(schema.member.c.room_id == room)
    ).all()
    files = schema.file.c
    sent = reading.sql.execute(
        select(files.account_id, func.count())
        .where(files.room_id == room, files.account_id != owner)
        .group_by(files.account_id)
    )
    wrote = reading.sql.execute(
        text(
            "SELECT account_id, count(*) FROM message"
            " WHERE room_id = :room AND account_id <> :owner AND kind <> 'notice' GROUP BY account_id"
        ),
        {"room": room, "owner": owner},
    )
    return RoomPeople(
        members=frozenset(one for one, state in states if state != "gone" and one != owner),
        former=frozenset(one for one, state in states if state == "gone" and one != owner),
        wrote={row[0]: row[1] for row in wrote},
        sent={row[0]: row[1] for row in sent},
        counterparts=others,
    )


def _counterparts_by_room(reading: Reading, rooms: Collection[int]) -> dict[int, set[int]]:
    """The other sides of each room's contracts."""
    found: dict[int, set[int]] = {room: set() for room in rooms}
    for contract in contracts(reading) if found else ():
        contract_rooms = [int(one.room_id) for one in contract.rooms]
        wanted = [room for room in contract_rooms if room in found]
        others = set(case_sides(reading, contract).bases) if wanted else set()
        for room in wanted:
            found[room] |= others
    return found


def renames(reading: Reading, *, after: int) -> tuple[PersonRenamed, ...]:
    """People whose names changed, by the entries after a number."""
    entry = schema.entry.c
    return tuple(_rename_signals(reading, list(entries_where(reading, entry.seq > after, entry.kind == "account"))))


# --- entries -----------------------------------------------------------------------------------


def _departure_entries(reading: Reading, after: int) -> list[dict[str, Any]]:
    """Entries that may be signals, oldest first; the search in the lines' text only rules out most others early."""
    entry = schema.entry.c
    has_departed = or_(*(entry.line.contains(f'"state":"{state}"', autoescape=True) for state in _GOING))
    is_candidate = or_(entry.kind.in_(_ALWAYS), has_departed)
    entries = entries_where(reading, entry.seq > after, entry.kind.in_(_KINDS), is_candidate)
    return [one for one in entries if has_form(one) and (one["kind"] in _ALWAYS or _entry_state(one) in _GOING)]


def _rename_signals(reading: Reading, entries: Sequence[dict[str, Any]]) -> Iterable[PersonRenamed]:
    for entry in entries:
        before, after = _name_before(reading, entry), field_text(entry)
        if before is not None and before != after:  # a person seen for the first time was not renamed
            yield PersonRenamed(entry["room_id"], id_in_key(entry), before, after, _observed_at(entry))


def _name_before(reading: Reading, entry: dict[str, Any]) -> str | None:
    """The person's name before: in this list, or else among the members of any room."""
    before, member = previous_entry(reading, entry), schema.member.c
    if before is not None:
        return field_text(before)
    name: str | None = reading.sql.execute(
        select(member.name).where(member.account_id == id_in_key(entry), member.seq < entry["seq"]).limit(1)
    ).scalar()
    return name


def _other_chats(reading: Reading, entries: Sequence[dict[str, Any]]) -> Iterable[DepartureSignal]:
    """People whose direct chat outside the contracts changed or is no longer seen."""
    for entry in entries:
        before = previous_entry(reading, entry)
        after = entry["payload"].get("other_chat")
        if after != (None if before is None else before["payload"].get("other_chat")):
            yield DepartureSignal(after or 0, id_in_key(entry), _observed_at(entry))


def _vanished_messages(reading: Reading, entries: Iterable[dict[str, Any]]) -> Iterable[ChangedMessage]:
    """Messages that were shown before and are not any more, each once, in their present state."""
    last_entries = {(one["room_id"], one["key"]): one for one in entries}
    for entry in last_entries.values():
        before = previous_entry(reading, entry)
        if before is not None and _entry_state(before) not in _GOING:
            yield from vanished_message(reading, entry)


def vanished_message(reading: Reading, entry: dict[str, Any]) -> Iterator[ChangedMessage]:
    """The message of an entry; none where its author sent it again, or wrote that it went astray."""
    if not was_corrected(reading, entry["room_id"], id_in_key(entry)):
        yield changed_message(entry)


def changed_message(entry: dict[str, Any]) -> ChangedMessage:
    """The message of an entry, in the state in which it was seen then."""
    author = number(account_of(entry["payload"]["object"]).get("account_id"))
    message, state = entry["key"].partition("/")[2], State(_entry_state(entry))
    return ChangedMessage(entry["room_id"], author, message, state, _observed_at(entry))


def recent_changes(
    reading: Reading, new: Sequence[ChangedMessage], after: int, *, within: timedelta = DAY
) -> tuple[ChangedMessage, ...]:
    """Edits and vanished messages within this time before the first of these, judged already."""
    if not new:
        return ()
    message = schema.message.c
    since = to_text(min(one.at for one in new) - within)
    columns = (message.seq, message.room_id, message.account_id, message.message_id, message.state, message.changed_at)
    rows = [
        row
        for inside in _changed_before(reading, {one.room_id for one in new}, after).values()
        for row in reading.sql.execute(
            select(*columns)
            .where(inside, message.state.in_((State.EDITED, State.DELETED, State.MISSING)))
            .where(message.changed_at >= since)
            .where(message.first_seen < message.changed_at)  # what was never shown otherwise is no event
        )
    ]
    return tuple(
        ChangedMessage(row.room_id, row.account_id, row.message_id, State(row.state), from_text(row.changed_at))
        for row in sorted(rows, key=lambda one: one.seq)
        if row.state == State.EDITED or not was_corrected(reading, row.room_id, int(row.message_id))
    )


def _rooms_hidden_before(reading: Reading, rooms: set[int], after: int) -> frozenset[int]:
    message = schema.message.c
    found = {
        room: reading.sql.execute(select(message.seq).where(inside, message.state == State.HIDDEN).limit(1)).first()
        for room, inside in _changed_before(reading, rooms, after).items()
    }
    return frozenset(room for room, row in found.items() if row is not None)


def _changed_before(reading: Reading, rooms: Collection[int], after: int) -> dict[int, ColumnElement[bool]]:
    """Of each of these rooms which of its contracts' messages changed by an entry up to this one."""
    parts = [part for contract in contracts(reading) for part in contract.rooms if part.room_id in rooms]
    return {room: and_(inside, schema.message.c.seq <= after) for room, inside in changed_inside(parts)}


def contracted_periods(reading: Reading) -> Callable[[dict[str, Any]], bool]:
    """Whether the message, file or task of an entry was sent in the time of any contract of its room."""
    parts = [room for contract in contracts(reading) for room in contract.rooms]

    def is_contracted(entry: dict[str, Any]) -> bool:
        listed = entry["payload"]["object"]
        time = number(listed.get("send_time", listed.get("upload_time")))
        if entry["kind"] == "task":
            post = schema.message.c
            is_post = and_(post.room_id == entry["room_id"], post.message_id == history.text(listed.get("message_id")))
            time = reading.sql.execute(select(post.send_time).where(is_post)).scalar() or 0
        sent = datetime.fromtimestamp(min(max(time, 0), 2**36), UTC)
        return any(one.room_id == entry["room_id"] and one.contains(sent) for one in parts)

    return is_contracted


def _entry_state(entry: EntryObject) -> str:
    return str(entry["payload"].get("state"))


def _observed_at(entry: dict[str, Any]) -> datetime:
    return from_text(entry["observed_at"])
