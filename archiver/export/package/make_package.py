"""Makes a package: seal, snapshot, copy, tables, pages, lists, rename; then records the export as an entry.

A package is the state at seal N: the snapshot's last entry is the seal's last. From a home that cannot be written it
also holds the entries behind it, and says so. It is built in `NAME.partial` and renamed, and never overwrites another.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from gettext import gettext as _
from pathlib import Path

from archiver import errors
from archiver.evidence.chain import canonical, digest, digest_file
from archiver.export import PROFILES, READERS, PackageForm
from archiver.export.bag import TAG_MANIFEST, Bag, pack, partial_bag, sweep_leftovers
from archiver.export.mask.policy_and_covers import POLICIES
from archiver.export.package import full_package, submission_package
from archiver.export.package.entry_reader import KeptHistories
from archiver.export.package.order import ExportOrder
from archiver.export.package.package_input import Progress
from archiver.export.package.recipe import ExportReport as ExportReport
from archiver.export.package.recipe import PackagePreview, Recipe
from archiver.export.package.recipe_from_order import make_recipe
from archiver.export.package.submission_package import DIGEST_LIST
from archiver.export.stamps import StampService, stamp_package
from archiver.folder_sync import disk_errors, sync_where_possible
from archiver.platforms.job_platform import platform_of
from archiver.records import JST, Contract, Observation, Seal
from archiver.report_language import JAPANESE, report_language, say
from archiver.store import backup_folder, seals, writer
from archiver.store.archive import Archive, Reading, again_if_stale
from archiver.store.durable_files import sync_tree
from archiver.store.engine import BUSY_SECONDS
from archiver.store.queries import contracts
from archiver.store.queries.entries import last_seq
from archiver.store.seals import oldest_pending
from archiver.store.time_text import to_text
from archiver.store.working import remembered_values
from archiver.store.working.remembered_values import PRACTICE

Confirm = Callable[[PackagePreview], bool]
"""Called with the preview of a package; returns False to decline it."""

FOLDER = "exports"
MAX_UNASKED_ZIP_BYTES = 2_000_000_000
"""The size in bytes up to which a bag is also zipped without being asked."""

_TRIES = 10
_STALE_AFTER = timedelta(days=1)
_MAX_NUMBER_LENGTH = 32
"""Characters of a platform's contract number at most that a package name takes."""


class ExportDeclined(Exception):
    """The user declined the export after the preview; nothing is left behind."""


def folder_of(archive: Archive, order: ExportOrder) -> Path:
    """Where the package of an order comes to lie. Raises UnknownProfile, UsageError (a folder of the archive's own)."""
    if order.profile not in READERS:
        raise errors.UnknownProfile(profile=order.profile, known=", ".join(READERS))
    folder = (order.out or archive.home / FOLDER).absolute()
    if any(folder.resolve().is_relative_to((archive.home / own).resolve()) for own in backup_folder.FOLDERS):
        sentence = _("{folder} belongs to the archive, which holds nothing else there. Name another folder: --out DIR")
        raise errors.UsageError(detail=sentence.format(folder=folder))
    return folder


