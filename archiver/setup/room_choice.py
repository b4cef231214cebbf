"""Which chats can be saved, and which direct chats belong beside those that were chosen."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from archiver.app import App
from archiver.chatwork.models import Room


def choosable_rooms(rooms: Sequence[Room]) -> list[Room]:
    """The chats with other people, the ones with the latest messages first."""
    return sorted((room for room in rooms if room.type != "my"), key=lambda room: -room.last_update_time)


def direct_chats_beside(app: App, rooms: Sequence[Room], chosen: Sequence[Room]) -> list[int]:
    """Positions of the direct chats with people of the chosen groups, as work often moves there.

    Chatwork is asked only if there is such a chat. Raises ChatworkError.
    """
    groups = [room for room in chosen if room.type == "group"]
    if not any(room.type == "direct" and room not in chosen for room in rooms) or not groups:
        return []
    people = {one.model.account_id for room in groups for one in app.chatwork.members(room.room_id).items}
    direct = {int(one.model.account_id): int(one.model.room_id) for one in app.chatwork.contacts().items}
    return direct_chats_left(rooms, chosen, people=people, direct=direct)


def direct_chats_left(
    rooms: Sequence[Room], chosen: Collection[Room], *, people: Collection[int], direct: Mapping[int, int]
) -> list[int]:
    """Positions of the direct chats with these people that were not chosen; `direct`: account → room."""
    theirs = {room for account, room in direct.items() if account in people}
    return [position for position, room in enumerate(rooms) if room.room_id in theirs and room not in chosen]
