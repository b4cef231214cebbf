"""The bytes that the simulated Chatwork serves: held, or grown from a seed and never in memory.

A file of any size costs nothing until it is read, and any stretch of it can be read alone,
which is what a `Range` request asks for.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ByteContent:
    """A stretch of bytes, from `start` to before `stop`, of something held or grown."""

    source: bytes | int
    """The bytes themselves, or the seed that they grow from."""
    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.stop - self.start

    def cut(self, start: int, stop: int) -> "ByteContent":
        """The part from byte `start` to before byte `stop`, counted from here; never more than there is."""
        begin = min(self.start + start, self.stop)
        return ByteContent(self.source, begin, max(begin, min(self.start + stop, self.stop)))

    def pieces(self, most: int = _BLOCK) -> Iterator[bytes]:
        """The bytes in order, in pieces of at most `most` bytes."""
        blocks = _blocks(self.source, self.start, self.stop)
        for block in blocks:
            for begin in range(0, len(block), most):
                yield block[begin : begin + most]

    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hex."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece)
        return digest.hexdigest()


def held(data: bytes) -> ByteContent:
    """Content that is these bytes."""
    return ByteContent(data, 0, len(data))


def grown(seed: int, size: int) -> ByteContent:
    """Content of `size` bytes that always grows alike from `seed`; its blocks all differ."""
    return ByteContent(seed, 0, size)


def tiny_png() -> bytes:
    """A valid picture of one grey pixel (PNG, ISO/IEC 15948)."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(b"\0\x80")), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _blocks(source: bytes | int, start: int, stop: int) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source[start:stop]
        return
    base = hashlib.shake_256(str(source).encode()).digest(_BLOCK)
    for number in range(start // _BLOCK, -(-stop // _BLOCK)):
        # The number stands in each block, so that a lost or doubled one changes the digest.
        block = number.to_bytes(8, "big") + base[8:]
        yield block[max(0, start - number * _BLOCK) : stop - number * _BLOCK]
