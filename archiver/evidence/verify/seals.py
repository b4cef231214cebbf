"""Checks of seals: the files of the seals, the table of seals, and the chain from one seal to the next.

The entries are compared with the ranges that it yields. Standard library and Python 3.8 syntax,
because this module is also handed out inside packages.
"""

from __future__ import annotations

import re
from gettext import gettext as _
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import GENESIS, NEWER_SEAL, digest_bytes, parse_seal
from archiver.evidence.verify.findings import Verification, span_subject
from archiver.evidence.verify.rollbacks import Rollback

ReadSeal = Callable[[str], bytes]
"""Returns the bytes of a file in the seals' folder, by its name. Raises OSError."""

OnSeal = Callable[[int, str, bytes, "str | None"], None]
"""Called for each seal in order with its number, its file's name and bytes, and its closing time if it is valid."""

_NAME = re.compile(r"([0-9]{6,18})-([0-9]{4}-[0-9][0-9]-[0-9][0-9])\.json")
_NO_SEALS = (
    re.compile(r"[0-9]{6,18}-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json\.[a-z0-9-]{1,20}\.tsr"),
    re.compile(r"[a-z0-9-]{1,20}\.pem"),
    re.compile(r".*\.new"),  # a file being written when the process was killed
    re.compile(r"orphaned(/.*)?"),
)
"""What else lies in the folder of the seals; it is checked elsewhere."""


class SealRow(NamedTuple):
    """A row of the table of seals, unchecked."""

    number: int
    first: int
    last: int
    sha256: str
    closed_at: str
    day: str


class SealedRange(NamedTuple):
    """The range of entries that a seal closed; `digests` is None if its file cannot be read.

    `settled` is False for a file above the table's last row: an interruption left it, or an older database was put
    back.
    """

    number: int
    first: int
    last: int
    digests: Sequence[str] | None
    settled: bool = True


class SealedDigests:
    """The sealed digest of each entry, asked for in order of the numbers; one range in memory at a time."""

    def __init__(self, ranges: Iterator[SealedRange]) -> None:
        """Take the ranges in order."""
        self.last = self.settled = 0
        """The last entry closed by the seals so far; `settled` leaves out files above the table's last row."""
        self._ranges = ranges
        self._current: SealedRange | None = next(ranges, None)

    def seal_of(self, seq: int) -> int | None:
        """The number of the seal over the entry that `digest_of` was last asked for; None if no seal closes it."""
        current = self._current
        return None if current is None or seq < current.first else current.number

    def digest_of(self, seq: int) -> str | None:
        """The digest of an entry as its seal states it; None if no seal does."""
        while self._current is not None and self._current.last < seq:
            self._advance()
        current = self._current
        if current is None or current.digests is None or seq < current.first:
            return None
        return current.digests[seq - current.first]

    def close(self) -> None:
        """Read the seals that are left."""
        while self._current is not None:
            self._advance()

    def _advance(self) -> None:
        assert self._current is not None
        self.last = max(self.last, self._current.last)
        if self._current.settled:
            self.settled = max(self.settled, self._current.last)
        self._current = next(self._ranges, None)


class _SealBefore(NamedTuple):
    """The seal that the next one must follow: the digests that `previous` may state, and the last entry."""

    number: int
    digests: frozenset[str]
    last: int


