"""Packages that are read, not verified: for a platform's office, for a consultation, for a court's file.

They hold no records and no files from Chatwork: their readers open a PDF, not a bag. What is masked is masked in every
file. The list of digests, and the stamp over it, come last.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from archiver.evidence.manifest import write_manifest
from archiver.evidence.tables import build
from archiver.export import attachments
from archiver.export.bag import PARTIAL, Bag, pack
from archiver.export.package import copied_files, pdf_files
from archiver.export.package.copied_files import CopiedFiles
from archiver.export.package.gather import SCRATCH, PackageInput, Progress, make_tables, steps
from archiver.export.package.recipe import Built, Recipe
from archiver.export.package.report_input import case_of, never_read, preview
from archiver.export.package.source_entries import Material, PackageStatistics
from archiver.export.report.exhibits import Filed
from archiver.export.report.input import ReportInput
from archiver.export.report.request import advice, blanks
from archiver.export.report.statistics import survey
from archiver.export.texts import inquiry_text, submission_readme
from archiver.store.archive import Reading

REPORT, MESSAGES, INQUIRY = "01_report.pdf", "02_messages.csv", "03_inquiry_text.txt"
CONSULT = "01_consult.pdf"
README, SUMS = submission_readme.README, "SHA256SUMS.txt"

LOOSE: Mapping[str, str] = {"support": f"{REPORT} {INQUIRY}", "consult": CONSULT, "court": "甲* 証拠説明書.pdf"}
"""What is also handed in by itself, as patterns: forms may take no zip, and a court takes each file by itself."""

_ANY_TIME = datetime(2020, 1, 1, tzinfo=UTC)
_ROOM_FOR_TEXTS, _ROOM_FOR_NAME = 20_000, 300
"""Bytes kept free for the readme, the list of digests and its stamps; and for the name of a file in a zip."""


def assemble(reading: Reading, recipe: Recipe, bag: Bag, progress: Progress | None = None) -> Built:
    """Fill the folder of the package. Raises OSError, RowsDisagree, UsageError (a message that is not there)."""
    material = Material(reading, recipe.scope, recipe.upto, recipe.places, recipe.cover)
    material.gather(recipe.contract.id, _drop, _drop)
    material.check_others()
    files, copied = build.files(material.other), CopiedFiles()
    copied.stamps.configured = tuple(recipe.stamping.roots) if recipe.stamping else ()
    copied_files.read_stamps(reading.home, recipe.seals, copied)
    step = steps(reading, recipe, progress)
    telling = PackageStatistics(material, step, checked=True, wanted=recipe.choice)
    gathered = PackageInput(reading, recipe, material, telling, copied, files, step)
    gathered.tables = make_tables(bag, material, telling, copied, recipe.seals)
    recipe.choice.check(telling.chosen)
    return _fill(bag, gathered)


def put_loose(bag: Bag, profile: str, folder: Path) -> None:
    """Put what is also handed in by itself beside the zip. Raises OSError."""
    for pattern in LOOSE[profile].split():
        for path in sorted(bag.folder.glob(pattern)):
            shutil.copyfile(path, folder / path.name)


def too_large(sizes: Mapping[str, int], limit: int | None) -> list[str]:
    """Of a court's package each file that is larger than one may be, one sentence each."""
    return [
        f"{name}: {size / 1e6:.1f} MB で、1点の上限 {limit / 1e6:g} MB を超えています"
        for name, size in sorted(sizes.items())
        if limit is not None and size > limit
    ]


def _fill(bag: Bag, gathered: PackageInput) -> Built:
    recipe, copied = gathered.recipe, gathered.copied
    case = case_of(gathered)
    copied.incomplete += never_read(case.rooms)
    left_out = FILLERS[recipe.profile](bag, case, gathered)
    shutil.rmtree(bag.folder / SCRATCH, ignore_errors=True)
    gaps = [gap for room in case.rooms for gap in room.gaps]
    bag.add(README, submission_readme.readme(case, bag.digests, [*copied.incomplete, *left_out]))
    write_manifest(bag.place(SUMS), bag.digests)
    bag.scan_one(SUMS)
    return Built(
        sha256=bag.digests[SUMS],
        empty=not gathered.telling.count,
        entries=gathered.material.entries,
        messages=gathered.telling.count,
        files=len(gathered.files),
        gaps=len(gaps),
        incomplete=(*copied.incomplete, *left_out),
        unheld=(),  # no file of Chatwork's should be in it; chapter 9 names those that were never had
        advice=advice(case) if recipe.profile == "support" else None,
        blank=blanks(case),
        preview=preview(gathered, bag),
    )


