"""The row of page 1 about permission for contact outside the platform, compared with the first message."""

from __future__ import annotations

from archiver.claims.messages import contact, first_message
from archiver.claims.words import contact_text, first_label, first_text
from archiver.export.report.input import ReportInput
from archiver.export.report.platform_words import platform_of
from archiver.export.report.statistics import MessageStatistics
from archiver.export.report.truncation import shorten_line
from archiver.report_language import say, stated_day

BEFORE = "この資料の期間より前"
"""Printed beside what is saved but lies before the period of the package."""


def permission_rows(case: ReportInput, statistics: MessageStatistics) -> list[tuple[str, str]]:
    """The row about contact outside the platform, if the platform has a rule for it; then it is never left out."""
    platform = platform_of(case.contract.platform)
    if platform.outside is None and platform.contact != "never":
        return []
    first = _compared_first(statistics)
    if platform.outside is None:
        return [
            (say("サービス外での連絡"), say("{name}では認められていません。\n{first}", name=platform.name, first=first))
        ]
    days = (("申請 {day}", case.contract.contact_requested_on), ("承認 {day}", case.contract.contact_approved_on))
    stated = " / ".join(say(words, day=stated_day(shorten_line(day, 40))) for words, day in days if day)
    return [(platform.outside, "\n".join(filter(None, (stated, first))))]


def _compared_first(statistics: MessageStatistics) -> str:
    """The first message with the number, and how it lies to the platform's rule."""
    first, state = first_message(statistics.facts), contact(statistics.facts)
    compared = contact_text(state, first, statistics.facts.contract)
    place = say(BEFORE) if first.value is not None and first.value.no is None else ""
    return f"{first_label(first)} {first_text(first, None, place, compared, early=state.value.is_early)}"


def first_message_cells(statistics: MessageStatistics) -> tuple[str, str]:
    """When the first message was sent, as far as it is known, and its number, or that it is before the period."""
    first = first_message(statistics.facts)
    if first.value is None:
        return first_text(first), "-"
    return first_text(first), say(BEFORE) if first.value.no is None else f"No.{first.value.no}"
