"""The bytes that the simulated Chatwork serves: given ones, or generated from a seed and never whole in memory.

A file of any size costs nothing until it is read, and any range of it can be read alone, as `Range` requests do.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ByteContent:
    """A range of bytes, from `start` to before `stop`, of given or generated content."""

    source: bytes | int
    """The bytes themselves, or the seed from which they are generated."""
    start: int
    stop: int

    @property
    def size(self) -> int:
        """The number of bytes."""
        return self.stop - self.start

    def cut(self, start: int, stop: int) -> "ByteContent":
        """The part from byte `start` to before byte `stop` of this content; never more than there is."""
        begin = min(self.start + start, self.stop)
        return ByteContent(self.source, begin, max(begin, min(self.start + stop, self.stop)))

    def chunks(self, limit: int = _BLOCK) -> Iterator[bytes]:
        """The bytes in order, in chunks of at most `limit` bytes."""
        blocks = _read_blocks(self.source, self.start, self.stop)
        for block in blocks:
            for begin in range(0, len(block), limit):
                yield block[begin : begin + limit]

    def sha256(self) -> str:
        """The SHA-256 of the bytes, in hex."""
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def held_content(data: bytes) -> ByteContent:
    """Content with these bytes."""
    return ByteContent(data, 0, len(data))


def generated_content(seed: int, size: int) -> ByteContent:
    """Content of `size` bytes generated from `seed`, always the same; its blocks all differ."""
    return ByteContent(seed, 0, size)


def tiny_png() -> bytes:
    """A valid picture of one grey pixel (PNG, ISO/IEC 15948)."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = (_png_chunk(b"IHDR", header), _png_chunk(b"IDAT", zlib.compress(b"\0\x80")), _png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _read_blocks(source: bytes | int, start: int, stop: int) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source[start:stop]
        return
    base = hashlib.shake_256(str(source).encode()).digest(_BLOCK)
    for number in range(start // _BLOCK, -(-stop // _BLOCK)):
        # Each block has its number in it, so that a lost or doubled one changes the digest.
        block = number.to_bytes(8, "big") + base[8:]
        yield block[max(0, start - number * _BLOCK) : stop - number * _BLOCK]
