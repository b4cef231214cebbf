"""Checks of seals: the files of the seals, the table of seals, and the chain from one seal to the next.

The stretches that it yields are what the entries are compared with. Standard library and Python 3.8 syntax,
because this module is also handed out inside packages.
"""

from __future__ import annotations

import json
import re
from gettext import gettext as _
from typing import Any, Callable, Iterable, Iterator, Mapping, NamedTuple, Sequence  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.chain import GENESIS, file_digest, seal_bytes
from archiver.evidence.verify.findings import Verification

Read = Callable[[str], bytes]
"""The bytes of a file in the seals' folder, by its name. Raises OSError."""

SealSeen = Callable[[int, str, bytes, "str | None"], None]
"""Told of each seal in order: its number, its file's name and bytes, and when it says it was closed, if it is one."""

_NAME = re.compile(r"(\d{6,18})-(\d{4}-\d\d-\d\d)\.json")
_SEAL_STAMP = re.compile(r"(\d{6,18})-\d{4}-\d\d-\d\d\.json\.[a-z0-9-]{1,20}\.tsr")
_ROOTS = re.compile(r"[a-z0-9-]{1,20}\.pem")
_HEX_DIGITS = 64
"""Of a SHA-256."""

_FIELDS = frozenset(
    ("account_id", "closed_at", "day", "entries", "first", "format", "last", "number", "previous", "software")
)


class SealRow(NamedTuple):
    """A row of the table of seals, as found."""

    number: int
    first: int
    last: int
    sha256: str
    closed_at: str
    day: str


class SealedRange(NamedTuple):
    """Entries that a seal closed; `digests` is None if its file cannot tell them.

    `settled` is False for a file that an interruption left behind: its row was never written.
    """

    number: int
    first: int
    last: int
    digests: Sequence[str] | None
    settled: bool = True


class Sealed:
    """What the seals say of each entry, asked in order of the numbers; one stretch in memory at a time."""

    def __init__(self, stretches: Iterator[SealedRange]) -> None:
        """Take the stretches in order."""
        self.last = self.settled = 0
        """The last entry that a seal looked at so far closes; and without one that was left behind."""
        self._stretches = stretches
        self._now: SealedRange | None = next(stretches, None)

    def digest_of(self, seq: int) -> str | None:
        """What the seals say is the digest of an entry; None if they say nothing of it."""
        while self._now is not None and self._now.last < seq:
            self._advance()
        now = self._now
        if now is None or now.digests is None or seq < now.first:
            return None
        return now.digests[seq - now.first]

    def close(self) -> None:
        """Look at the seals that are left."""
        while self._now is not None:
            self._advance()

    def _advance(self) -> None:
        assert self._now is not None
        self.last = max(self.last, self._now.last)
        if self._now.settled:
            self.settled = max(self.settled, self._now.last)
        self._now = next(self._stretches, None)


class _Before(NamedTuple):
    """What the next seal must follow: digests that `previous` may name, and the last entry."""

    number: int
    digests: frozenset[str]
    last: int


