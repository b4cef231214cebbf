"""Erases what the owner chose; a kill at any instant leaves either all of it or an erasure that is gone on with.

The order: everything is sealed; the `erasure` entry is appended and sealed; a note of the numbers and digests is
written into the home; in one transaction the entries become tombstones; then files, copies and free pages follow.
From the second step on the next round, seal or export goes on with it by itself.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from archiver import errors
from archiver.evidence.masked_and_erased import masked_digest
from archiver.evidence.verify.package_reader import READ_ERRORS
from archiver.records import ExportedPackage, RoomId
from archiver.records.evidence import ErasurePlan, ErasureReason
from archiver.store import seals
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.blobs import blob_path
from archiver.store.engine import DATABASE
from archiver.store.erasure import execution, records
from archiver.store.erasure.plan import Selection, make_plan, select_noted
from archiver.store.keeper import keeper_of
from archiver.store.queries import people
from archiver.store.queries.contracts import contracts, rooms_to_read
from archiver.store.queries.entries import exports
from archiver.store.vacuum import vacuum
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import UnfinishedErasure
from archiver.store.working.single_reads import is_in_spans

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
            return is_in_spans(int(match[1]), self._numbers)
        digest = masked_digest(line.rstrip(b"\n"))
        return digest is not None and bytes.fromhex(digest) in self._digests()


def copies_with(home: Path, erased: ErasedRecords, names: Collection[str]) -> list[Path]:
    """The packages and daily copies in the home that hold one of these records, or may.

    Those for an office hold no records: one goes if its name is among `names`, the packages made of what is erased.
    One that cannot be read goes too, as nobody can say what is in it.
    """
    packages = [*_daily_copies(home), *sorted((home / "exports").glob("*"))]
    return [path for path in packages if _holds(path, erased, names)]


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


Choose = Callable[[Reading], Selection]
"""Chooses the entries that are to be erased; asked again inside the transaction that records them."""

Step = Callable[[str], None]
"""Called with the name of each step once it is done; tests end the process there."""


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What an erasure would do."""

    plan: ErasurePlan
    read_rooms: tuple[RoomId, ...]
    """Its rooms that are still read, which keeps it from being done."""
    packages: tuple[ExportedPackage, ...]
    """Packages made before that may hold some of it."""
    copies: tuple[Path, ...]
    """Packages and daily copies in the home, which go with it."""
    set_aside: tuple[Path, ...]
    """Databases in the home that were set aside before, which may hold some of it and stay as they are."""
    of_team: bool
    """Whether the archive is a copy of one in a team's ledger."""
    signs: tuple[str, ...] = ()
    """Signs that it may be evidence in a dispute, in words."""


class ErasureOutcome(NamedTuple):
    """What became of an erasure."""

    number: int
    is_complete: bool
    """Whether no byte of it is left; else a program read an older state, and the next run goes on with it."""


def check_allowed(archive: Archive) -> None:
    """Raise UnderLedger where the team's ledger lets this machine erase nothing. Raises LedgerUnavailable."""
    if not archive.keeper.may_erase():
        sentence = _(
            "the database lets this machine erase nothing. Its administrator allows it with: GRANT ledger_clerk TO NAME"
        )
        raise errors.UnderLedger(home=archive.home, detail=sentence)


def preview(reading: Reading, choose: Choose, *, now: datetime) -> ErasurePreview:
    """What an erasure would take, what would stay, and what keeps it from being done."""
    plan, home = make_plan(reading, choose(reading)), reading.home
    packages = _packages_of(reading, plan)
    names = [one.name for one in packages]
    return ErasurePreview(
        plan,
        read_rooms=tuple(room for room in rooms_to_read(reading, now) if room in plan.rooms),
        packages=tuple(packages),
        copies=tuple(copies_with(home, _erased_records(reading, plan.numbers), names)),
        set_aside=tuple(execution.databases_aside(home)),
        of_team=keeper_of(home).is_team,
    )


