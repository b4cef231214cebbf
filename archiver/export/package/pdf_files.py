"""The PDFs of a package: made, put into its folder, and said where one cannot be made.

A report that cannot be made never keeps the rest of a package from being made.
"""

from __future__ import annotations

from collections.abc import Callable

from archiver import errors
from archiver.export.bag import Bag
from archiver.export.package.copied_files import CopiedFiles
from archiver.export.pdf.worker import pdf_apart
from archiver.export.report import all_messages, chapters, exhibits
from archiver.export.report import consultation as consultation
from archiver.export.report.input import ReportInput
from archiver.export.report.statistics import MessageStatistics, survey

_VOLUMES = ".volumes"


def report(case: ReportInput, found: MessageStatistics) -> bytes:
    """The report of thirteen chapters. Raises PdfUnavailable, PdfFailed."""
    return pdf_apart(chapters.report(case, found), at=case.created_at)


def consult(case: ReportInput, found: MessageStatistics) -> bytes:
    """The two pages to be read aloud. Raises PdfUnavailable, PdfFailed."""
    return pdf_apart(consultation.report(case, found), at=case.created_at)


def evidence_list(case: ReportInput, found: MessageStatistics, filed: exhibits.Filed | None = None) -> bytes:
    """Appendix B; for a court after the files of its package. Raises PdfUnavailable, PdfFailed."""
    return pdf_apart(exhibits.evidence_list(case, found, filed), at=case.created_at)


def put(bag: Bag, name: str, make: Callable[[], bytes], copied: CopiedFiles) -> None:
    """Put a PDF, or say why it is not there. Raises OSError."""
    try:
        bag.add(name, make())
    except (errors.PdfUnavailable, errors.PdfFailed) as error:
        copied.incomplete.append(f"{name}: 作れませんでした({error})")


def put_volumes(bag: Bag, case: ReportInput, copied: CopiedFiles, name: Callable[[int], str]) -> None:
    """Put appendix A, all messages, each volume under the name for its number. Raises OSError."""
    scratch = bag.folder / _VOLUMES
    scratch.mkdir()
    try:
        for number, path in enumerate(all_messages.volumes(case, scratch), 1):
            path.replace(bag.place(name(number)))
            bag.scan_one(name(number))
    except (errors.PdfUnavailable, errors.PdfFailed) as error:
        copied.incomplete.append(f"付録A(全メッセージのPDF): 作れませんでした({error})")
    finally:
        for left in scratch.iterdir():
            left.unlink()
        scratch.rmdir()


def put_all(bag: Bag, case: ReportInput, copied: CopiedFiles) -> None:
    """The papers of a lawyer's package: report, appendix A, appendix B. Raises OSError."""
    found = survey(case)
    put(bag, "data/report.pdf", lambda: report(case, found), copied)
    put_volumes(bag, case, copied, lambda number: f"data/{all_messages.NAME.format(number=number)}")
    put(bag, "data/evidence_list.pdf", lambda: evidence_list(case, found), copied)
    bag.add("data/evidence_list.csv", exhibits.evidence_csv(case, found))
