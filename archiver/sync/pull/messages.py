"""The newest window of a room, and single messages that it does not show any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archiver.chatwork.models import Room
from archiver.errors import NotVisible
from archiver.records import JsonObject, Known, MessageId, Observation, Reply, RoomId, Source, State
from archiver.store import work, writer
from archiver.store.archive import Writing
from archiver.store.clock import stamp, unix
from archiver.store.facts import sent_at
from archiver.store.queries import known
from archiver.sync import changes, coverage, plan
from archiver.sync.pull.desk import Desk, append, payload, persons
from archiver.sync.report import RoomReport

MOST_SINGLES = 100
"""Messages read singly in one room and run because a list no longer shows them."""


def messages(desk: Desk, room: Room, report: RoomReport) -> None:
    """The newest window: new, edited and deleted messages, coverage and gaps; then what it did not show."""
    listing = desk.client.messages(RoomId(room.room_id))
    shown = {one.model.number: one.object for one in listing.items}
    with desk.archive.writing() as writing:
        window = _Window.of(writing, room, shown, listing.reply)
        seen = [*window.entries(writing), *window.gaps(writing, report)]
        window.count(report)
        append(desk, writing, seen, listing.reply, report, keep=len(seen) > 1)
        missing = [position for position in window.absent if window.known[position].state in known.SHOWN]
        if len(missing) <= MOST_SINGLES and not window.verdict.emptied:
            work.put_visit(writing, room.room_id, plan.MESSAGES, at=desk.now(), counters=plan.counters(room))
    if window.verdict.emptied:
        desk.troubles.add(f"room/{room.room_id}/messages/empty")
        return
    if len(missing) > MOST_SINGLES:
        desk.troubles.add(f"room/{room.room_id}/messages/unread")
    singles(desk, room.room_id, [MessageId(str(one)) for one in missing[-MOST_SINGLES:]], report)


@dataclass(slots=True)
class _Window:
    """One list of messages against the archive."""

    room: Room
    reply: Reply
    shown: dict[int, JsonObject]
    known: dict[int, Known]
    changes: list[changes.Change]
    absent: list[int]
    verdict: coverage.Verdict
    hidden: list[MessageId]

    @classmethod
    def of(cls, writing: Writing, room: Room, shown: dict[int, JsonObject], reply: Reply) -> _Window:
        """Compare a list with what is held."""
        positions = sorted(shown)
        held = known.messages_since(writing, room.room_id, positions[0] if positions else 2**63 - 1)
        differing = changes.compare_messages(shown, held)
        verdict = coverage.judge(
            positions,
            limited=reply.limited,
            message_num=room.message_num or None,  # 0 is what a reply without the counter leaves
            new=sum(change.counted == "new" for change in differing),
            covered=known.covered(writing, room.room_id),
            known=known.has_messages(writing, room.room_id),
        )
        if verdict.beginning and positions:
            held = known.messages_since(writing, room.room_id, 0)
        # Only a list that is cut by the plan, not by its length, tells that what lies before it is hidden.
        cut_by_plan = reply.limited and len(positions) < coverage.WINDOW
        hidden = known.shown_before(writing, room.room_id, positions[0] if positions else None) if cut_by_plan else []
        absent = changes.absent(shown, held)
        return cls(room, reply, shown, held, differing, absent, verdict, hidden)

    def entries(self, writing: Writing) -> list[Observation]:
        """The window itself, then persons, then messages."""
        room, digest = self.room.room_id, self.reply.digest
        people = persons(writing, room, changes.people_in([self.shown[one] for one in sorted(self.shown)]), self.reply)
        seen = [Observation("window", f"window/{room}/{writer.SELF}", self._payload(), room, digest), *people]
        for change in self.changes:
            key = f"message/{change.position}"
            seen.append(Observation("message", key, payload(change.object, change.state), room, digest))
        for message in self.hidden:
            last = known.payload(writing, f"message/{message}", room)
            if last is not None:
                told = payload(last["object"], State.HIDDEN)
                seen.append(Observation("message", f"message/{message}", told, room, digest))
        return seen

    def _payload(self) -> JsonObject:
        positions = sorted(self.shown)
        oldest = self.shown[positions[0]] if positions else {}
        return {
            "oldest": str(positions[0]) if positions else None,
            "newest": str(positions[-1]) if positions else None,
            "count": len(positions),
            "date": self.reply.headers.get("date"),
            "limited": self.reply.limited,
            "message_num": self.room.message_num or None,
            "joins": self.verdict.joins,
            "beginning": self.verdict.beginning,
            "from": unix(sent_at(oldest)) or stamp(self.reply.received_at),
            "absent": [str(one) for one in self.absent],
        }

    def gaps(self, writing: Writing, report: RoomReport) -> list[Observation]:
        """The gap that this window opens, or the closing of all when it shows the whole room."""
        room, seen = self.room.room_id, []
        if self.verdict.beginning:
            for gap in known.open_gaps(writing, room):
                closed = gap.payload | {"missing": 0}
                seen.append(Observation("gap.closed", f"gap/{room}/{gap.number}", closed, room, self.reply.digest))
        hole = self.verdict.hole
        if hole is not None:
            told = self._gap(writing, hole)
            key = f"gap/{room}/{told['number']}"
            seen.append(Observation("gap", key, told, room, self.reply.digest))
            report.gaps.append({name: told[name] for name in ("after", "before", "from", "to", "missing", "reason")})
        return seen

    def _gap(self, writing: Writing, hole: coverage.Hole) -> JsonObject:
        room = self.room.room_id
        last = None if hole.after is None else known.payload(writing, f"message/{hole.after}", room)
        return {
            "number": known.next_gap(writing, room),
            "after": None if hole.after is None else str(hole.after),
            "before": str(hole.before),
            "from": None if last is None else unix(sent_at(last["object"])),
            "to": unix(sent_at(self.shown[hole.before])),
            "missing": hole.missing,
            "reason": hole.reason,
        }

    def count(self, report: RoomReport) -> None:
        """Add the changes to the room's report."""
        for change in self.changes:
            if change.counted is not None:
                setattr(report, change.counted, getattr(report, change.counted) + 1)
            report.disappeared |= change.counted == "deleted"


