"""Metadata of pictures: EXIF, XMP, IPTC and comments of JPEG, PNG, GIF and WebP.

It is read with Pillow, which decodes no pixels for that. Of JPEG and PNG it is removed by leaving out the parts of the
file that hold it, so that the pixels stay the same bytes. How a picture is turned stays. What lies behind its end is
left out too. Sources: ITU-T T.81 (JPEG), CIPA DC-008 (EXIF), W3C PNG.
"""

from __future__ import annotations

import contextlib
import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from PIL import ExifTags, Image

from archiver.export.exhibit_names import MetadataField, MetadataItem
from archiver.render.thumbnail import PICTURE_ERRORS

_MAX_VALUE = 200


class NotRemovable(Exception):
    """The metadata cannot be removed: of this format none is, or the file is not built as its format says."""


def is_picture(body: bytes) -> bool:
    """Whether the bytes begin like a picture of a known format."""
    return body.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")) or (
        body[:4] == b"RIFF" and body[8:12] == b"WEBP"
    )


# --- read ------------------------------------------------------------------------------------------


def picture_metadata(body: bytes) -> list[MetadataItem] | None:
    """What a picture says beside its pixels; None if it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _open_picture(body) as picture:
                exif, info = picture.getexif(), dict(picture.info)
                found = [*_exif_items(exif), *_info_items(info)]
    except PICTURE_ERRORS:
        return None
    return [*found, *xmp_items(body)]


def _open_picture(body: bytes) -> Image.Image:
    """The picture; of a PNG one of a single pixel, as Pillow decodes all of them to see what stands behind them."""
    is_png = body.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(_without_pixels(body) if is_png else body), formats=("JPEG", "PNG", "GIF", "WEBP"))


_ONE_PIXEL = (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0\0"))
_TELLING_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf"})


def _without_pixels(body: bytes) -> bytes:
    """A PNG of one pixel with all that this one says. Raises struct.error, ValueError for one that is cut."""
    header, pixel = (_png_chunk(kind, content) for kind, content in _ONE_PIXEL)
    telling = b"".join(chunk for kind, chunk in _png_chunks(body) if kind in _TELLING_CHUNKS)
    return body[:8] + header + telling + pixel + _png_chunk(b"IEND", b"")


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _png_chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk up to the end of the PNG: its kind, and its bytes. Raises struct.error, ValueError for one cut."""
    position, kind = 8, b""
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", body, position)
        kind, end = body[position + 4 : position + 8], position + 12 + length
        if end > len(body):
            raise ValueError(kind)
        yield kind, body[position:end]
        position = end


_EXIF_FIELDS = {
    "Artist": MetadataField.AUTHOR,
    "Copyright": MetadataField.AUTHOR,
    "XPAuthor": MetadataField.AUTHOR,
    "CameraOwnerName": MetadataField.AUTHOR,
    "HostComputer": MetadataField.DEVICE,
    "Make": MetadataField.DEVICE,
    "Model": MetadataField.DEVICE,
    "BodySerialNumber": MetadataField.DEVICE,
    "ImageDescription": MetadataField.TEXT,
    "XPTitle": MetadataField.TEXT,
    "XPComment": MetadataField.TEXT,
    "XPSubject": MetadataField.TEXT,
    "XPKeywords": MetadataField.TEXT,
    "UserComment": MetadataField.TEXT,
}


def _exif_items(exif: Image.Exif) -> Iterator[MetadataItem]:
    for part in (exif, exif.get_ifd(ExifTags.IFD.Exif)):
        for tag, value in part.items():
            name = ExifTags.TAGS.get(tag, "")
            text = exif_text(value, wide=name.startswith("XP")) if name in _EXIF_FIELDS else ""
            if text:
                yield MetadataItem(_EXIF_FIELDS[name], text)
    position = _position(exif.get_ifd(ExifTags.IFD.GPSInfo))
    if position:
        yield MetadataItem(MetadataField.POSITION, position)


def exif_text(value: object, *, wide: bool = False) -> str:
    """A text of EXIF, whatever its encoding; cut to a length that can be printed."""
    if isinstance(value, tuple) and all(isinstance(one, int) and 0 <= one < 256 for one in value):
        value = bytes(value)
    if isinstance(value, bytes):
        value = (
            value.decode("utf-16-le" if wide else "utf-8", "replace")
            .removeprefix("ASCII\0\0\0")
            .removeprefix("UNICODE\0")
        )
    return _readable(value).replace("\0", "").strip()[:_MAX_VALUE] if isinstance(value, str) else ""


def _readable(text: str) -> str:
    """A text that Pillow read byte by byte, as it was meant: most programs write UTF-8, old ones Shift_JIS."""
    for encoding in ("utf-8", "cp932"):
        with contextlib.suppress(UnicodeError):
            return text.encode("latin-1").decode(encoding)
    return text


def _position(gps: dict[int, Any]) -> str:
    """Latitude and longitude in degrees with four places, about ten metres."""
    both = [_degrees(gps.get(tag), str(gps.get(tag - 1, ""))) for tag in (2, 4)]
    return ", ".join(f"{one:.4f}" for one in both if one is not None) if None not in both else ""


