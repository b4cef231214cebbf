"""An archive entered in a team's ledger, and an archive of a ledger taken home as one of its own."""

from __future__ import annotations

import gc
import secrets
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from glob import escape
from pathlib import Path

from filelock import FileLock, Timeout

from archiver import errors
from archiver.custody.verify import verify_archive
from archiver.evidence.verify.findings import Progress, Verification
from archiver.folder_sync import disk_errors, sync_where_possible
from archiver.store.archive import Archive
from archiver.store.durable_files import sync_tree
from archiver.store.erasure import records
from archiver.store.queries import current_state
from archiver.store.queries.entries import last_record
from archiver.team.ledger.archive_in_ledger import Ledger
from archiver.team.ledger.database import (
    LedgerPlace,
    find_archive,
    open_archive,
    printable,
    read_ledger_file,
    write_ledger_file,
)
from archiver.team.ledger.service_tables import record_access
from archiver.team.ledger_copy import exchange, shared_files
from archiver.team.ledger_copy.exchange import count_unnamed_seals
from archiver.team.ledger_copy.keeper import exchange_with
from archiver.team.s3_store import SCHEME, check_store, read_address
from archiver.wording import gettext as _
from archiver.wording import ngettext


def adopt(home: Path, address: str, files: str | None, *, tell: Progress | None = None) -> LedgerPlace:
    """Verify an archive in depth, ship all of it to the ledger, and make its home a copy of what the ledger holds.

    A home whose archive is in the ledger already becomes a copy if it is the same archive; what it lacks comes.
    Raises NoArchive, ArchiveInUse, NotAdopted, AnotherArchive, LedgerUnavailable, TeamStoreUnavailable,
    TeamNotInstalled.
    """
    with closing(Archive(home)) as archive, archive.round_lock():
        owner = archive.read(current_state.owner)
        if owner is None:
            raise errors.NotAdopted(home=home, detail=_("it does not know yet whose it is; run archive save first"))
        account = int(owner["account_id"])
        verification = verify_archive(archive, deep=True, progress=tell)
        if not verification.ok:
            raise errors.NotAdopted(home=home, detail=verification.findings[0].text)
        if files is not None:
            check_store(files)
        place = LedgerPlace(address, open_archive(address, account), files)
        with closing(Ledger(place)) as ledger:
            try:
                exchange_with(archive, ledger)
            except exchange.CopyDiverged as error:
                raise errors.AnotherArchive(account=account, home=home) from error
        with archive.reading() as reading:  # the ledger may have had the records already, and the store not the bytes
            exchange.fill_store(reading.sql, home, place)
        write_ledger_file(home, place)
    return place


def store_address(text: str) -> str:
    """The address of a store of files as `ledger.toml` has it: `s3://…` or an absolute path. Raises BadTeamStore."""
    if not text.startswith(SCHEME):
        return str(Path(text).expanduser().absolute())
    read_address(text)
    return text


def ledger_and_store(home: Path, address: str | None, files: str | None) -> tuple[str, str | None]:
    """The ledger and the store of files that are named, else those of the home. Raises UsageError, BadTeamStore."""
    own = read_ledger_file(home)
    own_address, own_files = (None, None) if own is None else (own.address, own.files)
    if (address := address or own_address) is None:
        raise errors.UsageError(detail=_("Say which ledger: --ledger ADDRESS"))
    return address, store_address(files) if files else own_files


def place_of(home: Path, address: str | None, account: int | None, files: str | None = None) -> LedgerPlace:
    """The archive in a ledger that is meant: an account's, or the one that the home is a copy of.

    Raises UsageError, BadTeamStore, NotInLedger, LedgerUnavailable, TeamNotInstalled.
    """
    address, store = ledger_and_store(home, address, files)
    if account is not None:
        return LedgerPlace(address, find_archive(address, account), store)
    own = read_ledger_file(home)
    if own is None:
        raise errors.UsageError(detail=_("Say whose archive: archive team take-home ACCOUNT DIR"))
    return replace(own, files=store)


