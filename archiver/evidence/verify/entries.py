"""Checks of entries: their digests, their columns, the seals over them and the replies they name.

An entry with an error is named once, by the first check that it fails, so that one broken entry is one
finding. Standard library and Python 3.8 syntax, because this module is also handed out inside packages.
"""

from __future__ import annotations

import hashlib
import json
import re
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Any, Callable, Container, Iterator, Mapping, NamedTuple  # noqa: UP035 - 3.8

from archiver.evidence.chain import escape_lone
from archiver.evidence.masked_and_erased import Erasures, Tombstone, read_tombstone
from archiver.evidence.verify.findings import NAMED_SINGLY, Verification, span_subject
from archiver.evidence.verify.rollbacks import Rollback, read_rollback
from archiver.evidence.verify.seals import SealedDigests, SealedRange
from archiver.evidence.verify.stamps import RecordedStamp, read_recorded_stamp
from archiver.evidence.verify.times import TimeOrder

if TYPE_CHECKING:
    EntryRow = tuple[int, bytes, "bytes | None", bytes, "int | None", "int | None", bytes, bytes, bytes]
    """seq, observed_at, clock, kind, account_id, room_id, key, line, digest; texts as their bytes in the database."""

REPLY_KINDS = frozenset(("message", "account", "member", "room", "task", "file"))
"""Kinds of entries that come from a reply, which is kept."""

RULES = 1
"""Raised with each change by which an entry or a reply that passed these checks may fail them, or the other way round;
the forms of payloads (`store.received_facts_and_record_forms`) belong to them.

A backup verifies anew what it would only compare with an earlier copy, if that was verified by other rules."""

ENTRY_FIELDS = frozenset(
    ("account_id", "clock", "key", "kind", "observed_at", "payload", "reply", "room_id", "salt", "seq")
)

_PARSE = json.JSONDecoder().raw_decode
_ENCODE = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_./-]{1,80}")


class SavedBytes(NamedTuple):
    """Bytes that an entry records as saved; `size` is None if the entry gives none."""

    sha256: str
    size: int | None
    seq: int


def entry_object(line: bytes, *, exactly: bool = True) -> dict[str, Any] | None:
    """The object of a line with the fields of an entry, else None; with `exactly` the JSON must be canonical."""
    try:
        text = line.decode("utf-8")
        entry, end = _PARSE(text)
        if (
            type(entry) is not dict
            or entry.keys() != ENTRY_FIELDS
            or type(entry["payload"]) is not dict
            or end != len(text)
        ):
            return None
        if exactly:
            again = _ENCODE(entry)
            if again != text and escape_lone(again) != text:
                return None
    except (ValueError, RecursionError):
        return None
    return entry


