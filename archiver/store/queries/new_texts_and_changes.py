"""New texts of the other side and changes by anybody since the last judgement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from archiver.evidence.history import REMOVED_BOX, account_of, field_text, id_in_key, number, removed_files, text
from archiver.evidence.tables.events import EntryChange, EventKind, entry_changes
from archiver.records import Contract, Sides, State
from archiver.records.alerts import ChangedMessage, ChangeObservations, DetailChanged, NewText, RoomChanged
from archiver.store import schema
from archiver.store.archive import Reading
from archiver.store.queries import alert_signals, current_state, people
from archiver.store.queries.contracts import contracts, deliveries, enclosures, sides
from archiver.store.queries.entries import entries_where, previous_entry
from archiver.store.queries.looks_and_gaps import FILES, truncated_lists
from archiver.store.queries.viewing.files_and_tasks import file_details
from archiver.store.received_facts_and_record_forms import DELETED, body_of
from archiver.store.time_text import from_text
from archiver.store.working import remembered_values
from archiver.store.working.alerts import open_alerts

_READABLE, _LISTED = ("present", "edited"), ("file", "task")
_ENTRY = schema.entry.c


def sides_by_room(reading: Reading) -> dict[int, Sides]:
    """The sides in each contracted room; in a room of several contracts, a client of any of them is a client."""
    found: dict[int, Sides] = {}
    for contract in contracts(reading):
        contract_sides = sides(reading, contract.id)
        for room in contract.rooms:
            known = found.get(room.room_id, contract_sides)
            clients, thirds = known.clients | contract_sides.clients, known.thirds | contract_sides.thirds
            found[room.room_id] = Sides(known.owner, clients, known.mine | contract_sides.mine, thirds - clients)
    return found


def jobs_by_room(reading: Reading) -> dict[int, list[Contract]]:
    """The contracts of each room."""
    found: dict[int, list[Contract]] = {}
    for contract in contracts(reading):
        for room in contract.room_ids:
            found.setdefault(room, []).append(contract)
    return found


def new_texts(reading: Reading, sides: Mapping[int, Sides], *, after: int) -> Iterator[NewText]:
    """Texts of anybody but the user in the entries after a number, one at a time."""
    is_contracted = alert_signals.contracted_periods(reading)
    for entry in entries_where(reading, _ENTRY.seq > after, _ENTRY.kind == "message"):
        room, payload = entry["room_id"], entry["payload"]
        author = number(account_of(payload["object"]).get("account_id"))
        other = room in sides and author not in sides[room].mine
        body = body_of(payload["object"])
        if other and is_contracted(entry) and payload["state"] in _READABLE and body and body != DELETED:
            earlier = partial(_earlier_texts, reading, entry["key"], room, entry["seq"])
            message = entry["key"].partition("/")[2]
            at = from_text(entry["observed_at"])
            stranger = partial(people.stranger_subject, reading, room, author, at)
            yield NewText(room, author, message, body, at, earlier, sides[room].is_other(author), stranger)


def observed_changes(reading: Reading, sides: Mapping[int, Sides], *, after: int) -> ChangeObservations:
    """What differs from the previous entry of the same key, in the entries after a number."""
    edits: list[ChangedMessage] = []
    details: list[DetailChanged] = []
    room_changes: list[RoomChanged] = []
    vanished: list[ChangedMessage] = []
    is_contracted = alert_signals.contracted_periods(reading)
    for entry in entries_where(reading, _ENTRY.seq > after, _ENTRY.kind.in_(("message", "member", "room", *_LISTED))):
        kind, state = entry["kind"], entry["payload"].get("state")
        if entry["room_id"] not in sides or (kind in ("message", *_LISTED) and not is_contracted(entry)):
            continue
        if kind == "message" and state == State.PRESENT:
            details += _unlisted_files(reading, entry)
        if kind == "task":
            room_changes += _reworded_task(reading, sides[entry["room_id"]], entry)
        if kind == "message" and state in (State.DELETED, State.MISSING):
            vanished += alert_signals.vanished_message(reading, entry)
        elif kind != "message" or state == State.EDITED or REMOVED_BOX.search(body_of(entry["payload"]["object"])):
            for change in entry_changes(previous_entry(reading, entry), entry, ""):
                if change.kind is EventKind.EDITED and change.before != DELETED:
                    texts = change.before, change.after
                    edits.append(alert_signals.changed_message(entry)._replace(texts=texts))
                elif change.kind in (EventKind.ROLE, EventKind.FILE_RENAMED, EventKind.TASK_GONE):
                    details.append(_changed_detail(entry))
                elif change.kind in (EventKind.FILE_GONE, EventKind.FILE_REMOVED):
                    listed = [id_in_key(entry)] if kind == "file" else []
                    for file in listed or removed_files(change.before, change.after):
                        details += _gone_file(reading, sides[entry["room_id"]], entry, file)
                elif change.kind in _OF_ROOMS:
                    room_changes += _room_changes(entry, change)
    renamed = alert_signals.renames(reading, after=after)
    changed_rooms = {one.room_id for ones in (edits, details, renamed) for one in ones}
    return ChangeObservations(
        sides=sides,
        edited=tuple(edits),
        vanished=tuple(vanished),
        lately=alert_signals.recent_changes(reading, (*edits, *vanished), after, within=2 * alert_signals.DAY),
        alerts=tuple(open_alerts(reading)) if edits else (),
        attached=attached_messages(reading) if edits else frozenset(),
        renamed=renamed,
        details=tuple(details),
        rooms=tuple(room_changes),
        people=alert_signals.people_in(reading, changed_rooms),
    )


def _earlier_texts(reading: Reading, key: str, room: int, seq: int) -> Sequence[str]:
    """The texts of a message's earlier entries."""
    earlier = entries_where(reading, _ENTRY.key == key, _ENTRY.room_id == room, _ENTRY.seq < seq)
    return [body_of(entry["payload"]["object"]) for entry in earlier]


