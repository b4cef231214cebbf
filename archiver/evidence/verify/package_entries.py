"""Checks of a package's `entries.jsonl`: form, order, and that every line is one that was sealed.

The offsets of each message's lines are kept as numbers, so that a package of a million messages can be read in the
order of its tables. For a masked line the record that the package shows of it is used. Standard library and Python
3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import hashlib
import os
import re
from array import array
from gettext import gettext as _
from gettext import ngettext
from itertools import groupby
from typing import Any, BinaryIO, Callable, Iterator, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.history import READINGS, EntryObject, MessageHistory, Sightings
from archiver.evidence.masked_and_erased import (
    MASKED_FILE,
    Erasures,
    Tombstone,
    masked_digest,
    read_tombstone,
    shown_record,
)
from archiver.evidence.tables.build import message
from archiver.evidence.verify.entries import SavedBytes, entry_object
from archiver.evidence.verify.findings import Verification, first_names, span_subject
from archiver.evidence.verify.seals import SealedDigests, SealedRange
from archiver.evidence.verify.times import TimeOrder

HOPELESS_LINES = 20_000
"""So many lines that are no records, or in no order, and the rest is not read: a small zip can hold billions."""
_SHORTEST = 64
"""Bytes that each line has: at least a digest."""
LINE_LIMIT = 32 << 20
"""The longest line in bytes; a message has at most 65,535 characters."""

_MESSAGE = re.compile("message/([1-9][0-9]{0,19})")
_ROOM_COUNT = 1 << 64
_INDEX_COUNT = 1 << 40


class PackageLines:
    """The lines of `entries.jsonl`: `check` reads them once from the beginning, then `groups` gives the messages."""

    def __init__(self, verification: Verification, file: BinaryIO, masked_file: BinaryIO | None = None) -> None:
        """Take the file and, if there is one, `masked.jsonl`; both must be seekable."""
        self.verification = verification
        self.other: list[EntryObject] = []
        """Entries that are neither messages nor readings, in order."""
        self.readings: dict[int, Sightings] = {}
        """The readings of each room."""
        self.saved: list[SavedBytes] = []
        self.replies: set[str] = set()
        """Digests of the replies from which entries came."""
        self.is_readable = True
        """Whether every line could be read, so that tables can be built from them."""
        self._file = file
        self._masked_file = masked_file
        self._masked_offset = 0
        self._offsets = array("q")
        self._message_keys: list[int] = []
        self._masked_digests: dict[str, int] = {}
        self._erasures = Erasures()
        self._tombstones: dict[str, tuple[int, Tombstone]] = {}
        self._masked_count = 0
        self._unshown_count = 0
        self._masked_files = 0
        self._masked_messages: set[int] = set()
        self._masked_reading_times: set[tuple[int, str]] = set()
        self.intervals_on_masked = 0
        """How many texts were last seen by a reading that is masked; known after the tables were made."""
        self._unsealed_seqs: list[int] = []
        self.times = TimeOrder(verification)
        self._unsealed_after: int | None = None
        self.ranges: list[tuple[int, int, int]] = []
        """Number, first and last entry of each seal that was read."""
        self.unsealed = 0
        """How many lines are of records that the package says no seal closes."""

    def check(
        self,
        ranges: Iterator[SealedRange],
        progress: Callable[[int], None] | None = None,
        *,
        unsealed_after: int | None = None,
    ) -> None:
        """Check every line against the ranges that the seals close.

        `unsealed_after`: the number after which the package says that nothing is sealed; None: it says nothing.
        """
        self._unsealed_after = unsealed_after
        self._collect_masked()
        sealed = SealedDigests(self._without_sealed(ranges))
        last = number = 0
        for number, (offset, line) in enumerate(self._lines(), 1):
            if progress is not None and number % 1_000 == 0:
                progress(offset)
            if self._is_hopeless():
                break
            entry = entry_object(line)
            digest = masked_digest(line) if entry is None else None
            if digest is not None:
                entry, offset = self._shown_in_place(digest)
                if entry is None:
                    continue
            elif entry is None and read_tombstone(line) is not None:
                self.verification.checked["entries"] += 1
                continue
            elif entry is None:
                self._find_unreadable(number)
                continue
            else:
                self.verification.checked["entries"] += 1
            seq = entry["seq"]
            if type(seq) is not int or seq <= last:
                self._add_finding("entry-order", f"entry/{seq}", _("The record is out of numerical order."))
                self.is_readable = False
                continue
            last = seq
            if digest is not None and self._is_said_unsealed(seq):
                self._masked_digests.pop(digest, None)
            self._compare(seq, entry, digest or hashlib.sha256(line).hexdigest(), sealed)
            self._keep(entry, offset)
        sealed.close()
        if number:
            self._file.seek(-1, os.SEEK_END)
            if self._file.read(1) != b"\n":
                self._find_unreadable(number)
        self._find_unsealed(sealed.last)
        for digest, number in self._masked_digests.items():
            sentence = _("The hash {digest} of a hidden record is in no seal.").format(digest=digest)
            self._add_finding("entry-sealed", f"entries.jsonl:{number}", sentence)
        for digest, (number, _tombstone) in self._tombstones.items():
            sentence = _("The hash {digest} of an erased record is in no seal.").format(digest=digest)
            self._add_finding("entry-sealed", f"entries.jsonl:{number}", sentence)
        self._erasures.close(self.verification)
        self._check_masked()
        self._message_keys.sort()

    @property
    def messages(self) -> int:
        """How many messages there are; known after `check`, which sorts them."""
        return sum(1 for _message in groupby(self._message_keys, lambda place: place // _INDEX_COUNT))

    def groups(self) -> Iterator[Sequence[EntryObject]]:
        """The entries of each message, oldest first, messages by numeric id over all rooms."""
        group: list[EntryObject] = []
        last = -1
        for key in self._message_keys:
            if key // _INDEX_COUNT != last and group:
                yield group
                group = []
            last = key // _INDEX_COUNT
            entry = self._read_entry(self._offsets[key % _INDEX_COUNT])
            if entry is not None:
                group.append(entry)
        if group:
            yield group

    def history(self, entries: Sequence[EntryObject]) -> MessageHistory:
        """The history of a group's message, counting the texts whose interval ends with a masked reading."""
        history = message(entries, self.readings)
        for span in history.versions if self._masked_reading_times else ():
            is_masked = (history.room_id, span.last_seen) in self._masked_reading_times
            self.intervals_on_masked += is_masked and span.last_seen != span.first_seen
        return history

    def _read_entry(self, offset: int) -> EntryObject | None:
        """The entry at an offset; an offset below zero is the complement of one in `masked.jsonl`."""
        if offset >= 0:
            self._file.seek(offset)
            return entry_object(self._file.readline(LINE_LIMIT).rstrip(b"\n"), exactly=False)
        assert self._masked_file is not None
        self._masked_file.seek(~offset)
        record = shown_record(self._masked_file.readline(LINE_LIMIT).rstrip(b"\n"))
        return None if record is None else record[1]

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """The offset of each line, and the line without its end; not those after too many that are no records."""
        self._file.seek(0)
        offset = short = 0
        while short < HOPELESS_LINES:
            line = self._file.readline(LINE_LIMIT)
            if not line:
                return
            short += len(line) < _SHORTEST
            yield offset, line[:-1] if line.endswith(b"\n") else line
            offset += len(line)

    def _collect_masked(self) -> None:
        """Collect the digests of masked and erased lines first, as the entries' numbers are not known."""
        for number, (_offset, line) in enumerate(self._lines(), 1):
            tombstone = read_tombstone(line)
            if tombstone is not None:
                self._tombstones[tombstone.digest] = (number, tombstone)
            digest = masked_digest(line)
            if digest is not None:
                self._masked_digests[digest] = number

    def _without_sealed(self, ranges: Iterator[SealedRange]) -> Iterator[SealedRange]:
        for sealed_range in ranges:
            self.ranges.append(sealed_range[:3])
            if self._masked_digests:
                for digest in sealed_range.digests or ():
                    self._masked_digests.pop(digest, None)
            if self._tombstones:
                for seq, digest in enumerate(sealed_range.digests or (), sealed_range.first):
                    if digest in self._tombstones:
                        self._erasures.add_tombstone(seq, self._tombstones.pop(digest)[1])
            yield sealed_range

    def _is_hopeless(self) -> bool:
        """Whether too many lines are no records, or in no order."""
        counts = self.verification.counts
        return max(counts.get(one, 0) for one in ("entry-form", "entry-order")) >= HOPELESS_LINES

    def _find_unreadable(self, number: int) -> None:
        self.is_readable = False
        sentence = _("The line does not have the form that all records have.")
        self._add_finding("entry-form", f"entries.jsonl:{number}", sentence)

    def _shown_in_place(self, digest: str) -> tuple[dict[str, Any] | None, int]:
        """The entry shown in place of the next masked line, and its offset for `_read_entry`; None if there is none."""
        self.verification.checked["entries"] += 1
        self._masked_count += 1
        offset, line = self._masked_offset, b""
        if self._masked_file is not None:
            self._masked_file.seek(offset)
            line = self._masked_file.readline(LINE_LIMIT)
            self._masked_offset += len(line)
        record = shown_record(line.rstrip(b"\n"))
        if record is None or record[0] != digest:
            self._unshown_count += 1
            self.is_readable = False
            return None, 0
        entry = record[1]
        name = _MESSAGE.fullmatch(str(entry["key"]))
        if entry["kind"] == "message" and name is not None:
            self._masked_messages.add(int(name.group(1)))
        self._masked_files += entry["kind"] in ("blob", "attachment")
        if entry["kind"] in READINGS:
            at = entry["payload"].get("last", entry["observed_at"])
            self._masked_reading_times.add((entry["room_id"], at))
        return entry, ~offset

    def _check_masked(self) -> None:
        """Check that each masked record is shown in `masked.jsonl`, and note how many are masked."""
        if self._masked_file is not None:
            self._masked_file.seek(self._masked_offset)
            if self._masked_file.read(1):
                sentence = _("{name} shows more records than are hidden.").format(name=MASKED_FILE)
                self._add_finding("masked", f"data/{MASKED_FILE}", sentence)
        if self._unshown_count:
            sentence = ngettext(
                "{name} does not show what stands in place of {count} hidden record.",
                "{name} does not show what stands in place of {count} hidden records.",
                self._unshown_count,
            )
            self._add_finding(
                "masked", f"data/{MASKED_FILE}", sentence.format(name=MASKED_FILE, count=self._unshown_count)
            )
        if self._masked_count:
            self._note_masked()

    def _note_masked(self) -> None:
        self.verification.add_counted(
            self._masked_count,
            "{count} record is hidden. Its hash is in the seals. Whether it says what is shown in its place, "
            "apart from the hidden parts, can be checked only once the record itself is shown.",
            "{count} records are hidden. Their hashes are in the seals. Whether they say what is shown in "
            "their place, apart from the hidden parts, can be checked only once the records themselves are "
            "shown.",
            unchecked="masked",
        )
        self.verification.add_counted(
            self._masked_files,
            "Whether {count} file is the one that was saved: its SHA-256 stands in a hidden record.",
            "Whether {count} files are those that were saved: their SHA-256 stand in hidden records.",
            unchecked="masked",
        )
        self.verification.add_counted(
            len(self._masked_messages),
            "Rows of {count} message are based on what is shown in place of hidden records: {ids}",
            "Rows of {count} messages are based on what is shown in place of hidden records: {ids}",
            unchecked="masked",
            ids=first_names(f"m{message_id}" for message_id in sorted(self._masked_messages)),
        )

    def _compare(self, seq: int, entry: EntryObject, digest: str, sealed: SealedDigests) -> None:
        expected = sealed.digest_of(seq)
        self.times.add(entry, sealed.seal_of(seq))
        if expected is None:
            self._unsealed_seqs.append(seq)
        elif digest != expected:
            key = str(entry["key"])[:80]
            sentence = _("The record ({key}) is not the one that was sealed under this number.").format(key=key)
            self._add_finding("entry-sealed", f"entry/{seq}", sentence)

    def _is_said_unsealed(self, seq: int) -> bool:
        return self._unsealed_after is not None and seq > self._unsealed_after

    def _note_unsealed(self, last: int) -> None:
        """Note the lines behind the last seal, if the package says that nothing is sealed after just that one."""
        if self._unsealed_after != last:
            return
        self.unsealed = sum(map(self._is_said_unsealed, self._unsealed_seqs))
        self._unsealed_seqs = [seq for seq in self._unsealed_seqs if seq <= last]
        if not self.unsealed:
            return
        self.verification.add_counted(
            self.unsealed,
            "{count} record behind the last seal is not sealed: bag-info.txt says that the archive could not "
            "be written when the package was made. Anybody could have added or changed it; only a time stamp "
            "over the package itself covers it.",
            "{count} records behind the last seal are not sealed: bag-info.txt says that the archive could "
            "not be written when the package was made. Anybody could have added or changed them; only a time "
            "stamp over the package itself covers them.",
            unchecked="unsealed",
        )

    def _find_unsealed(self, last: int) -> None:
        """Add one finding for all entries in seals that cannot be read, and one for all after the last seal."""
        self._note_unsealed(last)
        for part in (
            [seq for seq in self._unsealed_seqs if seq <= last],
            [seq for seq in self._unsealed_seqs if seq > last],
        ):
            if part:
                sentence = ngettext(
                    "No seal in the package shows this record as it was.",
                    "No seal in the package shows these {count} records as they were.",
                    len(part),
                )
                self._add_finding(
                    "entry-unsealed", span_subject("entry", part[0], part[-1]), sentence.format(count=len(part))
                )

    def _keep(self, entry: dict[str, Any], offset: int) -> None:
        """Keep what the tables, replies and files are compared with later."""
        kind, room, payload = entry["kind"], entry["room_id"], entry["payload"]
        if type(entry["reply"]) is str:
            self.replies.add(entry["reply"])
        if kind == "message":
            match = _MESSAGE.fullmatch(str(entry["key"]))
            if match is None or type(room) is not int or not 0 <= room < _ROOM_COUNT:
                self._find_formless(entry)
                return
            place = int(match.group(1)) * _ROOM_COUNT + room
            self._message_keys.append(place * _INDEX_COUNT + len(self._offsets))
            self._offsets.append(offset)
        elif kind in READINGS:
            try:
                self.readings.setdefault(room, Sightings()).add(entry)
            except (LookupError, TypeError, ValueError, AttributeError):
                self._find_formless(entry)
        else:
            self.other.append(entry)
            if kind == "erasure" and entry["seq"] not in self._unsealed_seqs[-1:]:
                self._erasures.add_entry(entry)
            if kind == "blob" and payload.get("state") == "saved":
                size = payload.get("size")
                saved = SavedBytes(str(payload.get("sha256")), size if type(size) is int else None, entry["seq"])
                self.saved.append(saved)

    def _find_formless(self, entry: EntryObject) -> None:
        """A record of which no table can be made: nothing else is compared then, so it is never passed over."""
        self.is_readable = False
        sentence = _("The record ({key}) does not have the form that all records have.")
        self._add_finding("entry-form", f"entry/{entry['seq']}", sentence.format(key=str(entry["key"])[:80]))

    def _add_finding(self, check: str, subject: str, text: str) -> None:
        self.verification.add_finding(check, subject, text)
