"""What people did as the lists of files and tasks show it, and which posts in the chat announced it. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from archiver.evidence.history import EntryObject, account_of, field_text, number, text
from archiver.records import AccountClosing, AccountId, Act, ActKind, ClosingSign, MessageId, Post, RoomId, closed_mark

OWN_POSTS = frozenset({ActKind.FILE, ActKind.TASK_GIVEN})
"""Of these the list itself names the post and the person."""

_KEYS = {ActKind.TASK_CHANGED: "edited", ActKind.TASK_DONE: "done", ActKind.TASK_REOPENED: "reverted"}
"""What the post about each other one has for a key."""


class ListedStep(NamedTuple):
    """A file that was sent, or a task that was given or changed."""

    kind: ActKind
    room_id: int
    message_id: str
    """The message of the file, or the one that announced the task when it was given."""
    account: int
    """Who sent the file or gave the task; 0: the list does not tell who did it."""
    what: str
    """The name of the file, the text of the task."""
    since: datetime | None
    """When the state of the task before was noticed; None: there was none."""
    at: datetime
    """When the file was sent, or the step of a task was noticed."""
    seq: int
    before: str = ""
    """The text that the task had, if the step gave it another."""


def listed_steps(entries: Iterable[EntryObject]) -> Iterator[ListedStep]:
    """The steps, by entries that come oldest first; that something is shown no more says nothing of an act."""
    before: dict[tuple[int, str], EntryObject] = {}
    for entry in entries:
        if entry["kind"] not in ("file", "task"):
            continue
        last = before.get((entry["room_id"], entry["key"]))
        before[entry["room_id"], entry["key"]] = entry
        received, is_file = entry["payload"]["object"], entry["kind"] == "file"
        then = None if last is None else last["payload"]["object"]
        kind = _kind(then, received, is_file=is_file)
        if kind is not None:
            account = account_of(received, "account" if is_file else "assigned_by_account")
            seconds = number(received.get("upload_time")) if is_file else 0
            at = datetime.fromisoformat(entry["observed_at"])
            yield ListedStep(
                kind,
                entry["room_id"],
                str(received.get("message_id") or "0"),
                number(account.get("account_id")) if kind in OWN_POSTS else 0,
                text(received.get("filename" if is_file else "body")),
                None if last is None else datetime.fromisoformat(last["observed_at"]),
                datetime.fromtimestamp(seconds, UTC) if 0 < seconds < at.timestamp() else at,
                entry["seq"],
                "" if is_file or then is None or then.get("body") == received.get("body") else text(then.get("body")),
            )


def _kind(before: EntryObject | None, after: EntryObject, *, is_file: bool) -> ActKind | None:
    if is_file or before is None:
        return None if before is not None else ActKind.FILE if is_file else ActKind.TASK_GIVEN
    if before.get("status") != after.get("status"):
        return ActKind.TASK_DONE if after.get("status") == "done" else ActKind.TASK_REOPENED
    is_changed = any(before.get(name) != after.get(name) for name in ("body", "limit_time"))
    return ActKind.TASK_CHANGED if is_changed else None


def act_of_step(step: ListedStep, posts: Iterable[tuple[Post, str]]) -> Act:
    """The step with its post; `posts` with their bodies, of the same room.

    Chatwork's list of tasks tells neither who changed one nor when: without a post of that nobody is named, and the
    time is that at which it was noticed.
    """
    for post, body in posts:
        if step.kind in OWN_POSTS:
            is_it = post.message_id == step.message_id
        else:
            is_of_task = f"[dtext:task_{_KEYS[step.kind]}]" in body and f"]{step.what}[/task]" in body
            is_it = is_of_task and post.at <= step.at and (step.since is None or post.at > step.since)
        if is_it:
            return Act(step.kind, post, step.what, before=step.before)
    place = Post(RoomId(step.room_id), MessageId(step.message_id), AccountId(step.account), step.at, step.seq)
    return Act(step.kind, place, step.what, is_noticed=step.kind is not ActKind.FILE, before=step.before)


SIGN_KINDS = ("account", "member", "room")
"""The kinds of entries that can show one."""


def account_closings(entries: Iterable[EntryObject], owner: int) -> tuple[AccountClosing, ...]:
    """The signs that accounts of others were closed, each when it was first seen; entries come oldest first."""
    found: dict[tuple[int, ClosingSign, int], AccountClosing] = {}
    people: dict[int, set[int]] = {}
    types: dict[int, str] = {}
    for entry in entries:
        room = entry["room_id"]
        mark = closed_mark(field_text(entry)) if entry["kind"] != "room" else ""
        for account, sign in _signs(entry, people.setdefault(room, set()), types.get(room, ""), mark):
            closing = AccountClosing(
                AccountId(account), datetime.fromisoformat(entry["observed_at"]), entry["seq"], sign, room, mark
            )
            if account != owner:
                found.setdefault((account, sign, 0 if sign is ClosingSign.SUFFIX else room), closing)
        if entry["kind"] == "room":
            types[room] = field_text(entry, "type")
        else:
            people[room].add(_account(entry))
    return tuple(found.values())


def _signs(entry: EntryObject, people: Iterable[int], type_before: str, mark: str) -> Iterator[tuple[int, ClosingSign]]:
    """What one entry shows; `people` and `type_before` are the room's as known before it."""
    received = entry["payload"]["object"]
    if entry["kind"] == "room":
        if type_before == "direct" and text(received.get("type")) == "group":
            yield from ((one, ClosingSign.GROUP) for one in sorted(people))
        return
    if mark:
        yield _account(entry), ClosingSign.SUFFIX
    if entry["payload"].get("state") == "gone":
        yield _account(entry), ClosingSign.GONE


def _account(entry: EntryObject) -> int:
    return number(entry["key"].rpartition("/")[2])
