"""Canonical bytes of an entry and of a seal, and their digests.

The bytes are made once and stored as they were hashed. Standard library only and Python 3.8 syntax, because this
module is also handed out inside packages.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Iterable, Mapping, Sequence  # noqa: UP035 - Python 3.8 syntax

GENESIS = "0" * 64
"""The field `previous` of the first seal, which follows no other."""

SEAL_FORMAT = "chatwork-archive-seal-1"

NEWER_SEAL = re.compile(rb'"format":"chatwork-archive-seal-(?!1")[0-9]')
"""What a seal has in it that a newer version of the program made."""

_SEAL_FIELDS = frozenset(
    ("account_id", "closed_at", "day", "entries", "first", "format", "last", "number", "previous", "skips", "software")
)

_HEX_DIGITS = 64
"""The length of a SHA-256 in hexadecimal digits."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical(value: object) -> str:
    r"""The canonical JSON of a value: sorted keys, no spaces, no escapes but for lone surrogates (`\udXXX`).

    It is encoded as UTF-8 to be hashed. Raises ValueError for NaN and infinities, which JSON lacks.
    """
    return escape_lone(_CANONICAL(value))


def escape_lone(text: str) -> str:
    """Replace every lone surrogate in a JSON text by its escape, so that the text can be encoded."""
    if text.isascii():  # the digests of a seal: looking at each character would cost more than everything else
        return text
    return _LONE_SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def digest(line: str) -> str:
    """Lower-case hex SHA-256 of a line's UTF-8 bytes."""
    return hashlib.sha256(line.encode("utf-8")).hexdigest()


def entry_line(
    *,
    seq: int,
    observed_at: str,
    clock: str | None,
    kind: str,
    account_id: int | None,
    room_id: int | None,
    key: str,
    payload: Mapping[str, Any],
    salt: str,
    reply: str | None,
) -> str:
    """The canonical JSON of an entry; `salt` is 16 random bytes in hex, against guessing masked lines.

    `clock` is this computer's own time where it differs from `observed_at` or could not be compared, else None.
    """
    return canonical(
        {
            "seq": seq,
            "observed_at": observed_at,
            "clock": clock,
            "kind": kind,
            "account_id": account_id,
            "room_id": room_id,
            "key": key,
            "payload": payload,
            "salt": salt,
            "reply": reply,
        }
    )


def seal_bytes(
    *,
    number: int,
    previous: str,
    first: int,
    last: int,
    entries: Iterable[str],
    day: str,
    closed_at: str,
    account_id: int | None,
    skips: Sequence[int] | None,
    software: str,
) -> bytes:
    """The bytes of a seal's file: canonical JSON with the digests of its entries and of the seal before.

    `skips` are the first and the last number that no seal of this chain has, because a database that is older than
    its seals was put back; None: the seal has the number after the one before.
    """
    return (
        canonical(
            {
                "format": SEAL_FORMAT,
                "number": number,
                "previous": previous,
                "first": first,
                "last": last,
                "entries": list(entries),
                "day": day,
                "closed_at": closed_at,
                "account_id": account_id,
                "skips": None if skips is None else list(skips),
                "software": software,
            }
        )
        + "\n"
    ).encode("utf-8")


def file_digest(data: bytes) -> str:
    """Lower-case hex SHA-256 of bytes, for example of a seal's file."""
    return hashlib.sha256(data).hexdigest()


def parse_seal(body: bytes) -> dict[str, Any] | None:
    """The fields of a seal's file; None unless it is byte for byte as `seal_bytes` writes it."""
    try:
        seal = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(seal, dict) or seal.keys() != _SEAL_FIELDS or not _has_field_types(seal):
        return None
    fields = {name: value for name, value in seal.items() if name != "format"}
    return seal if seal_bytes(**fields) == body else None


def _has_field_types(seal: Mapping[str, Any]) -> bool:
    """Whether every field has its type, and there is a digest for each entry."""
    numbers = all(type(seal[name]) is int and seal[name] > 0 for name in ("number", "first", "last"))
    texts = all(isinstance(seal[name], str) for name in ("previous", "day", "closed_at", "software"))
    skips = seal["skips"]
    skips_fit = skips is None or (
        isinstance(skips, list)
        and list(map(type, skips)) == [int, int]
        and 0 < skips[0] <= skips[1] == seal["number"] - 1
    )
    account = seal["account_id"] is None or type(seal["account_id"]) is int
    entries = seal["entries"]
    return (
        numbers
        and texts
        and skips_fit
        and account
        and isinstance(entries, list)
        and seal["last"] - seal["first"] + 1 == len(entries) > 0
        and set(map(type, entries)) == {str}
        and set(map(len, entries)) == {_HEX_DIGITS}
        and _is_hex("".join(entries))
    )


def _is_hex(digits: str) -> bool:
    """Whether a text is pairs of lower-case hexadecimal digits; a pattern over a hundred thousand digests is slow."""
    try:
        return bytes.fromhex(digits).hex() == digits
    except ValueError:
        return False


def reply_digest(salt: bytes, body: bytes) -> str:
    """The digest by which entries name the reply they came from: SHA-256 of its salt and its body."""
    return hashlib.sha256(salt + body).hexdigest()
