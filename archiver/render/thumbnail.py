"""An untrusted picture → a thumbnail that is safe to show.

Only four formats are read, up to a number of pixels, and the thumbnail is drawn anew without any other data of the
file. A picture that cannot be read, or would take too much memory or time, gets no thumbnail.
"""

from __future__ import annotations

import errno
import io
import os
import re
import struct
import threading
import warnings
import zlib
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

SIDE = 320
"""The longer side of a thumbnail at most, in pixels."""

MAX_PIXELS = 36_000_000
"""Larger pictures are not decoded: it would take too much memory."""

MAX_SCANS = 30
"""Scans of a JPEG at most: each goes over all its pixels, and encoders write about ten."""

MAX_BYTES = 50_000_000
"""Bytes of a file at most: a WebP is read into memory whole, and a JPEG is searched for its scans."""

MAX_READS = 200_000
"""Pieces that a file is read in at most: each chunk of a PNG, each block of a GIF is one, and may hold nothing."""

_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd7\xff])")
"""A JPEG marker, but for those without a length and those within the pixels (ITU-T T.81, B.1.1)."""
_SCAN, _END = 0xDA, 0xD9

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
PICTURE_ERRORS = (
    *(OSError, ValueError, SyntaxError, TypeError, LookupError, EOFError, ArithmeticError, AttributeError),
    *(struct.error, zlib.error, RecursionError, Image.DecompressionBombError),
)
"""What Pillow raises for bytes that are no picture, or an incomplete one, or have damaged data beside the pixels."""

_LOCK = threading.Lock()
"""One picture at a time, as warning filters and memory are shared by the whole process."""


def thumbnail(picture: Path | BinaryIO, *, side: int = SIDE) -> tuple[bytes, int, int] | None:
    """A picture as a small WebP with its width and height; None if it cannot be read or is too large."""
    try:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # oddities of an untrusted picture interest nobody here
            return _draw_thumbnail(picture, side)
    except PICTURE_ERRORS:
        return None


def _draw_thumbnail(source: Path | BinaryIO, side: int) -> tuple[bytes, int, int] | None:
    data = _read_head(source)
    if len(data) > MAX_BYTES:
        return None
    with Image.open(_FrugalFile(data), formats=_FORMATS) as picture:
        if isinstance(picture, JpegImageFile):
            scans = _count_scans(data)  # one with several holds all its pixels in memory
            if scans > MAX_SCANS or (scans > 1 and picture.width * picture.height > MAX_PIXELS):
                return None
            picture.draft("RGB", (2 * side, 2 * side))  # decodes at reduced size
        if picture.width * picture.height > MAX_PIXELS:
            return None
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((side, side))
        drawn = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    drawn.info = {}
    out = io.BytesIO()
    drawn.save(out, "WEBP", quality=75, method=4)
    return out.getvalue(), drawn.width, drawn.height


class _FrugalFile(io.BytesIO):
    """Bytes that are given in so many pieces only; then it raises OSError, as for a picture that cannot be read."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes."""
        self.reads += 1
        if self.reads > MAX_READS:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return super().read(size)


def _read_head(source: Path | BinaryIO) -> bytes:
    """The first `MAX_BYTES` + 1 bytes of a file; the position of an open one does not change."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    position = source.tell()
    source.seek(0)
    try:
        return source.read(MAX_BYTES + 1)
    finally:
        source.seek(position)


def _count_scans(data: bytes) -> int:
    """The number of scans of a JPEG; markers inside its other segments or after its end do not count."""
    scans, position = 0, 2
    while (marker := _MARKER.search(data, position)) and marker[1][0] != _END:
        scans += marker[1][0] == _SCAN
        position = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return scans