class EntryCheck:
    """Checks entries in order of their numbers; `close` reports what was not there."""

    def __init__(
        self,
        verification: Verification,
        ranges: Iterator[SealedRange],
        *,
        kept_replies: Container[bytes],
        deep: bool = False,
        has_form: Callable[[Mapping[str, Any]], bool] = lambda _entry: True,
    ) -> None:
        """Take the ranges that the seals close in order, and the digests (32 bytes each) of the kept replies.

        A line that is byte for byte the sealed one is parsed, but encoded again (to see that it is canonical) only
        if `deep`: that takes longer than everything else. `has_form`: whether what a record says has the form on
        which its readers rely.
        """
        self.verification = verification
        self.saved: list[SavedBytes] = []
        """The bytes that `blob` and `attachment` entries record as saved."""
        self.exports: list[tuple[str, int]] = []
        """Keys of `export` entries and the seal that each names."""
        self.stamps: list[RecordedStamp] = []
        self.rollbacks: list[Rollback] = []
        self.services: list[Mapping[str, Any]] = []
        self.times = TimeOrder(verification)
        self._sealed = SealedDigests(ranges)
        self._erasures = Erasures()
        self._kept_replies = kept_replies
        self._deep = deep
        self._has_form = has_form
        self._missing_replies: dict[str, tuple[int, int]] = {}
        self._last_kept_reply: object = None
        self._next = 1
        self._count = self._compared = 0
        self._run = ("", 0, 0)

    def check(self, row: EntryRow) -> None:
        """Check one entry, later than all before."""
        seq, _observed_at, _clock, _kind, _account, _room, key, line, digest = row
        self._count += 1
        if seq != self._next:
            if seq < self._next:
                self._find_entry("entry-number", seq, key)
                return
            self._find_missing(self._next, seq - 1)
        self._next = seq + 1
        sealed = self._sealed.digest_of(seq)
        tombstone = read_tombstone(line)
        if tombstone is not None:
            self._check_tombstone(seq, key, tombstone, digest, sealed)
            return
        actual = hashlib.sha256(line).hexdigest()
        if actual.encode() != digest:
            self._find_entry("entry-digest", seq, key)
        elif sealed is not None and sealed != actual:
            self._find_entry("entry-sealed", seq, key)
        else:
            self._check_fields(row, is_sealed=sealed is not None)

    def check_same(self, seq: int, observed_at: str, digest: str, *, is_dated_by_reply: bool) -> bool:
        """Check one entry of `REPLY_KINDS`, later than all before, whose bytes are those of one that was checked.

        Its digest is compared with its seal. False: it is not the sealed one, or not the next; nothing was done, and
        it has to be checked as any other.
        """
        if seq != self._next or self._sealed.digest_of(seq) != digest:
            return False
        self._next = seq + 1
        self._compared += 1
        self.times.add_time(observed_at, seq, self._sealed.seal_of(seq), is_dated_by_reply=is_dated_by_reply)
        return True

    def _check_tombstone(self, seq: int, key: bytes, tombstone: Tombstone, digest: bytes, sealed: str | None) -> None:
        """Check that an erased record was sealed under the digest that is left of it; its columns are unchecked."""
        if tombstone.digest.encode() != digest:
            self._find_entry("entry-digest", seq, key)
        elif tombstone.digest != sealed:
            self._find_entry("entry-sealed", seq, key)
        else:
            self._erasures.add_tombstone(seq, tombstone)

    def _check_fields(self, row: EntryRow, *, is_sealed: bool) -> None:
        seq, observed_at, clock, kind, account_id, room_id, key, line, _digest = row
        entry = entry_object(line, exactly=self._deep or not is_sealed)
        if entry is None:
            self._find_entry("entry-form", seq, key)
        elif not (
            entry["seq"] == seq
            and type(entry["seq"]) is int
            and entry["account_id"] == account_id
            and entry["room_id"] == room_id
            and entry["observed_at"] == str(observed_at, "utf-8", "replace")
            and entry["clock"] == (None if clock is None else str(clock, "utf-8", "replace"))
            and entry["kind"] == str(kind, "utf-8", "replace")
            and entry["key"] == str(key, "utf-8", "replace")
        ):
            self._find_entry("entry-columns", seq, key)
        else:
            self.times.add(entry, self._sealed.seal_of(seq))
            self._collect(seq, entry, is_sealed=is_sealed)

    def _check_reply_is_kept(self, reply: object, seq: int) -> None:
        """Note a reply that is not kept; most entries come from the same reply as the entry before."""
        try:
            is_kept = bytes.fromhex(str(reply)) in self._kept_replies
        except ValueError:
            is_kept = False
        if is_kept:
            self._last_kept_reply = reply
        else:
            first, count = self._missing_replies.get(str(reply), (seq, 0))
            self._missing_replies[str(reply)] = (first, count + 1)

    def _collect(self, seq: int, entry: Mapping[str, Any], *, is_sealed: bool) -> None:
        """Keep what later checks need of an intact entry."""
        if entry["kind"] in REPLY_KINDS:
            if entry["reply"] is not None and entry["reply"] != self._last_kept_reply:
                self._check_reply_is_kept(entry["reply"], seq)
            return
        if not self._has_form(entry):
            self._find_entry("record-form", seq, str(entry["key"]).encode("utf-8", "replace"))
            return
        payload = entry["payload"]
        # What was attached is kept even if it was withdrawn later.
        if entry["kind"] == "attachment" or (entry["kind"] == "blob" and payload.get("state") == "saved"):
            size = payload.get("size")
            self.saved.append(SavedBytes(str(payload.get("sha256")), size if type(size) is int else None, seq))
        elif entry["kind"] == "export" and type(payload.get("seal")) is int:
            self.exports.append((entry["key"], payload["seal"]))
        elif entry["kind"] == "stamp":
            stamp = read_recorded_stamp(entry)
            self.stamps.extend([] if stamp is None else [stamp])
        elif entry["kind"] == "rollback":
            rollback = read_rollback(entry)
            self.rollbacks.extend([] if rollback is None else [rollback])
        elif entry["kind"] == "service":
            self.services.append(entry)
        elif entry["kind"] == "erasure" and is_sealed:
            self._erasures.add_entry(entry)

    @property
    def last(self) -> int:
        """The number of the last entry so far."""
        return self._next - 1

    def close(self) -> None:
        """Report sealed entries that are missing, replies that are not kept, and how many entries no seal covers."""
        self._end_run()
        self.verification.checked["entries"] += self._count
        if self._compared:
            self.verification.compared["entries"] = self._compared
        self._sealed.close()
        last = self._next - 1
        if self._sealed.last > last:
            self._find_missing(last + 1, self._sealed.last)
        for reply, (seq, count) in self._missing_replies.items():
            if reply in self._erasures.replies:
                continue
            sentence = ngettext(
                "Reply {reply}, from which {count} record came, is not kept.",
                "Reply {reply}, from which {count} records came, is not kept.",
                count,
            )
            self.verification.add_finding(
                "reply-missing", f"entry/{seq}", sentence.format(reply=reply[:64], count=count)
            )
        self._erasures.note_unfinished(self.verification)
        self._erasures.close(self.verification)
        self._note_unsealed()

    def _note_unsealed(self) -> None:
        """Note how many entries no seal closes."""
        count = self._next - 1 - self._sealed.settled
        self.verification.add_counted(
            count,
            "The newest record is not sealed yet.",
            "The newest {count} records are not sealed yet.",
        )

    # --- findings ---------------------------------------------------------------------------------

    def _find_missing(self, first: int, last: int) -> None:
        self._end_run()
        sentence = ngettext("The record is not there.", "These {count} records are not there.", last - first + 1)
        self.verification.add_finding(
            "entry-missing", span_subject("entry", first, last), sentence.format(count=last - first + 1)
        )

    def _find_entry(self, check: str, seq: int, key: bytes) -> None:
        """Add a finding for an entry; where many consecutive ones have the same error, the rest become one range."""
        kind, last, count = self._run
        if kind != check or last != seq - 1:
            self._end_run()
            count = 0
        self._run = (check, seq, count + 1)
        if count < NAMED_SINGLY:
            name = key.decode("utf-8", "replace")
            shown_key = name if _PLAIN_KEY.fullmatch(name) else "?"
            self.verification.add_finding(check, f"entry/{seq}", _SENTENCES[check]().format(key=shown_key))

    def _end_run(self) -> None:
        check, last, count = self._run
        self._run = ("", 0, 0)
        if count > NAMED_SINGLY:
            sentence = _("These {count} records have the same problem.").format(count=count - NAMED_SINGLY)
            self.verification.add_finding(check, span_subject("entry", last - count + NAMED_SINGLY + 1, last), sentence)


_SENTENCES: dict[str, Callable[[], str]] = {
    "entry-number": lambda: _("There is a record ({key}) numbered below 1; the first has the number 1."),
    "entry-digest": lambda: _("The record ({key}) and the hash beside it do not match: one of them was changed."),
    "entry-sealed": lambda: _("The record ({key}) is not the one that was sealed under this number."),
    "entry-form": lambda: _("The record ({key}) does not have the form that all records have."),
    "record-form": lambda: _("What the record ({key}) says is not what this program writes, so nothing goes by it."),
    "entry-columns": lambda: _("The columns of the record ({key}) differ from the record itself."),
}
