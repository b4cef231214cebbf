"""Seals above the table's last row: taken into the table if they continue it, else recorded and kept apart.

A kill between a seal's file and its row leaves a file that continues the table. Any other file above the last row
means that an older database was put back: a `rollback` entry names the files before they are moved to
`seals/orphaned/`, so a kill at any instant loses nothing. Seals in a folder for copies tell the same of a whole home
that was put back; nothing is moved there. If the newer database comes back, its seals return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert, select

from archiver import errors
from archiver.evidence import chain
from archiver.records import Observation
from archiver.store import schema, writer
from archiver.store.archive import Archive, Reading, Writing
from archiver.store.durable_files import (
    ORPHANED,
    SEALS,
    SealFile,
    list_files,
    move,
    move_to_orphaned,
    orphan_name,
    read,
)
from archiver.store.engine import SmallStatement
from archiver.store.queries import current_state
from archiver.store.received_facts_and_record_forms import read_all_formed
from archiver.store.working import remembered_values

IN_SEALS, IN_COPIES, IN_LEDGER = "seals", "copies", "ledger"
"""Where a rollback was found: beside the seals of the home, in a folder for copies, or in a team's ledger."""

_ROLLBACKS = SmallStatement(
    select(schema.entry.c.line)
    .where(schema.entry.c.key >= "rollback/", schema.entry.c.key < "rollback0", schema.entry.c.kind == "rollback")
    .order_by(schema.entry.c.seq)
)
_SEAL = schema.seal.c
_LAST_ROW = SmallStatement(select(_SEAL.number, _SEAL.last, _SEAL.sha256).order_by(_SEAL.number.desc()).limit(1))


class _Unknown(NamedTuple):
    """A file of a seal that the table does not have, and the name that it has once it lies apart."""

    file: SealFile
    body: bytes
    kept_name: str


class _NamedFiles(NamedTuple):
    """What the `rollback` entries name already."""

    names: frozenset[str]
    digests: frozenset[str]


def settle_seals(archive: Archive, *, now: datetime, copies: Sequence[Path] = ()) -> int:
    """Bring the table and the files of seals together; how many rollbacks were recorded.

    `copies` are the folders that get copies of the seals. Raises StorageError, ArchiveBusy.
    """
    if archive.read(_is_settled, copies):
        return 0
    with archive.writing() as writing:
        # Files of which the table has the row belong back: the newer database was put back.
        for source, target in list(_returning(writing, list_files(writing.home / SEALS / ORPHANED))):
            move(source, target)
        _adopt_seals(writing)
        recorded = _record_rollbacks(writing, copies, now=now)
    with archive.writing() as writing:
        for file in _files_above(writing):
            move_to_orphaned(writing.home / SEALS, file.name)
    return recorded


def has_files_above(reading: Reading) -> bool:
    """Whether a file of a seal lies above the table's last row."""
    return bool(_files_above(reading))


def last_known_number(reading: Reading) -> int:
    """The highest number that a seal of this archive has or had."""
    numbers: list[int] = [number for payload in _rollbacks(reading) for number in payload["numbers"]]
    return max([_last_row(reading)[0], *numbers])


def rollback_entries(reading: Reading) -> list[dict[str, Any]]:
    """The `rollback` entries that are as this program writes them, oldest first, as the objects of their lines."""
    return list(read_all_formed((line for (line,) in _ROLLBACKS.rows(reading.sql)), "rollback"))


def _is_settled(reading: Reading, copies: Sequence[Path]) -> bool:
    if _files_above(reading) or _lost_in_ledger(reading):
        return False
    named = _named_files(reading)
    orphaned = list_files(reading.home / SEALS / ORPHANED)
    if _unnamed(reading.home / SEALS / ORPHANED, orphaned, named) or any(_returning(reading, orphaned)):
        return False
    return not any(_unknown_in_copies(reading, folder, named) for folder in copies)


