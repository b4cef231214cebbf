"""Checks that the tables and the user's own evidence in a package are what its records give."""

from __future__ import annotations

import re
from collections import deque
from gettext import gettext as _
from typing import (  # noqa: UP035 - Python 3.8 syntax
    AbstractSet,
    Any,
    BinaryIO,
    Callable,
    Iterable,
    Iterator,
    Mapping,
)

from archiver.evidence.history import EntryObject
from archiver.evidence.tables.build import CSV_HEADERS
from archiver.evidence.verify.findings import LISTED_NAMES, Verification, first_names
from archiver.evidence.verify.package_entries import LINE_LIMIT

LOOKAHEAD_ROWS = 50
"""How many rows are read ahead to find where file and records match again."""

NAMED_ROWS = 20
"""How many rows of one file are named; the others are only counted."""

_LOOKAHEAD_ENDS = 500
"""After so many differing rows nothing is read ahead any more: that would only cost time."""

_MESSAGES, _STEP = "messages.jsonl", 1_000

_NUMBER_PATTERNS = {
    "messages.jsonl": (re.compile(rb'\A\{"no":\d{1,12},'), b"{"),
    "messages.csv": (re.compile(rb'\A"\d{1,12}",'), b""),
    "operator_inquiry.csv": (re.compile(rb'\A"\d{1,12}",'), b""),
    "links.csv": (re.compile(rb'\A"\d{0,12}",'), b""),
    "events.csv": (re.compile(rb'\A((?:"[^"]*",){2})"\d{0,12}",'), rb"\1"),
    "files.csv": (re.compile(rb'\A"F-\d{4,12}","(?:(files/F-)\d{4,12})?'), rb'"\1'),
}
"""The running number in a row, and what replaces it: an added or removed row changes it in all rows after it."""

_STAMPED_AT = re.compile(rb',"stamped_at":(?:null|"[^"]{1,40}")(?=,"source":"[^"]{0,40}"\}\n\Z)')
"""The time of a stamp in a row: without that stamp it differs in every row that the stamp covers."""

_JSON_ID = re.compile(rb'"message_id":"?(\d{1,20})')
_CSV_ID = re.compile(rb'"m(\d{1,20})"')


