"""Pictures as pages show them: always drawn anew by us, small, and kept in memory for the next page.

A stranger's bytes never reach the browser as a picture; faces of people come from `avatars/`, all others from files.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from io import BufferedReader

from flask import Blueprint, Response, abort, request

from archiver.render.thumbnail import SIDE, thumbnail
from archiver.web.content.open_file import CHECKED, Unsendable, open_blob, open_face
from archiver.web.context import view_context

pages = Blueprint("pictures", __name__)

LARGE = 1600
"""Pixels of the longer side where one picture is looked at."""

FACE = 96

CACHE_BYTES = 32_000_000
"""Bytes of pictures that are kept in memory."""

BYTES_PER_ENTRY = 400
"""Bytes that a picture takes besides its own, so that very many empty ones are not free."""


class PictureCache:
    """The pictures drawn last, up to a number of bytes; that something is no picture is remembered too."""

    def __init__(self, most: int) -> None:
        self.size = 0
        self._most = most
        self._held: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._turn = threading.Lock()

    def get(self, key: tuple[str, int], draw: Callable[[], bytes]) -> bytes:
        """The picture of this fingerprint and size, drawn if it is not here; what `draw` raises is not remembered."""
        with self._turn:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        picture = draw()
        with self._turn:
            self._put(key, picture)
        return picture

    def _put(self, key: tuple[str, int], picture: bytes) -> None:
        if key not in self._held:
            self._held[key] = picture
            self.size += len(picture) + BYTES_PER_ENTRY
        while self.size > self._most:
            _key, removed = self._held.popitem(last=False)
            self.size -= len(removed) + BYTES_PER_ENTRY


_CACHE = PictureCache(CACHE_BYTES)


def file_picture(sha256: str, size: int, *, side: int = SIDE) -> Response:
    """The picture of a file; 404 if it is none, too large, or its bytes are not as recorded."""
    if size > CHECKED:
        abort(404)
    home = view_context().home
    return _picture_response(sha256, side, lambda: open_blob(home, sha256, size))


@pages.get("/face/<name>")
def face(name: str) -> Response:
    """Somebody's picture, by its fingerprint."""
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
