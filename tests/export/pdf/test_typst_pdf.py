"""A report as a PDF: sound, tagged, the same bytes each time, and no untrusted text does anything in it."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta, timezone
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfReader

from archiver import errors
from archiver.export.pdf.blocks import (
    Bullets,
    FactList,
    Interruption,
    MessageBlock,
    MessageText,
    Paragraph,
    Subheading,
    TableBlock,
)
from archiver.export.pdf.typst_pdf import TEMPLATE, make_pdf
from archiver.export.report import report_and_consultation
from tests.support.cases import cases_of
from tests.support.file_size_limit import file_size_limit
from tests.support.reports import pdf_reader, report_inputs

HOSTILE = tuple(cases_of(__file__, "hostile"))

JAVA = Path("/usr/share/java")
PREFLIGHT = [JAVA / name for name in ("pdfbox2.jar", "preflight.jar", "xmpbox.jar", "fontbox2.jar")]


@cache
def sample_pdf(profile: str = "support") -> bytes:
    """The report of the sample."""
    return pdf_reader.pdf_bytes(report_and_consultation.build_report(report_inputs.case(profile=profile)))


def everywhere(text: str) -> bytes:
    """A PDF with the text in every place that a report has."""
    blocks = (
        Paragraph(text),
        Paragraph(text, "strong"),
        Subheading(text),
        FactList(((text, text),)),
        TableBlock((text, text), (0, 1), ((text, text),)),
        Bullets((text,)),
        MessageBlock(text, text, (MessageText(text, text),), (text,), text),
        Interruption(text),
    )
    facts = {"author": text, "header": text, "reference": text, "exhibit": text, "footer": text}
    return pdf_reader.pdf_bytes(pdf_reader.report(*blocks, title=text, **facts))


def test_equal_reports_are_equal_files() -> None:
    """The same report at the same time gives the same bytes, in whatever zone that time is told."""
    report = report_and_consultation.build_report(report_inputs.case())

    first = make_pdf(report, at=pdf_reader.AT)
    second = make_pdf(report, at=pdf_reader.AT.astimezone(timezone(timedelta(hours=9))))

    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


@pdf_reader.needs_qpdf
@pytest.mark.parametrize("profile", ["support", "lawyer", "court"])
def test_the_file_is_sound(profile: str) -> None:
    """qpdf finds nothing wrong."""
    made = sample_pdf(profile=profile)

    assert "No syntax or stream encoding errors found" in pdf_reader.qpdf_check(made)


def test_a_courts_file_has_nothing_beside_its_pages() -> None:
    """No title, author, tool, date, bookmark or attachment, and no byte of them; for readers aloud it stays tagged."""
    made = sample_pdf(profile="court")
    opened = PdfReader(io.BytesIO(made), strict=True)

    assert (None, None, [], {}) == (opened.metadata, opened.xmp_metadata, opened.outline, dict(opened.attachments))
    assert [] == [word for word in (b"Typst", b"yamada", b"xmp", b"D:2026") if word in made]
    mark = opened.root_object["/MarkInfo"]
    assert isinstance(mark, dict)
    assert mark["/Marked"]
    assert "甲第" in opened.pages[0].extract_text()


@pdf_reader.needs_poppler
@pdf_reader.needs_qpdf
def test_the_file_can_be_read_aloud() -> None:
    """It is in Japanese, A4, claims PDF/A-2a and PDF/UA-1, its fonts travel with it, and nothing in it is an action."""
    facts, opened = pdf_reader.info(sample_pdf()), pdf_reader.uncompressed_pdf(sample_pdf())

    assert ("契約 12345678 についてのご相談", "yamada") == (facts["Title"], facts["Author"])
    assert ("yes", "no", "no") == (facts["Tagged"], facts["JavaScript"], facts["Encrypted"])
    assert facts["Page size"].endswith("(A4)")
    there = (b"/Lang (ja-JP)", b"<pdfaid:part>2</pdfaid:part>", b"<pdfaid:conformance>A</pdfaid:conformance>")
    assert all(word in opened for word in (*there, b"<pdfuaid:part>1</pdfuaid:part>", b"/H1", b"/Table"))
    assert all(word not in opened for word in (b"/JavaScript", b"/Launch", b"/URI", b"/EmbeddedFile", b"/SubmitForm"))


@pdf_reader.needs_poppler
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_as_it_is(text: str) -> None:
    """Code of the layout's language, of templates or of pages does nothing anywhere but stand there."""
    made = everywhere(text)

    page_text = pdf_reader.without_spaces(pdf_reader.text(made))
    assert page_text.count(pdf_reader.without_spaces(text.replace("\u202e", "[U+202E]"))) >= 10
    assert "root:" not in page_text


