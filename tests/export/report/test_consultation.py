"""The report for a telephone consultation: two pages, whatever the case, with what such a desk asks first."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from archiver.export.pdf.blocks import TableBlock
from archiver.export.report import report_and_consultation
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_sources import BLANK
from archiver.records import AccountClosing, Delivery, Invoice, StatedTerm, Watch
from archiver.report_language import ENGLISH, JAPANESE, report_language
from tests.claims.artifacts import page_lines_of
from tests.support.reports import pdf_reader, report_inputs, sample_conversation
from tests.support.reports.overlong_case import LONG_TEXT, WIDE_TEXT, overlong_case
from tests.support.reports.sample_conversation import CLIENT, DAY, at, message_id


@pytest.mark.parametrize(("language", "chapter"), [(JAPANESE, "第[0-9]+章"), (ENGLISH, "[Cc]hapter")])
def test_it_points_to_no_chapter_of_a_report_that_is_not_in_it(language: str, chapter: str) -> None:
    """Neither page 1 nor the course of things, with every event and quote that a report would explain elsewhere."""
    invoices = tuple(Invoice(number, 1, "2026-11-07", message_id=message_id(number)) for number in (4, 5))
    terms = (StatedTerm("work", message_id(4)), StatedTerm("amount", message_id(5)))
    contract = replace(report_inputs.CONTRACT, invoices=invoices, terms=terms)
    deliveries = tuple(Delivery(number, "2026-11-06") for number in range(1, 6))
    room = replace(sample_conversation.sample(), inaccessible_since=at(12 * DAY))
    closing = AccountClosing(CLIENT, at(9 * DAY), 9)
    noticed = at(9 * DAY).isoformat()
    events = [
        report_inputs.change("保存できなかった期間が狭まった", at=noticed),
        report_inputs.change("編集された", at=noticed, no=4),
        *[report_inputs.change("表示名が変わった", at=noticed)] * 12,
    ]
    case = report_inputs.case(
        [room], contract=contract, deliveries=deliveries, closings=[closing], events=events, profile="consult"
    )

    with report_language(language):
        sheet = report_and_consultation.build_consultation(case)

    assert [] == re.findall(f".*{chapter}.*", "\n".join(page_lines_of(sheet.chapters)))


@pytest.mark.drawn
@pdf_reader.needs_poppler
@pytest.mark.parametrize("text", ["短い", LONG_TEXT, WIDE_TEXT])
def test_it_is_two_pages(text: str) -> None:
    """However long what was typed and however much happened."""
    whole = overlong_case(text)
    rooms = [
        replace(room, gaps=room.gaps * 500, covered=room.covered[:count]) for count, room in enumerate(whole.rooms, 1)
    ]

    pages = pdf_reader.pages(
        pdf_reader.pdf_bytes(report_and_consultation.build_consultation(replace(whole, rooms=rooms)))
    )

    assert 2 == len(pages)
    assert "3金額" in pdf_reader.without_spaces(pages[1])
    assert "5保存できていないもの" in pdf_reader.without_spaces(pages[1])
    assert "最後の確認" in pages[1]


def test_short_lines_of_the_course_are_more_than_long_ones() -> None:
    """As many as the page holds, at most fourteen."""
    counts = []
    for name in ("短", "長い名前" * 20):
        files = tuple(report_inputs.file(number, message_id(1), name=name) for number in range(1, 40))
        course = report_and_consultation.build_consultation(
            report_inputs.case(
                [report_inputs.room_of_messages([report_inputs.plain_message("一", 1)], attachments=files)]
            ),
        )
        counts.append(sum(len(block.rows) for block in course.chapters[3].blocks if isinstance(block, TableBlock)))

    assert report_and_consultation.MAX_LINES == counts[0] > counts[1] > 8


def limits(case: ReportInput) -> dict[str, str]:
    return report_inputs.facts(report_and_consultation.consultation_chapters(case)[3])


def test_what_is_not_known_of_gaps_is_said() -> None:
    """A gap without an estimate is not counted as no message; a chat that was read less long is told."""
    sample = sample_conversation.sample()
    gaps = tuple(gap._replace(missing=None) for gap in sample.gaps)
    short = replace(sample, gaps=(*sample.gaps[:1], gaps[1]), watch=Watch(at(0), sample.covered[0].end, 5))

    assert (
        "保存できなかった期間が2か所: 件数の分からないもの2か所。"
        == limits(report_inputs.case([replace(short, gaps=gaps)]))["保存できなかった期間"]
    )
    none = tuple(gap._replace(missing=0) for gap in sample.gaps)
    assert (
        "続けて確認できていない期間が2か所。Chatworkの表示する件数から見て、不足はありません。"
        == limits(report_inputs.case([replace(short, gaps=none)]))["保存できなかった期間"]
    )
    lines = limits(report_inputs.case([sample, short]))
    assert (
        "保存できなかった期間が4か所: およそ507件(Chatworkの表示する件数との差)、件数の分からないもの1か所。"
        == lines["保存できなかった期間"]
    )
    assert "2026年11月24日 10:14 まで(最も早く途切れたチャットは 2026年11月6日 10:20 まで)" == lines["最後の確認"]


def test_nothing_missing_is_said_too() -> None:
    """Never left out."""
    plain = report_inputs.room(["一"], watch=Watch())

    assert ["保存できなかった期間はありません。", "1時間を超えるものはありません。"] == list(
        limits(report_inputs.case([plain])).values()
    )[:2]


def test_an_empty_case_is_two_chapters_of_blanks() -> None:
    """Nothing stated, nothing held: blanks, no fault."""
    case = report_inputs.case([sample_conversation.empty()], contract=report_inputs.BLANK_CONTRACT, deliveries=())

    assert 5 <= str(report_and_consultation.build_consultation(case)).count(BLANK)
    assert "メッセージはありません。" in str(report_and_consultation.build_report(case))
