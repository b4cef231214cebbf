"""A file name of a stranger's → one under which a browser may save it, and the header that says so."""

from __future__ import annotations

import re
from urllib.parse import quote

from archiver.render.visible import visible

LONGEST = 180
"""Bytes of a name in UTF-8; file systems take 255, and a browser may add ` (1)` and an ending of its own."""

_ENDING = 20
"""Signs of an ending (`.mp4`) that are kept when a name is cut."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*~]')
_DEVICE = re.compile(
    "(?:con|prn|aux|nul|conin\\$|conout\\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\\.|\\Z)",
    re.IGNORECASE,
)
"""No files on Windows, whatever their ending (learn.microsoft.com, Naming Files, Paths, and Namespaces)."""


def safe_file_name(name: str, otherwise: str) -> str:
    """The name without what a file system takes for something else or a reader cannot see.

    `otherwise` if nothing is left.
    Never a path, never hidden, never a device, and never longer than `LONGEST`.
    """
    visible_name = "".join("_" if visible(sign) != sign else sign for sign in name)
    plain = _FORBIDDEN.sub("_", visible_name).strip(" ")
    plain = re.sub(r"\A\.+", "_", plain).rstrip(". ")
    if not plain.strip("_ "):
        return otherwise
    return _cut(f"_{plain}" if _DEVICE.match(plain) else plain)


def content_disposition(name: str, otherwise: str) -> str:
    """The value of `Content-Disposition` for a download (RFC 6266; the name in UTF-8 as RFC 8187 has it)."""
    file_name = safe_file_name(name, otherwise)
    plain = re.sub(r"[^0-9A-Za-z ._()+,-]", "_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def _cut(name: str) -> str:
    """The beginning and the ending of a long name."""
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = dot + ending if stem and len(ending) < _ENDING else ""
    bytes_left = LONGEST - len(tail.encode())
    return name.encode()[:bytes_left].decode(errors="ignore").rstrip(". ") + tail
