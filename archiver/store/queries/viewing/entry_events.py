"""Pure: an entry and the one about the same before it -> what happened, as a timeline tells it.

A change lies between two readings, and nobody is named as its author. What a package's `events.csv` tells is here too
(`evidence.tables_events`), with more that only the user sees: tasks, statements, packages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from archiver.evidence.history import GONE, account_of, number, text, text_of
from archiver.records import MessageId
from archiver.store.queries.viewing import statement_events
from archiver.store.queries.viewing.entry_objects import Told
from archiver.store.queries.viewing.event import EventKind, TimelineEvent, event, ident


def happened(told: Told, before: Told | None, *, is_new_member: bool) -> list[TimelineEvent]:
    """What an entry tells, given the one about the same before it; nothing for what is no event.

    `is_new_member`: a first entry of a member is one of a later list than the room's first.
    """
    if told["kind"] == "member" and before is None and not is_new_member and not _is_gone(told):
        return []
    make = _MAKERS.get(told["kind"])
    return [] if make is None else list(make(told, before))


# --- messages ------------------------------------------------------------------------------------


def _message(told: Told, before: Told | None) -> Iterator[TimelineEvent]:
    kind = _first(told) if before is None else _change(before, told)
    if kind is None:
        return
    was = "" if before is None else text_of(before)[0]
    now = "" if kind in (EventKind.MISSING, EventKind.HIDDEN, EventKind.DELETED) else text_of(told)[0]
    author = number(account_of(told["payload"]["object"]).get("account_id"))
    one = event(told, kind, was, now, text(account_of(told["payload"]["object"]).get("name")))
    yield one._replace(message_id=MessageId(ident(told)), account_id=author)


_FIRST = {
    "edited": EventKind.FIRST_EDITED,
    "deleted": EventKind.FIRST_DELETED,
    "missing": EventKind.MISSING,
    "hidden": EventKind.HIDDEN,
}
_VANISHED = {"missing": EventKind.MISSING, "hidden": EventKind.HIDDEN, "deleted": EventKind.DELETED}


def _first(told: Told) -> EventKind | None:
    return _FIRST.get(told["payload"]["state"])


def _change(before: Told, told: Told) -> EventKind | None:
    was, now = before["payload"]["state"], told["payload"]["state"]
    if now in _VANISHED:
        return None if was == now else _VANISHED[now]
    if text_of(before) != text_of(told):
        return EventKind.EDITED if text_of(before)[0] != text_of(told)[0] else EventKind.TOUCHED
    return EventKind.SHOWN_AGAIN if was in GONE else None


# --- rooms and people ----------------------------------------------------------------------------


def _gap(told: Told, _: Told | None) -> Iterator[TimelineEvent]:
    kinds = {"gap": EventKind.GAP_OPENED, "gap.narrowed": EventKind.GAP_NARROWED, "gap.closed": EventKind.GAP_CLOSED}
    payload = told["payload"]
    missing = "" if payload["missing"] is None else str(payload["missing"])
    one = event(told, kinds[told["kind"]], str(payload["after"] or ""), str(payload["before"]), missing)
    yield one._replace(number=int(ident(told)))


def _access(told: Told, _: Told | None) -> Iterator[TimelineEvent]:
    yield event(told, EventKind.INACCESSIBLE if told["kind"] == "room.inaccessible" else EventKind.ACCESSIBLE)


def _room(told: Told, before: Told | None) -> Iterator[TimelineEvent]:
    yield from _fields(told, before, {"name": EventKind.ROOM_RENAMED, "description": EventKind.ROOM_DESCRIBED})


def _account(told: Told, before: Told | None) -> Iterator[TimelineEvent]:
    for one in _fields(told, before, {"name": EventKind.RENAMED}):
        yield one._replace(account_id=int(ident(told)))


_OF_MEMBER = {
    "role": EventKind.ROLE,
    "organization_name": EventKind.ORGANIZATION,
    "department": EventKind.DEPARTMENT,
}


def _member(told: Told, before: Told | None) -> Iterator[TimelineEvent]:
    gone = _is_gone(told)
    if before is None or gone != _is_gone(before):
        events = [event(told, EventKind.LEFT if gone else EventKind.JOINED)]
    else:
        events = list(_fields(told, before, _OF_MEMBER))
    for one in events:
        yield one._replace(account_id=int(ident(told)), about=_shown(told, "name"))


def _contact(told: Told, before: Told | None) -> Iterator[TimelineEvent]:
    """Nothing where only another chat was seen, or somebody is a contact from the first list on."""
    if _is_gone(told) != (before is not None and _is_gone(before)):
        kind = EventKind.NO_CONTACT if _is_gone(told) else EventKind.CONTACT
        yield event(told, kind)._replace(account_id=int(ident(told)))


# --- files and tasks -----------------------------------------------------------------------------


def _file(told: Told, before: Told | None) -> Iterator[TimelineEvent]:
    """A file that is there for the first time is no event: its message is."""
    if _is_gone(told) != (before is not None and _is_gone(before)):
        yield _about_file(told, EventKind.FILE_GONE if _is_gone(told) else EventKind.FILE_BACK)
    if before is None:
        return
    if any(_amount(told, field) != _amount(before, field) for field in ("filesize", "upload_time")):
        sizes = str(_amount(before, "filesize")), str(_amount(told, "filesize"))
        yield _about_file(told, EventKind.FILE_REPLACED, *sizes)
    for one in _fields(told, before, {"filename": EventKind.FILE_RENAMED}):
        yield one._replace(number=int(ident(told)), about=_shown(told, "filename"))


def _about_file(told: Told, kind: EventKind, before: str = "", after: str = "") -> TimelineEvent:
    return event(told, kind, before, after, _shown(told, "filename"))._replace(number=int(ident(told)))


def _blob(told: Told, _: Told | None) -> Iterator[TimelineEvent]:
    if told["payload"]["state"] == "lost":
        reason = text(told["payload"].get("reason"))
        yield event(told, EventKind.FILE_LOST, "", reason)._replace(number=int(ident(told)))


def _task(told: Told, before: Told | None) -> Iterator[TimelineEvent]:
    if before is None and not _is_gone(told):
        events = [event(told, EventKind.TASK, "", _shown(told, "body"))]
    elif before is None or _is_gone(told) != _is_gone(before):
        events = [event(told, EventKind.TASK_GONE if _is_gone(told) else EventKind.TASK_BACK)]
    else:
        events = list(_fields(told, before, {"body": EventKind.TASK_TEXT, "status": EventKind.TASK_STATUS}))
        limits = str(_amount(before, "limit_time") or ""), str(_amount(told, "limit_time") or "")
        events += [event(told, EventKind.TASK_LIMIT, *limits)] if limits[0] != limits[1] else []
    for one in events:
        yield one._replace(number=int(ident(told)), about=_shown(told, "body"))


# --- what all have -------------------------------------------------------------------------------


def _fields(told: Told, before: Told | None, kinds: Mapping[str, EventKind]) -> Iterator[TimelineEvent]:
    """The fields of an object that are other than before; a first object changes nothing."""
    if before is not None:
        for field, kind in kinds.items():
            if _shown(before, field) != _shown(told, field):
                yield event(told, kind, _shown(before, field), _shown(told, field))


def _shown(told: Told, field: str) -> str:
    return text(told["payload"]["object"].get(field))


def _amount(told: Told, field: str) -> int:
    return number(told["payload"]["object"].get(field))


def _is_gone(told: Told) -> bool:
    return bool(told["payload"]["state"] == "gone")


_MAKERS: Mapping[str, Callable[[Told, Told | None], Iterator[TimelineEvent]]] = {
    "message": _message,
    "gap": _gap,
    "gap.narrowed": _gap,
    "gap.closed": _gap,
    "room.inaccessible": _access,
    "room.accessible": _access,
    "room": _room,
    "account": _account,
    "member": _member,
    "contact": _contact,
    "file": _file,
    "blob": _blob,
    "task": _task,
    "contract": statement_events.contract,
    "delivery": statement_events.stated,
    "attachment": statement_events.stated,
    "mapping": statement_events.mapping,
    "note": statement_events.note,
    "export": statement_events.export,
}