class TableCheck:
    """Compares one file of a package with the rows that the records give, in their order."""

    def __init__(self, verification: Verification, name: str, file: BinaryIO) -> None:
        """Take the file, open at its beginning; `name` is one of `evidence.tables.build`."""
        self._verification = verification
        self._name = name
        self._rows = _lines_of(file) if name.endswith(".jsonl") else _csv_rows(file)
        self._pushed_back: deque[bytes] = deque()
        self._expected: deque[bytes] = deque()
        self._read: deque[bytes] = deque()
        self._found_count = 0
        self._renumbered = self._restamped = False

    def close(self) -> None:
        """Report the rows left in the file, as the records give no more. Raises READ_ERRORS."""
        row = self._next_row()
        while row is not None:
            if not self._expected:
                self._find_row(None, row)
            else:
                self._read.append(row)
                if not self._realign() and len(self._read) > LOOKAHEAD_ROWS:
                    self._find_pair()
            row = self._next_row()
        while self._expected or self._read:
            self._find_pair()
        if self._found_count > NAMED_ROWS:
            sentence = _("Further rows of {name} that are not what the records give: {count}.")
            self._add_finding(
                f"data/{self._name}", sentence.format(count=self._found_count - NAMED_ROWS, name=self._name)
            )

    def expect(self, line: bytes) -> None:
        """Compare the next row that the records give. Raises READ_ERRORS."""
        row = self._next_row()
        if not self._expected and not self._read and row is not None and self._is_same(line, row):
            return
        self._expected.append(line)
        if row is not None:
            self._read.append(row)
        ahead = LOOKAHEAD_ROWS if self._found_count < _LOOKAHEAD_ENDS else 0
        if not (ahead and self._realign()):
            while len(self._expected) > ahead:
                self._find_pair()

    def _is_same(self, line: bytes, row: bytes) -> bool:
        """Whether a row is the expected one; a row that differs only in its number is reported once."""
        if line == row:
            return True
        if self._without_number(line) != self._without_number(row):
            return False
        if self._name == _MESSAGES and not self._restamped and _stamped_at(line) != _stamped_at(row):
            self._restamped = True
            sentence = _(
                "From here on, the times of the time stamps in {name} are not those that the time stamps hold."
            )
            self._add_finding(_row_subject(self._name, row), sentence.format(name=self._name))
        if not self._renumbered and self._without_stamp_time(line) != self._without_stamp_time(row):
            self._renumbered = True
            self._add_finding(
                _row_subject(self._name, row),
                _("From here on, the numbers in {name} differ from the records.").format(name=self._name),
            )
        return True

    def _without_number(self, row: bytes) -> bytes:
        if self._name not in _NUMBER_PATTERNS:
            return row
        pattern, without = _NUMBER_PATTERNS[self._name]
        return pattern.sub(without, self._without_stamp_time(row), count=1)

    def _without_stamp_time(self, row: bytes) -> bytes:
        return _STAMPED_AT.sub(b"", row) if self._name == _MESSAGES else row

    def _realign(self) -> bool:
        """Find where the rows match again, report those before, and go on after them."""
        expected = [self._without_number(row) for row in self._expected]
        read = [self._without_number(row) for row in self._read]
        match = None
        if read and read[-1] in expected:
            match = (expected.index(read[-1]), len(read) - 1)
        elif expected[-1] in read:
            match = (len(expected) - 1, read.index(expected[-1]))
        if match is None:
            return False
        self._find_block(*match)
        rest = list(self._expected)
        self._pushed_back.extendleft(reversed(self._read))
        self._expected.clear()
        self._read.clear()
        for line in rest:
            self.expect(line)
        return True

    def _find_block(self, expected: int, read: int) -> None:
        """Report so many rows at the head of both sides; a message that is on both sides was changed."""
        lines = [self._expected.popleft() for _index in range(expected)]
        rows = [self._read.popleft() for _index in range(read)]
        subjects = {_row_subject(self._name, row): row for row in rows}
        for line in lines:
            self._find_row(line, subjects.pop(_row_subject(self._name, line), None))
        for row in subjects.values():
            self._find_row(None, row)

    def _find_pair(self) -> None:
        self._find_block(min(1, len(self._expected)), min(1, len(self._read)))

    def _find_row(self, line: bytes | None, row: bytes | None) -> None:
        self._found_count += 1
        if self._found_count > NAMED_ROWS:
            return
        if line is None:
            sentence = _("{name} has a row that the records do not give.")
        elif row is None:
            sentence = _("{name} lacks a row that the records give.")
        else:
            sentence = _("A row of {name} is not what the records give.")
        self._add_finding(_row_subject(self._name, line or row or b""), sentence.format(name=self._name))

    def _add_finding(self, subject: str, text: str) -> None:
        self._verification.add_finding("table-rows", subject, text)

    def _next_row(self) -> bytes | None:
        return self._pushed_back.popleft() if self._pushed_back else next(self._rows, None)


def compare_tables(
    verification: Verification,
    lines: Iterable[tuple[str, str]],
    checks: dict[str, TableCheck],
    progress: Callable[[int], None] | None = None,
) -> None:
    """Give each check its rows from the interleaved lines of `evidence.tables.build`. Raises READ_ERRORS."""
    done = 0
    try:
        for name, line in lines:
            if name in checks:
                checks[name].expect(line.encode("utf-8"))
            done += name == _MESSAGES
            if progress is not None and name == _MESSAGES and done % _STEP == 0:
                progress(done)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
        sentence = _("The tables cannot be made from the records, so they were not compared to the end.")
        verification.add_finding("table-rows", "data/entries.jsonl", sentence)
        return
    if progress is not None and done:
        progress(done)
    for check in checks.values():
        check.close()


