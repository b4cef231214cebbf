"""A request to end the contract early stands with its day for an answer wherever the contract's days stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.export.report import people_and_dates, timeline
from archiver.export.report.letters import inquiry_form_text
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.report_and_consultation import consultation_chapters
from archiver.export.report.report_sources import BY_REPORTER
from tests.support.reports import report_inputs
from tests.support.reports.report_inputs import page_1, rows

ANSWER = "2026-11-20 18:00(返答の期限の目安 2026-11-27 18:00。確認してください)"


def case(platform: str = "crowdworks", **facts: str | None) -> ReportInput:
    """The sample, with a request to end the contract early."""
    stated = {"platform": platform, "end_request_at": "2026-11-20 18:00", **facts}
    return report_inputs.case(contract=replace(report_inputs.CONTRACT, **stated))  # type: ignore[arg-type]


def test_it_stands_wherever_the_days_of_the_contract_stand() -> None:
    """On page 1, in the consultation, dates, timeline and first in the text for a form, with the day for an answer."""
    in_words = ANSWER.replace("2026-11-20", "2026年11月20日").replace("2026-11-27", "2026年11月27日")
    whole = case(cancelled_on="2026-11-26")
    dates = rows(people_and_dates.chapters(whole)[2])

    assert f"\n契約途中終了リクエスト {in_words}" in page_1(case())["契約・仮払い"]
    assert ("契約途中終了リクエスト", in_words) in rows(consultation_chapters(case())[0])
    assert f"【経緯】\n1. 契約途中終了リクエストを受けました: {in_words}。" in inquiry_form_text(case())
    asked = replace(
        case(), deliveries=(), rooms=[report_inputs.room_of_messages([report_inputs.plain_message("本", 1)])]
    )
    reason = (
        f"契約途中終了リクエスト({in_words.replace('(', '、').removesuffix('。確認してください)')})があるため、この仕事"
    )
    assert reason in inquiry_form_text(asked)
    assert reason not in inquiry_form_text(replace(asked, contract=whole.contract))
    assert (
        f"契約途中終了リクエストを受けました: {in_words}。\n" in page_1(replace(asked, profile="consult"))["現在の状況"]
    )
    stated = ("契約途中終了リクエスト", "2026-11-20 18:00", BY_REPORTER)
    assert stated in dates
    assert ("2026-11-20 18:00", "契約途中終了リクエスト", BY_REPORTER) in rows(timeline.chapter(case()))
    assert ("契約の途中終了・キャンセル", "2026-11-26", BY_REPORTER) in dates
    (answer,) = (row for row in dates if row[0].startswith("期限: 契約途中終了リクエストへの返答"))
    assert "2026-11-27 18:00" == answer[1]
    assert (
        "出典 契約途中終了リクエストの1週間(公式でない複数の解説、2026-11-26に確認)。不確かなため、確認してください"
        in answer[2]
    )


@pytest.mark.parametrize(
    ("platform", "name"),
    [("coconala", "キャンセルリクエスト"), ("lancers", "途中終了の申し出"), ("direct", "途中終了の申し出")],
)
def test_each_platform_has_its_own_word(platform: str, name: str) -> None:
    """Where no such request is known there is no day for an answer either."""
    whole = case(platform)
    found = rows(people_and_dates.chapters(whole)[2])
    due = [row[1] for row in found if row[0].startswith(f"期限: {name}")]

    assert (name, "2026-11-20 18:00", BY_REPORTER) in found
    assert (["2026-11-21 18:00"] if platform == "coconala" else []) == due


def test_what_is_not_stated_is_not_named() -> None:
    """Nothing says that a request is unknown where there was none."""
    blank = case(end_request_at=None)
    builders = (people_and_dates.chapters, consultation_chapters)
    told = [row for make in builders for one in make(blank) for row in rows(one)]

    assert not [row for row in [*told, *page_1(blank).items()] if "途中終了" in "".join(row)]