class SealChain:
    """The seals of an archive (rows and files) or of a package (files alone), looked at one by one."""

    def __init__(
        self,
        told: Verification,
        names: Iterable[str],
        read: Read,
        rows: Sequence[SealRow] | None,
        seen: SealSeen = lambda _number, _name, _body, _closed_at: None,
    ) -> None:
        """Take the names in the seals' folder, and the table's rows; None where there is no table."""
        self.told = told
        self._seen = seen
        self._read = read
        self._has_table = rows is not None
        self._rows = {row.number: row for row in rows or ()}
        self._files: dict[int, list[str]] = {}
        self._stamped: set[int] = set()
        for name in sorted(names):
            self._sort_in(name)
        self.settled = max(self._rows, default=0) if self._has_table else max(self._files, default=0)
        """The number of the last seal that counts."""
        self._before = _Before(0, frozenset([GENESIS]), 0)

    def _sort_in(self, name: str) -> None:
        seal, stamp = _NAME.fullmatch(name), _SEAL_STAMP.fullmatch(name)
        if seal:
            self._files.setdefault(int(seal.group(1)), []).append(name)
        elif stamp:
            self._stamped.add(int(stamp.group(1)))
        elif not name.endswith(".new") and not _ROOTS.fullmatch(
            name
        ):  # a file being written when the process was killed
            self.told.note(_("“{name}” in the folder of the seals is no seal; it was not looked at.").format(name=name))

    def stretches(self) -> Iterator[SealedRange]:
        """Check every seal in order and yield what it closes; findings go to the verification."""
        for number in sorted(set(self._rows) | set(self._files)):
            self._tell_hole(number)
            row, names = self._rows.get(number), self._files.get(number, [])
            if row is None and self._has_table and self._is_left_over(number):
                yield from self._left_over(number, names[0])
                continue
            self.told.checked["seals"] += 1
            if row is None and self._has_table:
                self._find("seal-row", number, _("The file is there, but the table of seals has no row for it."))
            yield from self._one(number, row, names)

    def compare_handed_out(self, exports: Iterable[tuple[str, int]]) -> None:
        """Take the keys of `export` entries with the seal that each names: it must be in the table."""
        for number, key in {number: key for key, number in exports if number > self.settled}.items():
            said = _("A package was handed out with this seal ({export}), but the table of seals ends before it.")
            self._find("seal-row", number, said.format(export=key))

    def _tell_hole(self, number: int) -> None:
        """Say which numbers before this one have neither row nor file."""
        first, last = self._before.number + 1, number - 1
        if first > last:
            return
        subject = f"seal/{first}" if first == last else f"seal/{first}-{last}"
        self.told.find("seal-missing", subject, _("The seal is not there: neither its file nor a row for it."))
        self._before = _Before(last, frozenset(), -1)

    def _is_left_over(self, number: int) -> bool:
        """A kill between file and row leaves one file, of the next number, that no authority has stamped."""
        return number == self.settled + 1 and number not in self._stamped

    def _left_over(self, number: int, name: str) -> Iterator[SealedRange]:
        said = _("{name} is not in the table of seals: an interruption left it, the next seal replaces it.")
        self.told.note(said.format(name=name))
        try:
            seal = parse_seal(self._read(name))
        except OSError:  # just being replaced
            return
        if seal is not None and seal["number"] == number and seal["first"] == self._before.last + 1:
            yield SealedRange(number, seal["first"], seal["last"], seal["entries"], settled=False)

    def _one(self, number: int, row: SealRow | None, names: list[str]) -> Iterator[SealedRange]:
        bodies = {name: self._bytes(number, name) for name in names}
        name = _choose(row, bodies)
        for other in names:
            if other != name:
                self._find("seal-extra", number, _("{name} is a second file of this number.").format(name=other))
        body = bodies.get(name) if name else None
        if name is None:
            self._find("seal-missing", number, _("The table of seals names this seal, but its file is not there."))
        if name is None or body is None:
            yield from self._without_file(number, row)
            return
        digest = file_digest(body)
        seal = parse_seal(body)
        self._seen(number, name, body, None if seal is None else seal["closed_at"])
        intact = row is None or digest == row.sha256
        if not intact:
            self._find("seal-digest", number, _("{name} does not have the SHA-256 of its row.").format(name=name))
        elif seal is None:
            self._find("seal-form", number, _("{name} does not have the form of a seal.").format(name=name))
        else:
            self._compare(number, name, seal, row)
            self._follow(number, seal)
        if seal is None or not (intact or _spans(seal, row)):
            yield from self._without_file(number, row)
            return
        may_be = {digest} if row is None else {digest, row.sha256}
        self._before = _Before(number, frozenset(may_be), seal["last"])
        yield SealedRange(number, seal["first"], seal["last"], seal["entries"])

    def _without_file(self, number: int, row: SealRow | None) -> Iterator[SealedRange]:
        """Go on with what the row says; without a row, the next seal follows nothing that is known."""
        if row is None:
            self._before = _Before(number, frozenset(), -1)
            return
        self._before = _Before(number, frozenset([row.sha256]), row.last)
        yield SealedRange(number, row.first, row.last, None)

    def _compare(self, number: int, name: str, seal: Mapping[str, Any], row: SealRow | None) -> None:
        """The file against its row and its own name."""
        if row is not None:
            fields = ("number", "first", "last", "closed_at", "day")
            wrong = [field for field in fields if seal[field] != getattr(row, field)]
            if wrong:
                said = _("The row in the table of seals differs from the file in: {fields}.")
                self._find("seal-row", number, said.format(fields=", ".join(wrong)))
                return
        if name != f"{seal['number']:06}-{seal['day']}.json":
            said = _("{name} holds seal {number} of {day}; the file was renamed.")
            self._find("seal-form", number, said.format(name=name, number=seal["number"], day=seal["day"]))

    def _follow(self, number: int, seal: Mapping[str, Any]) -> None:
        """The seal against the one before it; nothing is said if that one is not known."""
        before = self._before
        if before.digests and seal["previous"] not in before.digests:
            said = _("It names another seal as the one before it than seal {before} as it lies there.")
            self._find("seal-chain", number, said.format(before=before.number))
        elif before.last >= 0 and seal["first"] != before.last + 1:
            said = _("It begins at record {first}, but the seal before it ends at record {last}.")
            self._find("seal-chain", number, said.format(first=seal["first"], last=before.last))

    def _bytes(self, number: int, name: str) -> bytes | None:
        try:
            return self._read(name)
        except OSError as error:
            detail = error.strerror or str(error)
            self._find("seal-form", number, _("{name} cannot be read: {detail}").format(name=name, detail=detail))
            return None

    def _find(self, check: str, number: int, text: str) -> None:
        self.told.find(check, f"seal/{number}", text)


