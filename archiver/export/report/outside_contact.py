"""The row of page 1 about contact outside the platform, set against the first message; nobody may leave it out."""

from __future__ import annotations

from datetime import datetime

from archiver.contract_dates import OutsideContact, contact, day_of, days_since
from archiver.export.report.input import BLANK, ReportInput
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncate import flat
from archiver.platforms.platform import platform_of
from archiver.render.times import stamp

BEFORE = "この資料の期間より前"
"""Beside what is held and lies before the part of the time that a package has."""


def permission(case: ReportInput, found: MessageStatistics) -> list[tuple[str, str]]:
    """The row about contact outside the platform; it is not optional where the platform asks for a permission."""
    words = platform_of(case.contract.platform)
    if words.outside is None and words.contact != "never":
        return []
    sent = begun(case, found)
    before = f"、{BEFORE}" if found.first is not None and sent != found.first.send_time else ""
    first = "発言なし" if sent is None else f"Chatworkでの最初の発言 {stamp(sent)}{before}"
    if words.outside is None:
        return [("サービス外での連絡", f"{words.name}では認められていません。\n{first}")]
    asked, approved = (
        flat(stated, 40) if stated else None
        for stated in (case.contract.contact_requested_on, case.contract.contact_approved_on)
    )
    if not approved:
        request = f"申請 {asked}" if asked else "申請の記録なし(報告者の申告)"
        stated = f"{request} / 承認の記録なし(報告者の申告)"
        return [(words.outside, f"{stated}\n{first}{_against_escrow(case, found)}")]
    return [(words.outside, f"申請 {asked or BLANK} / 承認 {approved}\n{first}{_against_approval(case, found)}")]


def begun(case: ReportInput, found: MessageStatistics) -> datetime | None:
    """The first message of the contract, also where the user asked for a later part alone."""
    if case.first_sent is not None:
        return case.first_sent
    return None if found.first is None else found.first.send_time


def _against_approval(case: ReportInput, found: MessageStatistics) -> str:
    approved = day_of(case.contract.contact_approved_on)
    sent = begun(case, found)
    if approved is None or sent is None:
        return ""
    stands = contact(case.contract, platform_of(case.contract.platform), sent)
    days = days_since(sent, approved)
    if stands is OutsideContact.BEFORE_APPROVAL:
        return f"(承認日の{days}日前)" if days else "(承認と同じ日、承認の前)"
    return "(承認と同じ日)" if stands is OutsideContact.SAME_DAY else "(承認後)"


def _against_escrow(case: ReportInput, found: MessageStatistics) -> str:
    escrowed = day_of(case.contract.escrowed_at)
    sent = begun(case, found)
    if escrowed is None or sent is None:
        return ""
    days = days_since(sent, escrowed)
    if days > 0:
        return f"(仮払い完了の{days}日前)"
    return "(仮払い完了と同じ日)" if days == 0 else "(仮払い完了後)"
