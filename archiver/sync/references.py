"""Pure: which messages the things just seen refer to: files and tasks by `message_id`, texts by replies and links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from archiver.chatwork.notation.parse import message_references
from archiver.message_ids import is_plausible
from archiver.records import JsonObject, Observation
from archiver.store.fingerprints import body_of, person_of, storable
from archiver.store.working.backfill_queue import PRIORITY, Origin, Place

MOST = 100
"""References taken from one text: a text full of invented ids must not cost the budget of the others."""


def mentioned(seen: Iterable[Observation], *, owner: int, at: datetime) -> dict[Place, Origin]:
    """What observations made at a time refer to, each with its most urgent origin; `owner` is the token's account.

    Ids that no message can have by then are left out. The rooms may be any.
    """
    found: dict[Place, Origin] = {}
    for place, origin in (one for told in seen for one in _in_observation(told, owner)):
        if is_plausible(place[1], at) and (place not in found or PRIORITY[origin] < PRIORITY[found[place]]):
            found[place] = origin
    return found


def in_text(text: str) -> Iterator[tuple[Place, Origin]]:
    """The messages that a body or task text names, in order; at most `MOST`."""
    for room, message in islice(message_references(text), MOST):
        is_reply = f"to={room}-{message}" in text
        yield (room, int(message)), Origin.REPLY if is_reply else Origin.LINK


def in_description(text: str) -> Iterator[tuple[Place, Origin]]:
    """The messages that a room's description names."""
    return ((place, Origin.DESCRIPTION) for place, _origin in in_text(text))


def _in_observation(told: Observation, owner: int) -> Iterator[tuple[Place, Origin]]:
    match told.kind:
        case "message" if told.payload["state"] not in ("missing", "hidden"):
            yield from in_text(body_of(told.payload["object"]))
        case "file":
            mine = person_of(told.payload["object"].get("account")) == owner
            yield from _carrier(told, Origin.OWN_FILE if mine else Origin.FILE)
        case "task":
            yield from _carrier(told, Origin.TASK)
            yield from in_text(body_of(told.payload["object"]))
        case "room":
            yield from in_description(_description(told.payload["object"]))


def _carrier(told: Observation, origin: Origin) -> Iterator[tuple[Place, Origin]]:
    """The message that a file or task was posted with."""
    if told.room_id is not None:
        yield (told.room_id, storable(told.payload["object"].get("message_id"))), origin


def _description(shown: JsonObject) -> str:
    text = shown.get("description")
    return text if isinstance(text, str) else ""
