"""Pure: an entry and the one about the same before it -> what happened, as a timeline tells it.

A change lies between two readings, and nobody is named as its author. What a package's `events.csv` tells is here too
(`evidence.tables_events`), with more that only the user sees: tasks, statements, packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from archiver.evidence.history import GONE_STATES, account_of, number, text, text_of
from archiver.records import MessageId
from archiver.store.queries.viewing import statement_events
from archiver.store.queries.viewing.entry_objects import EntryDict
from archiver.store.queries.viewing.event import EventKind, TimelineEvent, entry_ident, make_event


def entry_events(told: EntryDict, before: EntryDict | None, *, is_new_member: bool) -> list[TimelineEvent]:
    """What an entry tells, given the one about the same before it; nothing for what is no event.

    `is_new_member`: a first entry of a member is one of a later list than the room's first.
    """
    if told["kind"] == "member" and before is None and not is_new_member and not _is_gone(told):
        return []
    make = _MAKERS.get(told["kind"])
    return [] if make is None else list(make(told, before))


# --- messages ------------------------------------------------------------------------------------


def _message_events(told: EntryDict, before: EntryDict | None) -> Iterator[TimelineEvent]:
    kind = _first_kind(told) if before is None else _changed_kind(before, told)
    if kind is None:
        return
    was = "" if before is None else text_of(before)[0]
    now = "" if kind in (EventKind.MISSING, EventKind.HIDDEN, EventKind.DELETED) else text_of(told)[0]
    author = number(account_of(told["payload"]["object"]).get("account_id"))
    one = make_event(told, kind, was, now, text(account_of(told["payload"]["object"]).get("name")))
    yield one._replace(message_id=MessageId(entry_ident(told)), account_id=author)


_FIRST = {
    "edited": EventKind.FIRST_EDITED,
    "deleted": EventKind.FIRST_DELETED,
    "missing": EventKind.MISSING,
    "hidden": EventKind.HIDDEN,
}
_VANISHED = {"missing": EventKind.MISSING, "hidden": EventKind.HIDDEN, "deleted": EventKind.DELETED}


def _first_kind(told: EntryDict) -> EventKind | None:
    return _FIRST.get(told["payload"]["state"])


def _changed_kind(before: EntryDict, told: EntryDict) -> EventKind | None:
    was, now = before["payload"]["state"], told["payload"]["state"]
    if now in _VANISHED:
        return None if was == now else _VANISHED[now]
    if text_of(before) != text_of(told):
        return EventKind.EDITED if text_of(before)[0] != text_of(told)[0] else EventKind.TOUCHED
    return EventKind.SHOWN_AGAIN if was in GONE_STATES else None


# --- rooms and people ----------------------------------------------------------------------------


def _gap_events(told: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    kinds = {"gap": EventKind.GAP_OPENED, "gap.narrowed": EventKind.GAP_NARROWED, "gap.closed": EventKind.GAP_CLOSED}
    payload = told["payload"]
    missing = "" if payload["missing"] is None else str(payload["missing"])
    one = make_event(told, kinds[told["kind"]], str(payload["after"] or ""), str(payload["before"]), missing)
    yield one._replace(number=int(entry_ident(told)))


def _access_events(told: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    yield make_event(told, EventKind.INACCESSIBLE if told["kind"] == "room.inaccessible" else EventKind.ACCESSIBLE)


def _room_events(told: EntryDict, before: EntryDict | None) -> Iterator[TimelineEvent]:
    yield from _field_changes(told, before, {"name": EventKind.ROOM_RENAMED, "description": EventKind.ROOM_DESCRIBED})


def _account_events(told: EntryDict, before: EntryDict | None) -> Iterator[TimelineEvent]:
    for one in _field_changes(told, before, {"name": EventKind.RENAMED}):
        yield one._replace(account_id=int(entry_ident(told)))


_OF_MEMBER = {
    "role": EventKind.ROLE,
    "organization_name": EventKind.ORGANIZATION,
    "department": EventKind.DEPARTMENT,
}


def _member_events(told: EntryDict, before: EntryDict | None) -> Iterator[TimelineEvent]:
    gone = _is_gone(told)
    if before is None or gone != _is_gone(before):
        events = [make_event(told, EventKind.LEFT if gone else EventKind.JOINED)]
    else:
        events = list(_field_changes(told, before, _OF_MEMBER))
    for one in events:
        yield one._replace(account_id=int(entry_ident(told)), about=_field_text(told, "name"))


def _contact_events(told: EntryDict, before: EntryDict | None) -> Iterator[TimelineEvent]:
    """Nothing where only another chat was seen, or somebody is a contact from the first list on."""
    if _is_gone(told) != (before is not None and _is_gone(before)):
        kind = EventKind.NO_CONTACT if _is_gone(told) else EventKind.CONTACT
        yield make_event(told, kind)._replace(account_id=int(entry_ident(told)))


# --- files and tasks -----------------------------------------------------------------------------


def _file_events(told: EntryDict, before: EntryDict | None) -> Iterator[TimelineEvent]:
    """A file that is there for the first time is no event: its message is."""
    if _is_gone(told) != (before is not None and _is_gone(before)):
        yield _file_event(told, EventKind.FILE_GONE if _is_gone(told) else EventKind.FILE_BACK)
    if before is None:
        return
    if any(_field_number(told, field) != _field_number(before, field) for field in ("filesize", "upload_time")):
        sizes = str(_field_number(before, "filesize")), str(_field_number(told, "filesize"))
        yield _file_event(told, EventKind.FILE_REPLACED, *sizes)
    for one in _field_changes(told, before, {"filename": EventKind.FILE_RENAMED}):
        yield one._replace(number=int(entry_ident(told)), about=_field_text(told, "filename"))


def _file_event(told: EntryDict, kind: EventKind, before: str = "", after: str = "") -> TimelineEvent:
    return make_event(told, kind, before, after, _field_text(told, "filename"))._replace(number=int(entry_ident(told)))


def _blob_events(told: EntryDict, _: EntryDict | None) -> Iterator[TimelineEvent]:
    if told["payload"]["state"] == "lost":
        reason = text(told["payload"].get("reason"))
        yield make_event(told, EventKind.FILE_LOST, "", reason)._replace(number=int(entry_ident(told)))


def _task_events(told: EntryDict, before: EntryDict | None) -> Iterator[TimelineEvent]:
    if before is None and not _is_gone(told):
        events = [make_event(told, EventKind.TASK, "", _field_text(told, "body"))]
    elif before is None or _is_gone(told) != _is_gone(before):
        events = [make_event(told, EventKind.TASK_GONE if _is_gone(told) else EventKind.TASK_BACK)]
    else:
        events = list(_field_changes(told, before, {"body": EventKind.TASK_TEXT, "status": EventKind.TASK_STATUS}))
        limits = str(_field_number(before, "limit_time") or ""), str(_field_number(told, "limit_time") or "")
        events += [make_event(told, EventKind.TASK_LIMIT, *limits)] if limits[0] != limits[1] else []
    for one in events:
        yield one._replace(number=int(entry_ident(told)), about=_field_text(told, "body"))


# --- what all have -------------------------------------------------------------------------------


def _field_changes(
    told: EntryDict, before: EntryDict | None, kinds: Mapping[str, EventKind]
) -> Iterator[TimelineEvent]:
    """The fields of an object that are other than before; a first object changes nothing."""
    if before is not None:
        for field, kind in kinds.items():
            if _field_text(before, field) != _field_text(told, field):
                yield make_event(told, kind, _field_text(before, field), _field_text(told, field))


def _field_text(told: EntryDict, field: str) -> str:
    return text(told["payload"]["object"].get(field))


def _field_number(told: EntryDict, field: str) -> int:
    return number(told["payload"]["object"].get(field))


def _is_gone(told: EntryDict) -> bool:
    return bool(told["payload"]["state"] == "gone")


_MAKERS: Mapping[str, Callable[[EntryDict, EntryDict | None], Iterator[TimelineEvent]]] = {
    "message": _message_events,
    "gap": _gap_events,
    "gap.narrowed": _gap_events,
    "gap.closed": _gap_events,
    "room.inaccessible": _access_events,
    "room.accessible": _access_events,
    "room": _room_events,
    "account": _account_events,
    "member": _member_events,
    "contact": _contact_events,
    "file": _file_events,
    "blob": _blob_events,
    "task": _task_events,
    "contract": statement_events.contract_events,
    "delivery": statement_events.delivery_or_attachment_events,
    "attachment": statement_events.delivery_or_attachment_events,
    "mapping": statement_events.mapping_events,
    "note": statement_events.note_events,
    "export": statement_events.export_events,
}
