"""The report of a case: its chapters in order, and the header and footer of every page."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from archiver.export.pdf.blocks import Chapter, Report
from archiver.export.report import (
    excerpt,
    files_and_changes,
    limits,
    method,
    people_and_dates,
    platform_crosscheck,
    summary,
    timeline,
)
from archiver.export.report.input import ReportInput
from archiver.export.report.statistics import MessageStatistics
from archiver.render.times import date_text, local_time
from archiver.report_language import marked, say

TITLE = "Chatworkやり取り記録 報告書"

CHAPTERS: tuple[Callable[[ReportInput, MessageStatistics], Chapter], ...] = (
    summary.chapter,
    platform_crosscheck.chapter,
    people_and_dates.parties,
    people_and_dates.dates,
    timeline.chapter,
    excerpt.chapter,
)

MARGIN, COURT_MARGIN = 20.0, 30.0
"""The left margin in millimetres; wider for a court, which punches holes there."""


def build_report(case: ReportInput, statistics: MessageStatistics) -> Report:
    """The report with all chapters; the digest of the content is in the footer unless the reader is a platform."""
    more = ""
    if case.content_sha256 and case.profile != "support":
        more = say(
            "\u3000内容一覧(content-sha256.txt)のSHA-256 先頭16桁 {content_sha256}",
            content_sha256=case.content_sha256[:16],
        )
    head = say("{title}\u3000{number}", title=say(TITLE), number=_number(case)) if case.profile == "court" else ""
    chapters = [
        *(chapter(case, statistics) for chapter in CHAPTERS),
        *files_and_changes.chapters(case, statistics),
        limits.chapter(case, statistics),
        *method.chapters(case, statistics),
    ]
    return framed(case, say(TITLE), chapters, head=head, more=more)


def framed(
    case: ReportInput, title: str, chapters: Iterable[Chapter], *, head: str = "", more: str = "", is_list: bool = False
) -> Report:
    """Chapters with what stands on each page; for a court with a place for the number, but on the list of exhibits."""
    is_court = case.profile == "court"
    made_at = date_text(case.created_at) if is_court else local_time(case.created_at)
    return Report(
        title=title,
        author=case.owner_name,
        header=marked(head or title),
        reference=_number(case),
        exhibit=say("甲第\u3000\u3000号証") if is_court and not is_list else None,
        footer=say("作成 {created_at}(日本時間)", created_at=made_at) + more,
        left_margin=COURT_MARGIN if is_court or is_list else MARGIN,
        chapters=tuple(chapters),
        is_bare=is_court,
        code_label=say("ページの符号") if is_court else "",
    )


def _number(case: ReportInput) -> str:
    return say("管理番号 {name}", name=case.name)
