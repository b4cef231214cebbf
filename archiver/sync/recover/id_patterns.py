"""The forms of message ids in text: links, replies, attributes of Chatwork's page, addresses, bare numbers.

Sources: chatwork-api §9.1, §9.4, §12.2, §13.2. Every pattern is bounded, so that no text makes it slow.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from archiver.message_ids import first_id_after
from archiver.sync.recover.found_ids import FilePageIds

_N = r"([0-9]{1,19})(?![0-9])"
_HASH, _BANG = r"(?:#|%23|&#35;|&#x23;)", r"(?:!|%21|&#33;|&#x21;)"

_LINK = re.compile(rf"{_HASH}{_BANG}rid{_N}(?:-|%2D){_N}", re.IGNORECASE)
_REPLY = re.compile(rf"\[(?:rp|返信|Reply) [^\[\]]{{0,200}}?to=([0-9]{{1,19}})-{_N}")
_BETWEEN = r"(?![0-9])[^\s\"'<>]{0,200}?\b"
_ROOM_FIRST = re.compile(rf"\brid=(?P<rid>[0-9]{{1,19}}){_BETWEEN}mid=(?P<mid>[0-9]{{1,19}})(?![0-9])")
_MESSAGE_FIRST = re.compile(rf"\bmid=(?P<mid>[0-9]{{1,19}}){_BETWEEN}rid=(?P<rid>[0-9]{{1,19}})(?![0-9])")
_TAG = re.compile(r"<[a-zA-Z][^<>]{1,8000}>")
_ATTRIBUTE = re.compile(
    r"\b(?:(?P<message>data-(?:mid|message-?id))|(?P<room>data-(?:rid|room-?id)))"
    r"\s{0,9}=\s{0,9}[\"']?\s{0,9}(?P<number>[0-9]{1,19})(?![0-9])",
    re.IGNORECASE,
)
_ELEMENT = re.compile(rf"_messageId-?{_N}")
_KEY = re.compile(rf'"(?:message_id|messageId|mid)"\s{{0,9}}:\s{{0,9}}"?{_N}')
_SAVED = re.compile(
    rf"(?:saved from url=\([0-9]{{1,6}}\)|Content-Location:\s{{0,9}})https?://[^\s\"'<>]{{1,200}}?{_HASH}{_BANG}rid{_N}",
    re.IGNORECASE,
)

_MARKED = re.compile(r"(?<![A-Za-z0-9_])m([0-9]{6,19})(?![A-Za-z0-9_])")
_PAIR = re.compile(r"(?<![0-9])([0-9]{4,12})[-_/:,;\t ]m?([0-9]{16,19})(?![0-9])")
_BARE = re.compile(r"(?<![\w#.\-])([0-9]{18,19})(?![\w])")
BARE_FROM = first_id_after(datetime(2015, 1, 1, tzinfo=UTC))
"""A bare number is an id only if it states a time since then: other numbers are smaller."""


def take_page(text: str, page: FilePageIds) -> None:
    """Add the ids that a saved page, a mail or any other text states explicitly."""
    for match in _SAVED.finditer(text):
        page.set_room(match[1])
    for pattern in (_LINK, _REPLY):
        for match in pattern.finditer(text):
            page.add(match[1], match[2])
    if "mid=" in text and "rid=" in text:
        _take_addresses(text, page)
    if "data-" in text:
        for match in _TAG.finditer(text):
            _take_tag(match[0], page)
    for pattern in (_ELEMENT, _KEY):
        for match in pattern.finditer(text):
            page.add(None, match[1])


def take_list(text: str, page: FilePageIds) -> None:
    """Add the same ids and those of a plain list: `m…`, room and message side by side, or a bare number."""
    take_page(text, page)
    for match in _PAIR.finditer(text):
        if int(match[1]) in page.found.rooms:
            page.add(match[1], match[2])
    for match in _MARKED.finditer(text):
        page.add(None, match[1])
    for match in _BARE.finditer(text):
        if int(match[1]) >= BARE_FROM:
            page.add(None, match[1])


def _take_addresses(text: str, page: FilePageIds) -> None:
    for match in _ROOM_FIRST.finditer(text):
        page.add(match["rid"], match["mid"])
    for match in _MESSAGE_FIRST.finditer(text):
        page.add(match["rid"], match["mid"])


def _take_tag(tag: str, page: FilePageIds) -> None:
    """Add the message of one element of Chatwork's page, with its room if the element states it."""
    numbers: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        numbers.setdefault("message" if match["message"] else "room", match["number"])
    if "message" in numbers:
        page.add(numbers.get("room"), numbers["message"])
