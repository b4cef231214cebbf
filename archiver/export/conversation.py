"""The entries of a room → the conversation that the pages show. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from archiver.evidence.history import EntryObject, MessageHistory, field_text, id_in_key, text
from archiver.evidence.tables.files_and_tasks import FileRow, TaskRow, tasks
from archiver.export.mask.names import PeriodIds
from archiver.export.package_scope import PackageScope
from archiver.records import (
    AccountId,
    Attachment,
    Conversation,
    FileId,
    Gap,
    Membership,
    MembershipPeriod,
    Message,
    MessageId,
    MessageKind,
    ObservedBy,
    OtherChat,
    Pause,
    Period,
    Person,
    PersonName,
    RoomBeginning,
    RoomId,
    State,
    Task,
    TaskId,
    Version,
    Watch,
)
from archiver.render.gap_breaks import narrow_gap
from archiver.report_language import say

_LAST_SECOND = 253402300800 - 86400


@dataclass(frozen=True, slots=True)
class PackageRoom:
    """The data from which the conversation of one room of a package is built."""

    room_id: int
    contract: str
    owner_id: int
    read_at: datetime
    other: Sequence[EntryObject]
    """Entries in the package that are neither messages nor readings, of any room."""
    everything: Sequence[EntryObject]
    """The same, also outside the package's period: for the name of the room and for gaps that touch the period."""
    files: Sequence[FileRow]
    not_packed: Mapping[str, str]
    """Number of a file whose bytes are saved but not in the package → the reason."""
    authors: Mapping[int, str]
    numbers: Sequence[int]
    """The No. of each message of the room, in order."""
    histories: Callable[[int | None], Iterator[MessageHistory]]
    """From a place on, or all."""
    watch: Watch
    covered: Sequence[Period]
    beginning: Callable[[Sequence[Gap]], RoomBeginning]
    """How the room begins, in the package or not, with these gaps."""
    other_chats: Sequence[OtherChat] = ()
    ids: PeriodIds | None = None
    """The messages of a package of a period; None: the room is in it as a whole."""


def build_conversation(room: PackageRoom, scope: PackageScope) -> Conversation:
    """The conversation of a room; its messages are read anew at each call of `messages`."""
    here = [entry for entry in room.other if entry["room_id"] == room.room_id]
    gaps = open_gaps(room.everything, room.room_id, room.covered)
    room_objects = [entry["payload"]["object"] for entry in here if entry["kind"] == "room"]
    return Conversation(
        contract=room.contract,
        room_id=RoomId(room.room_id),
        room_name=room_name(room.everything, room.room_id),
        description=text(room_objects[-1].get("description")) if room_objects else "",
        owner_id=AccountId(room.owner_id),
        read_at=room.read_at,
        messages=lambda start=None: (
            build_message(no, one) for no, one in zip(room.numbers[start:], room.histories(start), strict=True)
        ),
        count=len(room.numbers),
        people=room_people(here, room.authors, room.everything, start=scope.starts.get(room.room_id, "")),
        attachments=tuple(_attachment(row, room) for row in room.files if row.room_id == room.room_id),
        tasks=tuple(_task(row) for row in tasks(here, scope.starts)),
        gaps=tuple(_shown_gap(gap, room.ids) for gap in gaps if scope.overlaps(room.room_id, gap.start, gap.end)),
        pauses=tuple(_pauses(room, scope)),
        watch=room.watch,
        covered=tuple(one for one in room.covered if scope.overlaps(room.room_id, one.start, one.end)),
        inaccessible_since=_inaccessible_since(room.everything, room.room_id),
        other_chats=tuple(room.other_chats),
        beginning=room.beginning(gaps),
    )


def _shown_gap(gap: Gap, ids: PeriodIds | None) -> Gap:
    ends = [one for one in (gap.after, gap.before) if one is not None]
    return gap if ids is None else gap._replace(is_partly_outside=not all(ids.holds(gap.room_id, one) for one in ends))


def room_name(entries: Iterable[EntryObject], room: int) -> str:
    """The last name of a room; its id if it was never read."""
    names = [field_text(entry) for entry in entries if entry["kind"] == "room" and entry["room_id"] == room]
    return names[-1] if names else say("ルームID {room}", room=room)


