"""Which facts of a received object make a new entry when they change (design §3), and their fingerprint.

The comparison before writing and the readable tables made afterwards both use these, on objects exactly as
received, so they cannot disagree.
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


def readable(value: str) -> str:
    """A text for a readable column: NUL and lone surrogates as `[U+0000]`, `[U+D83D]`."""
    if not _UNSTORABLE.search(value):
        return value
    return _UNSTORABLE.sub(lambda found: f"[U+{ord(found.group()):04X}]", value)


def storable(value: object) -> int:
    """A whole number that fits a 64-bit column; what does not fit counts as 0 there, the entry has it."""
    found = number(value)
    return found if 0 <= found < 2**63 else 0


def body_of(shown: Received) -> str:
    """A message's text as received."""
    return text(shown.get("body"))


def sent_at(shown: Received) -> int:
    """A message's `send_time`, Unix seconds; 0 if none was told."""
    return number(shown.get("send_time"))


def edited_at(shown: Received) -> int:
    """A message's `update_time`, Unix seconds; 0 = never edited."""
    return number(shown.get("update_time"))


def person_of(account: object) -> int:
    """The account id of a received account object; 0 if it is none."""
    return number(account.get("account_id")) if isinstance(account, dict) else 0


def _message(shown: Received) -> tuple[object, ...]:
    return person_of(account_of(shown)), body_of(shown), sent_at(shown), edited_at(shown)


def _account(shown: Received) -> tuple[object, ...]:
    return text(shown.get("name")), text(shown.get("avatar_image_url"))


def _member(shown: Received) -> tuple[object, ...]:
    return tuple(text(shown.get(field)) for field in ("role", "name", "chatwork_id", "organization_name", "department"))


def _room(shown: Received) -> tuple[object, ...]:
    return tuple(text(shown.get(field)) for field in ("name", "description", "type", "role", "icon_path"))


def _task(shown: Received) -> tuple[object, ...]:
    people = (number(account_of(shown, field).get("account_id")) for field in ("account", "assigned_by_account"))
    words = (text(shown.get(field)) for field in ("body", "limit_type", "status"))
    return (*people, *words, number(shown.get("limit_time")), str(shown.get("message_id")))


def _file(shown: Received) -> tuple[object, ...]:
    uploader = number(account_of(shown).get("account_id"))
    numbers = (number(shown.get(field)) for field in ("filesize", "upload_time"))
    return (uploader, *numbers, text(shown.get("filename")), str(shown.get("message_id")))


_FACTS: dict[str, Callable[[Received], tuple[object, ...]]] = {
    "message": _message,
    "account": _account,
    "member": _member,
    "room": _room,
    "task": _task,
    "file": _file,
}


def fingerprint(kind: str, shown: Received) -> str:
    """32 hex digits that differ when a fact of the object differs; `kind` is the entry's kind."""
    return _short(repr(_FACTS[kind](shown)))


def text_digest(body: str) -> str:
    """32 hex digits of a message's text; empty for the deletion mark, which is no text."""
    return "" if body == DELETED else _short(repr(body))


def _short(value: str) -> str:
    # repr() escapes lone surrogates and NUL, so it can always be encoded.
    return hashlib.sha256(value.encode("utf-8", "backslashreplace")).hexdigest()[:32]
