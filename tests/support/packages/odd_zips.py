"""Zips that say two things of a file, or that cannot be read: each a change of the bytes of a zip."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path


def _set_number(offset: int, value: int) -> Callable[[Path], None]:
    """Write a number of two bytes into the last entry of the zip's list."""

    def change(path: Path) -> None:
        body = bytearray(path.read_bytes())
        struct.pack_into("<H", body, body.rindex(b"PK\x01\x02") + offset, value)
        path.write_bytes(body)

    return change


ODD_ZIPS: Mapping[str, Callable[[Path], None]] = {
    "another date in the list": _set_number(14, (2020 - 1980) << 9 | 1 << 5 | 1),
    "needs version 9.9": _set_number(6, 99),
    "patched": _set_number(8, 0x20),
    "strongly encrypted": _set_number(8, 0x40),
}