def open_gaps(entries: Iterable[EntryObject], room: int, covered: Sequence[Period]) -> list[Gap]:
    """The open gaps of a room, each beginning at the last reading before it."""
    last: dict[str, EntryObject] = {}
    for entry in entries:
        if entry["room_id"] == room and entry["kind"].partition(".")[0] == "gap":
            last[entry["key"]] = entry
    return [narrow_gap(_gap(entry), covered) for entry in last.values() if entry["kind"] != "gap.closed"]


def build_message(no: int, history: MessageHistory) -> Message:
    """The message of a history, with its number in the package."""
    first_seen = datetime.fromisoformat(history.first_seen)
    return Message(
        no,
        RoomId(history.room_id),
        MessageId(history.message_id),
        AccountId(history.account_id),
        history.name,
        unix_time(history.send_time) or first_seen,
        history.update_time,
        _STATES[history.state],
        history.body,
        tuple(
            [
                Version(body, updated, datetime.fromisoformat(first), datetime.fromisoformat(last))
                for body, updated, first, last, _seq in history.versions
            ]
        ),
        first_seen,
        datetime.fromisoformat(history.changed_at),
        history.entry_seq,
        _SOURCES[history.source],
        _KINDS[history.kind],
    )


# A package has these for each of its messages, and to call an enumeration takes ten times as long.
_STATES = {one.value: one for one in State}
_SOURCES = {one.value: one for one in ObservedBy}
_KINDS = {one.value: one for one in MessageKind}


def _attachment(row: FileRow, room: PackageRoom) -> Attachment:
    reason = room.not_packed.get(row.number)
    packed = row.stored_as is not None and reason is None
    return Attachment(
        number=row.number,
        room_id=RoomId(row.room_id),
        file_id=FileId(row.file_id),
        message_id=MessageId(row.message_id if row.message_id.isascii() and row.message_id.isdigit() else "0"),
        account_id=AccountId(row.account_id),
        account_name=row.account_name,
        name=row.name,
        size=row.size,
        uploaded_at=unix_time(row.upload_time)
        or (datetime.fromisoformat(row.saved_at) if row.saved_at else room.read_at),
        gone_since=datetime.fromisoformat(row.gone_since) if row.gone_since else None,
        sha256=row.sha256,
        saved_at=datetime.fromisoformat(row.saved_at) if row.saved_at else None,
        reason=reason or row.reason,
        stored_as=f"files/{row.stored_as}" if packed else None,
        replaced_at=datetime.fromisoformat(row.replaced_at) if row.replaced_at else None,
    )


def _task(row: TaskRow) -> Task:
    # Chatwork sends a time even for `none`.
    limit, returned = (None, "") if row.limit_type == "none" else (unix_time(row.limit_time), row.returned_limit)
    return Task(
        task_id=TaskId(row.task_id),
        room_id=RoomId(row.room_id),
        message_id=MessageId(row.message_id if row.message_id.isascii() and row.message_id.isdigit() else "0"),
        assignee=row.assignee,
        assigned_by=row.assigned_by,
        body=row.body,
        limit=limit,
        status=row.status,
        gone_since=datetime.fromisoformat(row.gone_since) if row.gone_since else None,
        first_seen=datetime.fromisoformat(row.first_seen),
        unread_limit="" if limit or returned.strip("0") == "" else returned,
        limit_type=row.limit_type,
    )


def _gap(entry: EntryObject) -> Gap:
    payload = entry["payload"]
    return Gap(
        room_id=RoomId(entry["room_id"]),
        number=id_in_key(entry),
        after=None if payload["after"] is None else MessageId(str(payload["after"])),
        before=MessageId(str(payload["before"])),
        start=datetime.fromisoformat(payload["from"]) if payload["from"] else None,
        end=datetime.fromisoformat(payload["to"]) if payload["to"] else None,
        missing=payload["missing"],
        reason=payload["reason"],
    )


_EVER = datetime.min.replace(tzinfo=UTC).isoformat()


def _pauses(room: PackageRoom, scope: PackageScope) -> Iterator[Pause]:
    """The times in which nobody looked, and apart from them those from a refusal to the next list.

    Where nobody looked when the package's period began, it is told from there on; a refusal has its own time.
    """
    begun = datetime.fromisoformat(scope.starts.get(room.room_id, _EVER))
    refusals = [
        datetime.fromisoformat(one["observed_at"])
        for one in room.everything
        if one["room_id"] == room.room_id and one["kind"] == "room.inaccessible"
    ]
    for pause in room.watch.pauses:
        if not scope.overlaps(room.room_id, pause.start, pause.end):
            continue
        since = next((at for at in refusals if pause.start <= at <= pause.end), None)
        unseen = Pause(max(pause.start, begun), since or pause.end)
        if unseen.end - unseen.start > room.watch.limit:
            yield unseen
        if since is not None and pause.end > begun:
            yield Pause(since, pause.end, is_refused=True)


