"""Packages and daily copies within the home that hold something of what was erased: they go with it."""

from __future__ import annotations

import re
import zipfile
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from archiver.evidence.masked_records import masked_digest
from archiver.evidence.verify.package_files import READ_ERRORS
from archiver.store import avatars
from archiver.store.blobs import blob_path
from archiver.store.engine import DATABASE

RECORDS = "data/entries.jsonl"
_SEQ = re.compile(rb',"seq":(\d{1,18})\}\s*$')


class ErasedRecords:
    """The records that erasures took, as packages name them: by number, or by digest where a record is masked there."""

    def __init__(self, numbers: Sequence[tuple[int, int]], digests: Callable[[], Iterable[str]]) -> None:
        """`numbers`: rising ranges. `digests` is asked once, and only if a record is masked."""
        self._numbers = numbers
        self._digests = cache(lambda: frozenset(map(bytes.fromhex, digests())))

    def has(self, line: bytes) -> bool:
        """Whether a line of a package's records is one of them; a tombstone holds nothing any more."""
        match = _SEQ.search(line)
        if match is not None:
            return _is_among(int(match[1]), self._numbers)
        digest = masked_digest(line.rstrip(b"\n"))
        return digest is not None and bytes.fromhex(digest) in self._digests()


def copies_with(home: Path, erased: ErasedRecords, names: Collection[str]) -> list[Path]:
    """The packages and daily copies in the home that hold one of these records, or may.

    Those for an office hold no records: one goes if its name is among `names`, the packages made of what is erased.
    One that cannot be read goes too, as nobody can say what is in it.
    """
    return [path for path in _packages(home) if _holds(path, erased, names)]


def leftovers(
    place: Path, home: Path, erased: ErasedRecords, gone: Collection[str], shown: Collection[str]
) -> list[Path]:
    """Files in a folder with a copy of the archive, or in its home, that hold something erased, or may.

    `gone` are the digests of bytes that no record names any more, `shown` those of pictures that are still shown.
    Daily copies that the home has too were looked into when it erased, and so are not read again in a copy.
    """
    here = {path.relative_to(home) for path in _daily_copies(home)} if place != home else set()
    daily = [path for path in _daily_copies(place) if path.relative_to(place) not in here]
    found = [path for path in daily if _holds(path, erased, ())]
    found += [path for sha256 in sorted(gone) if (path := blob_path(place, sha256)).is_file()]
    found += sorted(path for path in (place / avatars.FOLDER).glob("*") if path.name not in shown)
    return found + sorted(place.glob(f"{DATABASE}.*"))


def _packages(home: Path) -> Iterator[Path]:
    yield from _daily_copies(home)
    yield from sorted((home / "exports").glob("*"))


def _daily_copies(home: Path) -> list[Path]:
    return sorted((home / "daily").glob("*/*"))


def _holds(path: Path, erased: ErasedRecords, names: Collection[str]) -> bool:
    try:
        judged = _judge_records(path, erased)
    except READ_ERRORS:
        return True
    if judged is not None:
        return judged
    named = path.name.partition(".")[0] in {name.partition(".")[0] for name in names}
    return named or path.name.endswith(".partial")


def _judge_records(path: Path, erased: ErasedRecords) -> bool | None:
    """Whether one of a package's records is among these; None: it holds no records. Raises READ_ERRORS."""
    if (path / RECORDS).is_file() and not path.name.endswith(".partial"):
        with (path / RECORDS).open("rb") as records:
            return any(map(erased.has, records))
    if not path.is_file() or path.suffix != ".zip":
        return None
    with zipfile.ZipFile(path) as packed:
        lists = [name for name in packed.namelist() if name == RECORDS or name.endswith(f"/{RECORDS}")]
        return any(_zip_has_any(packed, name, erased) for name in lists) if lists else None


def _zip_has_any(packed: zipfile.ZipFile, name: str, erased: ErasedRecords) -> bool:
    with packed.open(name) as records:
        return any(map(erased.has, records))


def _is_among(seq: int, numbers: Sequence[tuple[int, int]]) -> bool:
    at = bisect_right(numbers, (seq, 1 << 62)) - 1
    return at >= 0 and numbers[at][0] <= seq <= numbers[at][1]
