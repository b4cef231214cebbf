"""The report of a case: which chapters there are, in their order, and what stands on every page."""

from __future__ import annotations

from collections.abc import Callable

from archiver.export.pdf.blocks import Chapter, Report
from archiver.export.report import (
    crosscheck as points,
)
from archiver.export.report import (
    digests_and_masking as proofs,
)
from archiver.export.report import (
    excerpt,
    limits,
    method,
    summary,
    timeline,
)
from archiver.export.report import (
    files_and_changes as records,
)
from archiver.export.report import (
    people_and_dates as parties,
)
from archiver.export.report.input import ReportInput
from archiver.export.report.statistics import MessageStatistics
from archiver.render.times import stamp

TITLE = "Chatworkやり取り記録 報告書"

CHAPTERS: tuple[Callable[[ReportInput, MessageStatistics], Chapter], ...] = (
    summary.chapter,
    points.chapter,
    parties.parties,
    parties.dates,
    timeline.chapter,
    excerpt.chapter,
    records.files,
    records.changes,
    limits.chapter,
    method.statement,
    method.checking,
    proofs.hashes,
    proofs.masked,
)

MARGIN, COURT_MARGIN = 20.0, 30.0
"""Millimetres on the left; a court punches holes there."""


def report(case: ReportInput, found: MessageStatistics) -> Report:
    """All chapters; the digest of the content stands in the footer only for readers who can use it."""
    court = case.profile == "court"
    number = f"管理番号 {case.name}"
    footer = f"作成 {stamp(case.created_at)}(日本時間)"
    if case.content_sha256 and case.profile != "support":
        footer += f"　内容一覧(content-sha256.txt)のSHA-256 先頭16桁 {case.content_sha256[:16]}"
    return Report(
        title=TITLE,
        author=case.owner_name,
        header=f"{TITLE}　{number}" if court else TITLE,
        reference=number,
        exhibit="甲第　　号証" if court else None,
        footer=footer,
        left_margin=COURT_MARGIN if court else MARGIN,
        chapters=tuple(chapter(case, found) for chapter in CHAPTERS),
    )