def erase(
    archive: Archive,
    choose: Choose,
    reason: ErasureReason,
    *,
    now: Callable[[], datetime],
    again: int | None = None,
    step: Step = lambda _name: None,
) -> ErasureOutcome | None:
    """Erase what is chosen; None if there is nothing.

    Raises UnderLedger where the team's ledger lets this machine erase nothing. Raises StorageError, ArchiveBusy:
    then the erasure is gone on with by the next round, seal or export.
    """
    check_allowed(archive)
    seals.close_seals(archive, now=now())
    step("sealed")
    with archive.writing() as writing:
        plan = make_plan(writing, choose(writing))
        if not plan.count and not plan.blobs:
            return None
        packages = [one.number for one in _packages_of(writing, plan)]
        number = records.append_erasure(writing, plan, reason, packages=packages, again=again, at=now())
        unfinished = UnfinishedErasure(number, tuple(sorted(plan.contracts)), tuple(sorted(plan.blobs)), False)
        remembered_values.ERASURE.remember(writing, unfinished)
    step("recorded")
    return _finish(archive, unfinished, now=now, step=step)


def go_on(archive: Archive, *, now: Callable[[], datetime], copies: Sequence[Path] = ()) -> list[str]:
    """Go on with an erasure that was begun, and erase again what an older database brought back; what to say of it.

    `copies` are the folders that get copies of the archive, where the notes of erasures lie too.
    """
    said = []
    with archive.reading() as reading:
        unfinished = remembered_values.ERASURE.recall(reading) or archive.keeper.begun_erasure(reading)
        known = set(remembered_values.ERASURES_SETTLED.recall(reading))
    if unfinished is not None and (unfinished.is_executed or archive.keeper.may_erase()):
        _finish(archive, unfinished, now=now)
        is_known = archive.read(records.find_erasure, unfinished.number) is not None
        if is_known:
            said.append(_("The erasure {number} that was begun is finished.").format(number=unfinished.number))
    said += _clean_after_others(archive, now=now)
    records.take_over(archive.home, copies)
    for note in records.read_notes(archive.home, leave_out=known):
        number = archive.read(records.number_of, note)
        if number in known:
            continue
        outcome = _erase_again(archive, note, number, now=now)
        if outcome is not None:
            said.append(_again_sentence(number).format(number=number, again=outcome.number))
    return said


def _again_sentence(number: int | None) -> str:
    if number is not None:
        return _(
            "An older database was put back that still had what erasure {number} erased. It was erased again "
            "(erasure {again})."
        )
    return _(
        "An older database was put back that still had something that was erased, under a number that another "
        "erasure has since. It was erased again (erasure {again})."
    )


def leftovers(archive: Archive, place: Path) -> list[Path]:
    """Files in a folder with a copy of the archive, or in its home, that hold something it has erased, or may.

    Daily copies that the home has too were looked into when it erased, and so are not read again in a copy.
    """
    home = archive.home
    with archive.reading() as reading:
        ranges = sorted((first, last) for one in records.erasures(reading) for first, last in one.payload["numbers"])
        if not ranges:
            return []
        noted = {sha256 for note in records.read_notes(home) for sha256 in note.blobs}
        gone, shown = execution.unnamed_bytes(reading, noted), execution.shown_pictures(reading)
        here = {path.relative_to(home) for path in _daily_copies(home)} if place != home else set()
        daily = [path for path in _daily_copies(place) if path.relative_to(place) not in here]
        erased = _erased_records(reading, ranges)
        found = [path for path in daily if _holds(path, erased, ())]
    found += [path for sha256 in sorted(gone) if (path := blob_path(place, sha256)).is_file()]
    found += sorted(path for path in (place / people.AVATARS).glob("*") if path.name not in shown)
    return found + sorted(place.glob(f"{DATABASE}.*"))


def remove_leftovers(paths: Sequence[Path]) -> None:
    """Remove what `leftovers` found. Raises StorageError."""
    for path in paths:
        execution.remove(path)


def remove_restored_copies(archive: Archive) -> list[str]:
    """Remove what a backup still had of what was erased before it was last made; what to say of it."""
    paths = leftovers(archive, archive.home)
    remove_leftovers(paths)
    sentence = ngettext(
        "{count} file in the backup (a daily copy, or bytes of a file or picture) holds or may hold something erased, "
        "so it was not restored. Make a new backup in an empty folder, then dispose of this one.",
        "{count} files in the backup (daily copies, or bytes of files or pictures) hold or may hold something erased, "
        "so they were not restored. Make a new backup in an empty folder, then dispose of this one.",
        len(paths),
    )
    return [sentence.format(count=len(paths))] if paths else []


