"""The newest window of a room: new and changed messages, coverage and gaps, and what it does not show any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from archiver.chatwork.client import Listing
from archiver.chatwork.models import Message, Room
from archiver.records import JsonObject, KnownMessage, MessageId, Observation, Reply, RoomId, State
from archiver.store import writer
from archiver.store.archive import Writing
from archiver.store.fingerprints import sent_at
from archiver.store.queries import current_state
from archiver.store.timestamps import from_unix, to_text
from archiver.sync import changes, coverage, plan
from archiver.sync.pull.context import PullContext, append, payload, persons, visit
from archiver.sync.pull.single_messages import singles
from archiver.sync.report import RoomReport

MOST_SINGLES = 100
"""Messages read singly in one room and run because a list no longer shows them."""

READ_AGAIN = timedelta(hours=6)
"""A message that a list does not show but that is there when asked for is not asked for more often."""


def messages(desk: PullContext, room: Room, report: RoomReport) -> None:
    """The newest window: new, edited and deleted messages, coverage and gaps; then what it did not show.

    The room counts as visited only when all of that is done, so that a run that is cut short is made up for.
    """
    number = room.room_id
    listing = desk.client.messages(RoomId(number))
    with desk.archive.writing() as writing:
        window = _Window.of(writing, room, listing)
        gaps = window.gaps(writing)
        seen = [*window.entries(writing), *gaps]
        append(desk, writing, seen, listing.reply, report, keep=len(seen) > 1)
        unseen = window.unseen(writing)
        _visited(desk, writing, room, whole=not unseen and not window.verdict.emptied)
    window.count(report)
    _tell_gaps(desk, gaps, report)
    if window.verdict.emptied:
        desk.troubles.add(f"room/{number}/messages/empty")
    elif unseen:
        singles(desk, number, unseen[-MOST_SINGLES:], report)
        if len(unseen) > MOST_SINGLES:
            desk.troubles.add(f"room/{number}/messages/unread")
            return
        with desk.archive.writing() as writing:  # now that it is known what is gone, a short list may be the whole
            _visited(desk, writing, room, whole=not window.lacking)


def _visited(desk: PullContext, writing: Writing, room: Room, *, whole: bool) -> None:
    """Remember the visit; without counters the room counts as moved in the next run, whatever happens."""
    counters = plan.counters_text(room) if whole else ""
    visit(desk, writing, room.room_id, plan.MESSAGES, counters=counters)


def _tell_gaps(desk: PullContext, gaps: list[Observation], report: RoomReport) -> None:
    """New gaps go into the report; that nothing older can be listed at the first sync is no trouble."""
    for told in (gap.payload for gap in gaps if gap.kind == "gap"):
        report.gaps.append({name: told[name] for name in ("after", "before", "from", "to", "missing", "reason")})
        if told["after"] is not None or told["reason"] in coverage.LOSSES:
            desk.troubles.add(f"event/{report.room_id}/gap")


@dataclass(slots=True)
class _Window:
    """One list of messages against the archive."""

    room: Room
    reply: Reply
    shown: dict[int, JsonObject]
    positions: list[int]
    known: dict[int, KnownMessage]
    changes: list[changes.Change]
    absent: list[int]
    lacking: bool
    """A list that should be the whole room leaves out a message that was shown when we last looked."""
    verdict: coverage.WindowVerdict
    hidden: list[MessageId]

    @classmethod
    def of(cls, writing: Writing, room: Room, listing: Listing[Message]) -> _Window:
        """Compare a list with what is held."""
        shown, reply = {one.model.number: one.object for one in listing.items}, listing.reply
        positions = sorted(shown)
        is_short = bool(positions) and not reply.limited and listing.rows < coverage.WINDOW
        since = 0 if is_short else positions[0] if positions else 2**63 - 1
        held = current_state.messages_since(writing, room.room_id, since)
        differing, absent = changes.compare_messages(shown, held), changes.absent_messages(shown, held)
        lacking = is_short and any(held[position].state in current_state.SHOWN for position in absent)
        verdict = coverage.judge_window(
            positions,
            rows=listing.rows,
            limited=reply.limited,
            message_num=room.message_num or None,  # 0 is what a reply without the counter leaves
            new=sum(change.counted == "new" for change in differing),
            covered=current_state.window_coverage(writing, room.room_id),
            known=current_state.has_messages(writing, room.room_id),
            lacking=lacking,
            was_inaccessible=current_state.has_been_inaccessible(writing, room.room_id),
            at=reply.received_at,
        )
        # Only a list that is cut by the plan, not by its length, tells that what lies before it is hidden.
        cut_by_plan = reply.limited and listing.rows < coverage.WINDOW
        hidden = (
            current_state.messages_shown_before(writing, room.room_id, positions[0] if positions else None)
            if cut_by_plan
            else []
        )
        return cls(room, reply, shown, positions, held, differing, absent, lacking, verdict, hidden)

    def entries(self, writing: Writing) -> list[Observation]:
        """The window itself, then persons, then messages."""
        room, digest = self.room.room_id, self.reply.digest
        people = persons(writing, room, changes.people_in([self.shown[one] for one in self.positions]), self.reply)
        seen = [Observation("window", f"window/{room}/{writer.SELF}", self._payload(), room, digest), *people]
        for change in self.changes:
            key = f"message/{change.position}"
            seen.append(Observation("message", key, payload(change.object, change.state), room, digest))
        for message in self.hidden:
            last = current_state.last_payload(writing, f"message/{message}", room)
            if last is not None:
                told = payload(last["object"], State.HIDDEN)
                seen.append(Observation("message", f"message/{message}", told, room, digest))
        return seen

    def _payload(self) -> JsonObject:
        positions = self.positions
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
            "from": from_unix(sent_at(oldest)) or to_text(self.reply.received_at),
            "absent": [str(one) for one in self.absent],
        }

    def gaps(self, writing: Writing) -> list[Observation]:
        """Gaps that this window reaches across are closed; then the one that it opens."""
        room, seen = self.room.room_id, list[Observation]()
        across = []
        if self.verdict.beginning:
            across = current_state.open_gaps(writing, room)
        elif self.positions and not self.lacking:
            across = current_state.open_gaps(writing, room, reached=self.positions[0])
        for gap in across:
            closed = gap.payload | {"missing": 0}
            seen.append(Observation("gap.closed", f"gap/{room}/{gap.number}", closed, room, self.reply.digest))
        hole = self.verdict.gap
        if hole is not None:
            told = self._gap(writing, hole)
            seen.append(Observation("gap", f"gap/{room}/{told['number']}", told, room, self.reply.digest))
        return seen

    def _gap(self, writing: Writing, hole: coverage.NewGap) -> JsonObject:
        room = self.room.room_id
        last = None if hole.after is None else current_state.last_payload(writing, f"message/{hole.after}", room)
        return {
            "number": current_state.next_gap_number(writing, room),
            "after": None if hole.after is None else str(hole.after),
            "before": str(hole.before),
            "from": None if last is None else from_unix(sent_at(last["object"])),
            "to": from_unix(sent_at(self.shown[hole.before])),
            "missing": hole.missing,
            "reason": hole.reason,
        }

    def unseen(self, writing: Writing) -> list[MessageId]:
        """Messages inside the list's span that it does not show, to be asked for singly, oldest first.

        What the plan hid belongs to them where no limitation is told any more: it is shown again, or it has vanished.
        """
        states = current_state.SHOWN if self.reply.limited else (*current_state.SHOWN, State.HIDDEN)
        found = [position for position in self.absent if self.known[position].state in states]
        if found:
            lately = current_state.singly_read_messages(writing, self.room.room_id, self.reply.received_at - READ_AGAIN)
            found = [position for position in found if position not in lately]
        return [MessageId(str(position)) for position in found]

    def count(self, report: RoomReport) -> None:
        """Add the changes to the room's report."""
        for change in self.changes:
            report.count(change.counted, change.position)
