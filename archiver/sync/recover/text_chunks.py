"""Decodes bytes of any size to pieces of text with whole lines or tags, in bounded memory."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

PIECE_CHARACTERS = 2**20
"""About how many characters a piece has."""

LONGEST_REST = 2**16
"""A tag or line longer than this is cut; the ids that are searched are far shorter."""

OVERLAP = 512
"""Characters that a piece cut anywhere shares with the next one."""

_DIGITS = "0123456789"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its first bytes: that of its byte order mark, UTF-8 if valid, else CP932."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if b"\x1b$" in head and head.isascii():
        return "iso-2022-jp"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=False)
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def known_encoding(name: str) -> str:
    """The encoding that a mail or page names, if Python knows it as a text encoding; else UTF-8."""
    try:
        codec = codecs.lookup(name)
        codec.incrementaldecoder("replace").decode(b"")
    except (LookupError, ValueError, TypeError, UnicodeError):
        return "utf-8"
    return codec.name if getattr(codec, "_is_text_encoding", False) else "utf-8"


def decode_parts(parts: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Decode bytes in any encoding; what does not decode becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for part in parts:
        yield _decode_part(decoder, part)
    yield _decode_part(decoder, b"", final=True)


def text_pieces(parts: Iterable[str]) -> Iterator[str]:
    """The text in pieces that end at the end of a tag or line."""
    rest = ""
    waiting: list[str] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= PIECE_CHARACTERS:
            whole = rest + "".join(waiting)
            piece, rest = _split_piece(whole)
            waiting, size = [], 0
            yield piece
    yield rest + "".join(waiting)


def _decode_part(decoder: codecs.IncrementalDecoder, part: bytes, *, final: bool = False) -> str:
    """Decode one part; ids are ASCII, so they are found even if the encoding is not the promised one."""
    try:
        return decoder.decode(part, final)
    except UnicodeError:  # some decoders raise even with "replace"
        decoder.reset()
        return part.decode("ascii", "replace")


def _split_piece(text: str) -> tuple[str, str]:
    """A piece, and the rest, with which the next one begins; no number is ever cut in two."""
    end = text.rfind(">") + 1 or text.rfind("\n") + 1
    if len(text) - end <= LONGEST_REST:
        return text[:end], text[end:]
    return text.rstrip(_DIGITS), text[-OVERLAP:].lstrip(_DIGITS)
