"""Reads the newest messages of a room: new and changed ones, coverage and gaps, and messages not shown any more."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from gettext import gettext as _

from archiver.chatwork.client import Listing
from archiver.chatwork.models import Message, Room
from archiver.records import Entry, JsonObject, KnownMessage, MessageId, Observation, Reply, RoomId, State
from archiver.store import writer
from archiver.store.archive import Writing
from archiver.store.erasure.records import erased_ids
from archiver.store.queries import current_state
from archiver.store.received_facts_and_record_forms import body_of, sent_at
from archiver.store.time_text import from_unix, to_text
from archiver.store.working import last_lists, remembered_values
from archiver.store.working.last_lists import LastList, SameList
from archiver.sync import changes, plan
from archiver.sync.changes import NewGap, WindowVerdict
from archiver.sync.plan import FILES, PEOPLE
from archiver.sync.pull.context import (
    PullContext,
    account_observations,
    append_observations,
    object_payload,
    record_visit,
)
from archiver.sync.pull.single_messages import read_singly
from archiver.sync.report import RoomOutcome, RoomReport

_SUBJECT = re.compile(r"\[dtext:(file_|task_)?|\[download:")
"""What a post is about: files, tasks, or members and the room (whoever leaves takes their files and tasks along)."""

_BEGIN = "[d"
"""What every subject begins with; a text without it, which nearly all are, need not be searched."""

_ANNOUNCED = {"file_": frozenset({FILES}), "task_": frozenset({PEOPLE})}


def announced_kinds(bodies: Iterable[str]) -> frozenset[str]:
    """The kinds of lists that messages with these texts announce."""
    found = (match for body in bodies if _BEGIN in body for match in _SUBJECT.finditer(body))
    subjects = {"file_" if match[0] == "[download:" else match[1] or "" for match in found}
    return frozenset[str]().union(*(_ANNOUNCED.get(subject, frozenset({FILES, PEOPLE})) for subject in subjects))


@dataclass(frozen=True)
class ReceivedList:
    """A list of messages as it was received."""

    body: bytes
    objects: Sequence[JsonObject]
    message_num: int | None
    limited: bool

    @cached_property
    def body_digest(self) -> str:
        """Plain SHA-256 of the reply's bytes."""
        return hashlib.sha256(self.body).hexdigest()

    @cached_property
    def objects_digest(self) -> str:
        """SHA-256 of the objects as JSON with sorted keys; it takes as long as parsing them."""
        return hashlib.sha256(json.dumps(self.objects, sort_keys=True).encode()).hexdigest()


def received_list(room: Room, listing: Listing[Message], erased: Collection[int] = ()) -> ReceivedList:
    """A list of a room's messages, with what the list of rooms says of it.

    Of a list that shows what the owner erased only the rest is compared, so that no digest of the erased text is kept.
    """
    objects = [item.object for item in listing.items if item.model.number not in erased]
    body = json.dumps(objects, sort_keys=True).encode() if erased else listing.reply.body
    return ReceivedList(body, objects, room.message_num or None, listing.reply.limited)


def count_if_steady(
    context: PullContext, room: Room, listing: Listing[Message], received: ReceivedList, last_list: LastList
) -> bool:
    """Count a look at a list that is the same as the room's last one; whether it is, so that nothing is left to do."""
    if (last_list.message_num, last_list.limited) != (received.message_num, received.limited):
        return False
    is_same_body = last_list.body == received.body_digest
    if not is_same_body and last_list.objects != received.objects_digest:
        return False
    same = last_lists.SAME_BYTES if is_same_body else last_lists.SAME_OBJECTS
    look = SameList(room.room_id, last_list.seq, listing.reply.received_at, same)
    context.steady_visits.append((look, context.now(), plan.counters_text(room)))
    context.visited.add((room.room_id, plan.MESSAGES))
    return True


def remember_list(writing: Writing, window: Entry, payload: JsonObject, received: ReceivedList) -> None:
    """Remember what the next list is compared with; `window` is the entry of this one."""
    assert window.room_id is not None
    last_list = LastList(
        window.room_id,
        window.seq,
        window.account_id,
        received.body_digest,
        received.objects_digest,
        payload["oldest"],
        payload["newest"],
        payload["count"],
        received.message_num,
        received.limited,
    )
    last_lists.put_last_list(writing, last_list)


MISSING_READS_LIMIT = 100
"""The most messages read singly in one room and run because a list no longer shows them."""

READ_AGAIN_AFTER = timedelta(hours=6)
"""A message that a list does not show, but that exists, is not read singly more often."""


