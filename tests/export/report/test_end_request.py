"""A request to end the contract early stands with its day for an answer wherever the contract's days stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.export.pdf.blocks import Chapter, FactList, TableBlock
from archiver.export.report import people_and_dates, summary, timeline
from archiver.export.report.chapters import consultation_chapters
from archiver.export.report.input import STATED, ReportInput
from archiver.export.report.statistics import survey_messages
from archiver.export.texts.letters import inquiry_form_text
from tests.support.reports import report_inputs

ANSWER = "2026-11-20 18:00(返答の期限の目安 2026-11-27 18:00。確認してください)"


def case(platform: str = "crowdworks", **facts: str | None) -> ReportInput:
    """The sample, with a request to end the contract early."""
    stated = {"platform": platform, "end_request_at": "2026-11-20 18:00", **facts}
    return report_inputs.case(contract=replace(report_inputs.CONTRACT, **stated))  # type: ignore[arg-type]


def rows(chapter: Chapter) -> list[tuple[str, ...]]:
    """The rows of its tables and lists."""
    return [row for one in chapter.blocks if isinstance(one, (TableBlock, FactList)) for row in one.rows]


def test_page_1_and_the_consultation_name_it() -> None:
    """With the day until which to answer."""
    page_rows = rows(summary.chapter(case(), survey_messages(case())))
    (money,) = [row[1] for row in page_rows if row[0] == "契約・仮払い"]

    assert f"\n契約途中終了リクエスト {ANSWER}" in money
    assert ("契約途中終了リクエスト", ANSWER) in rows(report_inputs.build_with_survey(consultation_chapters, case())[0])


def test_the_dates_have_it() -> None:
    """As the user's word, and the day for an answer as counted from it."""
    whole = case(cancelled_on="2026-11-26")
    dates = rows(people_and_dates.chapters(whole, survey_messages(whole))[2])

    assert ("契約途中終了リクエスト", "2026-11-20 18:00", STATED) in dates
    assert ("契約の途中終了・キャンセル", "2026-11-26", STATED) in dates
    (answer,) = (row for row in dates if row[0].startswith("期限: 契約途中終了リクエストへの返答"))
    assert "2026-11-27 18:00" == answer[1]
    assert (
        "出典 契約途中終了リクエストの1週間(公式でない複数の解説、2026-11-26に確認)。不確かなため、確認してください"
        in answer[2]
    )


def test_the_timeline_has_it() -> None:
    """As what happened on its day."""
    found = rows(timeline.chapter(case(), survey_messages(case())))

    assert ("2026-11-20 18:00", "契約途中終了リクエスト", STATED) in found


def test_the_inquiry_text_tells_it_first() -> None:
    """The office is asked while there is time."""
    text = inquiry_form_text(case(), survey_messages(case()))

    assert f"【経緯】\n1. 契約途中終了リクエストを受けました: {ANSWER}。" in text


@pytest.mark.parametrize(
    ("platform", "name"),
    [("coconala", "キャンセルリクエスト"), ("lancers", "途中終了の申し出"), ("direct", "途中終了の申し出")],
)
def test_each_platform_has_its_own_word(platform: str, name: str) -> None:
    """Where no such request is known there is no day for an answer either."""
    whole = case(platform)
    found = rows(people_and_dates.chapters(whole, survey_messages(whole))[2])
    due = [row[1] for row in found if row[0].startswith(f"期限: {name}")]

    assert (name, "2026-11-20 18:00", STATED) in found
    assert (["2026-11-21 18:00"] if platform == "coconala" else []) == due


def test_what_is_not_stated_is_not_named() -> None:
    """Nothing says that a request is unknown where there was none."""
    blank = case(end_request_at=None)
    statistics = survey_messages(blank)

    chapters = [
        summary.chapter(blank, statistics),
        people_and_dates.chapters(blank, statistics)[2],
        report_inputs.build_with_survey(consultation_chapters, blank)[0],
    ]

    assert not [row for one in chapters for row in rows(one) if "途中終了" in "".join(row)]