# --- what each profile holds ---------------------------------------------------------------------


def _support(bag: Bag, case: ReportInput, gathered: PackageInput) -> list[str]:
    found = survey(case)
    pdf_files.put(bag, REPORT, lambda: pdf_files.report(case, found), gathered.copied)
    bag.add(INQUIRY, submission_readme.people(inquiry_text.inquiry(case, found)))
    if case.excerpt_only:
        return []
    bag.take(MESSAGES, gathered.tables["messages.csv"])
    return _put_enclosures(bag, gathered)


def _consult(bag: Bag, case: ReportInput, gathered: PackageInput) -> list[str]:
    pdf_files.put(bag, CONSULT, lambda: pdf_files.consult(case, survey(case)), gathered.copied)
    return []


def _court(bag: Bag, case: ReportInput, gathered: PackageInput) -> list[str]:
    found, limit = survey(case), gathered.recipe.max_bytes
    missing = _put_exhibits(bag, gathered)
    pdf_files.put(bag, "甲001の1.pdf", lambda: pdf_files.report(case, found), gathered.copied)
    pdf_files.put_volumes(bag, case, gathered.copied, lambda number: f"甲001の{number + 1}.pdf")
    filed = Filed(sum(1 for name in bag.digests if name.startswith("甲001の") and name != "甲001の1.pdf"), missing)
    pdf_files.put(bag, "証拠説明書.pdf", lambda: pdf_files.evidence_list(case, found, filed), gathered.copied)
    numbers = {one.number: number for number, one in attachments.exhibits(gathered.recipe.enclosures)}
    lacking = [f"{attachments.exhibit(numbers[number])}: {why}" for number, why in missing.items()]
    return [*lacking, *too_large(bag.sizes, limit)]


def _put_exhibits(bag: Bag, gathered: PackageInput) -> dict[int, str]:
    """Put the user's own evidence, each under its exhibit's number; why some, by their own number, stay out."""
    limit, missing = gathered.recipe.max_bytes, {}
    for number, one in attachments.exhibits(gathered.recipe.enclosures):
        if limit is not None and one.size > limit:
            missing[one.number] = (
                f"{one.size / 1e6:.1f} MB で、1点の上限 {limit / 1e6:g} MB を超えるため、この資料に入っていません"
            )
        elif not copied_files.put_held(bag, gathered.reading.home, attachments.exhibit_name(number, one), one.sha256):
            missing[one.number] = copied_files.LOST
    return missing


FILLERS: Mapping[str, Callable[[Bag, ReportInput, PackageInput], list[str]]] = {
    "support": _support,
    "consult": _consult,
    "court": _court,
}
"""Puts the files of a profile into its folder; gives what had to stay out, one sentence each."""


def _put_enclosures(bag: Bag, gathered: PackageInput) -> list[str]:
    """Put the user's own evidence, the smallest first, as far as the size allows."""
    enclosures = attachments.smallest_first(gathered.recipe.enclosures)
    limit = gathered.recipe.max_bytes
    size = _packed_size(bag) + _ROOM_FOR_TEXTS if enclosures and limit is not None else 0
    left_out = []
    for one in enclosures:
        if limit is not None and size + one.size + _ROOM_FOR_NAME > limit:
            left_out.append(f"{attachments.label(one)}: 大きさの上限を超えるため、この資料に入っていません")
        elif copied_files.put_held(bag, gathered.reading.home, attachments.place(one), one.sha256):
            size += one.size + _ROOM_FOR_NAME
        else:
            left_out.append(f"{attachments.label(one)}: {copied_files.LOST}")
    return left_out


def _packed_size(bag: Bag) -> int:
    """Bytes of a zip of what is there so far: tables become a tenth of what they were."""
    tried = bag.folder.with_name(f"{bag.folder.name}{PARTIAL}.zip")
    pack(bag.folder, bag.folder.name, tried, at=_ANY_TIME)
    size = tried.stat().st_size
    tried.unlink()
    return size


def _drop(_line: str) -> None:
    """The records themselves are not in such a package."""
