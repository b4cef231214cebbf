"""`03_inquiry_text.txt`: the words for a platform's inquiry form, ready to paste, at most 800 signs.

What the user must do first stands above a line that says so, and counts too, so that the whole file fits a form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from archiver.export.report.course import authors
from archiver.export.report.input import BLANK, ReportInput, day_of
from archiver.export.report.request import advice, days_since, request
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncate import flat
from archiver.platforms.platform import platform_of
from archiver.records import Delivery, State
from archiver.render.times import date, stamp
from archiver.render.visible import visible

LONGEST = 800
"""Signs of the whole file at most, a line's end counted as two: forms cut what is longer."""

_MOST_FACTS = 5
_LONGEST_FIELD, _LONGEST_DAY = 50, 19
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


def inquiry(case: ReportInput, found: MessageStatistics) -> str:
    """The text with LF between lines; facts are left out from the end if it would be too long."""
    head, facts = [*_note(case), *_head(case)], list(_facts(case, found))[:_MOST_FACTS]
    while True:
        text = "\n".join([*head, *_numbered(facts), "", *_end(case, found)])
        if len(text) + text.count("\n") + len("\r\n") <= LONGEST or not facts:
            return text
        facts.pop()


def _note(case: ReportInput) -> list[str]:
    warning = advice(case)
    return [] if warning is None else [f"【送信前の確認(この行は消してください)】{warning}", ""]


def _head(case: ReportInput) -> Iterator[str]:
    one, words = case.contract, platform_of(case.contract.platform)
    delivered = _last(case.deliveries)
    yield f"契約ID: {_short(one.platform_id)}"
    yield f"仕事名: {_short(one.title)}"
    yield f"相手({words.client}): {_short(one.client)}"
    yield f"契約日: {_day(one.contracted_on)}　仮払い完了: {_day(one.escrowed_at)}"
    if words.outside:
        yield f"{words.outside}の承認: {_day(one.contact_approved_on)}"
    yield f"{words.where}での納品: {_day(delivered.at if delivered else None)}"
    yield ""
    yield "【経緯】"


def _facts(case: ReportInput, found: MessageStatistics) -> Iterator[str]:
    """The most useful first; nothing is said of who did it, where no reply tells."""
    if found.last_reply is not None:
        yield f"相手の最後の返信は{date(found.last_reply.send_time)}です{_silence(case, found.last_reply.send_time)}。"
    delivered = _last(case.deliveries)
    if delivered is not None:
        yield f"{_day(delivered.at)} に納品しました。"
    own = found.states[State.DELETED] == found.sides[State.DELETED, "報告者"]
    if not own:
        yield from _deleted(found)
    closed = list(_closings(case))
    if closed:
        yield f"{closed[-1]} に相手の表示名が「(解約済)」に変わったことを確認しました。"
    frozen = [room.inaccessible_since for room in case.rooms if room.inaccessible_since]
    if frozen:
        yield f"{stamp(min(frozen))[:16]} にチャットが開けなくなったことを確認しました(理由は不明です)。"
    if found.first is not None and found.last is not None:
        span = f"{date(found.first.send_time)}から{date(found.last.send_time)}"
        part = "" if not case.period else "(この契約の期間だけ)"
        if case.period and case.asked:
            part = f"(指定した期間だけ。ほかに{case.left_out}件を保存)"
        yield f"Chatworkでのやり取りは{span}、全{found.count}件です{part}。"
    if own:  # the reader is told, but it is no course of the other side's
        yield from _deleted(found)


def _silence(case: ReportInput, since: datetime) -> str:
    """How long nothing more came, as far as anybody looked."""
    at = case.known_until
    return "" if at is None or at < since else f"({date(at)}の確認時点で{days_since(since, at)}日前)"


def _deleted(found: MessageStatistics) -> Iterator[str]:
    count = found.states[State.DELETED]
    if count:
        whose = authors(found, State.DELETED)
        yield f"「削除」表示に変わった発言が{count}件あります({whose}。報告書の第6章、第8章)。"


def _closings(case: ReportInput) -> Iterator[str]:
    """When the counterpart's name was seen to end as Chatwork ends it when an account is closed."""
    for event in case.events:
        if event.kind == "表示名が変わった" and event.after.endswith("(解約済)"):
            account = event.about.rpartition(" ")[2]
            if account.isdigit() and case.is_counterpart(int(account)):
                yield stamp(datetime.fromisoformat(event.at))[:16]


def _last(deliveries: Sequence[Delivery]) -> Delivery | None:
    return max(deliveries, key=lambda one: (day_of(one.at) or _EARLIEST, one.number), default=None)


def _numbered(lines: list[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, 1)]


def _end(case: ReportInput, found: MessageStatistics) -> Iterator[str]:
    yield "【お願い】"
    yield request(case, found)
    yield ""
    yield "【添付】01_report.pdf(Chatworkやり取り記録 報告書。1頁目に要約)"


def _short(stated: str | None) -> str:
    return flat(visible(stated), _LONGEST_FIELD) if stated else BLANK


def _day(stated: str | None) -> str:
    return flat(visible(stated), _LONGEST_DAY) if stated else BLANK
