"""What the pages add around messages: links of references, faces, files and tasks.

Everything is read from the archive when it is needed, and once for each page. Links lead only to existing pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from flask import url_for

from archiver.message_ids import is_plausible
from archiver.records import AccountId, Attachment, FileId, Message, MessageId, RoomId, Task
from archiver.render.message_body import Picture, ReferenceLink, References
from archiver.render.message_html import chatwork_url
from archiver.render.times import local_time, time_from_id
from archiver.report_language import say
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.transcript import names_in_room
from archiver.store.queries.viewing import files, tasks
from archiver.store.queries.viewing.message_summaries import MessageSummary, message_summaries
from archiver.store.queries.viewing.people import avatar, names_over_time
from archiver.web.content import media_type, open_file
from archiver.web.context import view_context
from archiver.web.talk.room_header import chats

_LAST = 2**63 - 1

SMALL = (320, 144)
"""Width and height in pixels that are kept free for a small picture; the style fits it in."""


class MessageContext(NamedTuple):
    """What the messages of a page need beside themselves."""

    references: References
    owner_id: AccountId
    attachments: Mapping[MessageId, Sequence[Attachment]]
    tasks: Mapping[MessageId, Sequence[Task]]
    names_at: Callable[[datetime | None], Callable[[AccountId], str | None]]
    """The names of people at a time: an old message shows nobody's later name."""
    picture_of: Callable[[AccountId], str | None]
    """The name of a person's picture."""


def message_context(reading: Reading, room: int, messages: Sequence[Message]) -> MessageContext:
    """The context of these messages; the reading must stay open."""
    ids = [one.message_id for one in messages]
    return MessageContext(
        References(names_in_room(reading, room).get, _links(reading, room), _files(reading, room)),
        owner_of(reading),
        files.by_message(reading, room, ids),
        tasks.by_message(reading, room, ids),
        names_over_time(reading, room),
        cache(lambda account: avatar(reading, room, account)),
    )


def references_by_room(reading: Reading) -> Callable[[int], References]:
    """What the messages of a room mention, by name and place; each room is read once. The reading must stay open."""
    return cache(lambda room: message_context(reading, room, []).references)


def owner_of(reading: Reading) -> AccountId:
    """The account that owns the archive; 0 if it was never read."""
    owner = current_state.owner(reading)
    return AccountId(owner["account_id"] if owner else 0)


def conversation_url(room: int, message_id: str) -> str:
    """The URL of a message's place in its conversation."""
    return url_for("conversation.room", room=room, at=message_id, _anchor=f"m{message_id}")


# --- messages ------------------------------------------------------------------------------------


def _links(reading: Reading, own_room: int) -> Callable[[RoomId, MessageId], ReferenceLink]:
    now = view_context().now()

    @cache
    def rooms() -> dict[int, str]:
        return {chat.room_id: chat.name for chat in chats(reading)}

    @cache
    def link_of(room: RoomId, message: MessageId) -> ReferenceLink:
        number = int(message) if len(message) < len(str(_LAST)) + 1 else _LAST + 1
        summaries = message_summaries(reading, [(room, number)]) if room in rooms() and number <= _LAST else []
        where = (
            ""
            if room == own_room
            else say("別のチャット「{name}」の", name=rooms()[room])
            if summaries
            else say("別のチャット({room})の", room=room)
        )
        if summaries:
            return ReferenceLink(f"{where}{_time_label(summaries[0])}", conversation_url(room, summaries[0].message_id))
        at = time_from_id(number) if is_plausible(number, now) else None
        label = say("{where}メッセージID {message}(この保管庫にありません)", where=where, message=message)
        label += f" {at}" if at else ""
        return ReferenceLink(label, chatwork_url(room, message))

    return link_of


def _time_label(summary: MessageSummary) -> str:
    if summary.sent is None:
        return say("メッセージID {message_id}", message_id=summary.message_id)
    return say("{time} のメッセージ", time=local_time(summary.sent)[:-3])


# --- files and faces -----------------------------------------------------------------------------


def _files(reading: Reading, room: int) -> Callable[[FileId], ReferenceLink | None]:
    home = view_context().home

    @cache
    def file_of(file_id: FileId) -> ReferenceLink | None:
        label, blob = say("ファイルID {file_id}", file_id=file_id), files.blob(reading, room, file_id)
        if blob is None:
            return ReferenceLink(label)
        head = open_file.head(home, blob.sha256, media_type.HEAD)
        href = url_for(_endpoint_of(head), room=room, file=file_id)
        small = media_type.is_picture(head)
        return ReferenceLink(
            label, href, Picture(url_for("files.small", room=room, file=file_id), *SMALL) if small else None
        )

    return file_of


def _endpoint_of(head: bytes) -> str:
    """The endpoint that shows or plays a file, or else lets it be saved."""
    if media_type.is_picture(head):
        return "files.look"
    return "files.play" if media_type.playable_type(head) else "files.bytes"
