"""What the pages add around messages: links of references, faces, files and tasks.

Everything is read from the archive when it is needed, and once for each page. Links lead only to existing pages.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache, partial
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple

from flask import url_for

from archiver.records import AccountId, Attachment, FileId, Message, MessageId, RoomId, Task, notable_states
from archiver.records.conversation import is_plausible
from archiver.render.invisible_characters import character_width, visible
from archiver.render.message_body import NOWHERE, Picture, ReferenceLink, References
from archiver.render.message_html import chatwork_url
from archiver.render.snippet import Snippet, one_line, own_words, readable_body, snippet
from archiver.render.times import local_time, time_from_id
from archiver.report_language import say
from archiver.store import blobs
from archiver.store.archive import Reading
from archiver.store.keeper import kept_path
from archiver.store.queries import current_state
from archiver.store.queries.people import AVATARS, avatar, names_in_room, names_over_time
from archiver.store.queries.viewing import files_and_tasks
from archiver.store.queries.viewing.message_summaries import MessageSummary, message_summaries
from archiver.web.context import chats, view_context

_LAST = 2**63 - 1

SMALL = (320, 144)
"""Width and height in pixels that are kept free for a small picture; the style fits it in."""


class MessageContext(NamedTuple):
    """What the messages of a page need beside themselves."""

    references: References
    owner_id: AccountId
    attachments: Mapping[MessageId, Sequence[Attachment]]
    renames_of: Callable[[FileId], Sequence[tuple[str, str, datetime]]]
    """Each change of a file's name: before, after, and when it was noticed."""
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
        files_and_tasks.files_of_messages(reading, room, ids),
        partial(files_and_tasks.file_renames, reading, room),
        files_and_tasks.tasks_of_messages(reading, room, ids),
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
        label = say("ファイルID {file_id}", file_id=file_id)
        details = files_and_tasks.file_details(reading, room, file_id)
        if details is None or details.attachment.sha256 is None:
            return ReferenceLink(label)
        head = file_head(home, details.attachment.sha256, HEAD)
        small = is_picture(head)
        shown = "files.look" if small else "files.play" if playable_type(head) else "files.bytes"
        href = url_for(shown, room=room, file=file_id)
        return ReferenceLink(
            label, href, Picture(url_for("files.small", room=room, file=file_id), *SMALL) if small else None
        )

    return file_of


HEAD = 4096
"""The number of first bytes that are read."""

_PICTURE = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP", re.DOTALL)
_SOUND_BRANDS = (b"M4A ", b"M4B ")
_FILM_BRANDS = re.compile(rb"iso[m2-9]|mp4[12]|avc1|M4V |MSNV|dash|mmp4|3gp[4-7]|f4v ")
_MP3 = re.compile(rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")


def is_picture(head: bytes) -> bool:
    """Whether these bytes begin a format of which a small picture can be made (`render.thumbnail`)."""
    return _PICTURE.match(head) is not None


def playable_type(head: bytes) -> str | None:
    """The media type of a film or sound that can be played; None for everything else."""
    if head[4:8] == b"ftyp":
        return _of_mp4(head[8:12])
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"\x42\x82\x84webm" in head[:64] else None
    if head[:4] == b"OggS":
        return "video/ogg" if b"\x80theora" in head else "audio/ogg"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    return "audio/mpeg" if _MP3.match(head) else None


def _of_mp4(brand: bytes) -> str | None:
    """The media type by the main brand of an ISO base media file (ISO/IEC 14496-12), or QuickTime's own brand."""
    if brand in _SOUND_BRANDS:
        return "audio/mp4"
    return "video/mp4" if _FILM_BRANDS.match(brand) or brand == b"qt  " else None


CHECKED = 50_000_000
"""Bytes of the largest file whose fingerprint is compared before it is sent."""

LARGEST_FACE = 2**20

_SHA256 = re.compile("[0-9a-f]{64}")

_Identity = tuple[str, int, int, int, int]
"""Fingerprint, device, inode, and times of the last change to the bytes and to the file."""

_INTACT: dict[_Identity, None] = {}
"""Files that were found intact; a dict used as a set, which several threads may use at once."""

_INTACT_LIMIT = 10_000


class UnsendableReason(StrEnum):
    """Why bytes that should be there are not sent."""

    ABSENT = "absent"
    OUTSIDE = "outside"
    """A link leads out of the archive's folder, or the path is no plain file."""
    UNREADABLE = "unreadable"
    WRONG_SIZE = "wrong_size"
    CHANGED = "changed"
    """The fingerprint differs from the record."""


class Unsendable(Exception):
    """The bytes are not as they were recorded."""

    def __init__(self, reason: UnsendableReason) -> None:
        super().__init__(reason)
        self.reason = reason


def open_blob(home: Path, sha256: str, size: int) -> BufferedReader:
    """The saved bytes of a file after comparison with the record; the caller closes the file. Raises Unsendable.

    A copy of a team's archive gets what it lacks from the team's store first: raises StorageError where it cannot.
    """
    return _compare_or_close(_open_plain_file(home, kept_path(home, sha256), sha256), sha256, size)


def open_face(home: Path, sha256: str) -> BufferedReader:
    """The saved picture of a person, checked likewise; one that is too large counts as changed. Raises Unsendable."""
    file = _open_plain_file(home, home / AVATARS / sha256, sha256)
    return _compare_or_close(file, sha256, min(os.fstat(file.fileno()).st_size, LARGEST_FACE))


def file_head(home: Path, sha256: str, length: int) -> bytes:
    """The first bytes of a file without any comparison; empty if they cannot be read."""
    try:
        with _open_plain_file(home, blobs.blob_path(home, sha256), sha256) as file:
            return file.read(length)
    except (Unsendable, OSError):
        return b""


def _open_plain_file(home: Path, path: Path, sha256: str) -> BufferedReader:
    """Open a plain file, but never through a link that leads out of the home."""
    if not _SHA256.fullmatch(sha256):
        raise Unsendable(UnsendableReason.ABSENT)
    try:
        path = path.resolve(strict=True)
        if not path.is_relative_to(home.resolve()) or not stat.S_ISREG(path.lstat().st_mode):
            raise Unsendable(UnsendableReason.OUTSIDE)
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(path, flags), "rb")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Unsendable(UnsendableReason.ABSENT) from error
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        raise Unsendable(UnsendableReason.UNREADABLE) from error