# --- files that belong to the table ----------------------------------------------------------------


def _returning(reading: Reading, orphaned: Sequence[SealFile]) -> Iterator[tuple[Path, Path]]:
    """The orphaned files whose seal has a row and no file, with the places where they belong."""
    folder = reading.home / SEALS
    digests = _digests_by_number(reading) if orphaned else {}
    for file in orphaned:
        digest = digests.get(file.number)
        seal_path = folder / ORPHANED / file.seal_name
        if digest is None or (folder / file.name).exists() or not seal_path.exists():
            continue
        if chain.digest_bytes(read(seal_path)) == digest:
            yield folder / ORPHANED / file.name, folder / file.name


def _adopt_seals(writing: Writing) -> None:
    """Add the rows of the seals that continue the table, in order."""
    for file in _files_above(writing):
        if not file.is_seal:
            continue
        body = read(writing.home / SEALS / file.name)
        seal = chain.parse_seal(body)
        if seal is None or file.number != seal["number"] or not _continues(writing, seal):
            continue
        row = {name: seal[name] for name in ("number", "first", "last", "closed_at", "day")}
        writing.sql.execute(insert(schema.seal).values(**row, sha256=chain.digest_bytes(body)))


def _continues(reading: Reading, seal: Mapping[str, Any]) -> bool:
    """Whether a seal follows the table's last one, and the table holds all that it closed."""
    number, last, sha256 = _last_row(reading)
    skips = None if seal["number"] == number + 1 else [number + 1, seal["number"] - 1]
    follows = (seal["previous"], seal["first"], seal["skips"]) == (sha256, last + 1, skips)
    return follows and not _lost_records(reading, seal)


# --- rollbacks --------------------------------------------------------------------------------


def _record_rollbacks(writing: Writing, copies: Sequence[Path], *, now: datetime) -> int:
    """Append an entry for the files in the home that no entry names, and one for those in the folders for copies."""
    named, folder = _named_files(writing), writing.home / SEALS
    above = [
        unknown._replace(kept_name=orphan_name(folder, unknown.kept_name))
        for unknown in _unnamed(folder, _files_above(writing), named)
    ]
    new = [*above, *_unnamed(folder / ORPHANED, list_files(folder / ORPHANED), named)]
    told = _NamedFiles(named.names, named.digests | {chain.digest_bytes(unknown.body) for unknown in new})
    in_copies = [unknown for place in copies for unknown in _unknown_in_copies(writing, place, told)]
    observations = [
        Observation("rollback", f"rollback/{writer.SELF}", rollback_payload(writing, files, place))
        for files, place in ((new, IN_SEALS), (in_copies, IN_COPIES))
        if files
    ]
    lost = _lost_in_ledger(writing)
    if lost:
        payload = rollback_payload(writing, [], IN_LEDGER) | lost
        observations.append(Observation("rollback", f"rollback/{writer.SELF}", payload))
        remembered_values.LOST_RECORDS.remember(writing, None)
    writer.append(writing, observations, account_id=None, at=now)
    return len(observations)


def _lost_in_ledger(reading: Reading) -> dict[str, Any]:
    """The first and last unsealed record that only a set-aside copy has, and how many, as no entry says so yet."""
    noted = remembered_values.LOST_RECORDS.recall(reading)
    if noted is None:
        return {}
    first, last = noted
    return {"first": first, "last": last, "lost": last - first + 1}


def _unnamed(folder: Path, files: Sequence[SealFile], named: _NamedFiles) -> list[_Unknown]:
    """Those of the files in a folder that no `rollback` entry names: neither their name nor their bytes."""
    unknown = []
    for file in files:
        if folder.name == ORPHANED and file.name in named.names:
            continue
        body = read(folder / file.name)
        if chain.digest_bytes(body) not in named.digests:
            unknown.append(_Unknown(file, body, file.name))
    return unknown