def _choose(row: SealRow | None, bodies: Mapping[str, bytes | None]) -> str | None:
    """Of the files of one number: the one with the row's digest, else the one with the row's day, else the first."""
    if row is not None:
        for name, body in bodies.items():
            if body is not None and file_digest(body) == row.sha256:
                return name
        expected = f"{row.number:06}-{row.day}.json"
        if expected in bodies:
            return expected
    return next(iter(bodies), None)


def _spans(seal: Mapping[str, Any], row: SealRow | None) -> bool:
    """Whether a changed file still closes the stretch that its row says."""
    return row is not None and (seal["first"], seal["last"]) == (row.first, row.last)


def parse_seal(body: bytes) -> dict[str, Any] | None:
    """The fields of a seal's file; None if it is not one, byte for byte as `chain.seal_bytes` makes it."""
    try:
        seal = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(seal, dict) or seal.keys() != _FIELDS or not _has_kinds(seal):
        return None
    fields = {name: value for name, value in seal.items() if name != "format"}
    return seal if seal_bytes(**fields) == body else None


def _has_kinds(seal: Mapping[str, Any]) -> bool:
    """Whether every field is of its kind, and there is a digest for each entry."""
    numbers = all(type(seal[name]) is int and seal[name] > 0 for name in ("number", "first", "last"))
    texts = all(isinstance(seal[name], str) for name in ("previous", "day", "closed_at", "software"))
    account = seal["account_id"] is None or type(seal["account_id"]) is int
    entries = seal["entries"]
    return (
        numbers
        and texts
        and account
        and isinstance(entries, list)
        and seal["last"] - seal["first"] + 1 == len(entries) > 0
        and set(map(type, entries)) == {str}
        and set(map(len, entries)) == {_HEX_DIGITS}
        and _is_hex("".join(entries))
    )


def _is_hex(digits: str) -> bool:
    """Whether a text is pairs of lower-case hexadecimal digits; a pattern over a hundred thousand digests is slow."""
    try:
        return bytes.fromhex(digits).hex() == digits
    except ValueError:
        return False
