"""Mails, mailboxes and pages saved as MHTML: their parts decoded line by line, whatever their size and nesting.

Only what is needed to find ids: a line that is a boundary named earlier ends a part, blank lines end headers, a part
that holds a mail goes on with headers. Nothing is unpacked, run or fetched. Formats: RFC 2045 and 2557, mbox RFC 4155.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from archiver.sync.recover.text_chunks import decoded, known_encoding

LONGEST_LINE = 2**16
MOST_HEADERS = 2**16
"""Bytes of the headers of one part that are looked at."""

MOST_BOUNDARIES = 1_000

_BOUNDARY = re.compile(rb"boundary\s{0,9}=\s{0,9}(?:\"([^\"\r\n]{1,200})\"|([^\s;\"]{1,200}))", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_.:\-]{1,40})", re.IGNORECASE)
_TYPE = re.compile(rb"(?im)^content-type:\s{0,9}([a-z0-9.+\-]{1,60}/[a-z0-9.+\-]{1,60})")
_CODING = re.compile(rb"(?im)^content-transfer-encoding:\s{0,9}([a-z0-9\-]{1,40})")
_FOLD = re.compile(rb"\r?\n[ \t]+")

HEADER = re.compile(
    rb"(?im)\A(?:From \S|[A-Za-z][A-Za-z0-9\-]{1,60}:)(?:.*\n)*?"
    rb"(?:content-type|mime-version|message-id|received|return-path|subject|date):"
)
"""How a mail, a mailbox or a page saved as MHTML begins."""


@dataclass(slots=True)
class _Lines:
    """The lines of a mailbox with the boundaries that were named so far."""

    file: BinaryIO
    mailbox: bool = False
    """Whether a line that begins with `From ` after a blank one begins a new mail."""
    boundaries: set[bytes] = field(default_factory=set)
    end: str = ""
    """What ended the last part: `boundary`, `mail` or `file`."""

    def until_end(self) -> Iterator[bytes]:
        """The lines of one part."""
        before = b""
        while line := self.file.readline(LONGEST_LINE):
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
        """The headers at the beginning of a part, unfolded; the boundaries they name count from now on."""
        found = bytearray()
        for line in lines:
            if not line.strip():
                break
            if len(found) < MOST_HEADERS:
                found += line
        told = _FOLD.sub(b" ", bytes(found))
        for named in _BOUNDARY.finditer(told):
            if len(self.boundaries) < MOST_BOUNDARIES:
                self.boundaries.add((named[1] or named[2]).strip())
        return told

    def _is_boundary(self, line: bytes) -> bool:
        name = line[2:].strip()
        return name in self.boundaries or name.removesuffix(b"--") in self.boundaries


def parts(file: BinaryIO) -> Iterator[tuple[bool, Iterator[str]]]:
    """Each part's headers and body as texts, each with whether it begins a new mail or page.

    Of a part that is no text only the headers are given. Read one iterator to its end before the next is asked for.
    """
    start = file.tell()
    lines = _Lines(file, mailbox=file.read(5) == b"From ")
    file.seek(start)
    begins = True
    while True:
        body = lines.until_end()
        headers = lines.headers(body)
        yield begins, iter([headers.decode("ascii", "replace")])
        kind = _first(_TYPE, headers).lower() or "text/plain"
        if kind == "message/rfc822":
            headers = lines.headers(body)
            yield False, iter([headers.decode("ascii", "replace")])
            kind = _first(_TYPE, headers).lower() or "text/plain"
        if kind.startswith(("text/", "multipart/", "message/", "application/xhtml", "application/json")):
            coding, charset = _first(_CODING, headers).lower(), known_encoding(_first(_CHARSET, headers))
            yield False, decoded(_plain(body, coding), charset)
        for _line in body:  # what nobody read of it
            pass
        if lines.end in ("", "file"):
            return
        begins = lines.end == "mail"


def _first(pattern: re.Pattern[bytes], headers: bytes) -> str:
    found = pattern.search(headers)
    return found[1].decode("ascii") if found else ""


def _plain(lines: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """The bytes of a body in a transfer encoding (RFC 2045, 6); what is unknown stays as it is."""
    match coding:
        case "base64":
            return _from_base64(lines)
        case "quoted-printable":
            return (_from_quoted(line) for line in lines)
        case _:
            return iter(lines)


def _from_quoted(line: bytes) -> bytes:
    whole = line.rstrip(b" \t\r\n")
    if whole.endswith(b"="):
        return binascii.a2b_qp(whole[:-1])
    return binascii.a2b_qp(line)


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")


def _from_base64(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Whole groups of four, whatever the lines are; one that cannot be decoded is passed over."""
    rest = b""
    for line in lines:
        rest += _NOT_BASE64.sub(b"", line)
        whole = len(rest) // 4 * 4
        yield binascii.a2b_base64(rest[:whole])
        rest = rest[whole:]
    yield binascii.a2b_base64(rest + b"=" * (-len(rest) % 4)) if len(rest) > 1 else b""
