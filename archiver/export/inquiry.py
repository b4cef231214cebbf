"""`03_inquiry_text.txt`: the words for a platform's inquiry form, ready to paste, at most 800 signs.

What the user must do first stands above a line that says so, and counts too, so that the whole file fits a form.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from archiver.export.report.case import BLANK, Case
from archiver.export.report.platform import platform_of
from archiver.export.report.request import advice, days_since, request
from archiver.export.report.survey import Survey
from archiver.records import State
from archiver.render.times import date, stamp
from archiver.render.visible import visible

LONGEST = 800
"""Signs of the whole file at most; forms cut what is longer."""

_LONGEST_FIELD = 60


def inquiry(case: Case, found: Survey) -> str:
    """The text with LF between lines; facts are left out from the end if it would be too long."""
    head = list(_head(case))
    facts = list(_facts(case, found))
    while True:
        text = "\n".join([*_note(case), *head, *_numbered(facts), "", *_end(case, found)])
        if len(text) <= LONGEST or not facts:
            return text[:LONGEST]
        facts.pop()


def _note(case: Case) -> list[str]:
    warning = advice(case)
    return [] if warning is None else [f"【送信前の確認(この行は消してください)】{warning}", ""]


def _head(case: Case) -> Iterator[str]:
    one, words = case.contract, platform_of(case.contract.platform)
    yield f"契約ID: {_short(one.platform_id)}"
    yield f"仕事名: {_short(one.title)}"
    yield f"相手({words.client}): {_short(one.client)}"
    yield f"契約日: {_short(one.contracted_on)}　仮払い完了: {_short(one.escrowed_at)}"
    if words.outside:
        yield f"{words.outside}の承認: {_short(one.contact_approved_on)}"
    last = case.deliveries[-1].at if case.deliveries else None
    yield f"{words.name}での納品: {_short(last)}"
    yield ""
    yield "【経緯】"


def _facts(case: Case, found: Survey) -> Iterator[str]:
    """At most five, the most useful first."""
    lines = []
    if found.last_reply is not None:
        days = days_since(found.last_reply.send_time, case.created_at)
        lines.append(f"相手の最後の返信は{date(found.last_reply.send_time)}です({days}日前)。")
    if case.deliveries:
        lines.append(f"{case.deliveries[-1].at} に納品しました。")
    if found.states[State.DELETED]:
        lines.append(f"「削除」表示に変わった発言が{found.states[State.DELETED]}件あります(前の文面は報告書の第6章)。")
    closed = [event for event in case.events if event.kind == "表示名が変わった" and "(解約済)" in event.after]
    gone_on = [date(datetime.fromisoformat(event.at)) for event in closed[-1:]]
    lines += [f"{day} に相手の表示名が「(解約済)」に変わったことを確認しました。" for day in gone_on]
    lines += [
        f"{stamp(room.inaccessible_since)} にチャットが開けなくなったことを確認しました(理由は不明です)。"
        for room in case.rooms
        if room.inaccessible_since
    ][:1]
    if found.first is not None and found.last is not None:
        span = f"{date(found.first.send_time)}から{date(found.last.send_time)}"
        lines.append(f"Chatworkでのやり取りは{span}、全{found.count}件です。")
    yield from lines[:5]


def _numbered(lines: list[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, 1)]


def _end(case: Case, found: Survey) -> Iterator[str]:
    yield "【お願い】"
    yield request(case, found)
    yield ""
    yield "【添付】01_report.pdf(Chatworkやり取り記録 報告書。1頁目に要約)"


def _short(stated: str | None) -> str:
    if not stated:
        return BLANK
    shown = visible(stated)
    return shown if len(shown) <= _LONGEST_FIELD else shown[:_LONGEST_FIELD] + "(以下略)"
