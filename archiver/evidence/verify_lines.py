"""Checks of a package's `entries.jsonl`: form, order, and that every line is one that was sealed.

Where each message's lines lie is kept as numbers, so that a package of a million messages can be gone through
in the order of its tables. Standard library and Python 3.8 syntax, because this module is also handed out
inside packages.
"""

from __future__ import annotations

import hashlib
import json
import re
from array import array
from gettext import gettext as _
from gettext import ngettext
from itertools import groupby
from typing import Any, BinaryIO, Callable, Iterator, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.finding import Verification
from archiver.evidence.history import EntryObject, Sightings
from archiver.evidence.verify_entries import Saved, entry_object
from archiver.evidence.verify_seals import Sealed, Stretch

LINE_LIMIT = 32 << 20
"""Bytes of one line; a message has at most 65,535 signs."""

_MESSAGE = re.compile("message/([1-9][0-9]{0,19})")
_MASKED = b'{"digest":"'
_DIGEST = re.compile("[0-9a-f]{64}")
_ROOMS = 1 << 64
_INDEXES = 1 << 40


class PackageLines:
    """The lines of `entries.jsonl`, looked at once from the beginning; afterwards its messages can be asked for."""

    def __init__(self, told: Verification, file: BinaryIO) -> None:
        """Take the file, which must be able to seek."""
        self.told = told
        self.other: list[EntryObject] = []
        """Entries that are neither messages nor readings, in order."""
        self.readings: dict[int, Sightings] = {}
        """The readings of each room."""
        self.saved: list[Saved] = []
        self.replies: set[str] = set()
        """Digests of the replies from which entries came."""
        self.whole = True
        """Whether every line could be read, so that tables can be made of them."""
        self._file = file
        self._offsets = array("Q")
        self._places: list[int] = []
        self._masked: dict[str, int] = {}
        self._unsealed: list[int] = []

    def look(self, stretches: Iterator[Stretch], progress: Callable[[int], None] | None = None) -> None:
        """Check every line against the stretches that the seals close."""
        self._find_masked()
        sealed = Sealed(self._watched(stretches))
        last = 0
        for number, (offset, line) in enumerate(self._lines(), 1):
            told = entry_object(line)
            if told is None:
                self._tell_unreadable(number, line)
                continue
            self.told.checked["entries"] += 1
            seq = told["seq"]
            if type(seq) is not int or seq <= last:
                self._find("entry-order", f"entry/{seq}", _("The record does not stand in order of the numbers."))
                self.whole = False
                continue
            last = seq
            self._compare(seq, told, line, sealed)
            self._keep(told, offset)
            if progress is not None and number % 1_000 == 0:
                progress(offset)
        sealed.close()
        self._tell_unsealed(sealed.last)
        for digest, number in self._masked.items():
            said = _("The digest {digest} of a masked record stands in no seal.").format(digest=digest)
            self._find("entry-sealed", f"entries.jsonl:{number}", said)
        self._places.sort()

    @property
    def messages(self) -> int:
        """How many messages there are; known after `look`, which sorts them."""
        return sum(1 for _message in groupby(self._places, lambda place: place // _INDEXES))

    def groups(self) -> Iterator[Sequence[EntryObject]]:
        """The entries of each message, oldest first, messages by numeric id over all rooms."""
        held: list[EntryObject] = []
        before = -1
        for place in self._places:
            if place // _INDEXES != before and held:
                yield held
                held = []
            before = place // _INDEXES
            self._file.seek(self._offsets[place % _INDEXES])
            found = entry_object(self._file.readline(LINE_LIMIT).rstrip(b"\n"), exactly=False)
            if found is not None:
                held.append(found)
        if held:
            yield held

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Each line without its end, and where it begins."""
        self._file.seek(0)
        offset = 0
        while True:
            line = self._file.readline(LINE_LIMIT)
            if not line:
                return
            yield offset, line[:-1] if line.endswith(b"\n") else line
            offset += len(line)

    def _find_masked(self) -> None:
        """Learn the digests of masked lines first, as their numbers are not known."""
        for number, (_offset, line) in enumerate(self._lines(), 1):
            if line.startswith(_MASKED):
                digest = _masked(line)
                if digest is not None:
                    self._masked[digest] = number

    def _watched(self, stretches: Iterator[Stretch]) -> Iterator[Stretch]:
        for stretch in stretches:
            if self._masked:
                for digest in stretch.digests or ():
                    self._masked.pop(digest, None)
            yield stretch

    def _tell_unreadable(self, number: int, line: bytes) -> None:
        if line.startswith(_MASKED) and _masked(line) is not None:
            self.told.checked["entries"] += 1
            return
        self.whole = False
        said = _("The line does not have the form that all records have.")
        self._find("entry-form", f"entries.jsonl:{number}", said)

    def _compare(self, seq: int, told: EntryObject, line: bytes, sealed: Sealed) -> None:
        expected = sealed.digest_of(seq)
        if expected is None:
            self._unsealed.append(seq)
        elif hashlib.sha256(line).hexdigest() != expected:
            key = str(told["key"])[:80]
            said = _("The record ({key}) is not the one that was sealed under this number.").format(key=key)
            self._find("entry-sealed", f"entry/{seq}", said)

    def _tell_unsealed(self, last: int) -> None:
        """One finding for all that lie behind the last seal, and one for all in a seal that cannot be read."""
        for part in ([one for one in self._unsealed if one <= last], [one for one in self._unsealed if one > last]):
            if part:
                subject = f"entry/{part[0]}" if len(part) == 1 else f"entry/{part[0]}-{part[-1]}"
                said = ngettext(
                    "No seal in the package shows this record as it was.",
                    "No seal in the package shows these {count} records as they were.",
                    len(part),
                )
                self._find("entry-unsealed", subject, said.format(count=len(part)))

    def _keep(self, told: dict[str, Any], offset: int) -> None:
        """Note what the tables and the copies are compared with later."""
        kind, room, payload = told["kind"], told["room_id"], told["payload"]
        if type(told["reply"]) is str:
            self.replies.add(told["reply"])
        if kind == "message":
            found = _MESSAGE.fullmatch(str(told["key"]))
            if found is None or type(room) is not int or not 0 <= room < _ROOMS:
                self.whole = False
                return
            place = int(found.group(1)) * _ROOMS + room
            self._places.append(place * _INDEXES + len(self._offsets))
            self._offsets.append(offset)
        elif kind in ("window", "reading"):
            try:
                self.readings.setdefault(room, Sightings()).add(told)
            except (LookupError, TypeError, ValueError, AttributeError):
                self.whole = False
        else:
            self.other.append(told)
            if kind == "blob" and payload.get("state") == "saved":
                size = payload.get("size")
                saved = Saved(str(payload.get("sha256")), size if type(size) is int else None, told["seq"])
                self.saved.append(saved)

    def _find(self, check: str, subject: str, text: str) -> None:
        self.told.find(check, subject, text)


def _masked(line: bytes) -> str | None:
    """The digest in place of which a line was masked."""
    try:
        told = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or told.keys() != {"digest", "masked", "reason"} or told["masked"] is not True:
        return None
    digest = told["digest"]
    return digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else None
