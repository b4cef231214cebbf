"""Verifies an archive, or a package by its path: the store's streams put before the checks of `evidence`.

It writes nothing that is evidence, and works on read-only media.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.custody.stamp_check import archive_stamps, is_known_root, token_check
from archiver.evidence.stamps.timestamp import Authority
from archiver.evidence.verify.entries import EntryCheck
from archiver.evidence.verify.files import check_files
from archiver.evidence.verify.findings import Progress, Verification
from archiver.evidence.verify.path import verify_place
from archiver.evidence.verify.seals import SealChain, SealRow
from archiver.evidence.verify.stamps import StampCheck
from archiver.store import blobs, rebuild
from archiver.store import seals as seal
from archiver.store.archive import Archive, Reading
from archiver.store.engine import DATABASE
from archiver.store.queries import entries, raw_tables
from archiver.store.working import verification_log
from archiver.store.working.verification_log import Verified

_STEP = 1_000
"""Rows between two words of progress."""


def verify_archive(
    archive: Archive,
    *,
    deep: bool = False,
    progress: Progress | None = None,
    authorities: Sequence[Authority] | None = None,
) -> Verification:
    """Check everything that the archive holds, as of one moment; `deep` also makes the readable tables again.

    The roots of `authorities` are those that the settings pin; None: not known, so nothing is said of them.
    Raises NoArchive, NewerArchive, ArchiveBusy. A database that cannot be read is a finding.
    """
    told = Verification()
    with _damage_told(told, DATABASE), archive.reading() as reading:
        _verify(told, reading, deep=deep, tell=progress or _silent, authorities=authorities)
    if told.ok and not told.checked["entries"]:
        told.find("nothing", "entry", _("The archive holds no records, so there was nothing to check."))
    told.close()
    return told


def record(archive: Archive, told: Verification, *, deep: bool, at: datetime) -> bool:
    """Add a verification of the whole archive to its log, which is no evidence; False if it cannot be written now.

    A database that SQLite cannot read whole is not written to either.
    """
    if told.found.get("database"):
        return False
    made = Verified(at, deep, told.checked, sum(told.found.values()), tuple(told.found))
    try:
        with archive.writing() as writing:
            verification_log.keep(writing, made)
    except errors.StorageError:
        return False
    return True


def verify_path(path: Path, *, deep: bool = False, progress: Progress | None = None) -> Verification:
    """Check what lies at a path: a package (folder or zip), or the home of an archive.

    `deep` is for archives alone. Raises NothingThere if it is none of these, and what `verify_archive` raises.
    """
    try:
        if (path / DATABASE).is_file():
            return verify_archive(Archive(path), deep=deep, progress=progress)
        told = verify_place(path, progress, check=token_check(), known=is_known_root)
    except OSError as error:
        raise errors.NothingThere(path=path) from error
    if told is None:
        raise errors.NothingThere(path=path)
    return told


def _verify(
    told: Verification, reading: Reading, *, deep: bool, tell: Progress, authorities: Sequence[Authority] | None
) -> None:
    """Look at one table after the other; one that cannot be read does not keep the others from being looked at."""
    seals = reading.home / seal.FOLDER
    names = sorted(path.name for path in seals.iterdir()) if seals.is_dir() else []
    rows: list[SealRow] = []
    with _damage_told(told, "seal"):
        rows.extend(SealRow(*row) for row in raw_tables.seals(reading))
    stamps = StampCheck(told, archive_stamps(seals, names, authorities))
    chain = SealChain(told, names, lambda name: (seals / name).read_bytes(), rows, stamps.look)
    kept: set[bytes] = set()
    with _damage_told(told, "reply"):
        _check_replies(told, reading, kept, tell)
    check = EntryCheck(told, chain.stretches(), kept=kept, deep=deep)
    with _damage_told(told, "entry"):
        _check_entries(reading, check, tell)
    check.close()
    chain.compare_handed_out(check.handed_out)
    stamps.close()
    with _damage_told(told, "stamp"):
        _check_held(told, reading, seals)
    if authorities is not None and not authorities:
        told.note(_("No authority is asked for time stamps: [timestamp] in archive.toml names none."))
    check_files(told, reading.home / blobs.FOLDER, check.saved, tell)
    with _damage_told(told, "message"):
        told.checked["messages"] = raw_tables.count(reading, "message")
    if deep:
        with _damage_told(told, DATABASE):
            _check_deeply(told, reading, tell)


def _check_replies(told: Verification, reading: Reading, kept: set[bytes], tell: Progress) -> None:
    """Each kept reply still has the body it came with."""
    total = raw_tables.count(reading, "reply")
    for done, reply in enumerate(raw_tables.replies(reading), 1):
        if reply.actual is None:
            told.find("reply-digest", f"reply/{reply.number}", _("The body of the reply cannot be opened."))
        elif reply.actual != reply.stated:
            said = _("The body of the reply is not the one that was received: its SHA-256 differs.")
            told.find("reply-digest", f"reply/{reply.number}", said)
        kept.update(_digests(reply))
        if done % _STEP == 0 or done == total:
            tell("replies", done, total)


def _check_held(told: Verification, reading: Reading, seals: Path) -> None:
    """Each stamp that came still lies there: its file was in its place before its row was written."""
    held = list(raw_tables.stamps(reading))
    there = {(path.name.partition("-")[0], path.name.split(".")[-2]) for path in seals.glob("*-*.json.*.tsr")}
    for number, authority in held:
        if (f"{number:06}", authority) not in there:
            said = _("The table of stamps says that this stamp came, but its file is not there.")
            told.find("stamp-missing", f"stamp/{number}/{authority}", said)


def _check_entries(reading: Reading, check: EntryCheck, tell: Progress) -> None:
    total = raw_tables.count(reading, "entry")
    for done, row in enumerate(raw_tables.entries(reading), 1):
        check.look(row)
        if done % _STEP == 0 or done == total:
            tell("entries", done, total)


def _check_deeply(told: Verification, reading: Reading, tell: Progress) -> None:
    """The database itself, its triggers, and the readable tables against the entries."""
    for text in rebuild.integrity(reading):
        told.find("database", DATABASE, _("SQLite finds the database damaged: {detail}").format(detail=text))
    for name in rebuild.altered_triggers(reading):
        said = _("The rule that keeps records from being changed is not there as it was made.")
        told.find("triggers", name, said)
    total = entries.last_seq(reading)
    for one in rebuild.differences(reading, progress=lambda done: tell("rows", done, total)):
        told.find("readable-rows", "/".join([one.table, *map(str, one.key)]), _difference(one))


def _difference(one: rebuild.RowDifference) -> str:
    if one.table == "entry":
        return _("The readable tables cannot be made of this record.")
    match one.kind:
        case "missing":
            return _("The records give this row, but the readable table lacks it.")
        case "extra":
            return _("The readable table has this row, but the records do not give it.")
    said = _("The readable table differs from the records in: {columns}.")
    return said.format(columns=", ".join(one.columns))


def _digests(reply: raw_tables.RawReply) -> Iterator[bytes]:
    """Under which digests a reply counts as kept: if they differ, that alone is the finding."""
    for text in (reply.stated, reply.actual or ""):
        with suppress(ValueError):
            yield bytes.fromhex(text)


@contextmanager
def _damage_told(told: Verification, subject: str) -> Iterator[None]:
    """Make a finding of what SQLite cannot read."""
    try:
        yield
    except errors.ArchiveDamaged as error:
        told.find(
            "database", subject, _("The database cannot be read here: {detail}").format(detail=error.data["detail"])
        )


def _silent(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""
