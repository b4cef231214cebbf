"""Checks of records beside the whole verification: a part of the archive each day, and records against their replies.

Each day another part has its turn, so that everything has it within a month: entries are checked against their digests,
attachments against their names. The chain of seals, and what only all entries together can show, is left to the whole.
A record that was written beside an honest reply is found by that reply; one with a reply of its own is not.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from gettext import gettext as _
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.evidence.chain import digest_file
from archiver.evidence.masked_and_erased import read_tombstone
from archiver.evidence.verify.entries import entry_object
from archiver.evidence.verify.findings import Verification
from archiver.store import blobs, seals
from archiver.store.archive import Archive, Reading
from archiver.store.engine import DATABASE
from archiver.store.keeper import KeptByTeam, keeper_of
from archiver.store.queries import raw_tables

PARTS = 30
"""Number of parts that the archive is divided into, one for each day."""


def part_of(day: date) -> int:
    """Which part has its turn on a day."""
    return day.toordinal() % PARTS


def verify_sample(archive: Archive, part: int, *, step: Callable[[], None] = lambda: None) -> Verification:
    """Check one of the `PARTS` parts; `step` is called again and again, and may raise to end the check.

    That every attachment is there is checked each time, but of a copy whose files lie in a team's store. Raises
    NoArchive, NewerArchive, ArchiveBusy; a database that cannot be read is a finding.
    """
    verification = Verification()
    try:
        with archive.reading() as reading:
            _check_entries(verification, reading, part, step)
            _check_seals(verification, reading, part)
            saved = sorted(set(raw_tables.saved_digests(reading)))
    except errors.ArchiveDamaged as error:
        verification.add_finding("database", DATABASE, str(error))
        saved = []
    is_copy = keeper_of(archive.home).kept is KeptByTeam.ALL
    for sha256 in saved:
        if is_copy and not blobs.is_held(archive.home, sha256):
            continue  # it lies in the team's store, which is verified by itself
        step()
        _check_file(verification, archive.home, sha256, part)
    verification.close()
    return verification


def _check_entries(verification: Verification, reading: Reading, part: int, step: Callable[[], None]) -> None:
    for seq, *_columns, line, digest in raw_tables.entries(reading):
        if seq % PARTS == part:
            step()
            verification.checked["entries"] += 1
            tombstone = read_tombstone(line)  # the owner erased the record: its digest is left
            actual = hashlib.sha256(line).hexdigest() if tombstone is None else tombstone.digest
            if actual.encode() != digest:
                verification.add_finding(
                    "entry-digest", f"entry/{seq}", _("The record's SHA-256 differs from the one kept with it.")
                )


def _check_seals(verification: Verification, reading: Reading, part: int) -> None:
    for number, _first, _last, sha256, *_times in raw_tables.seals(reading):
        if number % PARTS != part:
            continue
        verification.checked["seals"] += 1
        paths = sorted((reading.home / seals.FOLDER).glob(f"{number:06}-*.json"))
        if [sha256] != [digest_file(path) for path in paths]:
            verification.add_finding(
                "seal-digest", f"seal/{number}", _("The file of the seal is not as it was when it was made.")
            )


def _check_file(verification: Verification, home: Path, sha256: str, part: int) -> None:
    subject = f"files/{sha256}"
    if not blobs.is_held(home, sha256):
        verification.add_finding("file-missing", subject, _("The file was saved, but it is not there."))
    elif int(sha256[:4], 16) % PARTS == part:
        verification.checked["files"] += 1
        try:
            is_same = digest_file(blobs.blob_path(home, sha256)) == sha256
        except OSError:
            is_same = False
        if not is_same:
            verification.add_finding(
                "file-changed", subject, _("The file's SHA-256 is not the one it was saved under.")
            )


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
    """Find the entries of an archive that do not say what the reply shows that they name. Raises ArchiveDamaged."""
    lines = (line for _seq, line in raw_tables.lines_of_kinds(reading, tuple(_ID_FIELDS)))
    compare_objects(verification, lines, lambda digest: _unpacked(raw_tables.reply_body(reading, digest)))


def compare_objects(verification: Verification, lines: Iterable[bytes], body_of: Callable[[str], bytes | None]) -> None:
    """The same for the lines of entries; `body_of`: a reply by the digest that they name, None if it is not held."""
    at_hand: OrderedDict[str, Objects | None] = OrderedDict()
    unchecked = 0
    for line in lines:
        entry = entry_object(line, exactly=False)
        if entry is None or entry["kind"] not in _ID_FIELDS or not entry["reply"]:
            continue
        if entry["payload"].get("state") not in _SHOWN:
            continue
        digest = str(entry["reply"])
        if digest not in at_hand:
            at_hand[digest] = _objects_of(body_of(digest))
            if len(at_hand) > _KEPT_AT_HAND:
                at_hand.popitem(last=False)
        shown = at_hand[digest]
        if shown is None:
            unchecked += 1
            continue
        place = _ID_FIELDS[entry["kind"]], str(entry["key"]).rpartition("/")[2]
        if entry["payload"].get("object") not in shown.get(place, ()):
            text = _("The record does not say what the reply shows that it names.")
            verification.add_finding("reply-object", f"entry/{entry['seq']}", text)
    verification.add_counted(
        unchecked,
        "{count} record could not be compared with the reply that it names, which is not kept or cannot be read.",
        "{count} records could not be compared with the replies that they name, which are not kept or cannot be read.",
        unchecked="reply",
    )


def _unpacked(body: bytes | None) -> bytes | None:
    try:
        return zlib.decompressobj().decompress(body or b"", _MOST_BYTES)
    except zlib.error:
        return None


def _objects_of(body: bytes | None) -> Objects | None:
    """The objects in the body of a reply, by the numbers in them; None if there is no body to be read."""
    found: Objects = defaultdict(list)
    try:
        value = json.loads((body or b"").decode("utf-8"))
        for one in _nested(value):
            for field in {*_ID_FIELDS.values()} & one.keys():
                found[field, str(one[field])].append(one)
    except (ValueError, RecursionError):
        return None
    return found


def _nested(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a value, itself included."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _nested(one)