def _clean_after_others(archive: Archive, *, now: Callable[[], datetime]) -> list[str]:
    """Remove the files of what other machines of a team erased, and what is left of it in the database."""
    waiting = archive.read(remembered_values.ERASURES_BROUGHT.recall)
    said = []
    for brought in waiting:
        if not _finish(archive, brought, now=now).is_complete:
            continue
        with archive.writing() as writing:
            left = remembered_values.ERASURES_BROUGHT.recall(writing)
            remembered_values.ERASURES_BROUGHT.remember(writing, [one for one in left if one.number != brought.number])
        said.append(_("What erasure {number} took on another machine is gone here too.").format(number=brought.number))
    return said


def _erase_again(
    archive: Archive, note: records.ErasureNote, number: int | None, *, now: Callable[[], datetime]
) -> ErasureOutcome | None:
    """Erase what a note names; `number`: None where another erasure has the note's number."""

    def choose(reading: Reading) -> Selection:
        return select_noted(reading, note.digests)

    is_there = bool(archive.read(choose).entries)
    reason = ErasureReason(note.reason) if note.reason in set(ErasureReason) else ErasureReason.OWN
    if is_there and not archive.keeper.may_erase():
        return None  # one that may does it
    outcome = erase(archive, choose, reason, now=now, again=number) if is_there else None
    execution.remove_bytes(archive, note.blobs)
    if number is not None:
        archive.write(_settle, number)
    return outcome


def _finish(
    archive: Archive, unfinished: UnfinishedErasure, *, now: Callable[[], datetime], step: Step = lambda _name: None
) -> ErasureOutcome:
    """Do what is left of an erasure that is recorded."""
    number = unfinished.number
    seals.close_seals(archive, now=now())
    step("entry sealed")
    with archive.reading() as reading:
        erasure = records.find_erasure(reading, number)
        if erasure is None:  # its entry is not as it was written, so what it names is not known
            return ErasureOutcome(number, False)
        ranges = [(first, last) for first, last in erasure.payload["numbers"]]
        names = [one.name for one in exports(reading) if one.number in erasure.payload.get("packages", ())]
        if not unfinished.is_executed:
            records.write_note(reading, number, ranges, unfinished.blobs, reason=erasure.payload["reason"])
    step("noted")
    if not unfinished.is_executed:
        with archive.writing() as writing:
            execution.execute(writing, number, ranges, erasure.payload["replies"], unfinished.contracts)
            remembered_values.ERASURE.remember(writing, replace(unfinished, is_executed=True))
            _settle(writing, number)
    step("executed")
    with archive.reading() as reading:
        erased_records, homes = _erased_records(reading, ranges), [archive.home, *archive.keeper.folders()]
        copies = [path for home in homes for path in copies_with(home, erased_records, names)]
    remove_leftovers(copies)
    execution.remove_bytes(archive, unfinished.blobs)
    execution.remove_leftovers(archive)
    step("files removed")
    is_complete = vacuum(archive)
    step("vacuumed")
    if is_complete:
        archive.write(remembered_values.ERASURE.remember, None)
    return ErasureOutcome(number, is_complete)


def _erased_records(reading: Reading, ranges: Sequence[tuple[int, int]]) -> ErasedRecords:
    return ErasedRecords(ranges, lambda: records.digests_of(reading, ranges))


def _settle(writing: Writing, number: int) -> None:
    settled = set(remembered_values.ERASURES_SETTLED.recall(writing)) | {number}
    remembered_values.ERASURES_SETTLED.remember(writing, sorted(settled))


def _packages_of(reading: Reading, plan: ErasurePlan) -> list[ExportedPackage]:
    """The packages of the contracts that are erased or have one of the rooms."""
    with_room = {one.id for one in contracts(reading) if any(room.room_id in plan.rooms for room in one.rooms)}
    return [one for one in exports(reading) if one.contract in with_room | plan.contracts]
