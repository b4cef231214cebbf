"""Daily copies made by the job: a zip of the new entries for each contract.

The last entry covered is stored in a working table only after the zip is in its place, so the next run catches up
after one that was killed, or for which the store of the team was away.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from operator import itemgetter
from pathlib import Path

from archiver.evidence.chain import digest_file
from archiver.evidence.history import READINGS
from archiver.export.bag import PARTIAL, pack, partial_bag
from archiver.export.mask.package_mask import PackageMask
from archiver.export.package.full_package import assemble
from archiver.export.package.order import ExportOrder
from archiver.export.package.recipe import Recipe
from archiver.export.package.recipe_from_order import with_own_token
from archiver.export.package_scope import NEVER_EXPORTED, PackageScope, subject
from archiver.folder_sync import disk_errors, sync_where_possible
from archiver.records import JST, Contract, begin_of_day
from archiver.store import seals
from archiver.store.archive import Archive, Reading
from archiver.store.durable_files import make_durable_folder
from archiver.store.queries import contracts
from archiver.store.queries.entries import last_entry_before, last_seq, new_entries
from archiver.store.time_text import from_text
from archiver.store.working import remembered_values

FOLDER = "daily"

_Subjects = set[tuple[int, str]]


def write_daily_copy(
    archive: Archive,
    contract: str,
    *,
    now: Callable[[], datetime],
    file_limit_bytes: int,
    at_once: bool = False,
) -> Path | None:
    """Write the daily copy of a contract into `daily/<contract>` in the home; None if no news.

    It covers the entries since the last copy up to the end of yesterday in Tokyo, with `at_once` up to now. They are
    sealed first. Files above `file_limit_bytes` are only listed. In a copy of a team's archive it
    goes into the store too. Raises UnknownContract, DiskFull, HomeNotWritable, ArchiveBusy, TeamStoreUnavailable.
    """
    until = None if at_once else begin_of_day(now().astimezone(JST).date())
    with archive.reading() as reading:
        whole = contracts.find_contract(reading, contract)
        news = _find_news(reading, whole, until)
        unsealed = news is not None and seals.last_sealed(reading) < news[0]
    if news is None:
        return None
    upto, subjects, last_at = news
    if unsealed:
        seals.close_seals(archive, now=now())
    target = archive.home / FOLDER / whole.id
    label = f"{now().astimezone(JST):%Y-%m-%d-%H%M}" if at_once else f"{last_at.astimezone(JST).date()}"
    with disk_errors(target):
        make_durable_folder(target)
        zip_path = archive.read(
            _make_zip, whole, upto, subjects, target / f"{label}_{whole.id}_daily", file_limit_bytes
        )
    if zip_path is not None:
        archive.keeper.put_daily(zip_path)
    archive.write(remembered_values.DAILY_COPY_UPTO.of(whole.id).remember, upto)
    return zip_path


def _find_news(reading: Reading, contract: Contract, until: datetime | None) -> tuple[int, _Subjects, datetime] | None:
    """Up to which entry there is news since the last daily copy, of what, and the time of the last.

    None if there is none that a reader would look for.
    """
    after = remembered_values.DAILY_COPY_UPTO.of(contract.id).recall(reading)
    upto = last_seq(reading) if until is None else last_entry_before(reading, until)
    rooms = {room.room_id for room in contract.rooms}
    subjects, last_at = _Subjects(), None
    for observed_at, kind, room, key in new_entries(reading, rooms, contract.id, after=after, upto=upto):
        if kind not in READINGS and kind not in NEVER_EXPORTED and room is not None:
            subjects.add((room, subject(kind, key)))
            last_at = from_text(observed_at)
    return None if last_at is None else (upto, subjects, last_at)


def _make_zip(
    reading: Reading, contract: Contract, upto: int, subjects: _Subjects, target: Path, limit: int
) -> Path | None:
    """Build the zip; None if all the news is outside the contract's periods."""
    folder, base_name = target.parent, target.name
    covered_seals = [seal for seal in seals.seals(reading) if seal.first <= upto]
    # Remove what a killed run left; nobody else writes here, as the round holds a lock.
    for leftover in folder.glob(f"*_daily*{PARTIAL}"):
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    policy = with_own_token(reading, None)
    mask = None if policy is None else PackageMask(policy, {})
    recipe = Recipe(
        order=ExportOrder(contract=contract.id, profile="daily"),
        name=base_name,
        contract=contract if mask is None else mask.contract(contract),
        scope=PackageScope(
            contract, after=remembered_values.DAILY_COPY_UPTO.of(contract.id).recall(reading), news=subjects
        ),
        seals=covered_seals,
        upto=upto,
        read_at=covered_seals[-1].closed_at,
        created_at=None,
        only_messages=sorted(
            ((room, int(key.removeprefix("message/"))) for room, key in subjects if key.startswith("message/")),
            key=itemgetter(1, 0),
        ),
        file_limit=limit,
        mask=mask,
    )
    with partial_bag(folder, base_name) as bag:
        result = assemble(reading, recipe, bag)
        zip_path = folder / f"{bag.name}.zip"
        if not result.empty:
            pack(bag.folder, base_name, zip_path, at=recipe.read_at)
            sync_where_possible(folder)  # before the archive remembers that these news are in a copy
        shutil.rmtree(bag.folder)
    if result.empty:
        return None
    earlier = folder / f"{base_name}.zip"
    # A run that was killed just after writing it has left an equal one.
    if zip_path != earlier and earlier.is_file() and digest_file(earlier) == digest_file(zip_path):
        zip_path.unlink()
        return earlier
    return zip_path
