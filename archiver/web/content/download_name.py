"""Turns an untrusted file name into a safe one for a download, and into the header with it."""

from __future__ import annotations

import re
from urllib.parse import quote

from archiver.render.invisible_characters import visible

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
