"""Holds what entries say that they saw against the kept replies that they name, each of which is parsed once.

That finds an entry that was written beside an honest reply. One that was written with a reply of its own is not found
by it. Only what a reply shows is compared: of what is gone an entry repeats what was shown before.
"""

from __future__ import annotations

import json
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping
from gettext import gettext as _
from gettext import ngettext
from typing import Any

from archiver.evidence.verify.entries import entry_object
from archiver.evidence.verify.findings import Verification
from archiver.store.queries import raw_tables
from archiver.store.transactions import Reading

_ID_FIELDS = {
    "message": "message_id",
    "account": "account_id",
    "member": "account_id",
    "room": "room_id",
    "task": "task_id",
    "file": "file_id",
}
"""The kinds of entries that hold an object of a reply, and the field of that object with the number in their key."""

_SHOWN = (None, "present", "edited", "deleted")
_MOST_BYTES = 1 << 26
"""No reply is longer; a few bytes can expand to very many."""
_KEPT_AT_HAND = 16
"""Replies whose objects are kept at hand: the entries of one follow one another, beside those of the same round."""

Objects = dict[tuple[str, str], list[Any]]


def check_objects(verification: Verification, reading: Reading) -> None:
    """Find the entries that do not say what the reply shows that they name. Raises ArchiveDamaged."""
    at_hand: OrderedDict[str, Objects | None] = OrderedDict()
    unchecked = 0
    for seq, line in raw_tables.lines_of_kinds(reading, tuple(_ID_FIELDS)):
        entry = entry_object(line, exactly=False)
        if entry is None or entry["payload"].get("state") not in _SHOWN or not entry["reply"]:
            continue
        digest = str(entry["reply"])
        if digest not in at_hand:
            at_hand[digest] = _objects_of(raw_tables.reply_body(reading, digest))
            if len(at_hand) > _KEPT_AT_HAND:
                at_hand.popitem(last=False)
        shown = at_hand[digest]
        if shown is None:
            unchecked += 1
        elif entry["payload"].get("object") not in shown.get(_place(entry), ()):
            text = _("The record does not say what the reply shows that it names.")
            verification.add_finding("reply-object", f"entry/{seq}", text)
    if unchecked:
        sentence = ngettext(
            "{n} record could not be compared with the reply that it names, which is not kept or cannot be read.",
            "{n} records could not be compared with the replies that they name, which are not kept or cannot be read.",
            unchecked,
        )
        verification.add_unchecked("reply", sentence.format(n=unchecked))


def _place(entry: Mapping[str, Any]) -> tuple[str, str]:
    return _ID_FIELDS.get(entry["kind"], ""), str(entry["key"]).rpartition("/")[2]


def _objects_of(body: bytes | None) -> Objects | None:
    """The objects in the body of a reply, by the numbers in them; None if there is no body to be read."""
    found: Objects = defaultdict(list)
    try:
        value = json.loads(zlib.decompressobj().decompress(body or b"", _MOST_BYTES).decode("utf-8"))
        for one in _nested(value):
            for field in {*_ID_FIELDS.values()} & one.keys():
                found[field, str(one[field])].append(one)
    except (ValueError, RecursionError, zlib.error):
        return None
    return found


def _nested(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a value, itself included."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nested(one)
