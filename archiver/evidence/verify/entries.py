"""Checks of entries: their digests, their columns, the seals over them and the replies they name.

An entry with a fault is named once, by the first check that it fails, so that one broken entry is one
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
from archiver.evidence.verify.findings import ALONE, Verification
from archiver.evidence.verify.seals import Sealed, SealedRange

if TYPE_CHECKING:
    EntryRow = tuple[int, bytes, bytes, "int | None", "int | None", bytes, bytes, bytes]
    """seq, observed_at, kind, account_id, room_id, key, line, digest: texts as the bytes that lie there."""

FROM_REPLIES = frozenset(("message", "account", "member", "room", "task", "file"))
"""Kinds whose reply is kept, if they came from one (design §3)."""

FIELDS = frozenset(("account_id", "key", "kind", "observed_at", "payload", "reply", "room_id", "salt", "seq"))

_PARSE = json.JSONDecoder().raw_decode
_ENCODE = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode

_PLAIN = re.compile(r"[A-Za-z0-9_./-]{1,80}")


class SavedBytes(NamedTuple):
    """Bytes that an entry says were saved; `size` is None if the entry gives none."""

    sha256: str
    size: int | None
    seq: int


def entry_object(line: bytes, *, exactly: bool = True) -> dict[str, Any] | None:
    """The object of a line that holds an entry's fields, else None; `exactly` also asks for canonical JSON."""
    try:
        text = line.decode("utf-8")
        told, end = _PARSE(text)
        if type(told) is not dict or told.keys() != FIELDS or type(told["payload"]) is not dict or end != len(text):
            return None
        if exactly:
            again = _ENCODE(told)
            if again != text and escape_lone(again) != text:
                return None
    except (ValueError, RecursionError):
        return None
    return told


