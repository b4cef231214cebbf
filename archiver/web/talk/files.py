"""The files of the chats: a list with the state of each, pages that show or play one, downloads; and every picture.

Untrusted bytes never reach the browser as a picture: it is redrawn, small, and cached in memory.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from gettext import gettext as _
from io import BufferedReader
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from werkzeug.datastructures import Range
from werkzeug.wsgi import wrap_file

from archiver.claims.sentences import renamed_lines
from archiver.records import Attachment
from archiver.render.invisible_characters import visible
from archiver.render.snippet import unsaved_reason
from archiver.render.thumbnail import SIDE, thumbnail
from archiver.store.archive import Reading
from archiver.store.queries.viewing import files_and_tasks
from archiver.store.queries.viewing.files_and_tasks import FileDetails, FilePageKey, FileState
from archiver.web.context import Chat, Row, chat, cursor_text, page_of_chats, parse_cursor, short_name, view_context
from archiver.web.talk.message_links import (
    CHECKED,
    HEAD,
    Unsendable,
    UnsendableReason,
    file_head,
    is_picture,
    open_blob,
    open_face,
    playable_type,
)
from archiver.wording import N_

pages = Blueprint("files", __name__)


@pages.get("/files", endpoint="index")
@pages.get("/room/<int:room>/files", endpoint="room")
def listed(room: int | None = None) -> str:
    """The files of all chats, or of one."""
    return page_of_chats(room, _("Files"), "files_table.html", _table_values)


@pages.get("/room/<int:room>/file/<int:file>", endpoint="bytes")
def send(room: int, file: int) -> Response | tuple[str, int]:
    """The bytes as a download; never shown by the browser as their type."""
    attachment, room_chat = _held_file(room, file)
    try:
        answer = _bytes_response(attachment, INERT)
    except Unsendable as error:
        sentence = _(UNSENDABLE[error.reason])
        page = render_template("file_not_saved.html", chat=room_chat, file=attachment, not_saved="", error=sentence)
        return page, 503
    answer.headers["Content-Disposition"] = content_disposition(attachment.name, f"file-{file}")
    return answer


@pages.get("/room/<int:room>/file/<int:file>/media")
def media(room: int, file: int) -> Response:
    """A film or a sound, in ranges; 404 for all else."""
    attachment, _chat = _held_file(room, file)
    mimetype = playable_type(_head(attachment)) or abort(404)
    limit_range()
    try:
        return _bytes_response(attachment, mimetype)
    except Unsendable:
        abort(404)


@pages.get("/room/<int:room>/file/<int:file>/play")
def play(room: int, file: int) -> str:
    """The page that plays a film or a sound by the browser's own means, without a script."""
    attachment, room_chat = _held_file(room, file)
    played = playable_type(_head(attachment)) or abort(404)
    return render_template(
        "file_player.html", chat=room_chat, file=attachment, error="", played=played, checked=CHECKED
    )


@pages.get("/room/<int:room>/file/<int:file>/look")
def look(room: int, file: int) -> str:
    """The page that shows a picture, redrawn by the viewer."""
    attachment, room_chat = _held_file(room, file)
    if not is_picture(_head(attachment)):
        abort(404)
    return render_template("file_picture.html", chat=room_chat, file=attachment, error="", checked=CHECKED)


@pages.get("/room/<int:room>/file/<int:file>/large")
def large(room: int, file: int) -> Response:
    """The redrawn picture for its page."""
    attachment, _chat = _held_file(room, file)
    return file_picture(attachment.sha256 or "", attachment.size, side=LARGE)


@pages.get("/room/<int:room>/file/<int:file>/small")
def small(room: int, file: int) -> Response:
    """The small picture for a list or a conversation."""
    attachment, _chat = _held_file(room, file)
    return file_picture(attachment.sha256 or "", attachment.size)


# --- the list --------------------------------------------------------------------------------------


def _table_values(reading: Reading, names: Mapping[int, str]) -> Row:
    """The template values of the table, as the address asks for it."""
    place = parse_cursor(request.args.get("older", ""), 3)
    files, older = files_and_tasks.file_page(reading, list(names), older_than=FilePageKey(*place) if place else None)
    here = request.view_args or {}
    return {
        "lines": [_line(reading, one, names) for one in files],
        "older": here | {"older": cursor_text(older)} if older else {},
        "here": here,
        "is_first": "older" not in request.args,
        "checked": CHECKED,
    }