def _stamped_at(row: bytes) -> bytes:
    match = _STAMPED_AT.search(row)
    return match.group() if match else b""


def _row_subject(name: str, row: bytes) -> str:
    """The subject of a finding about a row: its message, else its file."""
    match = (_JSON_ID if name.endswith(".jsonl") else _CSV_ID).search(row)
    if match:
        return f"message/{match.group(1).decode('ascii')}"
    return f"data/{name}"


def _lines_of(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.readline(LINE_LIMIT), b"")


def _csv_rows(file: BinaryIO) -> Iterator[bytes]:
    """Rows of a CSV file: lines up to one that ends outside of quotes."""
    lines: list[bytes] = []
    quotes = size = 0
    for line in _lines_of(file):
        lines.append(line)
        quotes += line.count(b'"')
        size += len(line)
        if (quotes % 2 == 0 and line.endswith(b"\r\n")) or size > LINE_LIMIT:
            yield b"".join(lines)
            lines, quotes, size = [], 0, 0
    if lines:
        yield b"".join(lines)


ENCLOSURES = "data/enclosures/"

_ENCLOSED_AS = re.compile(r"(?P<label>[SN]-[0-9]{2,6})(?:\.[a-z0-9]{1,10})?")
_ATTACHMENT_KEY = re.compile(r"attachment/[a-z0-9-]{1,32}/(?P<number>[1-9][0-9]{0,5})")


def check_enclosures(
    verification: Verification, digests: Mapping[str, str | None], entries: Iterable[EntryObject]
) -> None:
    """Compare the folder's files (name → SHA-256) with the evidence that records say was added and not withdrawn."""
    expected = _attached_digests(entries)
    for name, digest in sorted(digests.items()):
        verification.checked["files"] += 1
        match = _ENCLOSED_AS.fullmatch(name)
        label = match.group("label") if match else ""
        if label not in expected:
            sentence = _("No record in the package says that this file was added.")
            verification.add_finding("package-enclosures", ENCLOSURES + name, sentence)
        elif digest != expected.pop(label):
            sentence = _("It is not the file that was added: its SHA-256 differs from that in the record.")
            verification.add_finding("package-enclosures", ENCLOSURES + name, sentence)
    for label in sorted(expected):
        sentence = _("A record says that this file was added, but it is not in the package.")
        verification.add_finding("package-enclosures", ENCLOSURES + label, sentence)


def _attached_digests(entries: Iterable[EntryObject]) -> dict[str, str]:
    """The SHA-256 of each piece of evidence, as last recorded, by its label in a package."""
    latest: dict[int, Any] = {}
    for entry in entries:
        match = _ATTACHMENT_KEY.fullmatch(str(entry["key"])) if entry["kind"] == "attachment" else None
        if match:
            latest[int(match.group("number"))] = entry["payload"]
    return {
        f"S-{number:03}" if payload.get("kind") == "screenshot" else f"N-{number:02}": str(payload.get("sha256"))
        for number, payload in latest.items()
        if isinstance(payload, dict) and payload.get("state") != "withdrawn"
    }


_TEXT_NAME = re.compile(
    r"00_README\.txt|VERIFY\.txt|verify\.(?:py|html)|bag-info\.txt|fetch\.txt|data/[a-z_]+\.txt(?<!sha256\.txt)"
)
"""Texts beside the records that are not made again to be compared."""

_PACKAGE_NAME = re.compile(
    r"bagit\.txt|manifest(?:-sha256|[0-9]{8})\.txt|tagmanifest-sha256\.txt(?:\.[a-z0-9-]{1,20}\.tsr)?"
    r"|data/content-sha256\.txt|data/(?:entries|masked|messages|pauses)\.jsonl"
    r"|data/(?:messages|files|events|links|tasks|pauses|operator_inquiry)\.csv"
    r"|data/(?:report(?:_all_messages-[0-9]{2,4})?|evidence_list)\.pdf|data/evidence_list\.(?:csv|docx|xlsx)"
    r"|data/seals/[0-9]{6,18}-[0-9]{4}-[0-9]{2}-[0-9]{2}\.json(?:\.[a-z0-9-]{1,20}\.tsr)?"
    r"|data/(?:files|enclosures|transcript|seals/orphaned)/.+|data/tsa/[a-z0-9-]{1,20}\.pem|data/raw/[^/]+\.json",
    re.DOTALL,
)
"""What else packages hold: it is compared with the records, or said below."""

