"""Pure: the messages that observations refer to: files and tasks by `message_id`, texts by replies and links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from archiver.message_ids import is_plausible
from archiver.records import JsonObject, Observation
from archiver.store.fingerprints import account_id_of, body_of, storable_integer
from archiver.store.working.backfill_queue import PRIORITY, MessagePlace, Origin

REFERENCES_LIMIT = 100
"""The most references taken from one text: a text full of invented ids must not use up the budget of others."""


def find_references(observations: Iterable[Observation], *, owner: int, at: datetime) -> dict[MessagePlace, Origin]:
    """The messages that observations refer to, each with its most urgent origin; `owner` is the token's account.

    Ids that no message can have at that time are left out. The messages may be in any room.
    """
    references: dict[MessagePlace, Origin] = {}
    for place, origin in (one for observation in observations for one in _observation_references(observation, owner)):
        if is_plausible(place[1], at) and (place not in references or PRIORITY[origin] < PRIORITY[references[place]]):
            references[place] = origin
    return references


def text_references(text: str) -> Iterator[tuple[MessagePlace, Origin]]:
    """The messages that a body or task text names, in order; at most `REFERENCES_LIMIT`."""
    from archiver.chatwork.notation.parse import message_references  # here, as most runs see no new text

    for room, message in islice(message_references(text), REFERENCES_LIMIT):
        is_reply = f"to={room}-{message}" in text
        yield (room, int(message)), Origin.REPLY if is_reply else Origin.LINK


def description_references(text: str) -> Iterator[tuple[MessagePlace, Origin]]:
    """The messages that a room's description names."""
    return ((place, Origin.DESCRIPTION) for place, _origin in text_references(text))


def _observation_references(observation: Observation, owner: int) -> Iterator[tuple[MessagePlace, Origin]]:
    match observation.kind:
        case "message" if observation.payload["state"] not in ("missing", "hidden"):
            yield from text_references(body_of(observation.payload["object"]))
        case "file":
            mine = account_id_of(observation.payload["object"].get("account")) == owner
            yield from _carrying_message(observation, Origin.OWN_FILE if mine else Origin.FILE)
        case "task":
            yield from _carrying_message(observation, Origin.TASK)
            yield from text_references(body_of(observation.payload["object"]))
        case "room":
            yield from description_references(_description(observation.payload["object"]))


def _carrying_message(observation: Observation, origin: Origin) -> Iterator[tuple[MessagePlace, Origin]]:
    """The message that a file or task was posted with."""
    if observation.room_id is not None:
        yield (observation.room_id, storable_integer(observation.payload["object"].get("message_id"))), origin


def _description(received: JsonObject) -> str:
    text = received.get("description")
    return text if isinstance(text, str) else ""
