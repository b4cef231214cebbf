"""Counts the looks at a list of messages that show the same as the room's last one, so that none makes an entry."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from archiver.chatwork.client import Listing
from archiver.chatwork.models import Message, Room
from archiver.records import Entry, JsonObject
from archiver.store.archive import Writing
from archiver.store.working import last_lists
from archiver.store.working.last_lists import LastList, SameList
from archiver.sync import plan
from archiver.sync.pull.context import PullContext, SteadyVisit


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
    same = _compare(last_list, received)
    if same is None:
        return False
    look = SameList(room.room_id, last_list.seq, listing.reply.received_at, same)
    context.steady_visits.append(SteadyVisit(look, context.now(), plan.counters_text(room)))
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


def _compare(last_list: LastList, received: ReceivedList) -> str | None:
    """How a list is the same as the last one; None if it is not."""
    if (last_list.message_num, last_list.limited) != (received.message_num, received.limited):
        return None
    if last_list.body == received.body_digest:
        return last_lists.SAME_BYTES
    return last_lists.SAME_OBJECTS if last_list.objects == received.objects_digest else None
