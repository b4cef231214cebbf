"""The report for a telephone consultation: two pages to read aloud, with what advisers ask first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from archiver.export.pdf.blocks import Block, Chapter, FactList, Paragraph, Report, TableBlock
from archiver.export.report import summary, timeline
from archiver.export.report.chapters import framed
from archiver.export.report.input import BLANK, STATED, ReportInput, delivery_text, platform_of, shorten_line
from archiver.export.report.money import consultation_rows, reminder_rows, stated_due_text
from archiver.export.report.request_to_office import end_request_text, last_delivery, review_due
from archiver.export.report.statistics import MessageStatistics
from archiver.platforms.job_platform import Platform
from archiver.records import Contract, Gap
from archiver.render.gap_breaks import PAUSE, all_pauses, interval_text, no_pauses_text
from archiver.render.invisible_characters import visible
from archiver.render.times import date_text, minute_text
from archiver.report_language import is_english, say, stated_day

TITLE = "Chatworkやり取り記録 相談用の要約"
MAX_LINES = 14
"""Lines of the timeline at most; fewer where they are long, as all must fit on the second page."""

_READ = "相談のときに、上から順に読み上げるための2頁です。"
_FACT_LENGTH = 48
_ROOM, _WIDE, _BETWEEN = 20, 38, 0.3
"""Lines of paper for the timeline, characters in one line, and the space between two rows in lines."""
_REQUEST_ROOM = 2
"""Lines of paper that a request to end the contract early takes from the timeline."""


def build_consultation(case: ReportInput, statistics: MessageStatistics) -> Report:
    """Page 1 of the report, then contract terms, money, timeline and limits."""
    first = summary.chapter(case, statistics)
    note = Paragraph(say(_READ), "small")
    return framed(
        case,
        say(TITLE),
        (
            replace(first, title=say("１\u3000要約"), blocks=(*first.blocks, note)),
            terms(case),
            money(case, statistics),
            Chapter(say("４\u3000時系列"), _timeline_blocks(case, statistics)),
            limits(case),
        ),
    )


def _timeline_blocks(case: ReportInput, statistics: MessageStatistics) -> tuple[Block, ...]:
    """The timeline with as many lines as there is space for."""
    room = _ROOM - (_REQUEST_ROOM if case.contract.end_request_at else 0)
    wide = _WIDE * 2 if is_english() else _WIDE  # letters are half as wide
    for limit in range(MAX_LINES, 0, -1):
        blocks = timeline.blocks(case, statistics, limit=limit)
        rows = [row for block in blocks if isinstance(block, TableBlock) for row in block.rows]
        if sum(1 + _BETWEEN + len(what) // wide for _, what, _ in rows) <= room:
            break
    return blocks


def terms(case: ReportInput) -> Chapter:
    """The terms of the contract, in the order in which the law on freelancers names them."""
    contract, platform = case.contract, platform_of(case.contract.platform)
    nda = {True: say("あり"), False: say("なし"), None: say(BLANK)}[case.contract.nda]
    rows = (
        (say("業務委託の日"), _fact_text(contract.contracted_on)),
        (say("仕事の内容"), _fact_text(contract.title)),
        (say("納期"), _fact_text(contract.due_on)),
        (delivery_text(platform), _delivery_text(case)),
        *_review_rows(case, platform),
        *_end_request_rows(contract, platform),
        (say("秘密保持の約束"), nda),
    )
    return Chapter(say("２\u3000契約条件"), (FactList(rows),), new_page=True)


def _review_rows(case: ReportInput, platform: Platform) -> Iterator[tuple[str, str]]:
    """The usual day of the review; none without a platform whose rule names one."""
    if platform.elsewhere:
        return
    due = review_due(case)
    yield (
        say("検収期限の目安"),
        say(BLANK)
        if due is None
        else say("{due}(納品+{review_days}日)", due=date_text(due), review_days=platform.review_days),
    )


def _end_request_rows(contract: Contract, platform: Platform) -> Iterator[tuple[str, str]]:
    """The client's request to end the contract early, if one is stated, with the day for an answer."""
    if contract.end_request_at:
        yield say(platform.end_request_name), end_request_text(contract)


