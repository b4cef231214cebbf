"""The report of a case: its chapters in order, and the header and footer of every page."""

from __future__ import annotations

from collections.abc import Callable

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
from archiver.render.times import local_time
from archiver.report_language import marked, say

TITLE = "Chatworkやり取り記録 報告書"

CHAPTERS: tuple[Callable[[ReportInput, MessageStatistics], Chapter], ...] = (
    summary.chapter,
    platform_crosscheck.chapter,
    people_and_dates.parties,
    people_and_dates.dates,
    timeline.chapter,
    excerpt.chapter,
    files_and_changes.files,
    files_and_changes.changes,
    limits.chapter,
    method.statement,
    method.checking,
    method.digests,
    method.masked_places,
)

MARGIN, COURT_MARGIN = 20.0, 30.0
"""The left margin in millimetres; wider for a court, which punches holes there."""


def build_report(case: ReportInput, statistics: MessageStatistics) -> Report:
    """The report with all chapters; the digest of the content is in the footer unless the reader is a platform."""
    court = case.profile == "court"
    number = say("管理番号 {name}", name=case.name)
    footer = say("作成 {created_at}(日本時間)", created_at=local_time(case.created_at))
    if case.content_sha256 and case.profile != "support":
        footer += say(
            "\u3000内容一覧(content-sha256.txt)のSHA-256 先頭16桁 {content_sha256}",
            content_sha256=case.content_sha256[:16],
        )
    return Report(
        title=say(TITLE),
        author=case.owner_name,
        header=marked(say("{title}\u3000{number}", title=say(TITLE), number=number) if court else say(TITLE)),
        reference=number,
        exhibit=say("甲第\u3000\u3000号証") if court else None,
        footer=footer,
        left_margin=COURT_MARGIN if court else MARGIN,
        chapters=tuple(chapter(case, statistics) for chapter in CHAPTERS),
    )