def singles(desk: Desk, room: int, messages: Sequence[MessageId], report: RoomReport) -> None:
    """Read messages one by one; what is found unchanged goes into one `reading` entry."""
    unchanged: list[str] = []
    try:
        for message in messages:
            if not _single(desk, room, message, report):
                unchanged.append(message)
    finally:
        if unchanged:
            seen = Observation("reading", f"reading/{room}/{writer.SELF}", {"ids": unchanged}, room)
            with desk.archive.writing() as writing:
                writer.append(writing, [seen], account_id=desk.account_id, at=desk.now())


def _single(desk: Desk, room: int, message: MessageId, report: RoomReport) -> bool:
    """Read one message; whether an entry came of it. A 403 is the room's trouble and is passed on."""
    try:
        single = desk.client.message(RoomId(room), message)
    except NotVisible as unseen:
        if unseen.status != 404:
            raise
        return _not_shown(desk, room, message, unseen.reply, report)
    with desk.archive.writing() as writing:
        change = changes.compare_message(int(message), single.object, known.message(writing, room, message))
        if change is None:
            return False
        told = payload(change.object, change.state, Source.SINGLE)
        seen = [*persons(writing, room, changes.people_in([single.object]), single.reply)]
        seen.append(Observation("message", f"message/{message}", told, room, single.reply.digest))
        append(desk, writing, seen, single.reply, report)
    if change.counted is not None:
        setattr(report, change.counted, getattr(report, change.counted) + 1)
    report.disappeared |= change.counted == "deleted"
    return True


def _not_shown(desk: Desk, room: int, message: MessageId, reply: Reply, report: RoomReport) -> bool:
    """404: hidden by the plan with the limitation header, missing without it (chatwork-api §1.3)."""
    state = State.HIDDEN if reply.limited else State.MISSING
    with desk.archive.writing() as writing:
        held = known.message(writing, room, message)
        last = known.payload(writing, f"message/{message}", room)
        if held is None or last is None or held.state in (state, State.MISSING):
            return False
        told = payload(last["object"], state, Source.SINGLE)
        seen = [Observation("message", f"message/{message}", told, room, reply.digest)]
        append(desk, writing, seen, reply, report)
    if state is State.MISSING:
        report.missing += 1
        report.disappeared = True
    return True
