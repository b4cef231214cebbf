"""A stranger's picture → a small one that is safe to show.

Only four formats are tried, none above a number of pixels, and what comes out is drawn anew, without anything
else that the file carried. A picture that cannot be read has no small one.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps

SIDE = 320
"""Pixels of the longer side at most."""

MOST_PIXELS = 36_000_000
"""More are not decoded: it would take more memory than a small picture is worth."""

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_BROKEN = (
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

_TURN = threading.Lock()
"""One picture at a time: the filters of warnings belong to the whole process, and so does its memory."""


def thumbnail(picture: Path | BinaryIO, *, side: int = SIDE) -> tuple[bytes, int, int] | None:
    """A picture as a small WebP with its width and height; None if it cannot be read or is too large."""
    try:
        with _TURN, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about a stranger's picture is of no use to anybody here
            return _small(picture, side)
    except (*_BROKEN, Image.DecompressionBombError):
        return None


def _small(source: Path | BinaryIO, side: int) -> tuple[bytes, int, int] | None:
    with Image.open(source, formats=_FORMATS) as picture:
        picture.draft("RGB", (2 * side, 2 * side))  # a JPEG is decoded in small; the others ignore it
        if picture.width * picture.height > MOST_PIXELS:
            return None
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((side, side))
        drawn = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    drawn.info = {}
    out = io.BytesIO()
    drawn.save(out, "WEBP", quality=75, method=4)
    return out.getvalue(), drawn.width, drawn.height