def _inaccessible_since(entries: Iterable[EntryObject], room: int) -> datetime | None:
    since: str | None = None
    for entry in entries:
        if entry["room_id"] == room and entry["kind"] in ("room.inaccessible", "room.accessible", "room"):
            since = entry["observed_at"] if entry["kind"] == "room.inaccessible" else None
    return datetime.fromisoformat(since) if since else None


def unix_time(seconds: int) -> datetime | None:
    """The time of Chatwork's Unix seconds; None for 0 and for what is beyond the calendar, also in Tokyo."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LAST_SECOND else None


def room_people(
    entries: Iterable[EntryObject],
    authors: Mapping[int, str],
    everything: Iterable[EntryObject] = (),
    *,
    start: str = "",
) -> dict[int, Person]:
    """Everybody seen in a room of a package; `everything` (entries outside it too) dates authors' names.

    `start`: the beginning of the package's period; entries before it say how things stood then.
    """
    entries_of: dict[int, list[EntryObject]] = {account: [] for account in authors}
    for entry in entries:
        if entry["kind"] in ("account", "member"):
            entries_of.setdefault(id_in_key(entry), []).append(entry)
    names = {account: _dated_values(account_entries, field_text) for account, account_entries in entries_of.items()}
    lacking = {account: name for account, name in authors.items() if name not in {one.text for one in names[account]}}
    for account, at in _first_seen(everything, lacking).items():
        index = len(names[account]) if at is None else sum(one.at is None or one.at <= at for one in names[account])
        names[account].insert(index, PersonName(lacking[account], at))
    return {account: _person(account, names[account], entries_of[account], start) for account in sorted(entries_of)}


def _person(account: int, names: Sequence[PersonName], entries: Sequence[EntryObject], start: str) -> Person:
    listed = [entry for entry in entries if entry["kind"] == "member"]
    return Person(
        account_id=AccountId(account),
        names=tuple(one.text for one in names),
        named_at=tuple(one.at for one in names),
        is_from_before=any(entry["observed_at"] < start for entry in entries),
        membership=Membership(
            chatwork_ids=tuple(_dated_values(listed, lambda one: field_text(one, "chatwork_id"))),
            organisations=tuple(_dated_values(listed, _organisation)),
            stays=tuple(_stays(listed, start)),
        ),
    )


def _dated_values(entries: Iterable[EntryObject], value_of: Callable[[EntryObject], str]) -> list[PersonName]:
    """The values in order, each change with its time; if all are old, the last known one without a time."""
    values = [PersonName(value_of(entry), None if _is_gone(entry) else _observed_at(entry)) for entry in entries]
    found: list[PersonName] = []
    for value in values:
        if value.text and value.at is not None and (not found or value.text != found[-1].text):
            found.append(value)
    return found or [one for one in values if one.text][-1:]


def _is_gone(entry: EntryObject) -> bool:
    return str(entry["payload"].get("state", "present")) != "present"


def _stays(listed: Sequence[EntryObject], start: str) -> Iterator[MembershipPeriod]:
    since: datetime | None = None
    inside = False
    is_from_before = bool(listed) and listed[0]["observed_at"] < start
    for entry in listed:
        if not _is_gone(entry):
            since, inside = (since if inside else _observed_at(entry)), True
        elif inside or since is None:
            yield MembershipPeriod(since, _observed_at(entry), is_from_before)
            since, inside, is_from_before = _observed_at(entry), False, False
    if inside:
        yield MembershipPeriod(since, None, is_from_before)


def _first_seen(everything: Iterable[EntryObject], names: Mapping[int, str]) -> dict[int, datetime | None]:
    """When these accounts were first seen under these names."""
    times: dict[int, datetime | None] = dict.fromkeys(names)
    for entry in everything if names else ():
        if entry["kind"] in ("account", "member") and names.get(id_in_key(entry)) == field_text(entry):
            times[id_in_key(entry)] = times[id_in_key(entry)] or _observed_at(entry)
    return times


def _organisation(entry: EntryObject) -> str:
    return " ".join(filter(None, (field_text(entry, one) for one in ("organization_name", "department"))))


def _observed_at(entry: EntryObject) -> datetime:
    return datetime.fromisoformat(entry["observed_at"])
