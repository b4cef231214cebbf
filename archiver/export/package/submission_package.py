"""Packages that are read, not verified: for a platform's office, for a consultation, for a court.

They hold no records and no files from Chatwork, because their readers open a PDF and not a bag. Masking applies to
every file. The list of digests, and the stamp over it, come last.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from archiver.contract_dates import unstated_facts
from archiver.evidence.tables import build
from archiver.evidence.tables.cells import csv_line
from archiver.export import PROFILES, exhibit_names
from archiver.export.bag import PARTIAL, Bag, pack
from archiver.export.package import copied_parts, pdf_files, readme
from archiver.export.package.copied_parts import NOT_REMOVABLE
from archiver.export.package.entry_reader import KeptHistories
from archiver.export.package.order import ExportOrder
from archiver.export.package.package_input import SCRATCH, PackageInput, Progress, make_message_table, read_entries
from archiver.export.package.recipe import ExportReport, Recipe
from archiver.export.package.report_input import package_preview, report_input, unread_chats
from archiver.export.report import letters
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_and_consultation import build_consultation, build_report
from archiver.export.report.report_sources import FiledBefore
from archiver.export.report.request_to_office import advice
from archiver.platforms.job_platform import platform_of
from archiver.report_language import is_english, say, screen_words
from archiver.store.archive import Reading
from archiver.store.working import remembered_values

REPORT, MESSAGES, INQUIRY = "01_report.pdf", "02_messages.csv", readme.INQUIRY
CONSULT = "01_consult.pdf"
_TABLE = "messages.csv"
README, DIGEST_LIST = readme.README, "SHA256SUMS.txt"

LOOSE_FILES: Mapping[str, str] = {"support": f"{REPORT} {INQUIRY}", "consult": CONSULT, "court": "甲* 証拠説明書.*"}
"""Patterns of the files that are also handed in separately: forms may take no zip, and courts take single files."""

_ANY_TIME = datetime(2020, 1, 1, tzinfo=UTC)
_ROOM_FOR_TEXTS, _ROOM_FOR_NAME = 20_000, 300
"""Bytes reserved for the readme, the list of digests and its stamps, and for the name of each file in a zip."""


def assemble(reading: Reading, recipe: Recipe, bag: Bag, progress: Progress | None = None) -> ExportReport:
    """Fill the folder of the package. Raises OSError, RowsDisagree, UsageError (a chosen message is not in it)."""
    with KeptHistories(bag.folder.parent) as kept:
        package = read_entries(reading, recipe, kept, progress)
        copied_parts.put_seals(None, reading.home, recipe.seals, package.copied)
        if recipe.order.profile == "support":
            package.tables = {_TABLE: make_message_table(bag, package.statistics)}
        else:
            package.statistics.read_all()
        recipe.order.choice.check(package.statistics.chosen)
        return _fill_bag(bag, package)


def put_loose_files(bag: Bag, profile: str, folder: Path) -> None:
    """Copy the files that are also handed in separately beside the zip. Raises OSError."""
    for pattern in LOOSE_FILES[profile].split():
        for path in sorted(bag.folder.glob(pattern)):
            shutil.copyfile(path, folder / path.name)


def oversized_files(sizes: Mapping[str, int], order: ExportOrder) -> list[str]:
    """Sentences about the files that are above the size limit, where it is one of each file: for a court."""
    limit = order.max_bytes if PROFILES[order.profile].limit_each else None
    return [
        say(
            "{name}: {size:.1f} MB で、1点の上限 {limit:g} MB を超えています",
            name=name,
            size=size / 1000000.0,
            limit=limit / 1000000.0,
        )
        for name, size in sorted(sizes.items())
        if limit is not None and size > limit
    ]


def _fill_bag(bag: Bag, package: PackageInput) -> ExportReport:
    recipe, copied = package.recipe, package.copied
    case = report_input(package)
    if recipe.order.profile == "court" and not recipe.order.every_message:
        case = replace(case, filed=_filed_before(case, package))
    copied.incomplete += unread_chats(case.rooms)
    left_out = PROFILE_FILLERS[recipe.order.profile](bag, case, package)
    oversized = oversized_files(bag.sizes, recipe.order)
    if package.tables:
        shutil.rmtree(bag.folder / SCRATCH)  # what stayed would be in the package, and in no list of its files
    bag.add(README, readme.submission_readme(case, bag.digests, [*copied.incomplete, *left_out, *oversized]))
    bag.add_list(DIGEST_LIST, bag.digests)
    with screen_words():  # whoever made the export reads it, in whichever language that is
        told = say(advice(case) or "") if recipe.order.profile == "support" else " ".join(case.filed.sentences)
    upto = case.filed.upto
    return ExportReport(
        list_sha256=bag.digests[DIGEST_LIST],
        unfiled=sum(one.entry_seq > upto for room in case.rooms for one in room.messages()) if upto else None,
        empty=not package.statistics.count,
        messages=package.statistics.count,
        files=len(package.files),
        gaps=sum(not gap.is_erased for room in case.rooms for gap in room.gaps),
        missing=(*copied.incomplete, *left_out),
        too_large=tuple(oversized),
        advice=told or None,
        blank=tuple(one.name for one in unstated_facts(case.contract, platform_of(case.contract.platform))),
        preview=package_preview(package, bag),
    )


# --- files of each profile ---------------------------------------------------------------------


def _fill_support(bag: Bag, case: ReportInput, package: PackageInput) -> list[str]:
    pdf_files.put_pdf(bag, REPORT, build_report(case), case, package.copied)
    is_direct = platform_of(case.contract.platform).elsewhere
    has_report = REPORT in bag.digests
    text = letters.demand_text(case) if is_direct else letters.inquiry_form_text(case, has_report=has_report)
    bag.add(INQUIRY, readme.encode_lines(text.split("\n")))
    if case.excerpt_only:
        return []
    _put_messages(bag, package)
    return _put_enclosures(bag, package)


def _put_messages(bag: Bag, package: PackageInput) -> None:
    """Write the table of messages, its heads and fixed words in the language of the package. Raises OSError."""
    table = package.tables[_TABLE]
    if not is_english():
        bag.move_table(MESSAGES, table)
        return
    with table.path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    spans = re.compile("^" + _SEEN.format(first="([-: 0-9]{19})", last="([-: 0-9]{19})"), re.MULTILINE)
    for row in rows:
        row[_EARLIER] = spans.sub(say(_SEEN, first=r"\1", last=r"\2"), row[_EARLIER])
    lines = [list(map(say, head)), *([say(one) if n in _WORDS else one for n, one in enumerate(row)] for row in rows)]
    bag.add(MESSAGES, (build.BOM + "".join(map(csv_line, lines))).encode())


_WORDS = tuple(map(build.MESSAGE_HEADER.index, ("種類", "状態", "取得方法")))
"""The columns of that table that hold fixed words."""
_EARLIER, _SEEN = build.MESSAGE_HEADER.index("以前の文面"), "【{first} から {last} まで確認】"


def _fill_consultation(bag: Bag, case: ReportInput, package: PackageInput) -> list[str]:
    pdf_files.put_pdf(bag, CONSULT, build_consultation(case), case, package.copied)
    return []


def _fill_court(bag: Bag, case: ReportInput, package: PackageInput) -> list[str]:
    missing, filed = _put_exhibits(bag, case, package), case.filed
    report = ""
    has_news = not filed.upto or any(one.entry_seq > filed.upto for room in case.rooms for one in room.messages())
    if has_news or any(one.seq > filed.upto for one in case.events):
        report = readme.court_report(case)
        pdf_files.put_pdf(bag, report, build_report(case), case, package.copied)
    if has_news:
        pdf_files.put_volumes(bag, case, package.copied, lambda number: f"甲001の{filed.branch + number}.pdf")
    files = report, "甲001の"
    pdf_files.put_evidence_list(bag, "証拠説明書", case, package.copied, files, missing)
    return [
        f"{exhibit_names.exhibit_label(one)}: {missing[one.number]}"
        for one in package.recipe.enclosures
        if one.number in missing
    ]


def _filed_before(case: ReportInput, package: PackageInput) -> FiledBefore:
    """What a court has, as the user noted it; the messages only where it has all that were saved at that time."""
    recipe, files, last = package.recipe, dict[str, tuple[str, str]](), None
    kept = remembered_values.EXPORT_FILES.of(recipe.contract.id).recall(package.reading)
    for one in case.handed_over:
        days = [handover.on for handover in one.handovers if _COURT.search(handover.to)]
        if one.profile == "court" and days and one.name in kept:
            last, names = one, kept[one.name].items()
            files = {name: (days[0], sha256) for name, sha256 in names if name.startswith("甲")} | files
    seal = next((one for one in recipe.seals if last and one.number == last.making.get("seal")), None)
    order = recipe.order.record()
    if last is None or seal is None or any(last.making["order"].get(one) != order.get(one) for one in _PERIOD):
        return FiledBefore(files)
    told = sum(one.first_seen <= seal.closed_at for room in case.rooms for one in room.messages())
    return FiledBefore(files, seal.last if told == last.making["messages"] else 0)


_COURT = re.compile("裁|court|mints|treees", re.IGNORECASE)
"""To whom a package was handed, where that was a court."""
_PERIOD = ("since", "until")


def _put_exhibits(bag: Bag, case: ReportInput, package: PackageInput) -> dict[int, str]:
    """Write the user's own evidence under exhibit numbers; return number → reason for what stays out."""
    limit, missing = package.recipe.order.max_bytes, {}
    for enclosure in package.recipe.enclosures:
        if case.filed.has(exhibit_names.exhibit_name(enclosure), enclosure.sha256):
            continue
        if limit is not None and enclosure.size > limit:
            missing[enclosure.number] = say(
                "{size:.1f} MB で、1点の上限 {limit:g} MB を超えるため、この資料に入っていません",
                size=enclosure.size / 1000000.0,
                limit=limit / 1000000.0,
            )
        elif not copied_parts.put_blob(
            bag, package.reading.home, exhibit_names.exhibit_name(enclosure), enclosure.sha256
        ):
            missing[enclosure.number] = say(copied_parts.LOST_REASON)
    return missing


