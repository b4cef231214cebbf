"""Zips that hold what no program unpacks, or that cannot be read: each a change of the bytes of a zip."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

JUNK = b"HIDDEN" * 50


def hide_bytes(path: Path) -> None:
    """Lengthen the last file's packed bytes by some that no program unpacks, and make the zip fit."""
    with zipfile.ZipFile(path) as packed:
        info, start = packed.infolist()[-1], packed.start_dir
    body = bytearray(path.read_bytes())
    entry = body.rindex(b"PK\x01\x02")
    for place in (info.header_offset + 18, entry + 20):
        struct.pack_into("<L", body, place, info.compress_size + len(JUNK))
    struct.pack_into("<L", body, len(body) - 6, start + len(JUNK))
    path.write_bytes(body[:start] + JUNK + body[start:])


def _store_and_hide(path: Path) -> None:
    """The same for a file that is not compressed."""
    _pack_again(path, lambda info: setattr(info, "compress_type", zipfile.ZIP_STORED))
    hide_bytes(path)


def _pack_again(path: Path, change: Callable[[zipfile.ZipInfo], None]) -> None:
    """Pack every file again with something else about it."""
    with zipfile.ZipFile(path) as packed:
        files = [(info, packed.read(info)) for info in packed.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as anew:
        for info, body in files:
            change(info)
            anew.writestr(info, body)


def _extra_of(kind: int) -> Callable[[Path], None]:
    extra = struct.pack("<HH", kind, len(JUNK)) + JUNK
    return lambda path: _pack_again(path, lambda info: setattr(info, "extra", extra))


def _set_number(offset: int, value: int) -> Callable[[Path], None]:
    """Write a number of two bytes into the last entry of the zip's list."""

    def change(path: Path) -> None:
        body = bytearray(path.read_bytes())
        struct.pack_into("<H", body, body.rindex(b"PK\x01\x02") + offset, value)
        path.write_bytes(body)

    return change


ODD_ZIPS: Mapping[str, Callable[[Path], None]] = {
    "bytes behind a deflated file": hide_bytes,
    "bytes behind a stored file": _store_and_hide,
    "comment in an extra field": _extra_of(0x6375),
    "unknown extra field": _extra_of(0xCAFE),
    "another date in the list": _set_number(14, (2020 - 1980) << 9 | 1 << 5 | 1),
    "of 1995": lambda path: _pack_again(path, lambda info: setattr(info, "date_time", (1995, 5, 21, 9, 0, 0))),
    "needs version 9.9": _set_number(6, 99),
    "patched": _set_number(8, 0x20),
    "strongly encrypted": _set_number(8, 0x40),
}