@pdf_reader.needs_poppler
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("あ\n\n\n\nい", "あい"),
        ("\n\n", ""),
        ("\t字\t下げ", "字下げ"),
        ("   三つ  二つ", "三つ二つ"),
        ("CR\r\nLF", "CRLF"),
        ("", ""),
    ],
)
def test_lines_and_spaces_of_every_kind_are_laid_out(text: str, expected: str) -> None:
    """Empty lines, tabs, leading spaces and empty texts stop nothing."""
    made = pdf_reader.pdf_bytes(pdf_reader.report(MessageBlock("No.1", "頭", (MessageText("", text),), ("終わり",))))

    assert f"頭{expected}終わり" in pdf_reader.without_spaces(pdf_reader.text(made))


@pdf_reader.needs_poppler
def test_a_long_word_stays_on_the_page() -> None:
    """A word of 5,000 characters is printed whole, line below line, within the margins."""
    word = "abcdefghij" * 500

    made = pdf_reader.pdf_bytes(pdf_reader.report(MessageBlock("No.1", word, (MessageText(word, word),), (word,), "1")))

    assert pdf_reader.without_spaces(pdf_reader.text(made)).replace("試し管理番号CWA-1", "").count("abcdefghij") > 1900
    assert pdf_reader.right_edge(made) < 595.3 - 51


@pdf_reader.needs_poppler
def test_a_message_of_a_thousand_lines_is_printed_whole() -> None:
    """Every line of a long message is on some page, in order."""
    lines = [f"行{number}番目です" for number in range(1, 1001)]

    pages = pdf_reader.pages(
        pdf_reader.pdf_bytes(pdf_reader.report(MessageBlock("No.1", "頭", (MessageText("", "\n".join(lines)),), ())))
    )

    assert len(pages) > 10
    assert lines == [line for page in pages for line in page.split("\n") if line.startswith("行")]


def test_nothing_is_written_to_a_file() -> None:
    """Whoever ends the process that lays a report out, with Ctrl-C too, would leave its texts behind there."""
    with file_size_limit(0):
        made = make_pdf(pdf_reader.report(code_label="ページの符号"), at=pdf_reader.AT)

    assert made.startswith(b"%PDF-")


def test_what_the_library_refuses_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A standard that does not exist stops the report with one sentence, as does a computer without Typst."""
    with pytest.raises(errors.PdfFailed, match="PDF"):
        make_pdf(pdf_reader.report(Paragraph("あ")), at=pdf_reader.AT, standards=("a-1a", "a-2a"))
    monkeypatch.setitem(sys.modules, "typst", None)

    with pytest.raises(errors.PdfUnavailable):
        make_pdf(pdf_reader.report(Paragraph("あ")), at=pdf_reader.AT)


def test_the_template_names_no_address_and_no_file() -> None:
    """The layout reads the data and the codes that it is given and nothing else."""
    source = TEMPLATE.read_text(encoding="utf-8")

    given = [f"json(bytes(sys.inputs.{name}))" for name in ("data", "codes")]
    assert [1, 1, 2] == [*map(source.count, given), source.count("json(")]
    assert all(word not in source for word in ("http", "#import", "#include", "read(", "image(", "eval("))


@pytest.mark.slow
@pytest.mark.skipif(
    not all(jar.exists() for jar in PREFLIGHT), reason="Debian: libpdfbox2-java, libactivation-java, libjaxb-api-java"
)
def test_another_judge_finds_it_valid(tmp_path: Path) -> None:
    """PDFBox Preflight accepts the report built as PDF/A-1b, the one level that it can judge."""
    path = tmp_path / "report.pdf"
    report = report_and_consultation.build_report(report_inputs.case())
    plain = replace(report, is_bare=True)  # it cannot read where Typst's lead to
    path.write_bytes(make_pdf(plain, at=pdf_reader.AT, standards=("a-1b",)))
    patterns = ("commons-logging*.jar", "*activation*.jar", "jaxb-api*.jar")
    jars = ":".join(map(str, [*PREFLIGHT, *(jar for pattern in patterns for jar in JAVA.glob(pattern))]))
    command = ["java", "-cp", jars, "org.apache.pdfbox.preflight.Validator_A1b", str(path)]

    completed = subprocess.run(command, capture_output=True, text=True)

    assert "is a valid PDF/A-1b file" in completed.stdout + completed.stderr
