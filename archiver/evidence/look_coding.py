"""How the seconds from each look to the next stand in a `steady` entry: equal ones counted, uneven ones packed.

A list of pairs `[seconds, how many in a row]`; or, where that would be longer, the seconds as numbers in LEB128 (seven
bits a byte, the lowest first; the eighth says that more follow), compressed by zlib, in base64. Standard library only
and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import base64
import json
import zlib
from itertools import groupby
from typing import Iterable, Iterator, List, Sequence, Tuple, Union  # noqa: UP035 - Python 3.8 syntax

LookIntervals = Tuple[Tuple[int, int], ...]  # noqa: UP006
"""Seconds from each look to the next as (seconds, how many times in a row)."""

CodedLooks = Union[List[List[int]], str]  # noqa: UP006, UP007
"""Intervals as they stand in JSON: pairs, or packed."""

MOST_LOOKS = 1_000_000
"""So many looks are far more than a day has: an entry with more was not made here."""

_LEB_BITS, _LEB_MORE = 0x7F, 0x80
_SHORTEST_PACKED = 16
"""No packed text has fewer characters."""


def code_intervals(intervals: LookIntervals) -> CodedLooks:
    """The shorter of both forms."""
    pairs = [list(pair) for pair in intervals]
    length = len(json.dumps(pairs, separators=(",", ":")))
    if length <= _SHORTEST_PACKED:
        return pairs
    packed = _pack_looks(intervals)
    return packed if len(packed) < length else pairs


def decode_intervals(coded: CodedLooks) -> LookIntervals:
    """The intervals of either form. Raises ValueError."""
    if not isinstance(coded, str):
        if sum(times for _seconds, times in coded) > MOST_LOOKS:
            raise ValueError("too many looks")
        return tuple((seconds, times) for seconds, times in coded)
    unpacked = _unpack_looks(coded)
    numbers: Iterable[int] = unpacked if max(unpacked, default=0) < _LEB_MORE else _leb_numbers(unpacked)
    return tuple((seconds, len(list(equal))) for seconds, equal in groupby(numbers))


def _pack_looks(intervals: LookIntervals) -> str:
    """Packed by whichever way of zlib gives the least; it reads them all alike."""
    plain = b"".join(_leb128(seconds) * times for seconds, times in intervals)
    ways = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE)
    return base64.b64encode(min((_compress_looks(plain, way) for way in ways), key=len)).decode("ascii")


def _compress_looks(plain: bytes, way: int) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, way)
    return compressor.compress(plain) + compressor.flush()


def _unpack_looks(coded: str) -> bytes:
    decompressor = zlib.decompressobj()
    try:
        unpacked = decompressor.decompress(base64.b64decode(coded), MOST_LOOKS)
    except zlib.error as error:
        raise ValueError("the looks cannot be unpacked") from error
    if not decompressor.eof:
        raise ValueError("the looks are cut, or too many")
    return unpacked


def _leb128(number: int) -> bytes:
    coded: Sequence[int] = ()
    while number > _LEB_BITS:
        coded = (*coded, number & _LEB_BITS | _LEB_MORE)
        number >>= 7
    return bytes((*coded, number))


def _leb_numbers(coded: Iterable[int]) -> Iterator[int]:
    number, shift = 0, 0
    for byte in coded:
        number |= (byte & _LEB_BITS) << shift
        shift += 7
        if byte < _LEB_MORE:
            yield number
            number, shift = 0, 0
