"""The zlib streams within a file's bytes, such as those of a PDF or a zip."""

from __future__ import annotations

import contextlib
import zlib
from pathlib import Path


def stands_in(path: Path, secret: str) -> bool:
    """Whether a text stands in a file's bytes, as they are or inflated where they are deflated."""
    data = path.read_bytes()
    return any(secret.encode() in part for part in (data, *inflate_streams(data)))


def inflate_streams(data: bytes) -> list[bytes]:
    """Everything in the bytes that begins like a zlib stream, inflated as far as it goes."""
    parts, start = [], data.find(b"\x78\xda")
    while start >= 0:
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompressobj().decompress(data[start:]))
        start = data.find(b"\x78\xda", start + 1)
    return parts