def _gone_file(reading: Reading, of_room: Sides, entry: dict[str, Any], file: int) -> Iterator[DetailChanged]:
    """That a file is not shown any more; of the user's own only one that they delivered: so entered, or written in its
    post, which still stands (who takes a draft back deletes that too).
    """
    details = file_details(reading, entry["room_id"], file)
    is_post = entry["kind"] == "message"
    if details is None or (is_post and entry["key"] != f"message/{details.attachment.message_id}"):
        return
    one, at = details.attachment, from_text(entry["observed_at"])
    kind = "saved" if one.sha256 else "unsaved"
    if one.account_id in of_room.mine | {of_room.owner}:
        handed = [delivery for contract in contracts(reading) for delivery in deliveries(reading, contract.id)]
        is_entered = any(file == each.file_id or (one.sha256 and one.sha256 == each.sha256) for each in handed)
        if not is_entered and "納品" not in current_state.last_body(reading, entry["room_id"], int(one.message_id)):
            return
        kind = "own"
    yield DetailChanged(entry["room_id"], one.account_id, f"{kind}/{file}", at, one.message_id)


def _changed_detail(entry: dict[str, Any]) -> DetailChanged:
    """Another role of a member, another name of a file, or a task that is gone."""
    listed, kind, by = entry["payload"]["object"], entry["kind"], {"task": "assigned_by_account"}
    ident = id_in_key(entry)
    account = ident if kind == "member" else number(account_of(listed, by.get(kind, "account")).get("account_id"))
    subject, at = "role" if kind == "member" else f"{kind}/{ident}", from_text(entry["observed_at"])
    return DetailChanged(entry["room_id"], account, subject, at, text(listed.get("message_id")) or None)


def _reworded_task(reading: Reading, of_room: Sides, entry: dict[str, Any]) -> Iterator[RoomChanged]:
    """That a task which the other side gave has other words."""
    before, now = previous_entry(reading, entry), _changed_detail(entry)
    was, body = (field_text(one, "body") for one in (before or entry, entry))
    if was != body and of_room.is_other(now.account_id):
        yield RoomChanged(now.room_id, now.subject, was, body, now.at)


def _unlisted_files(reading: Reading, entry: dict[str, Any]) -> Iterator[DetailChanged]:
    """The files whose boxes a new message shows, and which the whole list of files that was read after it lacks."""
    from archiver.chatwork.notation.parse import shown_files  # here, as a quiet run reads no text

    room, listed, at = entry["room_id"], entry["payload"]["object"], from_text(entry["observed_at"])
    shown = {one.file_id for one in shown_files(body_of(listed))}
    visit = remembered_values.last_visits(reading).get((room, FILES)) if shown else None
    if visit is None or visit.at < at or any(one.kind == FILES for one in truncated_lists(reading, [room])):
        return
    for file in sorted(shown - current_state.known_objects(reading, "file", room).keys()):
        account = number(account_of(listed).get("account_id"))
        yield DetailChanged(room, account, f"unlisted/{file}", at, entry["key"].partition("/")[2])


_OF_ROOMS = {EventKind.ROOM_RENAMED: "room", EventKind.ROOM_DESCRIBED: "description"}
"""What is told of a room, and the subject of its alert."""


def _room_changes(entry: dict[str, Any], change: EntryChange) -> Iterator[RoomChanged]:
    """None where a direct chat has another name: it is the other person's, and reported as that person's."""
    if change.kind is EventKind.ROOM_DESCRIBED or entry["payload"]["object"].get("type") != "direct":
        at = from_text(entry["observed_at"])
        yield RoomChanged(entry["room_id"], _OF_ROOMS[change.kind], change.before, change.after, at)


def attached_messages(reading: Reading) -> frozenset[str]:
    """Ids of messages to which the user attached a file: they matter to the case."""
    attachments = (one for contract in contracts(reading) for one in enclosures(reading, contract.id))
    return frozenset(str(one.message_id) for one in attachments if one.message_id is not None)
