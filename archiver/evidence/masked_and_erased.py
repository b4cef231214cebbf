"""The lines that stand in the place of a record: masked, or erased by the owner (a tombstone)."""

from __future__ import annotations

import json
import re
from collections import Counter
from gettext import gettext as _
from typing import Any, Iterable, Mapping, NamedTuple  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import SHA256, canonical
from archiver.evidence.verify.findings import Verification

MASKED_FILE = "masked.jsonl"
"""A file in `data/` with one line for each masked line of `entries.jsonl`, in the same order."""

_SHOWN_FIELDS = frozenset(("account_id", "clock", "key", "kind", "observed_at", "payload", "reply", "room_id", "seq"))
_BEGIN = b'{"digest":"'


def masked_line(digest: str, reason: str) -> str:
    """The line of `entries.jsonl` that replaces the line with this digest, without its line end."""
    return canonical({"digest": digest, "masked": True, "reason": reason})


def shown_line(digest: str, entry: Mapping[str, Any]) -> str:
    """The line of `masked.jsonl` for a covered record, without its line end and without the record's salt."""
    record = {name: value for name, value in entry.items() if name != "salt"}
    return canonical({"digest": digest, "shown": record})


def masked_digest(line: bytes) -> str | None:
    """The digest that a masked line of `entries.jsonl` holds; None for any other line."""
    document = _json_object(line) if line.startswith(_BEGIN) else None
    if document is None or document.keys() != {"digest", "masked", "reason"} or document["masked"] is not True:
        return None
    return _digest_in(document)


def shown_record(line: bytes) -> tuple[str, dict[str, Any]] | None:
    """A line of `masked.jsonl`: the masked line's digest, and the record with an empty salt; None: no such line."""
    document = _json_object(line)
    if document is None or document.keys() != {"digest", "shown"}:
        return None
    digest, entry = _digest_in(document), document["shown"]
    if digest is None or type(entry) is not dict or entry.keys() != _SHOWN_FIELDS or type(entry["payload"]) is not dict:
        return None
    return digest, dict(entry, salt="")


def _json_object(line: bytes) -> dict[str, Any] | None:
    """The object of a line as such lines are written; None for any other, as two programs could read it otherwise."""
    try:
        document = json.loads(line.decode("utf-8"))
        return document if isinstance(document, dict) and canonical(document).encode("utf-8") == line else None
    except (ValueError, RecursionError):
        return None


def _digest_in(document: Mapping[str, Any]) -> str | None:
    digest = document["digest"]
    return digest if isinstance(digest, str) and SHA256.fullmatch(digest) else None


_ERASURE_KEY = re.compile("erasure/([1-9][0-9]{0,8})")


class Tombstone(NamedTuple):
    """What stands in the place of an erased record: its digest, and the number of the `erasure` entry."""

    digest: str
    erasure: int


def tombstone_line(tombstone: Tombstone) -> str:
    """The line of a tombstone, without its line end."""
    return canonical({"digest": tombstone.digest, "erased": True, "erasure": tombstone.erasure})


def read_tombstone(line: bytes) -> Tombstone | None:
    """The tombstone of a line; None for every other line, also for one that says more than a tombstone."""
    document = _json_object(line) if line.startswith(_BEGIN) else None
    if document is None or document.keys() != {"digest", "erased", "erasure"} or document["erased"] is not True:
        return None
    digest, number = _digest_in(document), document["erasure"]
    return Tombstone(digest, number) if digest is not None and type(number) is int and number >= 1 else None


class Erasures:
    """The `erasure` entries that were read, and the tombstones that must be named by them."""

    def __init__(self) -> None:
        self.count = 0
        """The number of tombstones."""
        self.replies: set[str] = set()
        """Digests of the replies that were erased too, as sealed `erasure` entries name them."""
        self._ranges: dict[int, list[tuple[int, int]]] = {}
        self._named: list[tuple[int, int]] = []

    def add_entry(self, entry: Mapping[str, Any]) -> None:
        """Take a sealed `erasure` entry.

        Its payload has `numbers`, the ranges of the numbers of what was erased, and `replies`, the digests of the
        replies that went with it: other records may have come from them.
        """
        match = _ERASURE_KEY.fullmatch(str(entry["key"]))
        if match:
            self._ranges.setdefault(int(match.group(1)), []).extend(_number_ranges(entry["payload"].get("numbers")))
            replies = entry["payload"].get("replies")
            self.replies.update(filter(None, map(str, replies if isinstance(replies, list) else ())))

    def add_tombstone(self, seq: int, tombstone: Tombstone) -> None:
        """Take the tombstone of a record."""
        self.count += 1
        self._named.append((seq, tombstone.erasure))

    def note_unfinished(self, verification: Verification) -> None:
        """Note erasures whose records are still there: the program ended in the midst of them."""
        done = Counter(erasure for _seq, erasure in self._named)
        for number, ranges in self._ranges.items():
            left = sum(last - first + 1 for first, last in ranges) - done[number]
            verification.add_counted(
                left,
                "Erasure {number} was begun and is not finished: {count} record that it names is still there. "
                "The next save, or archive seal, goes on with it.",
                "Erasure {number} was begun and is not finished: {count} records that it names are still there. "
                "The next save, or archive seal, goes on with it.",
                number=number,
            )

    def close(self, verification: Verification) -> None:
        """Report erased records that no sealed `erasure` entry names, and note how many were erased."""
        for seq, erasure in self._named:
            if not any(first <= seq <= last for first, last in self._ranges.get(erasure, ())):
                sentence = _("The record is said to be erased, but no sealed record erasure/{number} names it.")
                verification.add_finding("entry-erased", f"entry/{seq}", sentence.format(number=erasure))
        verification.add_counted(
            self.count,
            "{count} record was erased by the owner. Its hash is in the seals; what it said, and the columns "
            "beside it, cannot be checked.",
            "{count} records were erased by the owner. Their hashes are in the seals; what they said, and "
            "the columns beside them, cannot be checked.",
        )


def _number_ranges(numbers: object) -> Iterable[tuple[int, int]]:
    """The well-formed ranges among the `numbers` of a payload: `[[first, last], …]`."""
    for pair in numbers if isinstance(numbers, list) else ():
        if isinstance(pair, list) and len(pair) == 2 and all(type(one) is int for one in pair):
            yield pair[0], pair[1]
