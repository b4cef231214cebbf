"""Pictures for pages: always redrawn by the viewer, small, and cached in memory.

Untrusted bytes never reach the browser as a picture. Faces of people come from `avatars/`, all others from files.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from io import BufferedReader

from flask import Blueprint, Response, abort, request

from archiver.render.thumbnail import SIDE, thumbnail
from archiver.web.context import view_context
from archiver.web.talk.message_context import CHECKED, Unsendable, open_blob, open_face

pages = Blueprint("pictures", __name__)

LARGE = 1600
"""Pixels of the longer side on the page of one picture."""

FACE = 96

CACHE_BYTES = 32_000_000
"""Bytes of pictures that are cached."""

BYTES_PER_ENTRY = 400
"""Bytes that are counted for an entry besides its picture, so that very many empty entries are not free."""


class PictureCache:
    """A cache of the pictures drawn last, up to a number of bytes; files that are no pictures are cached as empty."""

    def __init__(self, bytes_limit: int) -> None:
        self.size = 0
        self._bytes_limit = bytes_limit
        self._pictures: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, key: tuple[str, int], draw: Callable[[], bytes]) -> bytes:
        """The picture of this fingerprint and size, drawn if it is not cached; errors of `draw` are not cached."""
        with self._turn:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        picture = draw()
        with self._turn:
            self._put(key, picture)
        return picture

    def _put(self, key: tuple[str, int], picture: bytes) -> None:
        if key not in self._pictures:
            self._pictures[key] = picture
            self.size += len(picture) + BYTES_PER_ENTRY
        while self.size > self._bytes_limit:
            _key, removed = self._pictures.popitem(last=False)
            self.size -= len(removed) + BYTES_PER_ENTRY


_CACHE = PictureCache(CACHE_BYTES)


def file_picture(sha256: str, size: int, *, side: int = SIDE) -> Response:
    """The redrawn picture of a file; 404 if it is no picture, too large, or not as recorded."""
    if size > CHECKED:
        abort(404)
    home = view_context().home
    return _picture_response(sha256, side, lambda: open_blob(home, sha256, size))


@pages.get("/face/<name>")
def face(name: str) -> Response:
    """The redrawn picture of a person, by its SHA-256."""
    home = view_context().home
    return _picture_response(name, FACE, lambda: open_face(home, name))


def _picture_response(sha256: str, side: int, find: Callable[[], BufferedReader]) -> Response:
    try:
        body = _CACHE.get((sha256, side), lambda: _draw(find, side))
    except Unsendable:
        body = b""
    if not body:
        abort(404)
    answer = Response(body, mimetype="image/webp")
    answer.set_etag(f"{sha256[:32]}-{side}")
    answer.make_conditional(request.environ)
    return answer


def _draw(find: Callable[[], BufferedReader], side: int) -> bytes:
    with find() as file:
        picture = thumbnail(file, side=side)
    return b"" if picture is None else picture[0]
