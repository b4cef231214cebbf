"""A stranger's picture → a small one that is safe to show.

Only four formats are tried, none above a number of pixels, and what comes out is drawn anew, without anything
else that the file carried. A picture that cannot be read, or that would cost too much, has no small one.
"""

from __future__ import annotations

import io
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
"""Pixels of the longer side at most."""

MAX_PIXELS = 36_000_000
"""More are not decoded: it would take more memory than a small picture is worth."""

MAX_SCANS = 30
"""Of a JPEG, which goes over all its pixels in each; encoders write about ten."""

MAX_BYTES = 50_000_000
"""Of a JPEG, which is searched for its scans."""

_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd7\xff])")
"""But for those that stand alone or within the pixels (ITU-T T.81, B.1.1)."""
_SCAN, _END = 0xDA, 0xD9

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_PICTURE_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
"""What Pillow raises for bytes that are no picture, or half of one."""

_LOCK = threading.Lock()
"""One picture at a time: the filters of warnings belong to the whole process, and so does its memory."""


def thumbnail(picture: Path | BinaryIO, *, side: int = SIDE) -> tuple[bytes, int, int] | None:
    """A picture as a small WebP with its width and height; None if it cannot be read or is too large."""
    try:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about a stranger's picture is of no use to anybody here
            return _draw_thumbnail(picture, side)
    except (*_PICTURE_ERRORS, Image.DecompressionBombError):
        return None


def _draw_thumbnail(source: Path | BinaryIO, side: int) -> tuple[bytes, int, int] | None:
    with Image.open(source, formats=_FORMATS) as picture:
        if isinstance(picture, JpegImageFile):
            if not _is_affordable(picture, _read_head(source)):
                return None
            picture.draft("RGB", (2 * side, 2 * side))  # it is decoded in small
        if picture.width * picture.height > MAX_PIXELS:
            return None
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((side, side))
        drawn = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    drawn.info = {}
    out = io.BytesIO()
    drawn.save(out, "WEBP", quality=75, method=4)
    return out.getvalue(), drawn.width, drawn.height


def _read_head(source: Path | BinaryIO) -> bytes:
    """What is searched of a file, and one byte more if that is not all; an open one stays where it is."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    position = source.tell()
    source.seek(0)
    try:
        return source.read(MAX_BYTES + 1)
    finally:
        source.seek(position)


def _is_affordable(picture: JpegImageFile, data: bytes) -> bool:
    """Whether it can be drawn in a moment: all pixels of one with several scans lie in memory at once."""
    if len(data) > MAX_BYTES:
        return False
    scans = _count_scans(data)
    return scans <= 1 or (scans <= MAX_SCANS and picture.width * picture.height <= MAX_PIXELS)


def _count_scans(data: bytes) -> int:
    """How often a JPEG goes over its pixels; what is within its other parts or behind its end does not count."""
    scans, position = 0, 2
    while (marker := _MARKER.search(data, position)) and marker[1][0] != _END:
        scans += marker[1][0] == _SCAN
        position = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return scans
