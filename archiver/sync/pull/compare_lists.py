"""Compares lists of files, members and tasks with the archive; what differs is appended and counted."""

from __future__ import annotations

from collections.abc import Mapping

from archiver.records import AccountId, JsonObject, Observation, Reply
from archiver.store.archive import Writing
from archiver.store.erasure.erased_ids import left_of
from archiver.store.queries import current_state
from archiver.sync import changes
from archiver.sync.pull.context import PullContext, account_observations, append_observations, object_payload
from archiver.sync.report import RoomReport

_PEOPLE_FIELDS = {"file": ("account",), "task": ("account", "assigned_by_account")}


def append_differences(
    context: PullContext,
    writing: Writing,
    kind: str,
    room: int,
    received: Mapping[int, JsonObject],
    reply: Reply,
    report: RoomReport,
    *,
    complete: bool,
) -> None:
    """Append what differs in a list of files, tasks or members, and count it; nothing of what the owner erased."""
    erased = frozenset() if kind == "member" else left_of(writing, kind, room, received)
    digest = None if erased else reply.digest
    kept = {ident: element for ident, element in received.items() if ident not in erased}
    differences = changes.compare_objects(
        kind, kept, current_state.known_objects(writing, kind, room), complete=complete
    )
    fields = _PEOPLE_FIELDS.get(kind, ())
    observations = (
        account_observations(writing, room, changes.people_in(list(kept.values()), fields), digest) if fields else []
    )
    prefix = f"member/{room}" if kind == "member" else kind
    for ident, element in sorted(differences.new_and_changed.items()):
        observations.append(Observation(kind, f"{prefix}/{ident}", object_payload(element, "present"), room, digest))
    for ident in differences.gone:
        last = current_state.last_payload(writing, f"{prefix}/{ident}", room)
        if last is not None:
            gone_payload = object_payload(last["object"], "gone")
            observations.append(Observation(kind, f"{prefix}/{ident}", gone_payload, room, digest))
    append_observations(context, writing, observations, reply, report, keeps_reply=not erased)
    _count_differences(kind, differences, report)


def _count_differences(kind: str, differences: changes.Differences, report: RoomReport) -> None:
    report.disappeared |= bool(differences.gone)
    if kind == "file":
        report.files_new += len(differences.new)
    elif kind == "task":
        report.tasks_new += len(differences.new)
        report.tasks_changed += len(differences.changed) + len(differences.gone)


def room_accounts(context: PullContext, room: int) -> list[AccountId]:
    """The accounts of everybody ever seen in a room, to request lists one by one."""
    with context.archive.reading() as reading:
        accounts = (
            current_state.person_fingerprints(reading, room).keys()
            | current_state.known_objects(reading, "member", room).keys()
        )
    return [AccountId(account) for account in sorted(accounts)]
