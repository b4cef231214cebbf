"""The zlib streams within a file's bytes, such as those of a PDF or a zip."""

from __future__ import annotations

import contextlib
import zlib


def inflate_streams(data: bytes) -> list[bytes]:
    """Everything in the bytes that begins like a zlib stream, inflated as far as it goes."""
    parts, start = [], data.find(b"\x78\xda")
    while start >= 0:
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompressobj().decompress(data[start:]))
        start = data.find(b"\x78\xda", start + 1)
    return parts
