"""Reports of disputes at their usual size, read as an agent, a lawyer and the other side's lawyer would."""

from __future__ import annotations

import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from archiver.export.mask.policy_and_covers import masking_policy
from archiver.export.package import readme
from archiver.export.package.make_package import export
from archiver.export.package.order import ExportOrder
from archiver.export.pdf.blocks import Chapter, FactList, TableBlock
from archiver.export.report import (
    changes_and_limits,
    exhibits,
    people_and_dates,
    report_and_consultation,
    summary,
    timeline,
)
from archiver.export.report.letters import inquiry_form_text
from archiver.export.report.message_statistics import ReportInput
from archiver.store.archive import Archive
from tests.claims.dispute import report_of
from tests.claims.test_played_disputes import DAY, words, worst_day
from tests.claims.usual_cases import direct_case, usual_case
from tests.support.archives.maker import at
from tests.support.reports.pdf_reader import needs_poppler, pages

LENGTH = range(6, 13)
"""Pages of a support report of a usual case; a small case has fewer, and is not padded."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the job of six weeks."""
    home = tmp_path_factory.mktemp("usual") / "home"
    usual_case(home).archive.close()
    return home


def _told(archive: Archive) -> ReportInput:
    with closing(archive), archive.reading() as reading:
        return report_of(reading)


@pytest.fixture(scope="module")
def usual(home: Path) -> ReportInput:
    """The job of six weeks."""
    return _told(Archive(home))


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> ReportInput:
    """The direct client in arrears."""
    return _told(direct_case(tmp_path_factory.mktemp("direct") / "home").archive)


@pytest.fixture(scope="module")
def worst(tmp_path_factory: pytest.TempPathFactory) -> ReportInput:
    """The worst day."""
    return _told(worst_day(tmp_path_factory.mktemp("worst") / "home").archive)


@needs_poppler
def test_a_usual_case_has_six_to_twelve_pages(home: Path, tmp_path: Path) -> None:
    """And its last chapter stands on no page of its own."""
    order = ExportOrder(profile="support", contract="job1", out=tmp_path, policy=masking_policy("support"))
    with closing(Archive(home)) as archive:
        made = export(archive, order, now=lambda: at(47 * DAY)).zip
    assert made is not None
    with zipfile.ZipFile(made) as packed:
        (name,) = (one for one in packed.namelist() if one.endswith("01_report.pdf"))
        found = pages(packed.read(name))
    (last,) = (page for page in found if "13 伏せ字の一覧" in " ".join(page.split()))

    assert len(found) in LENGTH
    assert "SHA-256" in last


def _table(chapter: Chapter) -> TableBlock:
    return next(block for block in chapter.blocks if isinstance(block, TableBlock))


def test_seals_without_a_stamp_fill_no_page(usual: ReportInput) -> None:
    """The first and the last are printed, the others counted, and the columns about stamps left out."""
    chapter = changes_and_limits.method(usual)[2]

    assert ("番号・日", "記録数", "確定記録のSHA-256") == _table(chapter).heads
    assert 2 == len(_table(chapter).rows)
    assert "間の38件は省略しました" in words(chapter)
    assert "日ごと" not in words(chapter)


def test_no_column_is_blank_for_everybody(usual: ReportInput) -> None:
    """An organisation that nobody has is told in a sentence."""
    chapter = people_and_dates.chapters(usual)[1]

    assert "組織・部署" not in _table(chapter).heads
    assert "組織・部署は、一覧に示されていません。" in words(chapter)
    for column in zip(*_table(chapter).rows, strict=True):
        assert set(column) != {"-"}


def test_the_request_names_its_reason_and_the_contract(worst: ReportInput) -> None:
    """Where the user chose none, in the dispute of the worst day; and what is blank is no name."""
    case = worst
    page, form = words(summary.chapter(case, "")), inquiry_form_text(case)
    table = words(people_and_dates.chapters(case)[0])

    wanted = (
        "相手のメッセージ1件が、保存した時点ですでに「削除」表示だったため、この仕事(契約日 2026年11月6日)について、"
    )
    assert wanted in page
    assert wanted in form
    assert "仕事名" in page[page.index("未入力") :]
    assert 1 == page.count("相手のプロフィール")
    assert "「未入力」" not in page + table
    assert "相手の同一性" not in table


