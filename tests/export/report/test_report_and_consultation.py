"""The whole report: its thirteen chapters, what stands on each page, and words that must never be in it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from archiver.export.pdf.blocks import Report
from archiver.export.report import exhibits, report_and_consultation
from archiver.export.report.all_messages import volume_reports
from tests.support.reports import pdf_reader, report_inputs

PROFILES = ("support", "lawyer", "court")


FORBIDDEN = (
    *("証拠能力を保証", "改ざん不可能", "法的に有効", "ガイドライン準拠", "準拠し"),
    *("詐欺", "悪質", "不正", "違法", "違反", "逃げ", "だま", "騙", "犯人", "加害", "被害", "証拠隠滅"),
    *("削除した", "消した"),
)
"""Claims of evidence.md section 8, accusations, and deeds of which nobody knows who did them."""


def texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    return [text for one in value for text in texts(one)] if isinstance(value, list | tuple) else []


def whole(report: Report) -> str:
    return "\n".join(texts(asdict(report)))


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("contract", [report_inputs.CONTRACT, report_inputs.BLANK_CONTRACT])
def test_nobody_is_accused_and_nothing_promised(profile: str, contract: Any) -> None:
    """No report, appendix or summary holds an accusation, a conclusion of law or a promise that cannot be kept."""
    plain = report_inputs.room(["本文です"])
    case = report_inputs.case([plain], profile=profile, contract=contract)
    made = [
        report_and_consultation.build_report(case),
        report_and_consultation.build_consultation(case),
        exhibits.evidence_list(case, exhibits.FiledFiles("report.pdf", ())),
        *volume_reports(case),
    ]

    for report in made:
        assert [] == [word for word in FORBIDDEN if word in whole(report)]


@pdf_reader.needs_poppler
def test_a_court_has_room_to_punch_and_to_number() -> None:
    """A court's pages have 30 mm on the left, a box for the exhibit's number, and entry numbers beside messages."""
    report = report_and_consultation.build_report(report_inputs.case(profile="court"))

    pages = pdf_reader.pages(pdf_reader.pdf_bytes(report))

    assert (30.0, 20.0) == (report.left_margin, report_and_consultation.build_report(report_inputs.case()).left_margin)
    assert all("甲第号証" in pdf_reader.without_spaces(page) for page in pages)
    assert all("管理番号CWA-20261125-01" in pdf_reader.without_spaces(page) for page in pages)
    assert any("記録番号\n70" in page for page in pages)
    assert report.footer.startswith("作成 2026-11-25(日本時間)")


@pdf_reader.needs_poppler
@pytest.mark.parametrize("profile", PROFILES)
def test_every_page_has_its_number_and_names_the_case(profile: str) -> None:
    """A single page tells to which report it belongs and how many there are."""
    pages = pdf_reader.pages(
        pdf_reader.pdf_bytes(report_and_consultation.build_report(report_inputs.case(profile=profile)))
    )

    for number, page in enumerate(pages, 1):
        text = pdf_reader.without_spaces(page)
        assert f"{number}/{len(pages)}" in text
        assert "管理番号CWA-20261125-01" in text
        assert ("作成2026-11-25(" if profile == "court" else "作成2026-11-2510:44:33(日本時間)") in text
