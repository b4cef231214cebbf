"""The report of a case: its chapters in order, and the header and footer of every page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from archiver.contract_dates import last_delivery, review_due
from archiver.export.pdf.blocks import Block, Chapter, Paragraph, Report, TableBlock
from archiver.export.report import changes_and_limits, excerpt, people_and_dates, summary, templated, timeline
from archiver.export.report.message_statistics import ReportInput
from archiver.export.report.money import consultation_rows, reminder_rows, stated_due_text
from archiver.export.report.report_sources import BLANK, platform_of, said
from archiver.export.report.request_to_office import end_request_text
from archiver.render.gap_breaks import PAUSE, all_pauses, interval_text, no_pauses_text, refusal_text
from archiver.render.times import date_text, local_time, minute_text
from archiver.report_language import days_in_words, is_english, marked, say

TITLE = "Chatworkやり取り記録 報告書"

MARGIN, COURT_MARGIN = 20.0, 30.0
"""The left margin in millimetres; wider for a court, which punches holes there."""


def build_report(case: ReportInput) -> Report:
    """The report with all chapters; the digest of the content is in the footer unless the reader is a platform."""
    more = ""
    if case.content_sha256 and case.profile != "support":
        more = say(
            "\u3000内容一覧(content-sha256.txt)のSHA-256 先頭16桁 {content_sha256}",
            content_sha256=case.content_sha256[:16],
        )
    head, title = say(TITLE), say(TITLE)
    if case.profile == "court":
        head = say("{title}\u3000{number}", title=title, number=_number(case))
    elif case.profile == "support":
        title = said("契約 {fact} についてのご相談", case.contract.platform_id) or title
    chapters = [
        summary.chapter(case, title),
        timeline.chapter(case),
        *people_and_dates.chapters(case),
        excerpt.chapter(case),
        *changes_and_limits.changes(case),
        changes_and_limits.limits(case),
        *changes_and_limits.method(case),
    ]
    return framed(case, title, chapters, head=head, more=more)


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


CONSULTATION = "Chatworkやり取り記録 相談用の要約"
MAX_LINES = 14
"""Lines of the timeline at most; fewer where they are long, as all must fit on the second page."""

_READ = "相談のときに、上から順に読み上げるための2頁です。"
_ROOM, _WIDE, _BETWEEN = 20, 38, 0.3
"""Lines of paper for the timeline, characters in one line, and the space between two rows in lines."""
_REQUEST_ROOM = 2
"""Lines of paper that a request to end the contract early takes from the timeline."""


def build_consultation(case: ReportInput) -> Report:
    """Page 1 of the report, then contract terms, money, timeline and limits."""
    title = say(CONSULTATION)
    first = summary.chapter(case, title)
    note = Paragraph(say(_READ), "small")
    first = replace(first, blocks=(*first.blocks, note))
    return framed(case, title, (first, *consultation_chapters(case)))


def consultation_chapters(case: ReportInput) -> list[Chapter]:
    """The terms in the order in which the law on freelancers names them, the money, the timeline, and what is missing.

    Without the last the two pages would look complete. Sums that nobody entered are left for the user to fill in.
    """
    all_gaps = [gap for room in case.rooms for gap in room.gaps]
    gaps = [gap for gap in all_gaps if not gap.is_erased]
    known = [gap.missing for gap in gaps if gap.missing]
    unknown = sum(gap.missing is None for gap in gaps)
    pauses = all_pauses(case.rooms, case.ends_at, case.created_at)
    looks = sorted({room.watch.last for room in case.rooms if room.watch.last is not None})
    blank = say("{blank}　　　　　　　　円", blank=say(BLANK))
    with days_in_words():
        terms, money, course, limits = templated.chapters(
            "report_consultation.txt",
            case,
            delivered=last_delivery(case.deliveries),
            review_due=review_due(case.contract, case.deliveries, platform_of(case.contract.platform)),
            end_request=end_request_text(case.contract),
            stated_due=stated_due_text(case),
            money=[
                *(consultation_rows(case) or [(say("受け取った金額"), blank), (say("支払いを求める金額"), blank)]),
                *reminder_rows(case),
            ],
            gaps=gaps,
            gap_counts=[
                *([say("およそ{n:,}件(Chatworkの表示する件数との差)", n=sum(known))] if known else []),
                *([say("件数の分からないもの{n:,}か所", n=unknown)] if unknown else []),
            ],
            erased=sum(gap.missing or 0 for gap in all_gaps if gap.is_erased),
            PAUSE=say(PAUSE),
            pauses=pauses,
            longest=max(pauses, key=lambda one: (one.end - one.start, one.start), default=None),
            no_pauses=refusal_text(case.rooms) or no_pauses_text(room.watch for room in case.rooms),
            interval_text=interval_text,
            looks=list(map(minute_text, looks)),
        )
    return [terms, money, replace(course, blocks=_timeline_blocks(case)), limits]


def _timeline_blocks(case: ReportInput) -> tuple[Block, ...]:
    """The timeline with as many lines as there is space for."""
    room = _ROOM - (_REQUEST_ROOM if case.contract.end_request_at else 0)
    wide = _WIDE * 2 if is_english() else _WIDE  # letters are half as wide
    for limit in range(MAX_LINES, 0, -1):
        blocks = timeline.blocks(case, limit=limit)
        rows = [row for block in blocks if isinstance(block, TableBlock) for row in block.rows]
        if sum(1 + _BETWEEN + len(what) // wide for _, what, _ in rows) <= room:
            break
    return blocks
