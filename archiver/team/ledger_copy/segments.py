"""What went to the ledger, batch by batch in the team's store too: a ledger that lost records gets them from there.

A batch follows once the ledger has it, as seals do. Whoever may write to the store can put anything there: what does
not go on where the ledger ends is left out, and the ledger takes no row that is not as a copy writes it.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

from archiver import errors
from archiver.evidence.chain import digest_file
from archiver.folder_sync import disk_errors
from archiver.store.erasure.execution import remove
from archiver.team.ledger.archive_in_ledger import COLUMNS, Ledger, Row
from archiver.team.ledger.database import LedgerPlace, import_psycopg, open_archive
from archiver.team.ledger_copy import shared_files
from archiver.team.ledger_copy.bringing import StrangeRow, told_as
from archiver.team.object_store import FolderStore, segments_prefix
from archiver.team.s3_store import open_store

KEY = re.compile(r"([1-9][0-9]{0,8})/segments/([0-9]{12})-([0-9]{12})-([0-9a-f]{64})\.gz")
"""The key of a segment: archive, first and last entry, SHA-256 of the file."""

_SIGNS = (StrangeRow, EOFError, gzip.BadGzipFile, errors.NotInLedger, errors.StaleCopy)
"""What a file of another shape leads to, an archive whose first segment is gone, or rows that the ledger refuses."""


class Head(NamedTuple):
    """The first line of a segment."""

    account: int
    after: int
    """The number of the last entry before it."""
    digest: str | None
    """The digest of that entry."""


def put_segment(place: LedgerPlace, head: Head, last: int, rows: Mapping[str, Iterable[Row]], *, is_all: bool) -> None:
    """Put rows up to the entry `last` into the store. Raises StorageError.

    `is_all`: they are all there are, some of them erased; a folder then keeps no other segment of what they hold.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segment"
        with disk_errors(path), path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
            for line in (head, *((table, _coded(table, row)) for table in rows for row in rows[table])):
                file.write(json.dumps(line).encode() + b"\n")
        sha256, store = digest_file(path), shared_files.store_of(place)
        key = f"{segments_prefix(place.archive)}{head.after + 1:012}-{last:012}-{sha256}.gz"
        store.put_if_absent(key, path, sha256)
    if is_all and isinstance(store, FolderStore):
        for other in (store.folder / key).parent.glob("*.gz"):
            match = KEY.fullmatch(f"{segments_prefix(place.archive)}{other.name}")
            if match and int(match[3]) <= last and other.name != Path(key).name:
                remove(other)


def bring_back(address: str, files: str) -> tuple[int, dict[int, tuple[int, int]]]:
    """Append to a ledger what it lacks and the store has, of archives lost there too; how many entries.

    By archive also the ledger's last entry and the store's, where it has more that do not go on there. The longest
    comes first, as an erasure writes anew what others hold. Raises LedgerUnavailable, TeamStoreUnavailable,
    StorageError.
    """
    store, brought, left = open_store(files), 0, dict[int, tuple[int, int]]()
    found = {match.group(): match for one in store.list("") if (match := KEY.fullmatch(one.key))}
    in_order = sorted(found.values(), key=lambda one: (int(one[1]), int(one[2]), -int(one[3]), one[4]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segment"
        for archive, group in groupby(in_order, key=lambda one: int(one[1])):
            segments = list(group)
            with closing(Ledger(LedgerPlace(address, archive, files))) as ledger:
                for one in segments:
                    with suppress(*_SIGNS), told_as("segment"), _values_refused():
                        if int(one[3]) >= _end(ledger) and shared_files.get_version(store, one.group(), path, one[4]):
                            brought += _append(ledger, path)
                end, last = _end(ledger), max(int(one[3]) for one in segments)
                if end < last:
                    left[archive] = end, last
    return brought, left


@contextmanager
def _values_refused() -> Iterator[None]:
    """Raise ValueError for a value that no column takes; any other error of the database stays."""
    psycopg = import_psycopg()
    try:
        yield
    except errors.LedgerUnavailable as error:
        refused = (psycopg.DataError, psycopg.ProgrammingError)
        if type(error) is errors.LedgerUnavailable and isinstance(error.__cause__, refused):
            raise ValueError from error
        raise


def _end(ledger: Ledger) -> int:
    try:
        with ledger.reading() as reading:
            return reading.end().entry
    except errors.NotInLedger:
        return 0


def _append(ledger: Ledger, path: Path) -> int:
    """Append the rows of a segment that go on where the ledger ends; how many entries."""
    head, place = Head(*next(_lines(path))), ledger.place
    if not head.after and any(_names_owner(row, head.account) for row in _rows_after(path, "entry", 0)):
        open_archive(place.address, head.account, number=place.archive)
    with ledger.reading() as reading:
        end, mark, running = reading.end(), reading.mark, reading.running
        last, fits = head.after, (head.after, head.digest) == (end.entry, reading.digest(end.entry))
        for row in _rows_after(path, "entry", end.entry - 1):
            last, fits = row[0], fits or (row[0], row[-1]) == (end.entry, reading.digest(end.entry))
    if not fits:
        return 0
    rows = {table: _rows_after(path, table, end._replace(file=end.entry).after(table)) for table in COLUMNS}
    ledger.append(rows, mark=mark, running=running, is_held_before=True)
    return max(0, last - end.entry)


def _names_owner(row: Row, account: int) -> bool:
    """Whether an entry says that its archive is that of an account, so that a head alone gives nobody a number."""
    _seq, _observed_at, _clock, kind, *_about, line, digest = row
    is_whole = kind == "me" and hashlib.sha256(line.encode()).hexdigest() == digest
    return is_whole and bool(json.loads(line)["payload"]["account_id"] == account)


def _coded(table: str, row: Row) -> list[object]:
    kinds = COLUMNS[table].values()
    return [base64.b64encode(one).decode() if kind == "bytea" else one for one, kind in zip(row, kinds, strict=True)]


def _rows_after(path: Path, table: str, number: int) -> Iterator[Row]:
    """The rows of a table in a segment after a number."""
    kinds = COLUMNS[table].values()
    for name, row in islice(_lines(path), 1, None):
        if name == table and row[0] > number:
            yield tuple(base64.b64decode(one) if kind == "bytea" else one for one, kind in zip(row, kinds, strict=True))


def _lines(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rb") as file:
        yield from map(json.loads, file)