class EntryCheck:
    """Looks at entries in order of their numbers; `close` tells what was not there."""

    def __init__(
        self, told: Verification, stretches: Iterator[SealedRange], *, kept: Container[bytes], deep: bool = False
    ) -> None:
        """Take the seals' stretches in order, and the digests (32 bytes each) of the replies that are kept.

        A line that is byte for byte the sealed one is parsed, but only made again (to see that it is canonical)
        if `deep`: that takes longer than everything else.
        """
        self.told = told
        self.saved: list[SavedBytes] = []
        """What `blob` and `attachment` entries say was saved."""
        self.handed_out: list[tuple[str, int]] = []
        """Keys of `export` entries and the seal that each names."""
        self._sealed = Sealed(stretches)
        self._kept = kept
        self._deep = deep
        self._unkept: dict[str, tuple[int, int]] = {}
        self._kept_last: object = None
        self._next = 1
        self._count = 0
        self._run = ("", 0, 0)

    def look(self, row: EntryRow) -> None:
        """Check one entry, later than all before."""
        seq, _observed_at, _kind, _account, _room, key, line, digest = row
        self._count += 1
        if seq != self._next:
            if seq < self._next:
                self._fault("entry-number", seq, key)
                return
            self._tell_missing(self._next, seq - 1)
        self._next = seq + 1
        actual = hashlib.sha256(line).hexdigest()
        sealed = self._sealed.digest_of(seq)
        if actual.encode() != digest:
            self._fault("entry-digest", seq, key)
        elif sealed is not None and sealed != actual:
            self._fault("entry-sealed", seq, key)
        else:
            self._read(row, exactly=self._deep or sealed is None)

    def _read(self, row: EntryRow, *, exactly: bool) -> None:
        seq, observed_at, kind, account_id, room_id, key, line, _digest = row
        told = entry_object(line, exactly=exactly)
        if told is None:
            self._fault("entry-form", seq, key)
        elif not (
            told["seq"] == seq
            and type(told["seq"]) is int
            and told["account_id"] == account_id
            and told["room_id"] == room_id
            and told["observed_at"] == str(observed_at, "utf-8", "replace")
            and told["kind"] == str(kind, "utf-8", "replace")
            and told["key"] == str(key, "utf-8", "replace")
        ):
            self._fault("entry-columns", seq, key)
        elif told["kind"] in FROM_REPLIES:
            if told["reply"] is not None and told["reply"] != self._kept_last:
                self._look_for(told["reply"], seq)
        else:
            self._gather(seq, told)

    def _look_for(self, reply: object, seq: int) -> None:
        """Whether the reply of an entry is kept; most entries come from the same as the one before."""
        try:
            is_kept = bytes.fromhex(str(reply)) in self._kept
        except ValueError:
            is_kept = False
        if is_kept:
            self._kept_last = reply
        else:
            first, count = self._unkept.get(str(reply), (seq, 0))
            self._unkept[str(reply)] = (first, count + 1)

    def _gather(self, seq: int, told: Mapping[str, Any]) -> None:
        """Note what later checks want to know of an entry that is intact itself."""
        payload = told["payload"]
        # What was attached is kept even if it was withdrawn later.
        if told["kind"] == "attachment" or (told["kind"] == "blob" and payload.get("state") == "saved"):
            size = payload.get("size")
            self.saved.append(SavedBytes(str(payload.get("sha256")), size if type(size) is int else None, seq))
        elif told["kind"] == "export" and type(payload.get("seal")) is int:
            self.handed_out.append((told["key"], payload["seal"]))

    def close(self) -> None:
        """Say what is sealed but not there, which replies are not kept, and how many entries no seal covers."""
        self._end_run()
        self.told.checked["entries"] += self._count
        self._sealed.close()
        last = self._next - 1
        if self._sealed.last > last:
            self._tell_missing(last + 1, self._sealed.last)
        for reply, (seq, count) in self._unkept.items():
            said = ngettext(
                "Reply {reply}, from which {count} record came, is not kept.",
                "Reply {reply}, from which {count} records came, is not kept.",
                count,
            )
            self.told.find("reply-missing", f"entry/{seq}", said.format(reply=reply[:64], count=count))
        self._tell_tail()

    def _tell_tail(self) -> None:
        """Note how many entries no seal closes."""
        count = self._next - 1 - self._sealed.settled
        if count > 0:
            said = ngettext(
                "{count} record is not sealed yet; whether records were cut off after it cannot be told.",
                "{count} records are not sealed yet; whether records were cut off after them cannot be told.",
                count,
            )
            self.told.note(said.format(count=count))

    # --- findings ---------------------------------------------------------------------------------

    def _tell_missing(self, first: int, last: int) -> None:
        self._end_run()
        said = ngettext("The record is not there.", "These {count} records are not there.", last - first + 1)
        self.told.find("entry-missing", _span(first, last), said.format(count=last - first + 1))

    def _fault(self, check: str, seq: int, key: bytes) -> None:
        """Name an entry; where very many follow each other with the same fault, name the rest as one stretch."""
        kind, last, count = self._run
        if kind != check or last != seq - 1:
            self._end_run()
            count = 0
        self._run = (check, seq, count + 1)
        if count < ALONE:
            name = key.decode("utf-8", "replace")
            about = name if _PLAIN.fullmatch(name) else "?"
            self.told.find(check, f"entry/{seq}", _SENTENCES[check]().format(key=about))

    def _end_run(self) -> None:
        check, last, count = self._run
        self._run = ("", 0, 0)
        if count > ALONE:
            said = _("The same is wrong with these {count} records.").format(count=count - ALONE)
            self.told.find(check, _span(last - count + ALONE + 1, last), said)


def _span(first: int, last: int) -> str:
    return f"entry/{first}" if first == last else f"entry/{first}-{last}"


_SENTENCES: dict[str, Callable[[], str]] = {
    "entry-number": lambda: _("There is a record ({key}) numbered below 1; the first has the number 1."),
    "entry-digest": lambda: _("The record ({key}) and the digest beside it do not fit: one of them was changed."),
    "entry-sealed": lambda: _("The record ({key}) is not the one that was sealed under this number."),
    "entry-form": lambda: _("The record ({key}) does not have the form that all records have."),
    "entry-columns": lambda: _("The columns of the record ({key}) say something else than the record itself."),
}
