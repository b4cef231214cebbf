"""The report for a telephone consultation: two pages that can be read aloud, with what such a desk asks first."""

from __future__ import annotations

from dataclasses import replace

from archiver.export.report import summary, timeline
from archiver.export.report.case import BLANK, STATED, Case
from archiver.export.report.request import last_delivery, review_due
from archiver.export.report.short import flat
from archiver.export.report.survey import Survey
from archiver.export.report.values import Chapter, Facts, Paragraph, Report
from archiver.platforms.platform import platform_of
from archiver.render.times import stamp
from archiver.render.visible import visible

TITLE = "Chatworkやり取り記録 相談用の要約"
MOST_LINES = 14
"""Lines of the course of things that leave room for the terms on the second page."""

_READ = "相談のときに、上から順に読み上げるための2頁です。"
_CHAPTERS = "「第6章」などの章は、報告書の章です。"
_FACT = 48


def report(case: Case, found: Survey) -> Report:
    """Page 1 of the report, then terms, money and the course of things."""
    first = summary.chapter(case, found)
    told = Paragraph(f"{_READ}{_CHAPTERS}", "small")
    return Report(
        title=TITLE,
        author=case.owner_name,
        header=TITLE,
        reference=f"管理番号 {case.name}",
        exhibit=None,
        footer=f"作成 {stamp(case.created_at)}(日本時間)",
        left_margin=20.0,
        chapters=(
            replace(first, title="１　要約", blocks=(*first.blocks, told)),
            terms(case),
            money(case),
            Chapter("４　時系列", timeline.blocks(case, found, most=MOST_LINES)),
        ),
    )


def terms(case: Case) -> Chapter:
    """What was agreed, in the order in which the law on freelancers names it."""
    one, words = case.contract, platform_of(case.contract.platform)
    due, nda = review_due(case), {True: "あり", False: "なし", None: BLANK}[case.contract.nda]
    rows = (
        ("業務委託の日", _stated(one.contracted_on)),
        ("仕事の内容", _stated(one.title)),
        ("納期", _stated(one.due_on)),
        (f"{words.where}での納品", _delivered(case)),
        ("検収期限の目安", BLANK if due is None else f"{due.isoformat()}(納品+{words.review_days}日)"),
        ("秘密保持の約束", nda),
    )
    return Chapter("２　契約条件", (Facts(rows),), new_page=True)


def money(case: Case) -> Chapter:
    """The sums; what was paid and what is claimed only the user can say."""
    one = case.contract
    rows = (
        ("契約金額", _stated(one.amount)),
        ("仮払い", f"完了 {_stated(one.escrowed_at)}"),
        ("受け取った金額", f"{BLANK}　　　　　　　　円"),
        ("支払いを求める金額", f"{BLANK}　　　　　　　　円"),
    )
    return Chapter("３　金額", (Facts(rows), Paragraph(f"契約条件と金額は{STATED}です。", "small")))


def _stated(text: str | None) -> str:
    return flat(visible(text), _FACT) if text else BLANK


def _delivered(case: Case) -> str:
    at = last_delivery(case)
    if at is None:
        return BLANK
    return f"{stamp(at)[:16]}" + (f"(最後。全{len(case.deliveries)}回)" if len(case.deliveries) > 1 else "")