@pytest.mark.drawn
def test_a_blank_escrow_is_not_called_completed(worst: ReportInput) -> None:
    """In the consultation of the worst day; and what is compared with a day is the first saved message."""
    case = worst

    assert ("仮払い完了", "未入力") in _facts(report_and_consultation.consultation_chapters(case)[1])
    assert "保存できた最初のメッセージは1日前" in words(people_and_dates.chapters(case)[0])


def test_a_direct_client_has_no_profile(direct: ReportInput) -> None:
    """There is no platform with profiles, nor an office that could be asked."""
    page = words(summary.chapter(direct, ""))

    assert "お願いいたします。" in page
    assert "手続きをご案内" not in page
    assert "プロフィール" not in page


def test_a_pause_does_not_deny_the_texts_that_chapter_6_shows(usual: ReportInput) -> None:
    """An edit in a pause has its earlier text where the message was saved before; equal pauses are no shorter."""
    chapter = words(changes_and_limits.limits(usual))

    assert "この間に変えられた、または消された文面は、前の内容が分かりません" not in chapter
    assert "この間に書かれ、この間に変えられた、または消されたメッセージの元の文面" in chapter


def test_only_what_stands_out_is_named_where_looks_are_usually_a_day_apart(usual: ReportInput) -> None:
    """The outage of 84 hours with the edit and the day of the deletions; the other days are one sum."""
    case = usual
    chapter = words(changes_and_limits.limits(case)).splitlines()

    named = [line.partition("。")[0] for line in chapter if line.startswith("確認していない時間帯: 20")]
    assert [
        "確認していない時間帯: 2026-11-26 21:40:00 から 2026-11-30 09:40:00 まで",
        "確認していない時間帯: 2026-12-07 21:40:00 から 2026-12-08 21:40:00 まで",
    ] == named
    assert "確認していない時間帯: ほかに37回(合計およそ36日)。" in chapter
    assert "気づくまで最長" not in "".join(chapter)
    page = words(summary.chapter(case, ""))
    assert "Chatworkを確認していない時間が39回(最長およそ3日12時間)あります" in page


def test_the_money_stands_in_the_dates_and_the_course_of_events(direct: ReportInput) -> None:
    """In the dispute of a direct client it is all that is disputed; what an invoice states is not called blank."""
    case = direct
    money = ("請求1(220,000円)", "請求1の支払期日", "入金1(50,000円)")
    lawyers = words(people_and_dates.chapters(replace(case, profile="lawyer"))[2])

    for chapter in (people_and_dates.chapters(case)[2], timeline.chapter(case)):
        assert all(one in words(chapter) for one in money)
    assert ("支払期日", "請求1 2026年11月30日") in _facts(report_and_consultation.consultation_chapters(case)[1])
    assert "支払期日の入力: 請求1 2026-11-30" in lawyers


def _facts(chapter: Chapter) -> tuple[tuple[str, str], ...]:
    return next(block.rows for block in chapter.blocks if isinstance(block, FactList))


@pytest.mark.drawn
def test_a_whole_beginning_is_not_said_to_be_limited(usual: ReportInput, worst: ReportInput) -> None:
    """That earlier messages are known only from some day on is said where something is missing before it."""
    assert [False, True] == ["以降に限ります" in words(changes_and_limits.limits(told)) for told in (usual, worst)]


def test_the_exhibits_of_a_direct_client(direct: ReportInput) -> None:
    """There is no number of a platform that could be blank, and a third person is no party."""
    listed = list(exhibits.exhibits(direct, exhibits.FiledFiles("report.pdf", ("all.pdf",))))

    assert not [title for _number, title, *_others in listed if "契約ID" in title]
    assert "各発言者(報告書の第4章)、出力 報告者" == listed[1][4]


@pytest.mark.drawn
def test_the_readme_says_neither_all_beside_a_gap_nor_a_blank_as_a_name(worst: ReportInput) -> None:
    """In the dispute of the worst day."""
    text = readme.submission_readme(worst, ("01_report.pdf", "02_messages.csv"), ()).decode("utf-8-sig")

    assert "全メッセージ" not in text
    assert "未入力「未入力」" not in text
    assert "クラウドワークスの契約ID 未入力(仕事名 未入力)についての資料です。" in text
