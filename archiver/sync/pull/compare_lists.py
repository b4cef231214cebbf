"""Files, members and tasks come in lists that are compared alike: what differs is appended and counted."""

from __future__ import annotations

from collections.abc import Mapping

from archiver.records import AccountId, JsonObject, Observation, Reply
from archiver.store.archive import Writing
from archiver.store.queries import current_state
from archiver.sync import changes
from archiver.sync.pull.context import PullContext, append, payload, persons
from archiver.sync.report import RoomReport

_PEOPLE_FIELDS = {"file": ("account",), "task": ("account", "assigned_by_account")}


def differences(
    desk: PullContext,
    writing: Writing,
    kind: str,
    room: int,
    shown: Mapping[int, JsonObject],
    reply: Reply,
    report: RoomReport,
    *,
    complete: bool,
) -> None:
    """Append what differs in a list of files, tasks or members, and count it."""
    found = changes.compare_objects(kind, shown, current_state.known_objects(writing, kind, room), complete=complete)
    fields = _PEOPLE_FIELDS.get(kind, ())
    seen = persons(writing, room, changes.people_in(list(shown.values()), fields), reply) if fields else []
    prefix = f"member/{room}" if kind == "member" else kind
    for ident, one in sorted(found.new_and_changed.items()):
        seen.append(Observation(kind, f"{prefix}/{ident}", payload(one, "present"), room, reply.digest))
    for ident in found.gone:
        last = current_state.last_payload(writing, f"{prefix}/{ident}", room)
        if last is not None:
            told = payload(last["object"], "gone")
            seen.append(Observation(kind, f"{prefix}/{ident}", told, room, reply.digest))
    append(desk, writing, seen, reply, report)
    _count(kind, found, report)


def _count(kind: str, found: changes.Differences, report: RoomReport) -> None:
    report.disappeared |= bool(found.gone)
    if kind == "file":
        report.files_new += len(found.new)
    elif kind == "task":
        report.tasks_new += len(found.new)
        report.tasks_changed += len(found.changed) + len(found.gone)


def accounts(desk: PullContext, room: int) -> list[AccountId]:
    """Everybody ever seen in a room, to ask for one by one."""
    with desk.archive.reading() as reading:
        found = (
            current_state.person_fingerprints(reading, room).keys()
            | current_state.known_objects(reading, "member", room).keys()
        )
    return [AccountId(one) for one in sorted(found)]
