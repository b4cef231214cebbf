"""What a zip holds besides its files: bytes that no reader shows, comments, hidden headers, dates that do not exist.

Packages are written without any of it. Standard library and Python 3.8 syntax, because this module is also handed out
inside packages.
"""

from __future__ import annotations

import struct
import zipfile
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import BinaryIO, Iterator, Tuple  # noqa: UP035 - Python 3.8 syntax

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_CENTRAL_BYTES = 46
_END_BYTES, _END_BYTES_64 = 22, 22 + 56 + 20
"""Bytes of the end of a zip without a comment, and of one with more than 4 GB or 65,535 files."""
_HAS_DESCRIPTOR = 8
_DESCRIPTOR_BYTES = (12, 16, 20, 24)


def zip_oddities(path: Path) -> Iterator[Tuple[str, str]]:  # noqa: UP006
    """What does not belong in the zip of a package: the subject and a sentence. Raises READ_ERRORS."""
    with zipfile.ZipFile(str(path)) as packed, path.open("rb") as file:
        infos = sorted(packed.infolist(), key=lambda one: one.header_offset)
        if packed.comment:
            yield path.name, _("The zip has a comment, which packages never have.")
        for info in infos:
            if info.comment:
                yield info.filename, _("Its place in the zip has a comment, which packages never have.")
            if not _is_date(info.date_time):
                yield info.filename, _("The zip gives it a date that does not exist.")
        for start, end in _unlisted_ranges(packed, infos, file, path.stat().st_size):
            sentence = _("The zip holds bytes from {start} to {end} that belong to none of its files.")
            yield path.name, sentence.format(start=start, end=end)


def _is_date(parts: Tuple[int, ...]) -> bool:  # noqa: UP006
    try:
        year, month, day, hour, minute, second = parts[:6]
        datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - only whether there is such a time
    except ValueError:
        return False
    return True


def _unlisted_ranges(
    packed: zipfile.ZipFile,
    infos: list[zipfile.ZipInfo],
    file: BinaryIO,
    size: int,
) -> Iterator[Tuple[int, int]]:  # noqa: UP006
    """Ranges of bytes before, between and after the listed files and the zip's own list."""
    end = 0
    starts = [info.header_offset for info in infos[1:]] + [packed.start_dir]
    for info, following in zip(infos, starts):  # noqa: B905 - Python 3.8 syntax
        if info.header_offset > end:
            yield end, info.header_offset
        end = _end_of_file(info, file)
        if info.flag_bits & _HAS_DESCRIPTOR and following - end in _DESCRIPTOR_BYTES:
            end = following
    if packed.start_dir > end:
        yield end, packed.start_dir
    listed = sum(_central_bytes(info) for info in infos)
    rest = size - packed.start_dir - listed - len(packed.comment)
    if rest not in (_END_BYTES, _END_BYTES_64):
        yield packed.start_dir + listed, size


def _end_of_file(info: zipfile.ZipInfo, file: BinaryIO) -> int:
    """Where a file's bytes end in the zip."""
    file.seek(info.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != _LOCAL_SIGNATURE:
        return info.header_offset
    name_length, more_length = _LOCAL.unpack(header)[-2:]
    return info.header_offset + _LOCAL.size + int(name_length) + int(more_length) + info.compress_size


def _central_bytes(info: zipfile.ZipInfo) -> int:
    name = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace")
    return _CENTRAL_BYTES + len(name) + len(info.extra) + len(info.comment)