def file_url(reading: Reading, room: int, file: int) -> str:
    """The URL of a file in the list of its chat: the page that begins with it."""
    place = files_and_tasks.place_before(reading, room, file)
    return url_for("files.room", room=room, older=cursor_text(place) if place else None)


def _line(reading: Reading, file: FileDetails, names: Mapping[int, str]) -> dict[str, object]:
    attachment = file.attachment
    head_bytes = _head(attachment)
    renames = files_and_tasks.file_renames(reading, attachment.room_id, attachment.file_id)
    not_saved = "" if attachment.sha256 else unsaved_reason(file.reason, given_up=file.state is FileState.LOST)
    return {
        "attachment": attachment,
        "name": short_name(attachment.name) or _("(no name)"),
        "renamed": renamed_lines(renames, attachment.saved_at, short_name),
        "sender": short_name(attachment.account_name),
        "chat": names[attachment.room_id],
        "not_saved": not_saved,
        "unreadable": bool(attachment.sha256 and attachment.size and not head_bytes),
        "picture": is_picture(head_bytes) and attachment.size <= CHECKED,
        "played": playable_type(head_bytes) is not None,
    }


# --- one file --------------------------------------------------------------------------------------


def _held_file(room: int, file: int) -> tuple[Attachment, Chat]:
    """A file whose bytes are saved, and its chat; else the request ends with a page that says why not."""
    with view_context().reading() as reading:
        room_chat, details = chat(reading, room), files_and_tasks.file_details(reading, room, file)
    if details is None:
        abort(404)
    if details.attachment.sha256 is None:
        reason = unsaved_reason(details.reason, given_up=details.state is FileState.LOST)
        page = render_template(
            "file_not_saved.html", chat=room_chat, file=details.attachment, not_saved=reason, error=""
        )
        abort(make_response(page, 404))
    return details.attachment, room_chat


def _head(attachment: Attachment) -> bytes:
    """Its first bytes; none if they are not saved, or cannot be read."""
    return file_head(view_context().home, attachment.sha256 or "", HEAD)


def _bytes_response(attachment: Attachment, mimetype: str) -> Response:
    sha256 = attachment.sha256 or ""
    return file_response(
        open_blob(view_context().home, sha256, attachment.size), sha256=sha256, size=attachment.size, mimetype=mimetype
    )


UNSENDABLE: Mapping[UnsendableReason, str] = {
    UnsendableReason.ABSENT: N_("The bytes were saved, but they are no longer in the archive's folder."),
    UnsendableReason.OUTSIDE: N_("In place of the bytes there is something that leads outside the archive's folder."),
    UnsendableReason.UNREADABLE: N_("The bytes are in the archive's folder, but cannot be read."),
    UnsendableReason.WRONG_SIZE: N_(
        "What is in the archive's folder has a different size from the bytes that were saved."
    ),
    UnsendableReason.CHANGED: N_(
        "What is in the archive's folder has a different hash from the bytes that were saved."
    ),
}
"""Why saved bytes are not sent."""

LONGEST = 180
"""Bytes of a name in UTF-8; file systems allow 255, and a browser may add ` (1)` and an ending of its own."""

