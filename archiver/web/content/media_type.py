"""Media types of files that a browser may show in a page, judged by their first bytes and never by their names."""

from __future__ import annotations

import re

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