def _degrees(parts: Any, side: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(one) for one in parts)
    except (TypeError, ValueError, ArithmeticError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    return -value if side.strip("\0 ") in ("S", "W") else value


_INFO_FIELDS = {"author": MetadataField.AUTHOR, "artist": MetadataField.AUTHOR, "creator": MetadataField.AUTHOR}
_INFO_TEXTS = frozenset({"title", "description", "comment", "copyright", "subject", "keywords"})


def _info_items(info: dict[Any, Any]) -> Iterator[MetadataItem]:
    """The texts of PNG chunks, and comments of JPEG and GIF."""
    for name, value in info.items():
        lower = str(name).casefold()
        if lower in _INFO_FIELDS or lower in _INFO_TEXTS:
            text = exif_text(value)
            if text:
                yield MetadataItem(_INFO_FIELDS.get(lower, MetadataField.TEXT), text)


_XMP_START, _XMP_END, _XMP_BYTES, _XMP_PACKETS = b"<x:xmpmeta", b"</x:xmpmeta>", 200_000, 5
_XMP_FIELDS = (
    (MetadataField.AUTHOR, r"<dc:creator>(.{0,2000}?)</dc:creator>"),
    (MetadataField.AUTHOR, r"photoshop:(?:Credit|AuthorsPosition)=\"([^\"]{1,200})\""),
    (MetadataField.TEXT, r"<dc:(?:title|description|subject)>(.{0,2000}?)</dc:(?:title|description|subject)>"),
    (MetadataField.POSITION, r"exif:GPSL(?:atitude|ongitude)=\"([^\"]{1,60})\""),
    (MetadataField.POSITION, r"<exif:GPSL(?:atitude|ongitude)>([^<]{1,60})<"),
)


def _xmp_packets(body: bytes) -> Iterator[bytes]:
    """The packets in these bytes, told by their ends: openings without an end would cost a search each."""
    position = 0
    while (end := body.find(_XMP_END, position)) >= 0:
        start = body.find(_XMP_START, max(position, end - _XMP_BYTES), end)
        position = end + len(_XMP_END)
        if start >= 0:
            yield body[start:position]


def xmp_items(body: bytes) -> Iterator[MetadataItem]:
    """Authors, positions and texts of the XMP packets in these bytes."""
    for packet in islice(_xmp_packets(body[:20_000_000]), _XMP_PACKETS):
        text = packet.decode("utf-8", "replace")
        for field, pattern in _XMP_FIELDS:
            for match in re.finditer(pattern, text, re.DOTALL):
                value = " ".join(re.sub("<[^>]{0,400}>", " ", match[1]).split())[:_MAX_VALUE]
                if value:
                    yield MetadataItem(field, value)


# --- remove ----------------------------------------------------------------------------------------


def picture_without_metadata(body: bytes) -> bytes:
    """A JPEG or PNG without anything beside its pixels and how they are turned. Raises NotRemovable."""
    try:
        if body.startswith(b"\xff\xd8"):
            return _clean_jpeg(body)
        if body.startswith(b"\x89PNG"):
            return _clean_png(body)
    except (struct.error, IndexError, ValueError) as error:
        raise NotRemovable from error
    raise NotRemovable


def _turned(body: bytes) -> int:
    """How the picture is turned: 1 (upright) to 8."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _open_picture(body) as picture:
                value = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except PICTURE_ERRORS:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _orientation(body: bytes) -> bytes:
    """EXIF that says how the picture is turned and nothing else; empty if it is upright."""
    turned = _turned(body)
    if turned == 1:
        return b""
    return b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + struct.pack(">HH", turned, 0) + b"\0\0\0\0"


_KEPT_SEGMENTS = frozenset({0xC4, 0xDB, 0xDD, 0xEE, 0xCC, *range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC)})
"""Tables, frames, and Adobe's segment, which says how colours are held."""


def _clean_jpeg(body: bytes) -> bytes:
    exif = _orientation(body)
    parts = [b"\xff\xd8"]
    if exif:
        parts.append(b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif)
    position = 2
    while True:
        if body[position] != 0xFF:
            raise NotRemovable
        marker = body[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker == 0xD9:
            return b"".join([*parts, b"\xff\xd9"])
        end = position + 2 + int.from_bytes(body[position + 2 : position + 4])
        if end < position + 4 or end > len(body):
            raise NotRemovable
        segment = body[position:end]
        is_profile = marker == 0xE2 and segment[4:].startswith(b"ICC_PROFILE\0")
        is_jfif = marker == 0xE0 and segment[4:9] == b"JFIF\0"
        if marker == 0xDA:
            scan_end = _SCAN_END.search(body, end)
            if scan_end is None:
                raise NotRemovable
            end = scan_end.start()
            segment = body[position:end]
        if is_jfif:  # without the small picture that may stand in it
            segment = b"\xff\xe0\0\x10" + segment[4:16] + b"\0\0"
        if marker == 0xDA or marker in _KEPT_SEGMENTS or is_profile or is_jfif:
            parts.append(segment)
        position = end


_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


_KEPT_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs hIST acTL fcTL fdAT cICP".split()
)


def _clean_png(body: bytes) -> bytes:
    parts, exif = [body[:8]], _orientation(body)
    for kind, chunk in _png_chunks(body):
        if kind in _KEPT_CHUNKS:
            parts.append(chunk)
        if kind == b"IHDR" and exif:
            parts.append(_png_chunk(b"eXIf", exif))
    return b"".join(parts)
