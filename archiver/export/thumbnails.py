"""Small pictures of the pictures in a package, so that a page shows them without loading megabytes.

The bytes are a stranger's: only four formats are tried, none above a number of pixels, and what comes out is
drawn anew, without anything else that the file carried. A picture that cannot be read has no small one.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from PIL import Image, ImageOps

from archiver.records import Attachment, FileId
from archiver.render.body import Picture

FOLDER = "thumbnails"
SIDE = 320
"""Pixels of the longer side at most."""

MOST_PIXELS = 36_000_000
"""More are not decoded: it would take more memory than a small picture is worth."""

_ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp")
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


def put_all(
    attachments: Iterable[Attachment], folder: Path, link: Callable[[Attachment], str | None]
) -> dict[FileId, Picture]:
    """Write the small pictures of those files whose bytes `link` finds from `folder`. Raises OSError."""
    made: dict[FileId, Picture] = {}
    for attachment in attachments:
        address = link(attachment)
        if address is None or not address.lower().endswith(_ENDINGS):
            continue
        small = thumbnail(folder / address)
        if small is not None:
            body, width, height = small
            name = f"{FOLDER}/{Path(address).stem}.webp"
            (folder / FOLDER).mkdir(exist_ok=True)
            (folder / name).write_bytes(body)
            made[attachment.file_id] = Picture(name, width, height)
    return made


def thumbnail(path: Path) -> tuple[bytes, int, int] | None:
    """A picture as a small WebP with its width and height; None if it cannot be read or is too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about a stranger's picture is of no use to anybody here
            return _small(path)
    except (*_BROKEN, Image.DecompressionBombError):
        return None


def _small(path: Path) -> tuple[bytes, int, int] | None:
    with Image.open(path, formats=_FORMATS) as picture:
        picture.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG is decoded in small; the others ignore it
        if picture.width * picture.height > MOST_PIXELS:
            return None
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((SIDE, SIDE))
        drawn = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    drawn.info = {}
    out = io.BytesIO()
    drawn.save(out, "WEBP", quality=75, method=4)
    return out.getvalue(), drawn.width, drawn.height
