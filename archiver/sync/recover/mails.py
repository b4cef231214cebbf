"""Decodes files, mails, mailboxes and pages saved as MHTML to pieces of text, in bounded memory."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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


LINE_BYTES = 2**16
HEADER_BYTES = 2**16
"""The most bytes of one part's headers that are parsed."""

BOUNDARIES_LIMIT = 1_000

_BOUNDARY = re.compile(rb"boundary\s{0,9}=\s{0,9}(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:\-]{1,40})", re.IGNORECASE)
_TYPE = re.compile(rb"(?im)^content-type:\s{0,9}([a-z0-9.+\-]{1,60}/[a-z0-9.+\-]{1,60})")
_CODING = re.compile(rb"(?im)^content-transfer-encoding:\s{0,9}([a-z0-9\-]{1,40})")
_FOLD = re.compile(rb"\r?\n[ \t]+")

MAIL_HEADER = re.compile(
    rb"(?im)\A(?:From \S|[A-Za-z][A-Za-z0-9\-]{1,60}:)(?:.*\n)*?"
    rb"(?:content-type|mime-version|message-id|received|return-path|subject|date):"
)
"""Matches the beginning of a mail, a mailbox or a page saved as MHTML."""


@dataclass(slots=True)
class _MailLines:
    """The lines of a mail or mailbox with the boundaries named so far."""

    file: BinaryIO
    mailbox: bool = False
    """Whether a line that begins with `From ` after a blank line begins a new mail."""
    boundaries: set[bytes] = field(default_factory=set)
    end: str = ""
    """What ended the last part: `boundary`, `mail` or `file`."""

    def until_end(self) -> Iterator[bytes]:
        """The lines of one part."""
        before = b""
        while line := self.file.readline(LINE_BYTES):
            if line.startswith(b"--") and self._is_boundary(line):
                self.end = "boundary"
                return
            if self.mailbox and line.startswith(b"From ") and not before.strip():
                self.end = "mail"
                return
            before = line
            yield line
        self.end = "file"

    def headers(self, lines: Iterator[bytes]) -> bytes:
        """The headers at the beginning of a part, unfolded; the boundaries in them are known from now on."""
        body = bytearray()
        for line in lines:
            if not line.strip():
                break
            if len(body) < HEADER_BYTES:
                body += line
        headers = _FOLD.sub(b" ", bytes(body))
        for match in _BOUNDARY.finditer(headers):
            if len(self.boundaries) < BOUNDARIES_LIMIT:
                self.boundaries.add((match[1] or match[2]).strip())
        return headers

    def _is_boundary(self, line: bytes) -> bool:
        name = line[2:].strip()
        return name in self.boundaries or name.removesuffix(b"--") in self.boundaries


def mail_parts(file: BinaryIO) -> Iterator[tuple[bool, Iterator[str]]]:
    """Each part's headers and body as texts, each with whether it begins a new mail or page.

    Of a part that is no text only the headers are yielded. Read each iterator to its end before the next.
    """
    start = file.tell()
    lines = _MailLines(file, mailbox=file.read(5) == b"From ")
    file.seek(start)
    is_new_page = True
    while True:
        body = lines.until_end()
        headers = lines.headers(body)
        yield is_new_page, iter([headers.decode("ascii", "replace")])
        kind = _first_match(_TYPE, headers).lower() or "text/plain"
        if kind == "message/rfc822":
            headers = lines.headers(body)
            yield False, iter([headers.decode("ascii", "replace")])
            kind = _first_match(_TYPE, headers).lower() or "text/plain"
        if kind.startswith(("text/", "multipart/", "message/", "application/xhtml", "application/json")):
            coding, charset = _first_match(_CODING, headers).lower(), known_encoding(_first_match(_CHARSET, headers))
            yield False, decode_parts(_decode_transfer(body, coding), charset)
        for _line in body:  # the lines that the caller did not read
            pass
        if lines.end in ("", "file"):
            return
        is_new_page = lines.end == "mail"


def _first_match(pattern: re.Pattern[bytes], headers: bytes) -> str:
    match = pattern.search(headers)
    return match[1].decode("ascii") if match else ""


def _decode_transfer(lines: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The bytes of a body in a transfer encoding (RFC 2045, 6); an unknown encoding leaves it as it is."""
    match coding:
        case "base64":
            return _decode_base64(lines)
        case "quoted-printable":
            return (_decode_quoted(line) for line in lines)
        case _:
            return iter(lines)


def _decode_quoted(line: bytes) -> bytes:
    whole = line.rstrip(b" \t\r\n")
    if whole.endswith(b"="):
        return binascii.a2b_qp(whole[:-1])
    return binascii.a2b_qp(line)


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def _decode_base64(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Decode whole groups of four characters, across line ends; other characters are skipped."""
    rest = b""
    for line in lines:
        rest += _NOT_BASE64.sub(b"", line)
        whole = len(rest) // 4 * 4
        yield binascii.a2b_base64(rest[:whole])
        rest = rest[whole:]
    yield binascii.a2b_base64(rest + b"=" * (-len(rest) % 4)) if len(rest) > 1 else b""
