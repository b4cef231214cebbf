"""Reads the elements of DER (X.690), as far as replies of authorities and their certificates need it.

Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

from typing import Iterator, NamedTuple  # noqa: UP035 - Python 3.8 syntax

DER_INTEGER, DER_BITS, DER_OCTETS, DER_OID = 0x02, 0x03, 0x04, 0x06
DER_SHORT_TIME, DER_TIME, DER_SEQUENCE, DER_SET, DER_EXPLICIT = 0x17, 0x18, 0x30, 0x31, 0xA0
DER_LENGTH_BYTES = 4
"""The most bytes of a DER length; no reply is longer than these can express."""


class DerElement(NamedTuple):
    """An element: its tag and its content."""

    tag: int
    body: bytes


def der_elements(body: bytes) -> Iterator[DerElement]:
    """The elements that follow one another. Raises ValueError, IndexError."""
    offset = 0
    while offset < len(body):
        tag, size = body[offset], body[offset + 1]
        offset += 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= DER_LENGTH_BYTES:
                raise ValueError("a length that DER does not have")
            size = int.from_bytes(body[offset : offset + count], "big")
            offset += count
        if offset + size > len(body):
            raise ValueError("cut")
        yield DerElement(tag, body[offset : offset + size])
        offset += size


def only_content(body: bytes, tag: int) -> bytes:
    """The content of bytes that are one element with this tag. Raises ValueError, IndexError."""
    elements = list(der_elements(body))
    if len(elements) != 1 or elements[0].tag != tag:
        raise ValueError("another form")
    return elements[0].body


def first_content(body: bytes, tag: int) -> bytes:
    """The content of the first element, which must have this tag. Raises ValueError, IndexError."""
    element = next(der_elements(body), None)
    if element is None or element.tag != tag:
        raise ValueError("another form")
    return element.body


def first_two_contents(body: bytes, first: int, second: int) -> tuple[bytes, bytes]:
    """The contents of the first two elements, which must have these tags. Raises ValueError, IndexError."""
    elements = list(der_elements(body))[:2]
    if [element.tag for element in elements] != [first, second]:
        raise ValueError("another form")
    return elements[0].body, elements[1].body
