"""Checks that `messages.jsonl` and the CSV files are what the records give, row by row.

So a package whose lists of digests were made anew after an edit is found. A row that was added or removed is
named, not all the rows after it. Standard library and Python 3.8 syntax, because this module is also handed
out inside packages.
"""

from __future__ import annotations

import re
from collections import deque
from gettext import gettext as _
from typing import BinaryIO, Callable, Iterable, Iterator  # noqa: UP035 - Python 3.8 syntax

from archiver.evidence.verify.findings import Verification
from archiver.evidence.verify.lines import LINE_LIMIT

AHEAD = 50
"""Rows that are looked ahead to find where file and records fit again."""

NAMED = 20
"""Rows of one file that are named; of what goes beyond only the number is told."""

_HOPELESS = 500
"""Rows that differ before nothing is looked ahead any more: that would only cost time."""

_MESSAGES = "messages.jsonl"

_NUMBERS = {
    "messages.jsonl": (re.compile(rb'\A\{"no":\d{1,12},'), b"{"),
    "messages.csv": (re.compile(rb'\A"\d{1,12}",'), b""),
    "operator_inquiry.csv": (re.compile(rb'\A"\d{1,12}",'), b""),
    "links.csv": (re.compile(rb'\A"\d{0,12}",'), b""),
    "events.csv": (re.compile(rb'\A((?:"[^"]*",){2})"\d{0,12}",'), rb"\1"),
    "files.csv": (re.compile(rb'\A"F-\d{4,12}","(?:(files/F-)\d{4,12})?'), rb'"\1'),
}
"""The part of a row that counts: a row that is added or removed changes it in all rows after it."""

_STAMPED_AT = re.compile(rb',"stamped_at":(?:null|"[^"]{1,40}")(?=,"source":"[^"]{0,40}"\}\n\Z)')
"""The time of a stamp: without that stamp it differs in every row that it covered."""

_JSON_ID = re.compile(rb'"message_id":"?(\d{1,20})')
_CSV_ID = re.compile(rb'"m(\d{1,20})"')


