"""Makes a package: seal, snapshot, copy, tables, pages, lists, rename; then writes down that it was made.

A package is the state at seal N: the snapshot's last entry is the seal's last. It is built in `NAME.partial`
and renamed, and never written over another.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archiver import errors
from archiver.evidence.history import number
from archiver.evidence.manifest import digest_file
from archiver.export import PROFILES, Form
from archiver.export.bag import Bag, free_name, pack, partial_bag, sweep_leftovers
from archiver.export.mask.cover import Policy
from archiver.export.message_choice import NOTHING, MessageChoice
from archiver.export.package import submission_package
from archiver.export.package.full_package import assemble
from archiver.export.package.gather import Progress
from archiver.export.package.order import Confirm, ExportOrder, make_recipe
from archiver.export.package.recipe import PackageResult, Recipe
from archiver.export.stamps import StampService, stamp_package
from archiver.records import JST, Contract, Observation, Seal
from archiver.store import seals, writer
from archiver.store.archive import Archive, Reading
from archiver.store.disk import storage_error
from archiver.store.engine import BUSY_SECONDS
from archiver.store.queries import contracts, current_state
from archiver.store.queries.entries import last_seq

FOLDER = "exports"
MAX_UNASKED_ZIP_BYTES = 2_000_000_000
"""Bytes of a bag that is also zipped unasked."""

_TRIES = 10
_STALE_AFTER = timedelta(days=1)
_MAX_NUMBER_LENGTH = 32
"""Signs of a platform's contract number that go into a name."""


class ExportDeclined(Exception):
    """The user looked at what would leave and said no; nothing is left behind."""


_DOCUMENT_KEYS = (
    *("path", "zip", "profile", "messages", "files", "gaps", "seal", "sha256", "stamped"),
    *("files_packed", "warnings", "incomplete", "unheld"),
)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was made."""

    path: str
    """Absolute: the bag's folder; for a profile that is only a zip, the folder that holds it."""
    zip: str | None
    profile: str
    messages: int
    files: int
    """Files listed, whether or not their bytes are held."""
    gaps: int
    """Gaps that are open and touch the period."""
    seal: int | None
    """The number of the seal whose state it shows."""
    sha256: str
    """The digest from which everything in it follows: of `tagmanifest-sha256.txt`, for a mere zip of the zip."""
    stamped: bool
    """Whether every configured authority stamped the package itself; False if there is none."""
    missing: tuple[str, ...] = ()
    """What should be in it and is not (bytes lost or damaged, stamps of seals), one Japanese sentence each.

    The package says so itself.
    """
    unstamped: tuple[str, ...] = ()
    """Whose stamp over the package itself did not come; as stamps come last, the package cannot say so."""
    too_large: tuple[str, ...] = ()
    """What is larger than it may be; nothing was left out of it for that."""
    files_packed: int = 0
    """Files whose bytes are in it."""
    warnings: tuple[str, ...] = ()
    """What to think of before it leaves (`gathering.Preview`)."""
    unheld: tuple[str, ...] = ()
    """Files whose bytes were never saved, with the reason."""
    advice: str | None = None
    """What the user should do before handing it in, in Japanese."""
    blank: tuple[str, ...] = ()
    """Facts of the contract that a reader will look for and that are not stated yet."""
    contract: str = ""
    """What the contract is called here."""

    @property
    def incomplete(self) -> tuple[str, ...]:
        """All that keeps it from being what it should be, one Japanese sentence each."""
        return (*self.missing, *self.unstamped, *self.too_large)

    def document(self) -> dict[str, object]:
        """The JSON document of design §5."""
        return {name: getattr(self, name) for name in _DOCUMENT_KEYS}


