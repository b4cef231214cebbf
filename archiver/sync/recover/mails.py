"""Decodes files, mails, mailboxes and pages saved as MHTML to pieces of text, in bounded memory."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from typing import BinaryIO

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


MAIL_HEADER = re.compile(
    rb"(?im)\A(?:From \S|[A-Za-z][A-Za-z0-9\-]{1,60}:)(?:.*\n)*?"
    rb"(?:content-type|mime-version|message-id|received|return-path|subject|date):"
)
"""Matches the beginning of a mail, a mailbox or a page saved as MHTML."""

_LINE_BYTES = 2**16
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:\-]{1,40})", re.IGNORECASE)
_TEXTS = ("text/", "multipart/", "message/", "application/xhtml", "application/json")


def mails(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """Each mail of a mailbox, which begins with `From `, else the whole file; not much more than the limit of one."""
    mail, before, is_mailbox = bytearray(), b"", False
    while line := file.readline(_LINE_BYTES):
        if line.startswith(b"From ") and not before.strip() and (is_mailbox or not mail):
            is_mailbox = True
            if mail:
                yield bytes(mail)
            mail = bytearray()
        elif len(mail) <= limit:
            mail += line
        before = line
    yield bytes(mail)


def mail_texts(mail: bytes) -> list[str]:
    """The headers of each part and its body, if that is a text; all of it as it is where the library gives it up."""
    try:
        return [text for part in message_from_bytes(mail).walk() for text in _part_texts(part)]
    except Exception:  # noqa: BLE001 - of broken mails the library raises AssertionError, TypeError and others
        return [mail.decode("ascii", "replace")]


def _part_texts(part: Message) -> Iterator[str]:
    yield "\n".join(f"{name}: {' '.join(str(value).split())}" for name, value in part.items())
    body = part.get_payload(decode=True) if part.get_content_type().startswith(_TEXTS) else None
    if isinstance(body, bytes):
        charset = _CHARSET.search(str(part["content-type"]))
        yield from decode_parts([body], known_encoding(charset[1] if charset else ""))
