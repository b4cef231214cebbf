"""Bytes of any size -> pieces of text that hold whole lines or tags, in memory that does not grow."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

PIECE = 2**20
"""Characters, about."""

LONGEST_REST = 2**16
"""A tag or line longer than this is cut; what is looked for is far shorter."""

OVERLAP = 512
"""Characters that a piece cut anywhere shares with the next one."""

_DIGITS = "0123456789"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def encoding_of(head: bytes) -> str:
    """The encoding of a text by its first bytes: its mark, UTF-8 if it can be that, else CP932."""
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
    """The encoding a mail or page names, if Python has it as one of texts; else UTF-8."""
    try:
        found = codecs.lookup(name)
        found.incrementaldecoder("replace").decode(b"")
    except (LookupError, ValueError, TypeError, UnicodeError):
        return "utf-8"
    return found.name if getattr(found, "_is_text_encoding", False) else "utf-8"


def decoded(parts: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Text of bytes in any encoding; what does not decode becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for part in parts:
        yield _text(decoder, part)
    yield _text(decoder, b"", final=True)


def pieces(parts: Iterable[str]) -> Iterator[str]:
    """The text in pieces that end at the end of a tag or line."""
    rest = ""
    waiting: list[str] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= PIECE:
            whole = rest + "".join(waiting)
            piece, rest = _cut(whole)
            waiting, size = [], 0
            yield piece
    yield rest + "".join(waiting)


def _text(decoder: codecs.IncrementalDecoder, part: bytes, *, final: bool = False) -> str:
    """What a part says; ids are ASCII, so they are found even where the rest is not as promised."""
    try:
        return decoder.decode(part, final)
    except UnicodeError:  # some decoders raise whatever they are told to do with errors
        decoder.reset()
        return part.decode("ascii", "replace")


def _cut(text: str) -> tuple[str, str]:
    """A piece and the rest, which begins the next one; no number is ever cut in two."""
    end = text.rfind(">") + 1 or text.rfind("\n") + 1
    if len(text) - end <= LONGEST_REST:
        return text[:end], text[end:]
    return text.rstrip(_DIGITS), text[-OVERLAP:].lstrip(_DIGITS)
