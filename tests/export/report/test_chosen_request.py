"""What the user chose to ask for reaches each reader in a sentence that the reader can act on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.export.pdf.blocks import FactList
from archiver.export.report import chapters, summary
from archiver.export.report.input import ReportInput
from archiver.export.report.request_to_office import request_sentence
from archiver.export.report.statistics import survey_messages
from archiver.records import TERM_ITEMS, RequestKind, StatedTerm
from tests.export.report.test_money import ARREARS
from tests.support.reports import pdf_reader, report_inputs
from tests.support.reports.sample_conversation import message_id

ASKED = {
    RequestKind.PAYMENT: "お支払いについてご確認をお願いします。",
    RequestKind.REVIEW: "利用規約に基づく検収手続きのご検討をお願いします。",
    RequestKind.REPLY: "相手への連絡催促をお願いします。",
    RequestKind.TERMS: "を相手が書面などで示すよう、ご案内をお願いします。",
    RequestKind.STOP_WORK: "お取りいただける手続きのご案内をお願いします。",
}
LABELS = {"lawyer": "相談したいこと", "consult": "相談したいこと", "court": "報告者の求めること"}


def asking(request: RequestKind | None, profile: str = "support") -> ReportInput:
    """The sample's case, with a choice."""
    return report_inputs.case(request=request, profile=profile)


def first_page(case: ReportInput) -> dict[str, str]:
    """The facts of page 1 by their labels."""
    (facts,) = (one for one in summary.chapter(case, survey_messages(case)).blocks if isinstance(one, FactList))
    return dict(facts.rows)


@pytest.mark.parametrize("request_kind", RequestKind)
def test_an_office_is_asked_for_what_was_chosen(request_kind: RequestKind) -> None:
    """In the place of what the dates suggest, on page 1 as in the text to paste."""
    case = asking(request_kind)

    assert request_sentence(case, survey_messages(case)).endswith(ASKED[request_kind])
    assert first_page(case)["お願いしたいこと"].endswith(ASKED[request_kind])


@pytest.mark.parametrize("profile", LABELS)
def test_other_readers_have_a_row_of_their_own(profile: str) -> None:
    """Beside how things stand; each reader has other words, and nothing chosen means no row."""
    wishes = {kind: first_page(asking(kind, profile))[LABELS[profile]] for kind in RequestKind}

    assert len(RequestKind) == len(set(wishes.values()))
    assert all("現在の状況" in first_page(asking(kind, profile)) for kind in RequestKind)
    assert LABELS[profile] not in first_page(asking(None, profile))


def test_a_court_reads_what_is_open_as_the_reporters_own_entry() -> None:
    """And the terms asked for are those that were bound to nothing."""
    arrears = report_inputs.case(request=RequestKind.PAYMENT, profile="court", contract=ARREARS)
    bound = tuple(StatedTerm(item.name, message_id(1)) for item in TERM_ITEMS if item.name != "payment_day")
    terms = report_inputs.case(request=RequestKind.TERMS, contract=replace(report_inputs.CONTRACT, terms=bound))

    assert "報酬の支払い。報告者の入力による未払いは105,000円。" == first_page(arrears)["報告者の求めること"]
    assert first_page(terms)["お願いしたいこと"].startswith("取引条件(支払期日)を")


@pdf_reader.needs_poppler
def test_page_1_stays_one_page_with_the_longest_choice() -> None:
    """The terms that were bound to nothing are all nine; a consultation stays at two pages."""
    lawyer, consult = (
        report_inputs.case(request=RequestKind.TERMS, profile=profile, contract=ARREARS)
        for profile in ("lawyer", "consult")
    )
    report = chapters.build_report(lawyer, survey_messages(lawyer))

    assert 1 == len(pdf_reader.pages(pdf_reader.pdf_bytes(replace(report, chapters=report.chapters[:1]))))
    two = chapters.build_consultation(consult, survey_messages(consult))
    assert 2 == len(pdf_reader.pages(pdf_reader.pdf_bytes(two)))