def export(
    archive: Archive,
    order: ExportOrder,
    *,
    now: Callable[[], datetime],
    stamping: StampService | None = None,
    progress: Progress | None = None,
    confirm: Confirm | None = None,
) -> ExportReport:
    """Make the package of an order.

    `stamping` gets the time stamps (None: no authority is asked); `confirm` is called with the preview and may decline.
    Raises ExportDeclined, UsageError (a chosen message or person is not in the package), UnknownProfile,
    UnknownContract, NoContract, AmbiguousContract, RowsDisagree, DiskFull, PackagePlaceNotWritable, HomeNotWritable,
    ArchiveBusy. Then nothing is left behind.
    """
    folder = folder_of(archive, order)
    archive.scratch_folder = next((one for one in (folder, *folder.parents) if one.is_dir()), None)
    contract_id = archive.read(contracts.named_or_only_contract, order.contract).id
    with disk_errors(folder, errors.PackagePlaceNotWritable), _packages_folder(folder):
        sweep_leftovers(folder, older_than=now() - _STALE_AFTER)
        with sealed_reading(archive, now=now) as (reading, all_seals, upto):
            if stamping is not None:
                stamping.stamp_seals()
            contract = contracts.find_contract(reading, contract_id)
            held = [remembered_values.last_saved_at(reading), *(one.closed_at for one in all_seals[-1:])]
            at = max([now(), *filter(None, held)])  # a slow clock that no reply corrects would date it before them
            is_practice = PRACTICE.recall(reading) is not None
            mark = ("練習用_" if order.lang == JAPANESE else "practice_") if is_practice else ""
            name = f"{mark}{package_name(contract)}_{at.astimezone(JST):%Y%m%d-%H%M%S}_{order.profile}"
            language = report_language(order.lang, practice=is_practice, hires=not contract.does_work)
            with partial_bag(folder, name) as bag, language, KeptHistories(folder) as kept:
                recipe = make_recipe(
                    reading,
                    all_seals,
                    order,
                    contract,
                    name=bag.name,
                    stamping=stamping,
                    at=at,
                    upto=upto,
                    kept=kept,
                )
                report = _make_package(reading, recipe, bag, progress, confirm)
    try:
        _record_export(archive, order, report, made_at=at, at=now())
    except errors.LedgerUnavailable:  # the package is complete all the same
        note = _(
            "The team's ledger could not be written to, so the archive does not record this export. The member sees "
            "what is made under a grant: archive team audit"
        )
    except errors.HomeNotWritable:
        note = _(
            "This archive is a backup or cannot be written, so it does not record this export. Note elsewhere to whom "
            "you give it."
        )
    else:
        return report
    return replace(report, record_note=note)


@contextlib.contextmanager
def sealed_reading(archive: Archive, *, now: Callable[[], datetime]) -> Iterator[tuple[Reading, list[Seal], int]]:
    """A snapshot with its seals and its last entry, which is sealed first; not in a home that cannot be written.

    Raises ArchiveBusy.
    """
    can_seal = True
    for attempt in range(_TRIES):
        with archive.reading() as reading:
            upto = last_seq(reading)
            is_sealed = upto == seals.last_sealed(reading) and (attempt or oldest_pending(reading) is None)
            if not can_seal or is_sealed:
                yield reading, seals.seals(reading), upto
                return
        try:
            again_if_stale(seals.close_seals)(archive, now=now())
        except errors.HomeNotWritable:
            can_seal = False
    raise errors.ArchiveBusy(seconds=BUSY_SECONDS)


def package_name(contract: Contract) -> str:
    """`CW12345678` where the platform's prefix and number are known, else the contract's id, if the user chose it.

    The program's own, such as `job2`, would tell a reader how many others there are.
    """
    given, prefix = contract.platform_id or "", platform_of(contract.platform).prefix
    if prefix and given.isascii() and given.isalnum() and len(given) <= _MAX_NUMBER_LENGTH:
        return f"{prefix}{given}"
    return "chatwork" if re.fullmatch("job[0-9]+", contract.id) else contract.id


