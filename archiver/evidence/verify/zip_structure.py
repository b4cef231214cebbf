"""What a zip holds besides its files: bytes that no reader shows, comments, hidden headers, dates that do not exist.

Packages are written without any of it. Standard library and Python 3.8 syntax, because this module is also handed out
inside packages.
"""

from __future__ import annotations

import os
import struct
import zipfile
from datetime import datetime
from gettext import gettext as _
from pathlib import Path
from typing import BinaryIO, Iterator, Optional, Tuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.verify.findings import Progress

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_CENTRAL_BYTES = 46
_END_BYTES, _END_BYTES_64 = 22, 22 + 56 + 20
"""Bytes of the end of a zip without a comment, and of one with more than 4 GB or 65,535 files."""
_HAS_DESCRIPTOR = 8
_END, _END_SIGNATURE = struct.Struct("<4s4H2LH"), b"PK\x05\x06"
_LOCATOR, _LOCATOR_SIGNATURE = struct.Struct("<4sLQL"), b"PK\x06\x07"
_LARGE_END = struct.Struct("<4sQ2H2L4Q")
_IN_EXTRA = 0xFFFFFFFF
_IN_LARGE_END = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, _IN_EXTRA, _IN_EXTRA)
"""What stands in the place of a number that is said elsewhere."""
_TELLING_FLAGS = 1 | 8 | 0x800
"""Encrypted; sizes behind the bytes; names in UTF-8."""
_UNICODE_NAME = 0x7075
"""The kind of the extra field that gives a second name."""
_DESCRIPTOR_BYTES = (12, 16, 20, 24)


def zip_oddities(
    path: Path,
    progress: Optional[Progress] = None,  # noqa: UP045
) -> Iterator[Tuple[str, str]]:  # noqa: UP006
    """What does not belong in the zip of a package: the subject and a sentence. Raises READ_ERRORS."""
    with zipfile.ZipFile(str(path)) as packed, path.open("rb") as file:
        infos = sorted(packed.infolist(), key=lambda one: one.header_offset)
        if packed.comment:
            yield path.name, _("The zip has a comment, which packages never have.")
        if not packed.comment and not _end_fits(packed, len(infos), file, path.stat().st_size):
            sentence = _("The end of the zip does not fit its list of files: other programs could show other files.")
            yield path.name, sentence
        for done, info in enumerate(infos, 1):
            if progress is not None:
                progress("zip", done, len(infos))
            yield from _header_oddities(info, file)
            if info.comment:
                yield listed_name(info), _("Its place in the zip has a comment, which packages never have.")
            if listed_name(info).endswith("/") and (info.file_size or info.compress_size):
                yield listed_name(info), _("The zip gives bytes to a folder, which no program shows.")
            if not _is_date(info.date_time):
                yield listed_name(info), _("The zip gives it a date that does not exist.")
        for start, end in _unlisted_ranges(packed, infos, file, path.stat().st_size):
            sentence = _("The zip holds bytes from {start} to {end} that belong to none of its files.")
            yield path.name, sentence.format(start=start, end=end)


def listed_name(info: zipfile.ZipInfo) -> str:
    """Its name in the zip's list; what Python gives from 3.12 on is its second name if it has one."""
    return info.orig_filename.replace(os.sep, "/")


def _header_oddities(info: zipfile.ZipInfo, file: BinaryIO) -> Iterator[Tuple[str, str]]:  # noqa: UP006
    """Where a file's own header and the zip's list could be read differently."""
    file.seek(info.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != _LOCAL_SIGNATURE:
        return
    _signature, _version, flags, method, time, date, *sizes, name_length, more_length = _LOCAL.unpack(header)
    listed = (info.CRC, info.compress_size, info.file_size)
    differs = not flags & _HAS_DESCRIPTOR and any(
        one not in (_IN_EXTRA, other)
        for one, other in zip(sizes, listed)  # noqa: B905 - Python 3.8 syntax
    )
    day = (date >> 9) + 1980, (date >> 5) & 15, date & 31
    differs = differs or (*day, time >> 11, (time >> 5) & 63, (time & 31) * 2) != info.date_time
    if method != info.compress_type or (flags ^ info.flag_bits) & _TELLING_FLAGS or differs:
        sentence = _("Its header and the list of the zip differ: other programs could show something else.")
        yield listed_name(info), sentence
    file.seek(info.header_offset + _LOCAL.size + name_length)
    if _UNICODE_NAME in (*_extra_kinds(info.extra), *_extra_kinds(file.read(more_length))):
        yield listed_name(info), _("The zip gives it a second name, which other programs could show.")


def _extra_kinds(extra: bytes) -> Iterator[int]:
    """The kinds of the extra fields that hold something."""
    offset = 0
    while offset + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, offset)
        if size:
            yield kind
        offset += 4 + size


def _end_fits(packed: zipfile.ZipFile, count: int, file: BinaryIO, size: int) -> bool:
    """Whether the end states the place and the number that were read here; other programs go by what it states."""
    start, end = packed.start_dir, size - _END_BYTES
    file.seek(end)
    signature, *stated, comment = _END.unpack(file.read(_END_BYTES))
    file.seek(max(0, end - _LOCATOR.size))
    locator = _LOCATOR.unpack(file.read(_LOCATOR.size)) if end >= _LOCATOR.size else (b"",)
    is_large = locator[0] == _LOCATOR_SIGNATURE
    list_end = size - _END_BYTES_64 if is_large else end
    actual = [0, 0, count, count, list_end - start, start]
    if signature != _END_SIGNATURE or comment:
        return False
    if not is_large:
        return stated == actual
    file.seek(max(0, list_end))
    record = _LARGE_END.unpack(file.read(_LARGE_END.size))
    small = [one in (other, limit) for one, other, limit in zip(stated, actual, _IN_LARGE_END)]  # noqa: B905
    return all(small) and list(record[4:]) == actual and locator[1:] == (0, list_end, 1)


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