def export(
    archive: Archive,
    *,
    contract: str | None = None,
    profile: str,
    since: datetime | None = None,
    until: datetime | None = None,
    out: Path | None = None,
    zip: bool = False,  # noqa: A002 - the name of the option
    now: Callable[[], datetime],
    progress: Progress | None = None,
    stamping: StampService | None = None,
    policy: Policy | None = None,
    counterparts: Collection[int] | None = None,
    choice: MessageChoice = NOTHING,
    max_mb: float | None = None,
    every: timedelta = timedelta(minutes=5),
    confirm: Confirm | None = None,
) -> ExportReport:
    """Make the package of a contract (None: the only one) in `out` (None: `exports` in the home).

    `since` (included) and `until` (not included) stand in place of the contract's periods; `zip` makes a zip of a bag
    above 2 GB too; `stamping` gets the stamps (None: no authority is asked); `policy` says what is covered
    (None: nothing) and `counterparts` who is mapped as the other side (None: nobody yet); `choice` names the
    messages of the excerpt, `max_mb` what the package may weigh (None: as the profile says), `every` how often
    the job looks; `confirm` is shown what would leave and may say no.
    Raises Declined, UsageError (a chosen message or person is not in the package), UnknownProfile, UnknownContract,
    NoContract, AmbiguousContract, RowsDisagree, DiskFull, PackagePlaceNotWritable, HomeNotWritable, ArchiveBusy; then
    nothing is left behind.
    """
    if profile not in PROFILES:
        raise errors.UnknownProfile(profile=profile, known=", ".join(PROFILES))
    with archive.reading() as reading:
        contract_id = contracts.named_or_only_contract(reading, contract).id
    folder = (out or archive.home / FOLDER).absolute()
    with file_errors_as_ours(folder, errors.PackagePlaceNotWritable), _packages_folder(folder):
        sweep_leftovers(folder, older_than=now() - _STALE_AFTER)
        with sealed_reading(archive, now=now) as (reading, all_seals):
            if stamping is not None:
                stamping.stamp_seals()
            order = ExportOrder(
                contract=contract_id,
                profile=profile,
                since=since,
                until=until,
                zip=zip,
                stamping=stamping,
                policy=policy,
                counterparts=counterparts,
                choice=choice,
                max_mb=max_mb,
                every=every,
                confirm=confirm,
            )
            report = _make_package(reading, all_seals, order, folder, now(), progress)
    # On a medium that cannot be written no note of it is kept; the package is whole all the same.
    with contextlib.suppress(errors.HomeNotWritable):
        _record_export(archive, report, contract_id, at=now())
    return report


@contextlib.contextmanager
def sealed_reading(archive: Archive, *, now: Callable[[], datetime]) -> Iterator[tuple[Reading, list[Seal]]]:
    """A snapshot whose last entry is the last seal's last; what is unsealed is sealed first. Raises ArchiveBusy."""
    for _ in range(_TRIES):
        with archive.reading() as reading:
            if last_seq(reading) == seals.last_sealed(reading):
                yield reading, seals.seals(reading)
                return
        seals.close_seals(archive, now=now())
    raise errors.ArchiveBusy(seconds=BUSY_SECONDS)


def package_name(contract: Contract) -> str:
    """`CW12345678` for a contract on CrowdWorks whose number is known, else what the contract is called here."""
    given = contract.platform_id or ""
    if contract.platform == "crowdworks" and given.isascii() and given.isalnum() and len(given) <= _MAX_NUMBER_LENGTH:
        return f"CW{given}"
    return contract.id


def _make_package(
    reading: Reading, all_seals: list[Seal], order: ExportOrder, folder: Path, at: datetime, progress: Progress | None
) -> ExportReport:
    """Build beside the place and rename; the folder and its zip are both there, or neither."""
    contract = contracts.contract(reading, order.contract)
    name = free_name(folder, f"{package_name(contract)}_{at.astimezone(JST):%Y%m%d-%H%M}_{order.profile}")
    recipe = make_recipe(reading, all_seals, order, name, contract, at)
    form = PROFILES[order.profile].form
    with partial_bag(folder, name) as bag:
        if form is Form.SUBMISSION:
            built, zipped, missing = _make_submission(reading, recipe, bag, order, progress)
            bag.folder.rename(folder / name)
            packed: Path | None = folder / name / zipped.name
        else:
            built, packed, missing = _make_bag(reading, recipe, bag, order, folder, progress)
    oversized = _size_warnings(built, packed or folder / name, order)
    return ExportReport(
        path=str(folder / name if PROFILES[order.profile].folder else folder),
        zip=None if packed is None else str(packed),
        profile=order.profile,
        messages=built.messages,
        files=built.files,
        gaps=built.gaps,
        seal=all_seals[-1].number if all_seals else None,
        sha256=built.sha256 if packed is None or form is Form.BAG else digest_file(packed),
        stamped=order.stamping is not None and bool(order.stamping.roots) and not missing,
        missing=tuple(one for one in built.incomplete if one not in oversized),
        unstamped=tuple(f"第三者の時刻({one}): この資料に付けられませんでした" for one in missing),
        too_large=tuple(oversized),
        files_packed=built.preview.files if built.preview else 0,
        warnings=built.preview.warnings if built.preview else (),
        unheld=built.unheld,
        advice=built.advice,
        blank=built.blank,
        contract=contract.id,
    )


