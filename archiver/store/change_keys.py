"""Change keys of received objects: which facts make a new entry when they change.

The comparison before writing and the readable tables made afterwards both use them, on objects exactly as received,
so the two cannot disagree.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from archiver.evidence.history import account_of, number, text

Received = Mapping[str, Any]

DELETED = "[deleted]"
"""The whole body of a message that its author deleted (chatwork-api §2.4)."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def readable_text(value: str) -> str:
    """A text as a readable column can hold it: NUL and lone surrogates as `[U+0000]`, `[U+D83D]`."""
    if not _UNSTORABLE.search(value):
        return value
    return _UNSTORABLE.sub(lambda match: f"[U+{ord(match.group()):04X}]", value)


def storable_integer(value: object) -> int:
    """A whole number that fits a 64-bit column. Others become 0 in the column; the entry keeps the value."""
    integer = number(value)
    return integer if 0 <= integer < 2**63 else 0


def body_of(received: Received) -> str:
    """A message's text as received."""
    return text(received.get("body"))


def sent_at(received: Received) -> int:
    """A message's `send_time`, Unix seconds; 0 if it has none."""
    return number(received.get("send_time"))


def edited_at(received: Received) -> int:
    """A message's `update_time`, Unix seconds; 0 = never edited."""
    return number(received.get("update_time"))


def account_id_of(account: object) -> int:
    """The account id of a received account object; 0 if it is none."""
    return number(account.get("account_id")) if isinstance(account, dict) else 0


def _message_facts(received: Received) -> tuple[object, ...]:
    return account_id_of(account_of(received)), body_of(received), sent_at(received), edited_at(received)


def _account_facts(received: Received) -> tuple[object, ...]:
    return text(received.get("name")), text(received.get("avatar_image_url"))


def _member_facts(received: Received) -> tuple[object, ...]:
    return tuple(
        text(received.get(field)) for field in ("role", "name", "chatwork_id", "organization_name", "department")
    )


def _room_facts(received: Received) -> tuple[object, ...]:
    return tuple(text(received.get(field)) for field in ("name", "description", "type", "role", "icon_path"))


def _task_facts(received: Received) -> tuple[object, ...]:
    people = (number(account_of(received, field).get("account_id")) for field in ("account", "assigned_by_account"))
    words = (text(received.get(field)) for field in ("body", "limit_type", "status"))
    return (*people, *words, number(received.get("limit_time")), str(received.get("message_id")))


def _file_facts(received: Received) -> tuple[object, ...]:
    uploader = number(account_of(received).get("account_id"))
    numbers = (number(received.get(field)) for field in ("filesize", "upload_time"))
    return (uploader, *numbers, text(received.get("filename")), str(received.get("message_id")))


_FACTS_OF_KIND: dict[str, Callable[[Received], tuple[object, ...]]] = {
    "message": _message_facts,
    "account": _account_facts,
    "member": _member_facts,
    "room": _room_facts,
    "task": _task_facts,
    "file": _file_facts,
}


def fingerprint(kind: str, received: Received) -> str:
    """32 hex digits that differ when a fact of the object differs; `kind` is the entry's kind."""
    return _short_digest(repr(_FACTS_OF_KIND[kind](received)))


def message_fingerprint(account: int, body: str, send_time: int, update_time: int) -> str:
    """`fingerprint` of a message whose facts are known already."""
    return _short_digest(repr((account, body, send_time, update_time)))


def text_digest(body: str) -> str:
    """32 hex digits of a message's text; empty for the deletion mark, which is no text."""
    return "" if body == DELETED else _short_digest(repr(body))


def _short_digest(value: str) -> str:
    # repr() escapes lone surrogates and NUL, so it can always be encoded.
    return hashlib.sha256(value.encode("utf-8", "backslashreplace")).hexdigest()[:32]
