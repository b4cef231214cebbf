"""Masked records: the line that replaces a sealed line that may not be shown, and the record shown instead.

A masked line is replaced by its digest, which the seal holds too. `masked.jsonl` has the same record with the
covered places replaced, without its salt: with the salt every telephone number could be tried until the digest fits.
Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import json
import re
from typing import Any, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import canonical

MASKED_FILE = "masked.jsonl"
"""A file in `data/` with one line for each masked line of `entries.jsonl`, in the same order."""

_SHOWN_FIELDS = frozenset(("account_id", "clock", "key", "kind", "observed_at", "payload", "reply", "room_id", "seq"))
_HEX_DIGEST = re.compile("[0-9a-f]{64}")


class ShownRecord(NamedTuple):
    """A line of `masked.jsonl`: the digest of the masked line and the record with its places covered."""

    digest: str
    entry: Mapping[str, Any]


def masked_line(digest: str, reason: str) -> str:
    """The line of `entries.jsonl` that replaces the line with this digest, without its line end."""
    return canonical({"digest": digest, "masked": True, "reason": reason})


def shown_line(digest: str, entry: Mapping[str, Any]) -> str:
    """The line of `masked.jsonl` for a covered record, without its line end and without the record's salt."""
    record = {name: value for name, value in entry.items() if name != "salt"}
    return canonical({"digest": digest, "shown": record})


def masked_digest(line: bytes) -> str | None:
    """The digest that a masked line of `entries.jsonl` holds; None for any other line."""
    document = _json_object(line)
    if document is None or document.keys() != {"digest", "masked", "reason"} or document["masked"] is not True:
        return None
    return _digest_in(document)


def shown_record(line: bytes) -> ShownRecord | None:
    """A line of `masked.jsonl` as a record with an empty salt; None if it is no such line."""
    document = _json_object(line)
    if document is None or document.keys() != {"digest", "shown"}:
        return None
    digest, entry = _digest_in(document), document["shown"]
    if digest is None or type(entry) is not dict or entry.keys() != _SHOWN_FIELDS or type(entry["payload"]) is not dict:
        return None
    return ShownRecord(digest, dict(entry, salt=""))


def _json_object(line: bytes) -> dict[str, Any] | None:
    """The object of a line as such lines are written; None for any other, as two programs could read it otherwise."""
    try:
        document = json.loads(line.decode("utf-8"))
        return document if isinstance(document, dict) and canonical(document).encode("utf-8") == line else None
    except (ValueError, RecursionError):
        return None


def _digest_in(document: Mapping[str, Any]) -> str | None:
    digest = document["digest"]
    return digest if isinstance(digest, str) and _HEX_DIGEST.fullmatch(digest) else None
