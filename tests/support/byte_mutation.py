"""Bytes changed at random as a fuzzer does it: from samples, by a seed, so that every input can be made again."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Sequence

LONGEST = 200_000
"""No input gets longer than this."""

_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Numbers at which lengths and places go wrong."""

_SIZES = (("B", 1), ("<H", 2), (">H", 2), ("<I", 4), (">I", 4), ("<Q", 8))


class ByteMutator:
    """Gives one input after the other, each a sample with some changes."""

    def __init__(self, samples: Sequence[bytes], tokens: Sequence[bytes], seed: str) -> None:
        """`tokens` are words of the format, put in here and there."""
        self._samples, self._tokens = list(samples), list(tokens)
        self._chance = random.Random(seed)
        self._changes: tuple[Callable[[bytearray], None], ...] = (
            self._flip,
            self._flip,
            self._set_number,
            self._set_number,
            self._cut_out,
            self._repeat,
            self._insert,
            self._put_token,
            self._put_token,
            self._splice,
            self._end_early,
            self._many,
        )

    def next(self) -> bytes:
        """An input: mostly a few changes, seldom many."""
        body = bytearray(self._chance.choice(self._samples))
        for _number in range(self._chance.choice((1, 1, 1, 2, 2, 3, 5, 12))):
            self._chance.choice(self._changes)(body)
        return bytes(body[:LONGEST])

    def _place(self, body: bytearray) -> int:
        return self._chance.randrange(len(body) + 1)

    def _flip(self, body: bytearray) -> None:
        if body:
            body[self._chance.randrange(len(body))] ^= 1 << self._chance.randrange(8)

    def _set_number(self, body: bytearray) -> None:
        form, size = self._chance.choice(_SIZES)
        number = self._chance.choice((*_NUMBERS, self._chance.getrandbits(32))) % (1 << 8 * size)
        place = self._place(body)
        body[place : place + size] = struct.pack(form, number)

    def _cut_out(self, body: bytearray) -> None:
        place = self._place(body)
        del body[place : place + self._length()]

    def _repeat(self, body: bytearray) -> None:
        place, to = self._place(body), self._place(body)
        body[to:to] = body[place : place + self._length()] * self._chance.choice((1, 1, 2, 50))

    def _insert(self, body: bytearray) -> None:
        place = self._place(body)
        body[place:place] = self._chance.randbytes(self._chance.randrange(1, 20))

    def _put_token(self, body: bytearray) -> None:
        if self._tokens:
            place, token = self._place(body), self._chance.choice(self._tokens)
            body[place : place + (len(token) if self._chance.random() < 0.5 else 0)] = token

    def _splice(self, body: bytearray) -> None:
        other = self._chance.choice(self._samples)
        place = self._place(body)
        body[place:] = other[self._chance.randrange(len(other) + 1) :]

    def _end_early(self, body: bytearray) -> None:
        del body[self._place(body) :]

    def _many(self, body: bytearray) -> None:
        if self._chance.random() < 0.1:
            token = self._chance.choice(self._tokens or [b"\0"])
            place = self._place(body)
            body[place:place] = token * self._chance.choice((100, 3_000))

    def _length(self) -> int:
        return self._chance.choice((1, 2, 4, 16, self._chance.randrange(1, 2_000)))


def with_right_checksums(body: bytes) -> bytes:
    """A PNG whose chunks have the checksums of what they hold now, as far as their lengths lead."""
    mended, place = bytearray(body), 8
    while place + 12 <= len(mended):
        (length,) = struct.unpack_from(">I", mended, place)
        end = place + 8 + length
        if end + 4 > len(mended):
            break
        struct.pack_into(">I", mended, end, zlib.crc32(mended[place + 4 : end]))
        place = end + 4
    return bytes(mended)
