"""How the seconds from each look to the next stand in a `steady` entry: equal ones counted, uneven ones packed.

A list of pairs `[seconds, how many in a row]`; or, where that would be longer, the seconds as numbers in LEB128 (seven
bits a byte, the lowest first; the eighth says that more follow), compressed by zlib, in base64.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from itertools import groupby

LookIntervals = tuple[tuple[int, int], ...]
"""Seconds from each look to the next as (seconds, how many times in a row)."""

CodedLooks = list[list[int]] | str
"""Intervals as they stand in JSON: pairs, or packed."""

_LOW_BITS, _MORE = 0x7F, 0x80
_SHORTEST = 16
"""No packed text has fewer characters."""


def code_intervals(intervals: LookIntervals) -> CodedLooks:
    """The shorter of both forms."""
    pairs = [list(pair) for pair in intervals]
    length = len(json.dumps(pairs, separators=(",", ":")))
    if length <= _SHORTEST:
        return pairs
    packed = _pack(intervals)
    return packed if len(packed) < length else pairs


def decode_intervals(coded: CodedLooks) -> LookIntervals:
    """The intervals of either form."""
    if not isinstance(coded, str):
        return tuple((seconds, times) for seconds, times in coded)
    unpacked = zlib.decompress(base64.b64decode(coded))
    numbers = unpacked if max(unpacked, default=0) < _MORE else _numbers(unpacked)
    return tuple((seconds, len(list(equal))) for seconds, equal in groupby(numbers))


def _pack(intervals: LookIntervals) -> str:
    """Packed by whichever way of zlib gives the least; it reads them all alike."""
    plain = b"".join(_leb128(seconds) * times for seconds, times in intervals)
    ways = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE)
    return base64.b64encode(min((_compress(plain, way) for way in ways), key=len)).decode("ascii")


def _compress(plain: bytes, way: int) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, way)
    return compressor.compress(plain) + compressor.flush()


def _leb128(number: int) -> bytes:
    coded = bytearray()
    while number > _LOW_BITS:
        coded.append(number & _LOW_BITS | _MORE)
        number >>= 7
    return bytes((*coded, number))


def _numbers(coded: Iterable[int]) -> Iterator[int]:
    number, shift = 0, 0
    for byte in coded:
        number |= (byte & _LOW_BITS) << shift
        shift += 7
        if byte < _MORE:
            yield number
            number, shift = 0, 0