_ENDING = 20
"""Characters of an ending (`.mp4`) that are kept when a name is shortened."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*~]')
_DEVICE = re.compile(
    "(?:con|prn|aux|nul|conin\\$|conout\\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\\.|\\Z)",
    re.IGNORECASE,
)
"""Device names on Windows, whatever their ending (learn.microsoft.com, Naming Files, Paths, and Namespaces)."""


def safe_file_name(name: str, otherwise: str) -> str:
    """The name without characters that are special to a file system or invisible; `otherwise` if nothing is left.

    The result is never a path, never hidden, never a device, and never longer than `LONGEST`.
    """
    visible_name = "".join("_" if visible(character) != character else character for character in name)
    plain = _FORBIDDEN.sub("_", visible_name).strip(" ")
    plain = re.sub(r"\A\.+", "_", plain).rstrip(". ")
    if not plain.strip("_ "):
        return otherwise
    return _shorten(f"_{plain}" if _DEVICE.match(plain) else plain)


def content_disposition(name: str, otherwise: str) -> str:
    """The value of `Content-Disposition` for a download (RFC 6266), with the name in UTF-8 (RFC 8187)."""
    file_name = safe_file_name(name, otherwise)
    plain = re.sub(r"[^0-9A-Za-z ._()+,-]", "_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def _shorten(name: str) -> str:
    """The beginning and the ending of a long name."""
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = dot + ending if stem and len(ending) < _ENDING else ""
    bytes_left = LONGEST - len(tail.encode())
    return name.encode()[:bytes_left].decode(errors="ignore").rstrip(". ") + tail


A_PIECE = 4_000_000
"""Bytes of one response while media is played: a browser that pauses must not block a thread of the server."""

POLICY = "sandbox; default-src 'none'"
"""Untrusted bytes may do nothing at all (Content-Security-Policy), should a browser show them."""

INERT = "application/octet-stream"


def file_response(file: BufferedReader, *, sha256: str, size: int, mimetype: str = INERT) -> Response:
    """The response that streams a file and closes it at the end. Raises RequestedRangeNotSatisfiable."""
    answer = Response(wrap_file(request.environ, file), mimetype=mimetype, direct_passthrough=True)
    answer.call_on_close(file.close)
    answer.content_length = size
    answer.set_etag(sha256)
    answer.headers["Content-Security-Policy"] = POLICY
    # An invalid range, or a suffix range longer than the file, means the whole file (RFC 9110 §14).
    requested = request.range
    if requested is None or requested.units != "bytes" or requested.ranges[0][0] <= -size:
        request.environ.pop("HTTP_RANGE", None)
    try:
        answer.make_conditional(request.environ, accept_ranges=True, complete_length=size)
    except BaseException:
        file.close()
        raise
    _let_server_read(answer, file)
    return answer


def _let_server_read(answer: Response, file: BufferedReader) -> None:
    """Let the server itself read a range if it can, so that a paused download does not block one of its threads.

    The server sends no more than Content-Length says (PEP 3333).
    """
    begin = answer.content_range.start
    if begin is not None and "wsgi.file_wrapper" in request.environ:
        file.seek(begin)
        answer.response = wrap_file(request.environ, file)


def limit_range() -> None:
    """Limit the range of the current request to `A_PIECE` bytes, if it asks for a range."""
    requested = request.range
    if requested is None or requested.units != "bytes" or len(requested.ranges) != 1:
        return
    begin, end = requested.ranges[0]
    if begin >= 0:
        limit = begin + A_PIECE
        request.environ["HTTP_RANGE"] = Range("bytes", [(begin, limit if end is None else min(end, limit))]).to_header()


picture_pages = Blueprint("pictures", __name__)

LARGE = 1600
"""Pixels of the longer side on the page of one picture."""

FACE = 96

KEPT = 500
"""Small pictures that are kept as they were drawn; of files that are no pictures, that they are none."""


def file_picture(sha256: str, size: int, *, side: int = SIDE) -> Response:
    """The redrawn picture of a file; 404 if it is no picture, too large, or not as recorded."""
    return abort(404) if size > CHECKED else _picture_response(sha256, size, side)


@picture_pages.get("/face/<name>")
def face(name: str) -> Response:
    """The redrawn picture of a person, by its SHA-256."""
    return _picture_response(name, None, FACE)


def _picture_response(sha256: str, size: int | None, side: int) -> Response:
    draw = _drawn.__wrapped__ if side == LARGE else _drawn  # a large one is seldom seen twice
    try:
        body = draw(view_context().home, sha256, size, side)
    except Unsendable:
        body = b""
    if not body:
        abort(404)
    answer = Response(body, mimetype="image/webp")
    answer.set_etag(f"{sha256[:32]}-{side}")
    answer.make_conditional(request.environ)
    return answer


@lru_cache(KEPT)
def _drawn(home: Path, sha256: str, size: int | None, side: int) -> bytes:
    """The picture of a file, or without a size that of a person; empty if it is none. Raises Unsendable."""
    with open_face(home, sha256) if size is None else open_blob(home, sha256, size) as file:
        picture = thumbnail(file, side=side)
    return b"" if picture is None else picture[0]
