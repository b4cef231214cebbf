"""Masked records: what stands in place of a sealed line that may not be shown, and what is shown instead.

The line itself becomes its digest, which stands in the seal. Beside it lies the same record with the covered
places replaced, without the salt: who had the salt could try every telephone number until the digest fits.
Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import json
import re
from typing import Any, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import canonical

SHOWN = "masked.jsonl"
"""In `data/`: one line for each masked line of `entries.jsonl`, in the same order."""

_SHOWN_FIELDS = frozenset(("account_id", "key", "kind", "observed_at", "payload", "reply", "room_id", "seq"))
_HEX_DIGEST = re.compile("[0-9a-f]{64}")


class ShownRecord(NamedTuple):
    """A line of `masked.jsonl`: the digest of the masked line and the record with its places covered."""

    digest: str
    entry: Mapping[str, Any]


def masked_line(digest: str, reason: str) -> str:
    """What stands in `entries.jsonl` in place of the line with this digest, without the line's end."""
    return canonical({"digest": digest, "masked": True, "reason": reason})


def shown_line(digest: str, entry: Mapping[str, Any]) -> str:
    """The line of `masked.jsonl` for a covered record, without the line's end; its salt is left out."""
    told = {name: value for name, value in entry.items() if name != "salt"}
    return canonical({"digest": digest, "shown": told})


def masked_digest(line: bytes) -> str | None:
    """The digest in place of which a line was masked; None if it is no such line."""
    told = _json_object(line)
    if told is None or told.keys() != {"digest", "masked", "reason"} or told["masked"] is not True:
        return None
    return _digest_in(told)


def shown_record(line: bytes) -> ShownRecord | None:
    """A line of `masked.jsonl`; None if it is none. The record gets an empty salt."""
    told = _json_object(line)
    if told is None or told.keys() != {"digest", "shown"}:
        return None
    digest, entry = _digest_in(told), told["shown"]
    if digest is None or type(entry) is not dict or entry.keys() != _SHOWN_FIELDS or type(entry["payload"]) is not dict:
        return None
    return ShownRecord(digest, dict(entry, salt=""))


def _json_object(line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _digest_in(told: Mapping[str, Any]) -> str | None:
    digest = told["digest"]
    return digest if isinstance(digest, str) and _HEX_DIGEST.fullmatch(digest) else None