class SealChain:
    """The seals of an archive (rows and files) or of a package (files alone), checked one by one."""

    def __init__(
        self,
        verification: Verification,
        names: Iterable[str],
        read: ReadSeal,
        rows: Sequence[SealRow] | None,
        on_seal: OnSeal = lambda _number, _name, _body, _closed_at: None,
    ) -> None:
        """Take the names in the seals' folder, and the table's rows; None where there is no table."""
        self.verification = verification
        self._on_seal = on_seal
        self._read = read
        self._has_table = rows is not None
        self._rows = {row.number: row for row in rows or ()}
        self._files: dict[int, list[str]] = {}
        self._skipped: dict[int, tuple[int, int, int, int]] = {}
        """Number of a seal → the first and last of the numbers that it says were left out, and of its own entries."""
        self._unsettled: list[SealedRange] = []
        for name in sorted(names):
            self._add_file(name)
        self.settled = max(self._rows, default=0) if self._has_table else max(self._files, default=0)
        """The number of the last seal in the table, or of the last file where there is no table."""
        self._before = _SealBefore(0, frozenset([GENESIS]), 0)

    def _add_file(self, name: str) -> None:
        seal = _NAME.fullmatch(name)
        if seal:
            self._files.setdefault(int(seal.group(1)), []).append(name)
        elif not any(pattern.fullmatch(name) for pattern in _NO_SEALS):
            self.verification.add_note(
                _("“{name}” in the folder of the seals is not a seal; it was not looked at.").format(name=name)
            )

    def ranges(self) -> Iterator[SealedRange]:
        """Check every seal in order and yield the range it closes; findings go to the verification."""
        for number in sorted(set(self._rows) | set(self._files)):
            row, names = self._rows.get(number), self._files.get(number, [])
            self._find_hole(number, names)
            if row is None and self._has_table:
                unsettled = self._unsettled_range(number, names)
                if unsettled is not None:
                    yield unsettled
                    continue
            self.verification.checked["seals"] += 1
            if row is None and self._has_table:
                self._add_finding("seal-row", number, _("The file is there, but the table of seals has no row for it."))
            yield from self._check_seal(number, row, names)

    def compare_unsettled(self, last_entry: int) -> None:
        """Say what the seals above the table's last row mean, as soon as the last entry there is known."""
        if not self._unsettled:
            return
        first, last = self._unsettled[0].number, self._unsettled[-1].number
        if self._unsettled[-1].last > last_entry:
            sentence = _(
                "The database is older than these seals: it ends at seal {number}. If there is a newer database, "
                "put it back now; otherwise the next save records what is lost and keeps these seals apart."
            )
            self.verification.add_finding(
                "seal-row", span_subject("seal", first, last), sentence.format(number=self.settled)
            )
            return
        for unsettled in self._unsettled:
            sentence = _("Seal {number} is not in the table of seals: an interruption left it, the next save adds it.")
            self.verification.add_note(sentence.format(number=unsettled.number))

    def compare_rollbacks(self, rollbacks: Iterable[Rollback]) -> None:
        """Check that each hole in the numbers has a record, sealed by the seal after it, of a put-back database."""
        ends = [(rollback.seq, max(rollback.numbers, default=0)) for rollback in rollbacks]
        for number, (start, stop, first, last) in self._skipped.items():
            if not any(first <= seq <= last and end >= stop for seq, end in ends):
                sentence = _(
                    "Seal {number} says that no seal has this number, but no record that it closed says that an older "
                    "database was put back."
                )
                subject = span_subject("seal", start, stop)
                self.verification.add_finding("seal-missing", subject, sentence.format(number=number))

    def compare_exports(self, exports: Iterable[tuple[str, int]]) -> None:
        """Check that the seal that each `export` entry names is in the table; takes (key, seal number)."""
        for number, key in {number: key for key, number in exports if number > self.settled}.items():
            sentence = _("A package was handed out with this seal ({export}), but the table of seals ends before it.")
            self._add_finding("seal-row", number, sentence.format(export=key))

    def _find_hole(self, number: int, names: Iterable[str]) -> None:
        """Add a finding for the numbers before this one that have neither row nor file, unless its seal skips them."""
        first, last = self._before.number + 1, number - 1
        if first > last:
            return
        for name in names:
            seal = self._parsed(name)
            if seal is not None and seal["skips"] == [first, last]:
                self._skipped[number] = (first, last, seal["first"], seal["last"])
                return
        sentence = _("The seal is not there: neither its file nor a row for it.")
        self.verification.add_finding("seal-missing", span_subject("seal", first, last), sentence)
        self._before = _SealBefore(last, frozenset(), -1)

    def _unsettled_range(self, number: int, names: Iterable[str]) -> SealedRange | None:
        """The range of a seal above the table's last row that follows the one before it; None if there is none."""
        if number <= self.settled:
            return None
        for name in names:
            seal = self._parsed(name)
            if seal is not None and seal["number"] == number and self._follows(number, seal):
                body = self._read(name)
                digest = digest_bytes(body)
                self._on_seal(number, name, body, seal["closed_at"])
                self._before = _SealBefore(number, frozenset([digest]), seal["last"])
                self._unsettled.append(SealedRange(number, seal["first"], seal["last"], seal["entries"], settled=False))
                return self._unsettled[-1]
        return None

    def _parsed(self, name: str) -> dict[str, Any] | None:
        try:
            return parse_seal(self._read(name))
        except OSError:  # said where the seal itself is checked
            return None

    def _follows(self, number: int, seal: Mapping[str, Any]) -> bool:
        """Whether a seal continues the chain."""
        before = self._before
        return (
            seal["previous"] in before.digests
            and seal["first"] == before.last + 1
            and seal["skips"] == self._expected_skips(number)
        )

    def _expected_skips(self, number: int) -> list[int] | None:
        return [*self._skipped[number][:2]] if number in self._skipped else None

    def _check_seal(self, number: int, row: SealRow | None, names: list[str]) -> Iterator[SealedRange]:
        bodies = {name: self._read_seal(number, name) for name in names}
        name = _choose_file(row, bodies)
        for other in names:
            if other != name:
                self._add_finding("seal-extra", number, _("{name} is a second file of this number.").format(name=other))
        body = bodies.get(name) if name else None
        if name is None:
            self._add_finding(
                "seal-missing", number, _("The table of seals names this seal, but its file is not there.")
            )
        if name is None or body is None:
            yield from self._range_of_row(number, row)
            return
        digest = digest_bytes(body)
        seal = parse_seal(body)
        self._on_seal(number, name, body, None if seal is None else seal["closed_at"])
        intact = row is None or digest == row.sha256
        if not intact:
            self._add_finding(
                "seal-digest", number, _("{name} does not have the SHA-256 of its row.").format(name=name)
            )
        elif seal is None and NEWER_SEAL.search(body):
            sentence = _("{name} has the form of a newer version of the program.")
            self._add_finding("newer-format", number, sentence.format(name=name))
        elif seal is None:
            self._add_finding("seal-form", number, _("{name} does not have the form of a seal.").format(name=name))
        else:
            self._compare_row(number, name, seal, row)
            self._check_chain(number, seal)
        closes_its_row = seal and row and (seal["first"], seal["last"]) == (row.first, row.last)  # also a changed file
        if seal is None or not (intact or closes_its_row):
            yield from self._range_of_row(number, row)
            return
        may_be = {digest} if row is None else {digest, row.sha256}
        self._before = _SealBefore(number, frozenset(may_be), seal["last"])
        yield SealedRange(number, seal["first"], seal["last"], seal["entries"])

    def _range_of_row(self, number: int, row: SealRow | None) -> Iterator[SealedRange]:
        """The range that the row states; without a row, the next seal follows nothing that is known."""
        if row is None:
            self._before = _SealBefore(number, frozenset(), -1)
            return
        self._before = _SealBefore(number, frozenset([row.sha256]), row.last)
        yield SealedRange(number, row.first, row.last, None)

    def _compare_row(self, number: int, name: str, seal: Mapping[str, Any], row: SealRow | None) -> None:
        """Compare the file with its row and its own name."""
        if row is not None:
            fields = ("number", "first", "last", "closed_at", "day")
            wrong = [field for field in fields if seal[field] != getattr(row, field)]
            if wrong:
                sentence = _("The row in the table of seals differs from the file in: {fields}.")
                self._add_finding("seal-row", number, sentence.format(fields=", ".join(wrong)))
                return
        if name != f"{seal['number']:06}-{seal['day']}.json":
            sentence = _("{name} holds seal {number} of {day}; the file was renamed.")
            self._add_finding("seal-form", number, sentence.format(name=name, number=seal["number"], day=seal["day"]))

    def _check_chain(self, number: int, seal: Mapping[str, Any]) -> None:
        """Check that the seal follows the one before it, if that one is known."""
        before = self._before
        if before.digests and seal["previous"] not in before.digests:
            sentence = _("The seal that it names as the one before it is not seal {before} as found here.")
            self._add_finding("seal-chain", number, sentence.format(before=before.number))
        elif before.last >= 0 and seal["first"] != before.last + 1:
            sentence = _("It begins at record {first}, but the seal before it ends at record {last}.")
            self._add_finding("seal-chain", number, sentence.format(first=seal["first"], last=before.last))
        elif before.digests and seal["skips"] != self._expected_skips(number):
            sentence = _("It says that numbers before it are left out, and they are not.")
            self._add_finding("seal-chain", number, sentence)

    def _read_seal(self, number: int, name: str) -> bytes | None:
        try:
            return self._read(name)
        except OSError as error:
            detail = error.strerror or str(error)
            self._add_finding(
                "seal-form", number, _("{name} cannot be read: {detail}").format(name=name, detail=detail)
            )
            return None

    def _add_finding(self, check: str, number: int, text: str) -> None:
        self.verification.add_finding(check, f"seal/{number}", text)


def _choose_file(row: SealRow | None, bodies: Mapping[str, bytes | None]) -> str | None:
    """The file to check among those of one number: that of the row's digest, else of the row's day, else the first."""
    if row is not None:
        for name, body in bodies.items():
            if body is not None and digest_bytes(body) == row.sha256:
                return name
        expected = f"{row.number:06}-{row.day}.json"
        if expected in bodies:
            return expected
    return next(iter(bodies), None)
