"""The row of page 1 about permission for contact outside the platform, compared with the first message."""

from __future__ import annotations

from datetime import datetime

from archiver.contract_dates import OutsideContact, day_of, days_since, outside_contact
from archiver.export.report.input import BLANK, ReportInput
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncation import shorten_line
from archiver.platforms.job_platform import platform_of
from archiver.render.times import local_time

BEFORE = "この資料の期間より前"
"""Printed beside what is saved but lies before the period of the package."""


def permission_rows(case: ReportInput, statistics: MessageStatistics) -> list[tuple[str, str]]:
    """The row about contact outside the platform, if the platform has a rule for it; then it is never left out."""
    platform = platform_of(case.contract.platform)
    if platform.outside is None and platform.contact != "never":
        return []
    sent = first_message_time(case, statistics)
    before = f"、{BEFORE}" if statistics.first is not None and sent != statistics.first.send_time else ""
    first = "発言なし" if sent is None else f"Chatworkでの最初の発言 {local_time(sent)}{before}"
    if platform.outside is None:
        return [("サービス外での連絡", f"{platform.name}では認められていません。\n{first}")]
    requested, approved = (
        shorten_line(stated, 40) if stated else None
        for stated in (case.contract.contact_requested_on, case.contract.contact_approved_on)
    )
    if not approved:
        request = f"申請 {requested}" if requested else "申請の記録なし(報告者の申告)"
        stated = f"{request} / 承認の記録なし(報告者の申告)"
        return [(platform.outside, f"{stated}\n{first}{_escrow_note(case, statistics)}")]
    return [
        (platform.outside, f"申請 {requested or BLANK} / 承認 {approved}\n{first}{_approval_note(case, statistics)}")
    ]


def first_message_time(case: ReportInput, statistics: MessageStatistics) -> datetime | None:
    """When the first message of the contract was sent, also if the user asked for a later period only."""
    if case.first_sent is not None:
        return case.first_sent
    return None if statistics.first is None else statistics.first.send_time


def _approval_note(case: ReportInput, statistics: MessageStatistics) -> str:
    approved = day_of(case.contract.contact_approved_on)
    sent = first_message_time(case, statistics)
    if approved is None or sent is None:
        return ""
    state = outside_contact(case.contract, platform_of(case.contract.platform), sent)
    days = days_since(sent, approved)
    if state is OutsideContact.BEFORE_APPROVAL:
        return f"(承認日の{days}日前)" if days else "(承認と同じ日、承認の前)"
    return "(承認と同じ日)" if state is OutsideContact.SAME_DAY else "(承認後)"


def _escrow_note(case: ReportInput, statistics: MessageStatistics) -> str:
    escrowed = day_of(case.contract.escrowed_at)
    sent = first_message_time(case, statistics)
    if escrowed is None or sent is None:
        return ""
    days = days_since(sent, escrowed)
    if days > 0:
        return f"(仮払い完了の{days}日前)"
    return "(仮払い完了と同じ日)" if days == 0 else "(仮払い完了後)"