def _size_warnings(built: PackageResult, package_path: Path, order: ExportOrder) -> list[str]:
    """Say what is larger than it may be: the whole, or of a court's package each file that has said so itself."""
    if PROFILES[order.profile].limit_each:
        sizes = {path.name: path.stat().st_size for path in package_path.parent.iterdir()}
        return [one for one in submission_package.oversized_files(sizes, order.max_bytes) if one in built.incomplete]
    if order.max_bytes is None:
        return []
    paths = [package_path] if package_path.is_file() else [path for path in package_path.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in paths)
    if size <= order.max_bytes:
        return []
    return [f"資料の大きさ {size / 1e6:.1f} MB が上限 {order.max_bytes / 1e6:g} MB を超えています"]


def _ask_to_confirm(built: PackageResult, order: ExportOrder) -> None:
    if order.confirm is not None and built.preview is not None and not order.confirm(built.preview):
        raise ExportDeclined


def _make_submission(
    reading: Reading, recipe: Recipe, outer: Bag, order: ExportOrder, progress: Progress | None
) -> tuple[PackageResult, Path, list[str]]:
    """The zip, and beside it what is also handed in by itself."""
    inner = Bag(outer.folder / "content")
    inner.folder.mkdir()
    built = submission_package.assemble(reading, recipe, inner, progress)
    _ask_to_confirm(built, order)
    missing = stamp_package(inner, recipe.stamping, submission_package.DIGEST_LIST) if recipe.stamping else []
    packed = outer.folder / f"{recipe.name}.zip"
    pack(inner.folder, recipe.name, packed, at=recipe.read_at)
    submission_package.put_loose_files(inner, recipe.profile, outer.folder)
    shutil.rmtree(inner.folder)
    return built, packed, missing


def _make_bag(
    reading: Reading, recipe: Recipe, bag: Bag, order: ExportOrder, folder: Path, progress: Progress | None
) -> tuple[PackageResult, Path | None, list[str]]:
    """The folder, and the zip of it."""
    stays = PROFILES[order.profile].folder
    packed = folder / f"{recipe.name}.zip" if not stays else None
    built = assemble(reading, recipe, bag, progress)
    _ask_to_confirm(built, order)
    missing = stamp_package(bag, order.stamping) if order.stamping else []
    if packed is None and (order.zip or bag.size <= MAX_UNASKED_ZIP_BYTES):
        packed = folder / f"{recipe.name}.zip"
    if packed is not None:
        pack(bag.folder, recipe.name, packed, at=recipe.read_at)
    if stays:
        bag.folder.rename(folder / recipe.name)
    else:
        shutil.rmtree(bag.folder)
    return built, packed, missing


def _record_export(archive: Archive, report: ExportReport, contract: str, *, at: datetime) -> None:
    """The `export` entry: what was handed out."""
    exported_path = report.path if PROFILES[report.profile].folder else report.zip
    payload = {
        "contract": contract,
        "files": report.files,
        "gaps": report.gaps,
        "messages": report.messages,
        "name": Path(exported_path or report.path).name,
        "profile": report.profile,
        "seal": report.seal,
        "sha256": report.sha256,
    }
    with archive.writing() as writing:
        owner = number((current_state.owner(writing) or {}).get("account_id")) or None
        writer.append(writing, [Observation("export", f"export/{writer.SELF}", payload)], account_id=owner, at=at)


@contextlib.contextmanager
def _packages_folder(folder: Path) -> Iterator[None]:
    """The folder for packages; if the user declines, those that were made for it go again. Raises OSError."""
    created = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except ExportDeclined:
        with contextlib.suppress(OSError):  # somebody else has put something there
            for path in created:
                path.rmdir()
        raise


@contextlib.contextmanager
def file_errors_as_ours(
    folder: Path, unwritable: type[errors.HomeNotWritable] = errors.HomeNotWritable
) -> Iterator[None]:
    """Say in our words what the file system could not do there. Raises DiskFull, `unwritable`."""
    try:
        yield
    except OSError as error:
        storage = storage_error(error, folder)
        raise (unwritable(**storage.data) if type(storage) is errors.HomeNotWritable else storage) from error