_LISTS = ("csv", "docx", "xlsx")
"""Kinds of the list of exhibits, besides its pages; earlier packages have it as a table."""


def _add_missing_tables(verification: Verification, names: AbstractSet[str]) -> None:
    """Say which tables are not there: without any of them, none of them is missed."""
    if not any(f"data/{name}" in names for name in CSV_HEADERS):
        sentence = _(
            "{files}: not in this package. A daily copy has no such tables; from any other package for a lawyer or a "
            "court somebody took them out."
        )
        verification.add_unchecked("tables", sentence.format(files=", ".join(sorted(CSV_HEADERS))))


def _add_unused_roots(verification: Verification, names: AbstractSet[str]) -> None:
    """Say which certificates no stamp in the package needs."""
    used = {name.split(".")[-2] for name in names if name.endswith(".tsr")}
    unused = sorted(name for name in names if name.startswith("data/tsa/") and name[9:].partition(".")[0] not in used)
    if unused:
        sentence = _("{files}: certificates that no time stamp in this package needs; they were not checked.")
        verification.add_unchecked("unused certificates", sentence.format(files=", ".join(unused[:LISTED_NAMES])))


def add_unchecked_parts(verification: Verification, names: AbstractSet[str]) -> None:
    """Say what lists of digests alone protect, that anybody can make those anew, and what may have been left out."""
    if any(name.startswith("data/transcript/") for name in names):
        sentence = _(
            "The pages in {folder} are protected by the lists of hashes alone; they were not compared with the records."
        )
        verification.add_unchecked("data/transcript/", sentence.format(folder="data/transcript/"))
    texts = sorted(name for name in names if _TEXT_NAME.fullmatch(name))
    if texts:
        sentence = _("{files}: protected by the lists of hashes alone; they were not compared with the records.")
        verification.add_unchecked("texts", sentence.format(files=", ".join(texts)))
    others = sorted(name for name in names if not (_TEXT_NAME.fullmatch(name) or _PACKAGE_NAME.fullmatch(name)))
    if others:
        sentence = _(
            "{files}: this program puts no such files into packages and no record speaks of them; at most "
            "the lists of hashes protect them."
        )
        verification.add_unchecked("other files", sentence.format(files=first_names(others)))
    if any(name.startswith("data/raw/") and name.endswith(".meta.json") for name in names):
        verification.add_unchecked(
            "data/raw/",
            _(
                "Times, addresses and headers beside the replies (data/raw/*.meta.json) and the times in the "
                "replies' file names: protected by the lists of hashes alone. The times in the records are "
                "sealed."
            ),
        )
    _add_missing_tables(verification, names)
    _add_unused_roots(verification, names)
    verification.add_unchecked(
        "tagmanifest-sha256.txt",
        _(
            "Whether the lists of hashes are those made with the package: whoever changes a file can write "
            "new ones. The archive that made it knows their hash (archive verify there)."
        ),
    )
    verification.add_unchecked(
        "omissions",
        _(
            "Whether something was left out: messages or versions of them, the last seals with their "
            "records, records of gaps, replies, files or time stamps. Only the archive that made the package "
            "can tell (archive verify there), or another copy."
        ),
    )
    if any(name.startswith("data/report") and name.endswith(".pdf") for name in names):
        listed = "".join(f", data/evidence_list.{one}" for one in _LISTS if f"data/evidence_list.{one}" in names)
        sentence = _(
            "The reports ({files}) are protected by the lists of hashes alone; they were not compared with the records."
        )
        verification.add_unchecked("data/*.pdf", sentence.format(files=f"data/*.pdf{listed}"))
