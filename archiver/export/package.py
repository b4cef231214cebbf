"""Makes a package: seal, snapshot, copy, tables, pages, lists, rename; then writes down that it was made.

A package is the state at seal N: the snapshot's last entry is the seal's last. It is built in `NAME.partial`
and renamed, and never written over another.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archiver import errors
from archiver.evidence.history import number
from archiver.evidence.manifest import digest_file
from archiver.export import PROFILES
from archiver.export.assembly import Progress, Recipe, assemble
from archiver.export.bag import free_name, making, pack, sweep_leftovers
from archiver.export.scope import Scope
from archiver.export.stamping import Stamping, stamp_package
from archiver.records import JST, Contract, Observation, Seal
from archiver.store import seal, writer
from archiver.store.archive import BUSY_SECONDS, Archive, Reading
from archiver.store.disk import storage_error
from archiver.store.queries import contracts, known
from archiver.store.queries.entries import last_seq

FOLDER = "exports"
ZIP_UP_TO = 2_000_000_000
"""Bytes of a bag that is also zipped unasked."""

_TRIES = 10
_STALE = timedelta(days=1)
_LONGEST = 32
"""Signs of a platform's contract number that go into a name."""


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
    incomplete: tuple[str, ...] = ()
    """What should be in it and is not (bytes lost or damaged, stamps that did not come), one Japanese sentence each."""
    unheld: tuple[str, ...] = ()
    """Files whose bytes were never saved, with the reason."""

    def document(self) -> dict[str, object]:
        """The JSON document of design §5."""
        return {name: value for name, value in asdict(self).items() if name not in ("incomplete", "unheld")}


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
    stamping: Stamping | None = None,
) -> ExportReport:
    """Make the package of a contract (None: the only one) in `out` (None: `exports` in the home).

    `since` and `until` (both included) stand in place of the contract's periods; `zip` makes a zip of a bag
    above 2 GB too; `stamping` gets the stamps (None: no authority is asked).
    Raises UnknownProfile, UnknownContract, NoContract, AmbiguousContract, RowsDisagree, DiskFull, HomeNotWritable,
    ArchiveBusy; then nothing is left behind.
    """
    if profile not in PROFILES:
        raise errors.UnknownProfile(profile=profile, known=", ".join(PROFILES))
    with archive.reading() as reading:
        chosen = contracts.the_contract(reading, contract).id
    folder = (out or archive.home / FOLDER).absolute()
    with our_words(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep_leftovers(folder, older_than=now() - _STALE)
        with sealed(archive, now=now) as (reading, seals):
            if stamping is not None:
                stamping.seals()
            order = _Order(chosen, profile, since, until, zip, stamping)
            report = _make(reading, seals, order, folder, now(), progress)
    # On a medium that cannot be written no note of it is kept; the package is whole all the same.
    with contextlib.suppress(errors.HomeNotWritable):
        _write_down(archive, report, chosen, at=now())
    return report


@contextlib.contextmanager
def sealed(archive: Archive, *, now: Callable[[], datetime]) -> Iterator[tuple[Reading, list[Seal]]]:
    """A snapshot whose last entry is the last seal's last; what is unsealed is sealed first. Raises ArchiveBusy."""
    for _ in range(_TRIES):
        with archive.reading() as reading:
            if last_seq(reading) == seal.last_sealed(reading):
                yield reading, seal.seals(reading)
                return
        seal.close(archive, now=now())
    raise errors.ArchiveBusy(seconds=BUSY_SECONDS)


def package_name(contract: Contract) -> str:
    """`CW12345678` for a contract on CrowdWorks whose number is known, else what the contract is called here."""
    given = contract.platform_id or ""
    if contract.platform == "crowdworks" and given.isascii() and given.isalnum() and len(given) <= _LONGEST:
        return f"CW{given}"
    return contract.id


@dataclass(frozen=True, slots=True)
class _Order:
    """What the user asked for."""

    contract: str
    profile: str
    since: datetime | None
    until: datetime | None
    zip: bool
    stamping: Stamping | None


def _make(
    reading: Reading, seals: list[Seal], order: _Order, folder: Path, at: datetime, progress: Progress | None
) -> ExportReport:
    """Build beside the place and rename; the folder and its zip are both there, or neither."""
    contract = contracts.contract(reading, order.contract)
    stays = PROFILES[order.profile].folder
    sealed_at = seals[-1].closed_at if seals else at
    name = free_name(folder, f"{package_name(contract)}_{at.astimezone(JST):%Y%m%d-%H%M}_{order.profile}")
    recipe = Recipe(
        name=name,
        profile=order.profile,
        contract=contract,
        scope=Scope(contract, order.since, order.until),
        seals=seals,
        upto=seals[-1].last if seals else 0,
        read_at=sealed_at,
        created_at=at,
        stamping=order.stamping,
    )
    packed = folder / f"{name}.zip" if not stays else None
    with making(folder, name) as bag:
        built = assemble(reading, recipe, bag, progress)
        missing = stamp_package(bag, order.stamping) if order.stamping else []
        if packed is None and (order.zip or bag.size <= ZIP_UP_TO):
            packed = folder / f"{name}.zip"
        if packed is not None:
            pack(bag.folder, name, packed, at=sealed_at)
        if stays:
            bag.folder.rename(folder / name)
        else:
            shutil.rmtree(bag.folder)
    return ExportReport(
        path=str(folder / name if stays else folder),
        zip=None if packed is None else str(packed),
        profile=order.profile,
        messages=built.messages,
        files=built.files,
        gaps=built.gaps,
        seal=seals[-1].number if seals else None,
        sha256=built.sha256 if packed is None or stays else digest_file(packed),
        stamped=order.stamping is not None and bool(order.stamping.roots) and not missing,
        incomplete=(*built.incomplete, *(f"第三者の時刻({name}): この資料に付けられませんでした" for name in missing)),
        unheld=built.unheld,
    )


def _write_down(archive: Archive, report: ExportReport, contract: str, *, at: datetime) -> None:
    """The `export` entry: what was handed out."""
    place = report.path if PROFILES[report.profile].folder else report.zip
    told = {
        "contract": contract,
        "files": report.files,
        "gaps": report.gaps,
        "messages": report.messages,
        "name": Path(place or report.path).name,
        "profile": report.profile,
        "seal": report.seal,
        "sha256": report.sha256,
    }
    with archive.writing() as writing:
        owner = number((known.owner(writing) or {}).get("account_id")) or None
        writer.append(writing, [Observation("export", f"export/{writer.SELF}", told)], account_id=owner, at=at)


@contextlib.contextmanager
def our_words(folder: Path) -> Iterator[None]:
    """Say in our words what the file system could not do. Raises DiskFull, HomeNotWritable."""
    try:
        yield
    except OSError as fault:
        raise storage_error(fault, folder) from fault