def rollback_payload(reading: Reading, unknown: Sequence[_Unknown], place: str) -> dict[str, Any]:
    """What a `rollback` entry says of these files, perhaps of none."""
    parsed = [chain.parse_seal(one.body) for one in unknown if one.file.is_seal]
    lost = sorted({pair for seal in parsed if seal is not None for pair in _lost_records(reading, seal)})
    table_last = _last_row(reading)[0]
    # A seal that leaves out numbers which this table has was made while an older database was in its place.
    skipped = [seal["skips"][0] for seal in parsed if seal is not None and seal["skips"]]
    return {
        "table_last": table_last,
        "numbers": sorted({one.file.number for one in unknown}),
        "files": {one.kept_name: chain.digest_bytes(one.body) for one in unknown},
        "first": lost[0][0] if lost else None,
        "last": lost[-1][0] if lost else None,
        "lost": len(lost),
        "place": place,
        **({"meanwhile": True} if skipped and min(skipped) <= table_last else {}),
    }


def _lost_records(reading: Reading, seal: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Number and digest of the entries that a seal closed and that the table does not hold as they were."""
    table = schema.entry.c
    query = select(table.seq, table.digest).where(table.seq.between(seal["first"], seal["last"]))
    digests = {row.seq: row.digest for row in reading.sql.execute(query)}
    return [(seq, digest) for seq, digest in enumerate(seal["entries"], seal["first"]) if digests.get(seq) != digest]


def _unknown_in_copies(reading: Reading, folder: Path, named: _NamedFiles) -> list[_Unknown]:
    """The files of seals in a folder for copies that are not ours and that no entry names.

    Each seal names the one before, so the seals of a number that both have are compared from the newest on, until one
    is the same. A folder that cannot be read tells nothing.
    """
    place = folder / SEALS
    try:
        files = list_files(place)
        ours = _digests_by_number(reading)
        foreign: set[str] = set()
        for file in reversed([file for file in files if file.is_seal]):
            if file.name in named.names:
                continue
            body = (place / file.name).read_bytes()
            if chain.digest_bytes(body) == ours.get(file.number):
                break
            if _is_of_this_account(reading, body):
                foreign.add(file.name)
        strangers = [file for file in files if file.seal_name in foreign]
        unknown = [_Unknown(file, (place / file.name).read_bytes(), file.name) for file in strangers]
        return [one for one in unknown if chain.digest_bytes(one.body) not in named.digests]
    except (OSError, errors.StorageError):
        return []


def _is_of_this_account(reading: Reading, body: bytes) -> bool:
    """Whether a seal is of the account of this archive, as far as both say; a file that is no seal is not."""
    seal = chain.parse_seal(body)
    if seal is None:
        return False
    account = current_state.owner_id(reading)
    return seal["account_id"] is None or account is None or seal["account_id"] == account


# --- the table ------------------------------------------------------------------------------------


def _rollbacks(reading: Reading) -> list[dict[str, Any]]:
    return [entry["payload"] for entry in rollback_entries(reading)]


def _named_files(reading: Reading) -> _NamedFiles:
    files = [payload["files"] for payload in _rollbacks(reading)]
    return _NamedFiles(
        frozenset(name for one in files for name in one), frozenset(digest for one in files for digest in one.values())
    )


def _files_above(reading: Reading) -> list[SealFile]:
    last = _last_row(reading)[0]
    return [file for file in list_files(reading.home / SEALS) if file.number > last]


def _last_row(reading: Reading) -> tuple[int, int, str]:
    """Number, last entry and SHA-256 of the last seal of the table."""
    for number, last, sha256 in _LAST_ROW.rows(reading.sql):
        return number, last, sha256
    return 0, 0, chain.GENESIS


def _digests_by_number(reading: Reading) -> dict[int, str]:
    rows = reading.sql.execute(select(schema.seal.c.number, schema.seal.c.sha256))
    return {row.number: row.sha256 for row in rows}
