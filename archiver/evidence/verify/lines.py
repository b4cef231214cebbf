"""Checks of a package's `entries.jsonl`: form, order, and that every line is one that was sealed.

Where each message's lines lie is kept as numbers, so that a package of a million messages can be gone through
in the order of its tables. In place of a masked line counts what the package shows of it. Standard library and
Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from gettext import gettext as _
from gettext import ngettext
from itertools import groupby
from typing import Any, BinaryIO, Callable, Iterator, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import EntryObject, Sightings
from archiver.evidence.masked_records import SHOWN, masked_digest, shown_record
from archiver.evidence.verify.entries import SavedBytes, entry_object
from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.seals import Sealed, SealedRange

LINE_LIMIT = 32 << 20
"""Bytes of one line; a message has at most 65,535 signs."""

LISTED = 20
"""Messages whose rows rest on masked records that are named; of the others only the number is told."""

_MESSAGE = re.compile("message/([1-9][0-9]{0,19})")
_MASKED = b'{"digest":"'
_ROOMS = 1 << 64
_INDEXES = 1 << 40


class PackageLines:
    """The lines of `entries.jsonl`, looked at once from the beginning; afterwards its messages can be asked for."""

    def __init__(self, told: Verification, file: BinaryIO, shown: BinaryIO | None = None) -> None:
        """Take the file and, if it is there, `masked.jsonl`; both must be able to seek."""
        self.told = told
        self.other: list[EntryObject] = []
        """Entries that are neither messages nor readings, in order."""
        self.readings: dict[int, Sightings] = {}
        """The readings of each room."""
        self.saved: list[SavedBytes] = []
        self.replies: set[str] = set()
        """Digests of the replies from which entries came."""
        self.whole = True
        """Whether every line could be read, so that tables can be made of them."""
        self._file = file
        self._shown = shown
        self._shown_at = 0
        self._offsets = array("q")
        self._places: list[int] = []
        self._masked: dict[str, int] = {}
        self._masked_lines = 0
        self._unshown = 0
        self._resting: set[int] = set()
        self._unsealed: list[int] = []

    def look(self, stretches: Iterator[SealedRange], progress: Callable[[int], None] | None = None) -> None:
        """Check every line against the stretches that the seals close."""
        self._find_masked()
        sealed = Sealed(self._watched(stretches))
        last = 0
        for number, (offset, line) in enumerate(self._lines(), 1):
            told = entry_object(line)
            digest = _masked_in(line) if told is None else None
            if digest is not None:
                told, offset = self._shown_instead(digest)
                if told is None:
                    continue
            elif told is None:
                self._tell_unreadable(number)
                continue
            else:
                self.told.checked["entries"] += 1
            seq = told["seq"]
            if type(seq) is not int or seq <= last:
                self._find("entry-order", f"entry/{seq}", _("The record does not stand in order of the numbers."))
                self.whole = False
                continue
            last = seq
            self._compare(seq, told, digest or hashlib.sha256(line).hexdigest(), sealed)
            self._keep(told, offset)
            if progress is not None and number % 1_000 == 0:
                progress(offset)
        sealed.close()
        self._tell_unsealed(sealed.last)
        for digest, number in self._masked.items():
            said = _("The digest {digest} of a masked record stands in no seal.").format(digest=digest)
            self._find("entry-sealed", f"entries.jsonl:{number}", said)
        self._tell_masked()
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
            found = self._read(self._offsets[place % _INDEXES])
            if found is not None:
                held.append(found)
        if held:
            yield held

    def _read(self, offset: int) -> EntryObject | None:
        """An entry again; below zero lie those of `masked.jsonl`."""
        if offset >= 0:
            self._file.seek(offset)
            return entry_object(self._file.readline(LINE_LIMIT).rstrip(b"\n"), exactly=False)
        assert self._shown is not None
        self._shown.seek(~offset)
        found = shown_record(self._shown.readline(LINE_LIMIT).rstrip(b"\n"))
        return None if found is None else found.entry

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
            digest = _masked_in(line)
            if digest is not None:
                self._masked[digest] = number

    def _watched(self, stretches: Iterator[SealedRange]) -> Iterator[SealedRange]:
        for stretch in stretches:
            if self._masked:
                for digest in stretch.digests or ():
                    self._masked.pop(digest, None)
            yield stretch

    def _tell_unreadable(self, number: int) -> None:
        self.whole = False
        said = _("The line does not have the form that all records have.")
        self._find("entry-form", f"entries.jsonl:{number}", said)

    def _shown_instead(self, digest: str) -> tuple[dict[str, Any] | None, int]:
        """What the package shows in place of the next masked line, and where it is read from."""
        self.told.checked["entries"] += 1
        self._masked_lines += 1
        offset, line = self._shown_at, b""
        if self._shown is not None:
            self._shown.seek(offset)
            line = self._shown.readline(LINE_LIMIT)
            self._shown_at += len(line)
        found = shown_record(line.rstrip(b"\n"))
        if found is None or found.digest != digest:
            self._unshown += 1
            self.whole = False
            return None, 0
        name = _MESSAGE.fullmatch(str(found.entry["key"]))
        if found.entry["kind"] == "message" and name is not None:
            self._resting.add(int(name.group(1)))
        return dict(found.entry), ~offset

    def _tell_masked(self) -> None:
        """Say how many records are masked and what that leaves open; what is shown in their place must be there."""
        if self._shown is not None:
            self._shown.seek(self._shown_at)
            if self._shown.read(1):
                said = _("{name} shows more records than are masked.").format(name=SHOWN)
                self._find("masked", f"data/{SHOWN}", said)
        if self._unshown:
            said = ngettext(
                "{name} does not show what stands in place of {count} masked record.",
                "{name} does not show what stands in place of {count} masked records.",
                self._unshown,
            )
            self._find("masked", f"data/{SHOWN}", said.format(name=SHOWN, count=self._unshown))
        if self._masked_lines:
            self._note_masked()

    def _note_masked(self) -> None:
        said = ngettext(
            "{count} record is masked. Its digest stands in the seals; that it says what is shown in its place, the "
            "covered parts aside, can only be checked once the record itself is shown.",
            "{count} records are masked. Their digests stand in the seals; that they say what is shown in their place, "
            "the covered parts aside, can only be checked once the records themselves are shown.",
            self._masked_lines,
        )
        self.told.note(said.format(count=self._masked_lines))
        if self._resting:
            said = ngettext(
                "Rows of {count} message rest on what is shown in place of masked records: {ids}",
                "Rows of {count} messages rest on what is shown in place of masked records: {ids}",
                len(self._resting),
            )
            ids = sorted(self._resting)
            named = ", ".join(f"m{one}" for one in ids[:LISTED]) + (" …" if len(ids) > LISTED else "")
            self.told.note(said.format(count=len(ids), ids=named))

    def _compare(self, seq: int, told: EntryObject, digest: str, sealed: Sealed) -> None:
        expected = sealed.digest_of(seq)
        if expected is None:
            self._unsealed.append(seq)
        elif digest != expected:
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
                saved = SavedBytes(str(payload.get("sha256")), size if type(size) is int else None, told["seq"])
                self.saved.append(saved)

    def _find(self, check: str, subject: str, text: str) -> None:
        self.told.find(check, subject, text)


def _masked_in(line: bytes) -> str | None:
    """The digest in place of which a line was masked."""
    return masked_digest(line) if line.startswith(_MASKED) else None