class TableCheck:
    """One file of a package, compared with the rows that the records give, in their order."""

    def __init__(self, told: Verification, name: str, file: BinaryIO) -> None:
        """Take the file, open at its beginning; `name` is that of `evidence.tables`."""
        self._told = told
        self._name = name
        self._rows = _json_rows(file) if name.endswith(".jsonl") else _csv_rows(file)
        self._back: deque[bytes] = deque()
        self._wanted: deque[bytes] = deque()
        self._got: deque[bytes] = deque()
        self._count = 0
        self._renumbered = self._restamped = False

    def expect(self, line: str) -> None:
        """The next row that the records give. Raises READ_FAULTS."""
        self._expect(line.encode("utf-8"))

    def close(self) -> None:
        """No more rows are given: what is left in the file is too much. Raises READ_FAULTS."""
        row = self._next()
        while row is not None:
            if not self._wanted:
                self._tell(None, row)
            else:
                self._got.append(row)
                if not self._meet() and len(self._got) > AHEAD:
                    self._tell_pair()
            row = self._next()
        while self._wanted or self._got:
            self._tell_pair()
        if self._count > NAMED:
            said = _("{count} more rows of {name} are not what the records give.")
            self._find(f"data/{self._name}", said.format(count=self._count - NAMED, name=self._name))

    def _expect(self, line: bytes) -> None:
        row = self._next()
        if not self._wanted and not self._got and row is not None and self._same(line, row):
            return
        self._wanted.append(line)
        if row is not None:
            self._got.append(row)
        ahead = AHEAD if self._count < _HOPELESS else 0
        if not (ahead and self._meet()):
            while len(self._wanted) > ahead:
                self._tell_pair()

    def _same(self, line: bytes, row: bytes) -> bool:
        """Whether a row is the expected one; that only its number differs is told once."""
        if line == row:
            return True
        if self._bare(line) != self._bare(row):
            return False
        if self._name == _MESSAGES and not self._restamped and _stamped_at(line) != _stamped_at(row):
            self._restamped = True
            said = _("From here on, {name} names other times of stamps than the stamps themselves.")
            self._find(_subject(self._name, row), said.format(name=self._name))
        if not self._renumbered and self._unstamped(line) != self._unstamped(row):
            self._renumbered = True
            self._find(_subject(self._name, row), _("From here on, {name} counts otherwise.").format(name=self._name))
        return True

    def _bare(self, row: bytes) -> bytes:
        if self._name not in _NUMBERS:
            return row
        pattern, without = _NUMBERS[self._name]
        return pattern.sub(without, self._unstamped(row), count=1)

    def _unstamped(self, row: bytes) -> bytes:
        return _STAMPED_AT.sub(b"", row) if self._name == _MESSAGES else row

    def _meet(self) -> bool:
        """Find where the rows fit again, name those before, and go on behind."""
        wanted = [self._bare(one) for one in self._wanted]
        got = [self._bare(one) for one in self._got]
        found = None
        if got and got[-1] in wanted:
            found = (wanted.index(got[-1]), len(got) - 1)
        elif wanted[-1] in got:
            found = (len(wanted) - 1, got.index(wanted[-1]))
        if found is None:
            return False
        self._tell_block(*found)
        rest = list(self._wanted)
        self._back.extendleft(reversed(self._got))
        self._wanted.clear()
        self._got.clear()
        for line in rest:
            self._expect(line)
        return True

    def _tell_block(self, wanted: int, got: int) -> None:
        """Name so many rows at the head of both sides; a message on both sides was changed."""
        lines = [self._wanted.popleft() for _index in range(wanted)]
        rows = [self._got.popleft() for _index in range(got)]
        subjects = {_subject(self._name, row): row for row in rows}
        for line in lines:
            self._tell(line, subjects.pop(_subject(self._name, line), None))
        for row in subjects.values():
            self._tell(None, row)

    def _tell_pair(self) -> None:
        self._tell_block(min(1, len(self._wanted)), min(1, len(self._got)))

    def _tell(self, line: bytes | None, row: bytes | None) -> None:
        self._count += 1
        if self._count > NAMED:
            return
        if line is None:
            said = _("{name} has a row that the records do not give.")
        elif row is None:
            said = _("{name} lacks a row that the records give.")
        else:
            said = _("A row of {name} is not what the records give.")
        self._find(_subject(self._name, line or row or b""), said.format(name=self._name))

    def _find(self, subject: str, text: str) -> None:
        self._told.find("table-rows", subject, text)

    def _next(self) -> bytes | None:
        return self._back.popleft() if self._back else next(self._rows, None)


def compare_tables(
    told: Verification,
    lines: Iterable[tuple[str, str]],
    checks: dict[str, TableCheck],
    progress: Callable[[], None] | None = None,
) -> None:
    """Give each check its rows from the interleaved lines of `evidence.tables.table_lines`. Raises READ_FAULTS."""
    try:
        for name, line in lines:
            if name in checks:
                checks[name].expect(line)
            if progress is not None and name == "messages.jsonl":
                progress()
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
        said = _("The tables cannot be made of the records, so they were not compared to the end.")
        told.find("table-rows", "data/entries.jsonl", said)
        return
    for check in checks.values():
        check.close()


def _stamped_at(row: bytes) -> bytes:
    found = _STAMPED_AT.search(row)
    return found.group() if found else b""


def _subject(name: str, row: bytes) -> str:
    """What a row is about: its message, else its file and beginning."""
    found = (_JSON_ID if name.endswith(".jsonl") else _CSV_ID).search(row)
    if found:
        return f"message/{found.group(1).decode('ascii')}"
    return f"data/{name}"


def _json_rows(file: BinaryIO) -> Iterator[bytes]:
    while True:
        row = file.readline(LINE_LIMIT)
        if not row:
            return
        yield row


def _csv_rows(file: BinaryIO) -> Iterator[bytes]:
    """Rows of a CSV file: lines up to one that ends outside of quotes."""
    held: list[bytes] = []
    quotes = size = 0
    while True:
        line = file.readline(LINE_LIMIT)
        if not line:
            break
        held.append(line)
        quotes += line.count(b'"')
        size += len(line)
        if (quotes % 2 == 0 and line.endswith(b"\r\n")) or size > LINE_LIMIT:
            yield b"".join(held)
            held, quotes, size = [], 0, 0
    if held:
        yield b"".join(held)
