"""Makes the PDFs of a package and writes them into its folder.

A PDF that cannot be made is noted as missing and never keeps the rest of a package from being made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from archiver import errors
from archiver.export import html
from archiver.export.bag import Bag
from archiver.export.package.copied_parts import CopiedFiles
from archiver.export.package.entry_reader import KeptHistories
from archiver.export.package.order import ExportOrder
from archiver.export.package.package_input import Progress, read_entries
from archiver.export.package.recipe_from_order import make_recipe
from archiver.export.package.report_input import report_input
from archiver.export.pdf.blocks import Report
from archiver.export.pdf.typst_pdf import make_pdf_apart
from archiver.export.report import all_messages, exhibits, report_and_consultation
from archiver.export.report.message_statistics import ReportInput
from archiver.records import Attachment, Contract, ContractRoom, RoomId
from archiver.report_language import say
from archiver.store.archive import Reading
from archiver.store.queries.entries import last_seq

_VOLUMES = ".volumes"
_PAGE_COUNT = re.compile(rb"/Type\s*/Pages\s*/Count (\d{1,9})")


def put_evidence_list(
    bag: Bag,
    name: str,
    case: ReportInput,
    copied: CopiedFiles,
    files: tuple[str, str],
    missing: Mapping[int, str] | None = None,
) -> None:
    """Write the list of exhibits in each format; `files`: the report, and how its volumes begin. Raises OSError."""
    report, volumes = files
    chosen = (one for one in bag.sizes if one == report or one.startswith(volumes))
    names = sorted(chosen, key=lambda one: (len(one), one))
    extents = {}
    for one in names:  # which this program made, so that the count stands where it is searched for
        count = _PAGE_COUNT.search((bag.folder / one).read_bytes())
        extents[PurePosixPath(one).name] = (bag.sizes[one], None if count is None else int(count[1]))
    listed = [PurePosixPath(one).name for one in names if one != report]
    filed = exhibits.FiledFiles(PurePosixPath(report).name, listed, extents, missing or {})
    put_pdf(bag, f"{name}.pdf", exhibits.evidence_list(case, filed), case, copied)
    for kind in ("docx", "xlsx"):
        bag.add(f"{name}.{kind}", exhibits.evidence_document(case, filed, kind))


def put_pdf(bag: Bag, name: str, report: Report, case: ReportInput, copied: CopiedFiles) -> None:
    """Write a report as a PDF into the bag, or note why it is missing. Raises OSError."""
    try:
        bag.add(name, make_pdf_apart(report, at=case.created_at))
    except (errors.PdfUnavailable, errors.PdfFailed) as error:
        copied.incomplete.append(say("{name}: 作れませんでした({error})", name=name, error=_reason(error)))


def _reason(error: errors.PdfUnavailable | errors.PdfFailed) -> str:
    """Why a PDF is missing, in the language of the package."""
    if isinstance(error, errors.PdfUnavailable):
        return say("このパソコンではPDFを作れません")
    return say("PDFの組版に失敗しました")


def put_volumes(bag: Bag, case: ReportInput, copied: CopiedFiles, name: Callable[[int], str]) -> None:
    """Write appendix A (all messages), each volume under the name for its number. Raises OSError."""
    scratch = bag.folder / _VOLUMES
    scratch.mkdir()
    try:
        for number, path in enumerate(all_messages.write_volumes(case, scratch), 1):
            path.replace(bag.path_for(name(number)))
            bag.add_existing(name(number))
    except (errors.PdfUnavailable, errors.PdfFailed) as error:
        copied.incomplete.append(
            say("付録A(保存できたメッセージのPDF): 作れませんでした({error})", error=_reason(error))
        )
    finally:
        for leftover in scratch.iterdir():
            leftover.unlink()
        scratch.rmdir()


def put_all_pdfs(bag: Bag, case: ReportInput, copied: CopiedFiles) -> None:
    """Write the PDFs of a package for a lawyer: report, appendix A, appendix B. Raises OSError."""
    put_pdf(bag, "data/report.pdf", report_and_consultation.build_report(case), case, copied)
    put_volumes(bag, case, copied, lambda number: f"data/{all_messages.NAME.format(number=number)}")
    files = "data/report.pdf", "data/report_all_messages-"
    put_evidence_list(bag, "data/evidence_list", case, copied, files)


def print_chat(
    reading: Reading,
    contract: Contract,
    room: int,
    folder: Path,
    link: Callable[[Attachment], str | None],
    *,
    now: datetime,
    progress: Progress,
) -> Iterator[str]:
    """Write the whole chat into a folder; the names of what is opened: the index of its pages, then each volume.

    Raises PdfUnavailable, PdfFailed (once the pages are there), OSError.
    """
    alone = replace(contract, rooms=(ContractRoom(RoomId(room)),))
    order = ExportOrder(contract=contract.id, profile="lawyer").with_policy()
    recipe = make_recipe(reading, (), order, alone, name="", stamping=None, at=now, upto=last_seq(reading))
    with KeptHistories(folder) as kept:
        package = read_entries(reading, recipe, kept, progress, checked=False)
        package.statistics.read_all()
        for one in package.conversations():
            html.write(one, folder, link)
        yield "index.html"
        yield from (path.name for path in all_messages.write_volumes(report_input(package), folder))