def pull_messages(context: PullContext, room: Room, report: RoomReport) -> None:
    """Read the newest messages with coverage and gaps, then singly those that the list does not show.

    The room counts as visited only when all of that is done, so that the next run makes up for a run that was cut.
    """
    number = room.room_id
    listing = context.client.messages(RoomId(number))
    with context.archive.reading() as reading:
        erased = erased_ids(reading, "message", number, [item.model.number for item in listing.items])
        last_list = last_lists.find_last_list(reading, number)
    received = received_list(room, listing, erased)
    if last_list is not None and count_if_steady(context, room, listing, received, last_list):
        return
    with context.archive.writing() as writing:
        window = _WindowComparison.compare(writing, room, listing, erased)
        announced = window.announced_kinds(writing)
        gaps = window.gap_observations(writing)
        observations = [*window.observations(writing), *gaps]
        appended = append_observations(
            context,
            writing,
            observations,
            listing.reply,
            report,
            is_news=len(observations) > 1,
            keeps_reply=not erased,
        )
        if window.can_stay_the_same:
            remember_list(writing, appended[0], observations[0].payload, received)
        missing = window.missing_messages(writing)
        _record_messages_visit(context, writing, room, whole=not missing and not window.verdict.emptied)
        remembered_values.forget_counters(writing, number, announced)
    window.count_changes(report)
    _report_gaps(context, gaps, report)
    if window.verdict.emptied:
        context.troubles.add(f"room/{number}/messages/empty")
        report.outcome = RoomOutcome.EMPTIED
        report.error = _("Chatwork gave an empty list, though messages are known; nothing is taken as deleted")
    elif missing:
        read_singly(context, number, missing[-MISSING_READS_LIMIT:], report)
        if len(missing) > MISSING_READS_LIMIT:
            context.troubles.add(f"room/{number}/messages/unread")
            return
        with context.archive.writing() as writing:  # now that it is known what is gone, a short list may be the whole
            _record_messages_visit(context, writing, room, whole=not window.lacking)


def _record_messages_visit(context: PullContext, writing: Writing, room: Room, *, whole: bool) -> None:
    """Record the visit; if it is not whole, the room counts as moved in the next run."""
    counters = plan.counters_text(room) if whole else ""
    record_visit(context, writing, room.room_id, plan.MESSAGES, counters=counters)


def _report_gaps(context: PullContext, gaps: list[Observation], report: RoomReport) -> None:
    """Add new gaps to the report; that nothing older can be listed at the first sync is no trouble."""
    for payload in (gap.payload for gap in gaps if gap.kind == "gap"):
        report.gaps.append({name: payload[name] for name in ("after", "before", "from", "to", "missing", "reason")})
        if payload["after"] is not None or payload["reason"] in changes.LOSSES:
            context.troubles.add(f"event/{report.room_id}/gap/{payload['number']}")


