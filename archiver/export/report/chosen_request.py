"""What the user chose to ask for, in the sentence that each reader can act on: office, lawyer, court, consultation.

No sentence says that something is owed or was broken: what is open stands in other rows, as the reporter's own entries.
"""

from __future__ import annotations

from collections.abc import Mapping

from archiver.contract_dates import last_delivery
from archiver.export.report.input import ReportInput
from archiver.export.report.money import overdue_text, standing_of
from archiver.export.report.platform_words import platform_of
from archiver.platforms.job_platform import Platform
from archiver.records import TERM_ITEMS, RequestKind
from archiver.render.times import date_text
from archiver.report_language import say

_LABELS = {"lawyer": "相談したいこと", "consult": "相談したいこと", "court": "報告者の求めること"}

_WISHES: Mapping[RequestKind, Mapping[str, str]] = {
    RequestKind.PAYMENT: {
        "lawyer": "報酬の支払いを求める方法、期限、相手への通知の文面。",
        "consult": "報酬の支払いについて、次に何をすればよいか。フリーランス法の申出(公取委など)の対象になるか。",
        "court": "報酬の支払い。{open}",
    },
    RequestKind.REVIEW: {
        "lawyer": "納品{delivered}の検収の扱いと、相手に回答を求める方法。",
        "consult": "納品{delivered}の検収の回答を得るために、次に何をすればよいか。",
        "court": "納品{delivered}の検収の結果の回答。",
    },
    RequestKind.REPLY: {
        "lawyer": "相手への通知の方法(宛先の確かめ方を含む)。",
        "consult": "相手と連絡を取るために、次に何をすればよいか。",
        "court": "相手方からの回答。",
    },
    RequestKind.TERMS: {
        "lawyer": "取引条件({terms})を示すよう求める方法。",
        "consult": "取引条件({terms})を示してもらうために、次に何をすればよいか。申出窓口に申し出られるか。",
        "court": "取引条件({terms})を示すこと。",
    },
    RequestKind.STOP_WORK: {
        "lawyer": "作業を止めてよいか、その通知の方法、済んだ分の報酬の扱い。",
        "consult": "作業を止めてよいか。止めるときに、相手に何を伝えればよいか。",
        "court": "作業の中断と、済んだ分の扱いの取り決め。",
    },
}


def wish_row(case: ReportInput) -> tuple[tuple[str, str], ...]:
    """The row of page 1 for a reader who is no office; none if the user chose nothing."""
    if case.request is None:
        return ()
    words = {"terms": terms_text(case), "delivered": _delivered_text(case), "open": _open_text(case)}
    return ((say(_LABELS[case.profile]), say(_WISHES[case.request][case.profile], **words)),)


def office_sentence(case: ReportInput, kind: RequestKind, late: str, silence: str) -> str:
    """The same for a platform's office; `late` and `silence`: the beginnings of sentences, or empty."""
    platform = platform_of(case.contract.platform)
    match kind:
        case RequestKind.PAYMENT:
            return say("{because}お支払いについてご確認をお願いします。", because=_because(overdue_text(case)))
        case RequestKind.REVIEW:
            return _review_sentence(case, platform, late)
        case RequestKind.REPLY:
            nudge = platform.nudge or say("相手へのご連絡")
            return say("{reason}{nudge}をお願いします。", reason=_because(silence), nudge=nudge)
        case RequestKind.TERMS:
            return say("取引条件({terms})を相手が書面などで示すよう、ご案内をお願いします。", terms=terms_text(case))
        case RequestKind.STOP_WORK:
            return say("作業をいったん止めたいため、お取りいただける手続きのご案内をお願いします。")


def terms_text(case: ReportInput) -> str:
    """The terms that the user bound to no message or file; all of them if none is left."""
    stated = {term.item for term in case.contract.terms}
    return say("、").join(say(item.label) for item in TERM_ITEMS if item.name not in stated) or say("全項目")


def _review_sentence(case: ReportInput, platform: Platform, late: str) -> str:
    if late and platform.review:
        return say("{late}ため、{review}をお願いします。", late=late, review=platform.review)
    return say(
        "{because}納品{delivered}の検収についてご確認をお願いします。",
        because=_because(late),
        delivered=_delivered_text(case),
    )


def _because(reason: str) -> str:
    return say("{reason}ため、", reason=reason) if reason else ""


def _delivered_text(case: ReportInput) -> str:
    at = last_delivery(case.deliveries)
    return "" if at is None else f"({date_text(at)})"


def _open_text(case: ReportInput) -> str:
    standing = standing_of(case)
    return "" if standing is None else say("報告者の入力による未払いは{unpaid:,}円。", unpaid=standing.unpaid)