def _compare_or_close(file: BufferedReader, sha256: str, size: int) -> BufferedReader:
    try:
        _compare(file, sha256, size)
    except OSError as error:
        file.close()
        raise Unsendable(UnsendableReason.UNREADABLE) from error
    except Unsendable:
        file.close()
        raise
    return file


def _compare(file: BufferedReader, sha256: str, size: int) -> None:
    status = os.fstat(file.fileno())
    if status.st_size != size:
        raise Unsendable(UnsendableReason.WRONG_SIZE)
    identity = (sha256, status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    if size <= CHECKED and identity not in _INTACT:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise Unsendable(UnsendableReason.CHANGED)
        file.seek(0)
        if len(_INTACT) >= _INTACT_LIMIT:
            _INTACT.clear()
        _INTACT[identity] = None


WIDTH = 180
"""Columns of the text; a full-width character takes two."""
_ENOUGH = 2_000
"""Characters of a text that are read for so many columns."""


def message_line(
    message: MessageSummary,
    names: Mapping[int, str],
    *,
    words: Collection[str] = (),
    references: References = NOWHERE,
) -> dict[str, Any]:
    """The line of a message; `names` are those of the chats, `words` are marked, `references` name what it mentions."""
    text = readable_body(message.text, words, references)
    return {
        "room_id": message.room_id,
        "message_id": message.message_id,
        "chat": chat_name(message.room_id, names),
        "sent": message.sent,
        "account_id": message.account_id,
        "name": visible(message.name),
        "states": notable_states(message.state, was_edited=message.was_edited, was_deleted=message.was_deleted),
        "is_earlier": message.earlier and not message.before_deletion,
        "text": text_snippet(one_line(text), words) if words else message_snippet(message.text, references),
    }


def chat_name(room: int, names: Mapping[int, str]) -> str:
    """The name of a chat; its number if the name is not known."""
    return visible(names.get(room, "")) or f"{room}"


def text_snippet(text: str, words: Collection[str] = ()) -> Snippet:
    """The part of a text that is shown."""
    return snippet(text, words, width=WIDTH, measure=character_width)


def message_snippet(body: str, references: References = NOWHERE) -> Snippet:
    """The part of a message's own words that is shown."""
    return text_snippet(own_words(body[:_ENOUGH], references))


def words_line(body: str, references: References = NOWHERE) -> str:
    """What a message says on one line, without whom it addresses; hidden characters are visible."""
    return visible("".join(part.text for part in message_snippet(body, references).parts))