@dataclass(slots=True)
class _WindowComparison:
    """A list of messages compared with the archive."""

    room: Room
    reply: Reply
    received: dict[int, JsonObject]
    positions: list[int]
    known: dict[int, KnownMessage]
    changes: list[changes.Change]
    absent: list[int]
    lacking: bool
    """Whether a list that should be the whole room leaves out a message that was shown before."""
    verdict: WindowVerdict
    hidden: list[MessageId]
    erased: Collection[int]

    @property
    def digest(self) -> str | None:
        """The digest of the reply; None if it is not kept, as it shows again what the owner erased."""
        return None if self.erased else self.reply.digest

    @classmethod
    def compare(
        cls, writing: Writing, room: Room, listing: Listing[Message], erased: Collection[int]
    ) -> _WindowComparison:
        """Compare a list with the archive. What the owner erased counts as shown, and is not kept again."""
        received, reply = {item.model.number: item.object for item in listing.items}, listing.reply
        positions = sorted(received)
        is_short = bool(positions) and not reply.limited and listing.rows < changes.WINDOW
        since = 0 if is_short else positions[0] if positions else 2**63 - 1
        known = current_state.messages_since(writing, room.room_id, since)
        kept = {position: element for position, element in received.items() if position not in erased}
        last_body = partial(current_state.last_body, writing, room.room_id)
        differing, absent = changes.compare_messages(kept, known, last_body), changes.absent_messages(received, known)
        lacking = is_short and any(known[position].state in current_state.SHOWN for position in absent)
        verdict = changes.judge_window(
            positions,
            rows=listing.rows,
            limited=reply.limited,
            message_num=room.message_num or None,  # 0 if the reply had no counter
            new=sum(change.counted == "new" for change in differing),
            covered=current_state.window_coverage(writing, room.room_id),
            known=current_state.has_messages(writing, room.room_id),
            lacking=lacking,
            was_inaccessible=current_state.has_been_inaccessible(writing, room.room_id),
            at=reply.received_at,
        )
        # Only if a list is cut by the plan, not by its length, older messages are hidden.
        cut_by_plan = reply.limited and listing.rows < changes.WINDOW
        hidden = (
            current_state.messages_shown_before(writing, room.room_id, positions[0] if positions else None)
            if cut_by_plan
            else []
        )
        return cls(room, reply, received, positions, known, differing, absent, lacking, verdict, hidden, erased)

    def observations(self, writing: Writing) -> list[Observation]:
        """The observations of the window itself, then of people, then of messages."""
        room, digest = self.room.room_id, self.digest
        shown = [self.received[position] for position in self.positions if position not in self.erased]
        people = account_observations(writing, room, changes.people_in(shown), digest)
        found = [Observation("window", f"window/{room}/{writer.SELF}", self._window_payload(), room, digest), *people]
        for change in self.changes:
            key = f"message/{change.position}"
            found.append(Observation("message", key, object_payload(change.object, change.state), room, digest))
        for message in self.hidden:
            last = current_state.last_payload(writing, f"message/{message}", room)
            if last is not None:
                hidden_payload = object_payload(last["object"], State.HIDDEN)
                found.append(Observation("message", f"message/{message}", hidden_payload, room, digest))
        return found

    @property
    def can_stay_the_same(self) -> bool:
        """Whether an equal list would make no entry: this one joins, lacks nothing, and nothing is left to be read."""
        covers = self.verdict.beginning or (self.verdict.joins and bool(self.positions))
        return covers and not (self.absent or self.lacking)

    def announced_kinds(self, writing: Writing) -> frozenset[str]:
        """The other lists that new posts announce, or the last text of deleted ones; behind a new gap it may be any."""
        if self.verdict.gap is not None:
            return frozenset({plan.FILES, plan.PEOPLE})
        bodies = [body_of(change.object) for change in self.changes]
        deleted = (change.position for change in self.changes if change.counted == "deleted")
        bodies += [current_state.last_body(writing, self.room.room_id, one) for one in deleted]
        return announced_kinds(bodies)

    def _window_payload(self) -> JsonObject:
        positions = self.positions
        oldest = self.received[positions[0]] if positions else {}
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
            "absent": [str(position) for position in self.absent],
        }

    def gap_observations(self, writing: Writing) -> list[Observation]:
        """The observations of gaps that this window closes, then of the one that it opens."""
        room, found = self.room.room_id, list[Observation]()
        across = []
        if self.verdict.beginning:
            across = current_state.open_gaps(writing, room)
        elif self.positions and not self.lacking:
            across = current_state.open_gaps(writing, room, reached=self.positions[0])
        for number, gap in across:
            found.append(Observation("gap.closed", f"gap/{room}/{number}", gap | {"missing": 0}, room, self.digest))
        new_gap = self.verdict.gap
        payload = None if new_gap is None else self._gap_payload(writing, new_gap)
        if payload is not None:
            found.append(Observation("gap", f"gap/{room}/{payload['number']}", payload, room, self.digest))
        return found

    def _gap_payload(self, writing: Writing, new_gap: NewGap) -> JsonObject | None:
        """A new gap, in the place of one that began where it begins; None where an empty list tells nothing more."""
        room, after = self.room.room_id, None if new_gap.after is None else str(new_gap.after)
        held = [one for one in current_state.open_gaps(writing, room) if after and one[1]["after"] == after]
        if held and not self.positions and held[0][1]["missing"] == new_gap.missing:
            return None
        last = None if new_gap.after is None else current_state.last_payload(writing, f"message/{new_gap.after}", room)
        return {
            "number": held[0][0] if held else current_state.next_gap_number(writing, room),
            "after": after,
            "before": str(new_gap.before),
            "from": None if last is None else from_unix(sent_at(last["object"])),
            "to": (
                from_unix(sent_at(self.received[new_gap.before]))
                if self.positions
                else to_text(self.reply.received_at - changes.PLAN_SHOWS_AT_LEAST)
            ),
            "missing": new_gap.missing,
            "reason": new_gap.reason,
        }

    def missing_messages(self, writing: Writing) -> list[MessageId]:
        """Messages inside the list's range that it does not show, to be read singly, oldest first.

        Messages hidden by the plan are among them if the reply has no limitation any more.
        """
        states = current_state.SHOWN if self.reply.limited else (*current_state.SHOWN, State.HIDDEN)
        found = [position for position in self.absent if self.known[position].state in states]
        if found:
            read_lately = current_state.singly_read_messages(
                writing, self.room.room_id, self.reply.received_at - READ_AGAIN_AFTER
            )
            found = [position for position in found if position not in read_lately]
        return [MessageId(str(position)) for position in found]

    def count_changes(self, report: RoomReport) -> None:
        """Add the changes to the room's report."""
        for change in self.changes:
            report.count(change.counted, change.position)