PROFILE_FILLERS: Mapping[str, Callable[[Bag, ReportInput, PackageInput], list[str]]] = {
    "support": _fill_support,
    "consult": _fill_consultation,
    "court": _fill_court,
}
"""Functions that write the files of a profile and return sentences about what was left out."""


def _put_enclosures(bag: Bag, package: PackageInput) -> list[str]:
    """Write the user's own evidence, the smallest first, up to the size limit; return sentences about the rest."""
    enclosures = sorted(package.recipe.enclosures, key=lambda one: (one.size, one.number))
    limit = package.recipe.order.max_bytes
    size = _packed_size(bag) + _ROOM_FOR_TEXTS if enclosures and limit is not None else 0
    copies, left_out = package.recipe.metadata.copies, []
    for enclosure in enclosures:
        folder = exhibit_names.FOLDERS[0 if enclosure.kind == exhibit_names.SCREENSHOT else 1]
        name, copy = folder + exhibit_names.file_name(enclosure), copies.get(enclosure.number)
        if limit is not None and size + enclosure.size + _ROOM_FOR_NAME > limit:
            left_out.append(
                say(
                    "{label}: 大きさの上限を超えるため、この資料に入っていません",
                    label=exhibit_names.label(enclosure),
                )
            )
        elif copy is None and enclosure.number in copies:
            left_out.append(f"{exhibit_names.label(enclosure)}: {say(NOT_REMOVABLE)}")
        elif copy is None and not copied_parts.put_blob(bag, package.reading.home, name, enclosure.sha256):
            left_out.append(f"{exhibit_names.label(enclosure)}: {say(copied_parts.LOST_REASON)}")
        else:
            size += enclosure.size + _ROOM_FOR_NAME
            if copy is not None:
                bag.add(name, copy)
    return left_out


def _packed_size(bag: Bag) -> int:
    """The size of a zip of the files so far, as tables become a tenth of what they were."""
    trial_zip = bag.folder.with_name(f"{bag.folder.name}{PARTIAL}.zip")
    pack(bag.folder, bag.folder.name, trial_zip, at=_ANY_TIME)
    size = trial_zip.stat().st_size
    trial_zip.unlink()
    return size
