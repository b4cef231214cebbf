"""What the viewer adds around messages: links of references, faces, files, tasks, and actions.

Everything is read from the archive when it is needed, and once for each page. Links lead only to existing pages.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from gettext import gettext as _

from flask import current_app, url_for
from markupsafe import Markup

from archiver.message_ids import is_plausible
from archiver.records import AccountId, FileId, Message, MessageId, RoomId
from archiver.render.message_body import Picture, ReferenceLink, References
from archiver.render.message_html import Surroundings, anchor_id, chatwork_url
from archiver.render.times import local_time, time_from_id
from archiver.report_language import say
from archiver.store.archive import Reading
from archiver.store.queries import current_state
from archiver.store.queries.transcript import names_in_room
from archiver.store.queries.viewing import files, tasks
from archiver.store.queries.viewing.message_summaries import MessageSummary, message_summaries
from archiver.store.queries.viewing.people import avatar, names_over_time
from archiver.web import selection_box
from archiver.web.content import media_type, open_file
from archiver.web.context import view_context
from archiver.web.room_header import chats

_LAST = 2**63 - 1

USE = "message_use.one"
"""The page on which something is bound to a message; only an application that writes has it."""

SMALL = (320, 144)
"""Width and height in pixels that are kept free for a small picture; the style fits it in."""

SurroundingsOf = Callable[[Collection[MessageId]], Surroundings]
"""Takes the ids of the messages on a page and returns the surroundings of each message."""


def surroundings_of(reading: Reading, room: int, messages: Sequence[Message]) -> SurroundingsOf:
    """The surroundings of these messages, whichever of them are shown in the end; the reading must stay open."""
    ids = [one.message_id for one in messages]
    attachments, tasks_made = files.by_message(reading, room, ids), tasks.by_message(reading, room, ids)
    names_by_account = names_in_room(reading, room)
    link_of, file_of, face_of = _links(reading, room), _files(reading, room), _faces(reading, room)

    def surroundings(message_ids: Collection[MessageId]) -> Surroundings:
        on_page = frozenset(message_ids)

        def link(to: RoomId, message: MessageId) -> ReferenceLink:
            reference = link_of(to, message)
            return (
                ReferenceLink(reference.label, f"#{anchor_id(message)}")
                if to == room and message in on_page
                else reference
            )

        return Surroundings(
            References(names_by_account.get, link, file_of),
            owner_of(reading),
            attachments,
            tasks_made,
            names_over_time(reading, room),
            face_of=face_of,
            tools=message_tools,
            numbered=False,
            menu=_("More"),
        )

    return surroundings


def references_by_room(reading: Reading) -> Callable[[int], References]:
    """What the messages of a room mention, by name and place; each room is read once. The reading must stay open."""
    return cache(lambda room: surroundings_of(reading, room, [])(()).references)


def owner_of(reading: Reading) -> AccountId:
    """The account that owns the archive; 0 if it was never read."""
    owner = current_state.owner(reading)
    return AccountId(owner["account_id"] if owner else 0)


def message_tools(message: Message) -> str:
    """The checkbox and the links of a message as HTML; where pages write, one leads to what can be bound to it."""
    word = _("Compare the texts side by side") if len(message.versions) > 1 else _("Details")
    href = url_for("message.one", room=message.room_id, message_id=message.message_id)
    link = Markup(' <a href="{}">{}</a>').format(href, word)
    if USE in current_app.view_functions:
        use = url_for(USE, room=message.room_id, message_id=message.message_id)
        link += Markup(' <a href="{}">{}</a>').format(use, _("Use this message"))
    return f" {selection_box.checkbox(message.room_id, message.message_id)}{link}"


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


def _faces(reading: Reading, room: int) -> Callable[[AccountId], str | None]:
    @cache
    def face_of(account: AccountId) -> str | None:
        sha256 = avatar(reading, room, account)
        return None if sha256 is None else url_for("pictures.face", name=sha256)

    return face_of