def take_home(
    place: LedgerPlace,
    target: Path,
    home: Path,
    *,
    account: int | None = None,
    tell: Progress | None = None,
    who: str | None = None,
) -> Verification:
    """Make an ordinary archive of what the ledger holds, in a folder that is not there yet, and verify it in depth.

    `who` takes it, as the row of the record of accesses says that is there before anything is read; None: there is one.

    Until it is whole it lies beside it, in a folder of its own (`DIR.partial-…`).
    Where a row is one that no copy can have written, all before it is taken, and it is refused if that is nothing.
    Bytes of files come from the team's store of files, and from `home` if it is a copy of the same archive.
    `account`: whose archive was asked for; another one's is refused, whatever the ledger says of its number.
    Raises PlaceTaken, LedgerUnavailable, BadLedger, StorageError.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise errors.PlaceTaken(path=target)
    with _folder_beside(target) as fresh:
        if who is not None:
            record_access(place, who=who, what="take-home", reason="")
        own = read_ledger_file(home)
        is_copy = own is not None and (own.address, own.archive) == (place.address, place.archive)
        bad_row = _fill(fresh, place, home if is_copy else None)
        _require_owner(fresh, place, account)
        with closing(Archive(fresh)) as archive:
            verification = verify_archive(archive, deep=True, progress=tell)
            _tell_unnamed_seals(archive, place, verification)
            if bad_row is not None:
                verification.add_finding("ledger-row", "ledger", str(bad_row))
        _move(fresh, target)
    return verification


@contextmanager
def _folder_beside(target: Path) -> Iterator[Path]:
    """A folder beside the one that is to be, of which nothing stays; what killed processes left there goes too.

    All in it is in the ledger as well, and it may be somebody else's.
    """
    fresh = target.with_name(f"{target.name}.partial-{secrets.token_hex(4)}")
    lock = FileLock(f"{fresh}.lock", mode=0o600, timeout=0)
    with disk_errors(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in target.parent.glob(f"{escape(target.name)}.partial-*.lock"):
            with suppress(Timeout):
                with FileLock(left, timeout=0):
                    pass
                _remove(left.with_suffix(""), left)
        lock.acquire()
        fresh.mkdir(mode=0o700)
    try:
        yield fresh
    finally:
        lock.release()
        _remove(fresh, Path(lock.lock_file))


def _remove(folder: Path, lock: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        lock.unlink(missing_ok=True)


def _fill(fresh: Path, place: LedgerPlace, source: Path | None) -> errors.BadLedger | None:
    """Bring all that the ledger and the store hold into an empty folder, up to a row that no copy can have written."""
    bad_row: errors.BadLedger | None = None
    with _collector_paused(), closing(Archive(fresh, being_made=True)) as archive, closing(Ledger(place)) as ledger:
        archive.create()
        try:
            exchange_with(archive, ledger)
        except errors.BadLedger as error:
            bad_row = error
        with archive.writing() as writing:
            if bad_row is not None and last_record(writing) is None:
                raise bad_row
            exchange.end_copy(writing.sql, fresh, place, source)
            is_erased = bool(records.erasures(writing))
        shared_files.bring_dailies(fresh, place, with_hidden=not is_erased)
        archive.sync()
    return bad_row


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Look for no circles of objects meanwhile: the rows make many objects that are soon gone, and no circle."""
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()


def _move(fresh: Path, target: Path) -> None:
    with disk_errors(target):
        if target.exists():
            target.rmdir()
        sync_tree(fresh)
        fresh.rename(target)
        sync_where_possible(target.parent)


def _require_owner(fresh: Path, place: LedgerPlace, account: int | None) -> None:
    """Raise BadLedger if the records say that they are another account's."""
    with closing(Archive(fresh)) as archive, archive.reading() as reading:
        owner = current_state.owner(reading)
    if account is not None and owner is not None and int(owner["account_id"]) != account:
        detail = _("its records are those of account {account}").format(account=owner["account_id"])
        raise errors.BadLedger(ledger=printable(place.address), archive=place.archive, detail=detail)


def _tell_unnamed_seals(archive: Archive, place: LedgerPlace, verification: Verification) -> None:
    """Say that the store holds seals of which the ledger says nothing, as where somebody has deleted them there."""
    count = archive.read(count_unnamed_seals, place)
    if count:
        sentence = ngettext(
            "{n} file of seals in the team's store belongs to no record of the ledger: a round that was interrupted "
            "may have left it, or seals were deleted from the ledger. What it would prove was not looked at.",
            "{n} files of seals in the team's store belong to no record of the ledger: a round that was interrupted "
            "may have left them, or seals were deleted from the ledger. What they would prove was not looked at.",
            count,
        )
        verification.add_unchecked("seals/", sentence.format(n=count))
