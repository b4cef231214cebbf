"""A report → a PDF: tagged, PDF/A-2a and PDF/UA-1, the same bytes for the same report; a bare one claims no standard.

The layout is one Typst template that gets data only; no text of a conversation is ever markup. A large report is made
in a process of its own, because Typst frees its memory only when its process ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from archiver import errors
from archiver.export.child_processes import OneAnswer
from archiver.export.pdf import page_code
from archiver.export.pdf.blocks import FONTS, Report, layout_data
from archiver.export.pdf.drawn_pages import read_pages

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
STANDARDS = ("a-2a", "ua-1")

_FACTS = re.compile(
    rb"/(?:Info|Metadata) \d+ 0 R(?=[/>])|/Creator\(Typst [^)]*\)|/Type/Metadata/Subtype/XML|"
    rb"(?<=>>\nstream\n)<\?xpacket begin.*?(?=\nendstream)",
    re.DOTALL,
)
"""What Typst always writes about a file beside its pages, and where that is found."""


def make_pdf(report: Report, *, at: datetime, standards: Sequence[str] | None = None) -> bytes:
    """The report as a PDF whose date is `at`. Raises PdfUnavailable where Typst does not run, PdfFailed."""
    typst = _import_typst()
    if standards is None:
        standards = () if report.is_bare else STANDARDS
    # Nothing of a conversation is written to a file, which whoever ends this process would leave behind.
    inputs = {"data": json.dumps(layout_data(report), ensure_ascii=False)}
    compiler, codes = typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=_own_fonts()), [page_code.PLACE]
    while True:
        try:
            content = compiler.compile(
                format="pdf",
                sys_inputs=inputs | {"codes": json.dumps(codes)},
                pdf_standards=list(standards),
                timestamp=at.astimezone(UTC).replace(microsecond=0),  # Typst takes whole seconds alone
            )
        except typst.TypstError as error:
            raise errors.PdfFailed(detail=str(error.message)) from error
        if not report.code_label or codes[0] != page_code.PLACE:
            break
        codes = page_code.page_codes(read_pages(content), report.reference)
    assert isinstance(content, bytes)
    # As many spaces as bytes: every other object stays where the file's own table says.
    return content if standards else _FACTS.sub(lambda found: b" " * len(found[0]), content)


@cache
def _own_fonts() -> Any:
    """Our own fonts only, so that a page looks the same on every computer."""
    return _import_typst().Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _import_typst() -> Any:
    """Import Typst late: it is large, and missing on some platforms (docs/adr/0008). Raises PdfUnavailable."""
    try:
        import typst
    except ImportError as error:
        raise errors.PdfUnavailable from error
    return typst


class PdfJob(OneAnswer):
    """A PDF that is being laid out in its process; `result` waits for it, `stop` ends it."""

    def __init__(self, report: Report, *, at: datetime) -> None:
        """Start the process; the date of the PDF is `at`."""
        self._title = report.title
        super().__init__(_pdf_or_error, report, at)

    def result(self) -> bytes:
        """The PDF, once. Raises PdfUnavailable, PdfFailed."""
        made = self.answer()
        if isinstance(made, bytes):
            return made
        error_type, detail = made or (errors.PdfFailed, self._title)
        raise error_type(detail=detail)


def make_pdf_apart(report: Report, *, at: datetime) -> bytes:
    """The report as a PDF whose date is `at`. Raises PdfUnavailable, PdfFailed."""
    return PdfJob(report, at=at).result()


def _pdf_or_error(report: Report, at: datetime) -> object:
    """The PDF, or the type and detail of the error, as errors themselves cannot be sent."""
    try:
        return make_pdf(report, at=at)
    except (errors.PdfUnavailable, errors.PdfFailed) as error:
        return type(error), error.data.get("detail", "")
    except OSError as error:
        return errors.PdfFailed, error.strerror or ""