def _make_package(
    reading: Reading, recipe: Recipe, bag: Bag, progress: Progress | None, confirm: Confirm | None
) -> ExportReport:
    """Fill the bag, which has a temporary name, and rename it; the zip of a bag has its name just before.

    What is handed in is a zip, and beside it the files that are also handed in separately.
    """
    order, name, folder = recipe.order, recipe.name, bag.folder.parent
    is_submission = PROFILES[order.profile].form is PackageForm.SUBMISSION
    content, assemble, last_list = bag, full_package.assemble, TAG_MANIFEST
    if is_submission:
        content, assemble, last_list = Bag(bag.folder / "content"), submission_package.assemble, DIGEST_LIST
        content.folder.mkdir()
    result = assemble(reading, recipe, content, progress)
    if confirm is not None and result.preview is not None and not confirm(result.preview):
        raise ExportDeclined
    stamps = stamp_package(content, recipe.stamping, last_list) if recipe.stamping else {}
    zip_file = None
    if is_submission:
        pack(content.folder, name, bag.folder / f"{name}.zip", at=recipe.read_at)
        submission_package.put_loose_files(content, order.profile, bag.folder)
        shutil.rmtree(content.folder)
        zip_file = folder / name / f"{name}.zip"
    sync_tree(bag.folder)  # after a power cut too, what has the final name is whole
    if not is_submission and (order.zip or bag.size <= MAX_UNASKED_ZIP_BYTES):
        zip_file = folder / f"{name}.zip"
        pack(bag.folder, name, zip_file, at=recipe.read_at)
    bag.folder.rename(folder / name)
    sync_where_possible(folder)
    missing = [one for one in recipe.roots if one not in stamps]
    return replace(
        result,
        path=str(folder / name),
        zip=None if zip_file is None else str(zip_file),
        profile=order.profile,
        seal=recipe.seals[-1].number if recipe.seals else None,
        sha256=result.list_sha256 if zip_file is None or not is_submission else digest_file(zip_file),
        stamped=bool(recipe.roots) and not missing,
        unstamped=tuple(say("タイムスタンプ({one}): この資料に付けられませんでした", one=one) for one in missing),
        too_large=result.too_large or tuple(_size_warnings(zip_file or folder / name, order)),
        files_packed=result.preview.files if result.preview else 0,
        warnings=result.preview.warnings if result.preview else (),
        contract=recipe.contract.id,
        unsealed=recipe.unsealed,
        reading=recipe.reading,
        stamps=stamps,
        digests=content.digests,
    )


def _size_warnings(package_path: Path, order: ExportOrder) -> list[str]:
    """A sentence about a package that is above its size limit as a whole."""
    if order.max_bytes is None or PROFILES[order.profile].limit_each:
        return []
    paths = [package_path] if package_path.is_file() else [path for path in package_path.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in paths)
    if size <= order.max_bytes:
        return []
    return [
        say(
            "資料の大きさ {size:.1f} MB が上限 {max_bytes:g} MB を超えています",
            size=size / 1000000.0,
            max_bytes=order.max_bytes / 1000000.0,
        )
    ]


@again_if_stale
def _record_export(
    archive: Archive, order: ExportOrder, report: ExportReport, *, made_at: datetime, at: datetime
) -> None:
    """Append the `export` entry: what was ordered and exported; the digests of its files are kept beside it."""
    name = Path(report.path).name
    payload = {
        "contract": report.contract,
        "files": report.files,
        "gaps": report.gaps,
        "messages": report.messages,
        "name": name,
        "profile": report.profile,
        "seal": report.seal,
        "sha256": report.sha256,
        "list_sha256": report.list_sha256,
        "stamps": dict(report.stamps),
        "files_sha256": digest(canonical(dict(report.digests))),
        "made_at": to_text(made_at),
        "order": order.record(),
        **({} if order.lang == JAPANESE else {"lang": order.lang}),
        **({"read": report.reading["read"]} if report.profile in POLICIES else {}),
    }
    with archive.writing() as writing:
        writer.append_stated(writing, [Observation("export", f"export/{writer.SELF}", payload)], at=at)
        slot = remembered_values.EXPORT_FILES.of(report.contract)
        slot.remember(writing, {**slot.recall(writing), name: report.digests})


@contextlib.contextmanager
def _packages_folder(folder: Path) -> Iterator[None]:
    """Create the folder for packages; if nothing is made, created folders are removed again. Raises OSError."""
    created = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    except BaseException:
        for path in created:
            with contextlib.suppress(OSError):  # another program has put something there
                path.rmdir()
        raise