def money(case: ReportInput, statistics: MessageStatistics) -> Chapter:
    """The amounts of the contract; the sums paid and claimed are left for the user to fill in."""
    contract = case.contract
    rows = (
        (say("契約金額"), _fact_text(contract.amount)),
        *(
            [(say("支払期日"), stated_due_text(case) or say(BLANK))]
            if platform_of(contract.platform).elsewhere
            else [(say("仮払い完了"), _fact_text(contract.escrowed_at))]
        ),
        *(consultation_rows(case, statistics) or _blank_sums()),
        *reminder_rows(case, statistics),
    )
    return Chapter(
        say("３\u3000金額"),
        (FactList(rows), Paragraph(say("契約条件と金額は{stated}です。", stated=say(STATED)), "small")),
    )


def _blank_sums() -> tuple[tuple[str, str], ...]:
    """To be filled in by hand where no invoice and no payment is entered."""
    blank = say("{blank}　　　　　　　　円", blank=say(BLANK))
    return (say("受け取った金額"), blank), (say("支払いを求める金額"), blank)


def limits(case: ReportInput) -> Chapter:
    """What the record lacks, in three lines; without them the two pages would look complete."""
    rows = (
        (say("保存できなかった期間"), _gaps_text(case)),
        (say(PAUSE), _pauses_text(case)),
        (say("最後の確認"), _last_reading_text(case)),
    )
    return Chapter(say("５\u3000保存できていないもの"), (FactList(rows),))


def _gaps_text(case: ReportInput) -> str:
    gaps = [gap for room in case.rooms for gap in room.gaps]
    erased = sum(gap.missing or 0 for gap in gaps if gap.is_erased)
    told = say("報告者が消去したメッセージ {erased:,}件。", erased=erased) if erased else ""
    return f"{_unsaved_text([gap for gap in gaps if not gap.is_erased])}{told}"


def _unsaved_text(gaps: Sequence[Gap]) -> str:
    if not gaps:
        return say("保存できなかった期間はありません。")
    gaps, listed = [gap for gap in gaps if gap.missing != 0], len(gaps)
    if not gaps:  # page 1 says of the same that nothing is missing
        return say(
            "続けて確認できていない期間が{n:,}か所。Chatworkの表示する件数から見て、不足はありません。", n=listed
        )
    known = [gap.missing for gap in gaps if gap.missing is not None]
    counts = [say("およそ{known:,}件(Chatworkの表示する件数との差)", known=sum(known))] if known else []
    unknown = len(gaps) - len(known)
    counts += [say("件数の分からないもの{unknown:,}か所", unknown=unknown)] if unknown else []
    return say("保存できなかった期間が{n:,}か所: {join}。", n=len(gaps), join=say("、").join(counts))


def _pauses_text(case: ReportInput) -> str:
    pauses = all_pauses(case.rooms, case.ends_at)
    if not pauses:
        return no_pauses_text(room.watch for room in case.rooms)
    longest = max(pauses, key=lambda one: (one.end - one.start, one.start))
    span = say("{start} から {end} まで", start=minute_text(longest.start), end=minute_text(longest.end))
    return say(
        "{n:,}回。最も長いもの {span}(およそ{n2})。",
        n=len(pauses),
        span=span,
        n2=interval_text(longest.end - longest.start),
    )


def _last_reading_text(case: ReportInput) -> str:
    """When the chats were last read; for several chats the earliest and latest of these times, if they differ."""
    times = sorted({room.watch.last for room in case.rooms if room.watch.last is not None})
    if not times:
        return say("確認できた記録はありません。")
    first, last = minute_text(times[0]), minute_text(times[-1])
    return (
        say("{last} まで", last=last)
        if first == last
        else say("{last} まで(最も早く途切れたチャットは {first} まで)", last=last, first=first)
    )


def _fact_text(text: str | None) -> str:
    return stated_day(shorten_line(visible(text), _FACT_LENGTH)) if text else say(BLANK)


def _delivery_text(case: ReportInput) -> str:
    at = last_delivery(case)
    if at is None:
        return say(BLANK)
    return minute_text(at) + (say("(最後。全{n}回)", n=len(case.deliveries)) if len(case.deliveries) > 1 else "")
