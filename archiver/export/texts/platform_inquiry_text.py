"""`03_inquiry_text.txt`: the text for a platform's inquiry form, ready to paste, at most 800 characters.

A warning to the user may stand above it; it counts too, so that the whole file fits the form.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from archiver.claims.messages import DELETIONS, changed_sides, closed_account, last_reply, message_count, turn
from archiver.claims.words import change_lines, closed_text, count_text, reply_label, reply_text, turn_lines
from archiver.export.report.input import (
    BLANK,
    ReportInput,
    day_of,
    delivery_text,
    other_text,
    platform_of,
    shorten_line,
)
from archiver.export.report.key_events import quotation_lines
from archiver.export.report.money import money_rows
from archiver.export.report.request_to_office import advice, end_request_text, request_sentence, shown_name
from archiver.export.report.statistics import MessageStatistics
from archiver.records import CaseFacts, CaseSide, ChangeKind, Contract, Delivery
from archiver.render.invisible_characters import visible
from archiver.render.times import date_text, minute_text
from archiver.report_language import is_english, say, stated_day

MAX_LENGTH = 800
"""Characters of the whole file at most, a line end counted as two; forms truncate what is longer."""

_MAX_FIELD_LENGTH, _MAX_DAY_LENGTH, _MAX_QUOTED_LENGTH = 50, 19, 36
_EARLIEST = datetime(1, 1, 2, tzinfo=UTC)


def inquiry_form_text(case: ReportInput, statistics: MessageStatistics, *, has_report: bool = True) -> str:
    """The text with LF between lines; the least important facts are left out, and counted, if it would be too long.

    `has_report`: whether the report could be made, which the text names as enclosed.
    """
    warning, head, facts = _warning_lines(case), list(_head_lines(case)), list(_fact_lines(case, statistics))
    end = ["", *_end_lines(case, statistics, has_report=has_report)]
    left_out = "(ほか{n}点は報告書にあります)" if has_report else "(ほか{n}点は省きました)"

    def text_with(kept: list[str]) -> str:
        more = [say(left_out, n=len(facts) - len(kept))] * (len(kept) < len(facts))
        return "\n".join([*warning, *head, *_number_lines(kept), *more, *end])

    def is_short(text: str) -> bool:
        return len(text) + text.count("\n") + len("\r\n") <= MAX_LENGTH

    kept: list[str] = []
    if not is_short(text_with(kept)):  # only where somebody entered what is no date and no number
        warning = []
    for fact in facts:
        if is_short(text_with([*kept, fact])):
            kept.append(fact)
    return text_with(kept)


def _warning_lines(case: ReportInput) -> list[str]:
    warning = advice(case)
    return [] if warning is None else [say("【送信前の確認(この行は消してください)】{warning}", warning=warning), ""]


def _head_lines(case: ReportInput) -> Iterator[str]:
    contract, platform = case.contract, platform_of(case.contract.platform)
    delivered = _last_delivery(case.deliveries)
    if not platform.elsewhere:
        yield say("契約ID: {platform_id}", platform_id=_field_text(contract.platform_id))
    yield say("仕事名: {title}", title=_field_text(contract.title))
    yield say("{other}: {client}", other=other_text(contract), client=_field_text(contract.client))
    escrow = (
        ""
        if platform.elsewhere
        else say("\u3000仮払い完了: {escrowed_at}", escrowed_at=_day_text(contract.escrowed_at))
    )
    yield say("契約日: {contracted_on}{escrow}", contracted_on=_day_text(contract.contracted_on), escrow=escrow)
    if platform.outside:
        yield say(
            "{outside}の承認: {contact_approved_on}",
            outside=platform.outside,
            contact_approved_on=_day_text(contract.contact_approved_on),
        )
    value = _day_text(delivered.at if delivered else None)
    yield say("{delivery}: {value}", delivery=delivery_text(platform), value=value)
    yield ""
    yield say("【経緯】")


def _fact_lines(case: ReportInput, statistics: MessageStatistics) -> Iterator[str]:
    """Sentences about what happened, the most important first; the delivery stands in the head."""
    yield from _end_request_lines(case.contract)
    deleted, others = quotation_lines(case, statistics, _MAX_QUOTED_LENGTH)
    yield from deleted
    yield from _change_lines(statistics, own=False)
    closed = closed_text(closed_account(statistics.facts))
    if closed:
        yield say("{closed}しました。", closed=closed)
    if statistics.first is not None and statistics.last is not None:
        span = say(
            "{send_time}から{send_time2}",
            send_time=date_text(statistics.first.send_time),
            send_time2=date_text(statistics.last.send_time),
        )
        part = "" if not case.period else say("(この仕事の期間だけ)")
        if case.period and case.is_period_requested:
            part = say("(指定した期間だけ。ほかに{left_out}件を保存)", left_out=case.left_out)
        yield say(
            "Chatworkでのやり取りは{span}、{count}です{part}。",
            span=span,
            count=count_text(message_count(statistics.facts)),
            part=part,
        )
    yield from others
    frozen = [room.inaccessible_since for room in case.rooms if room.inaccessible_since]
    if frozen:
        yield say(
            "{frozen} にチャットが開けなくなったことを確認しました(理由は不明です)。",
            frozen=minute_text(min(frozen)),
        )
    yield from _reply_lines(case, statistics.facts)
    yield from (text.replace("\n", "。") + say("。") for _label, text in money_rows(case, statistics))
    yield from _change_lines(statistics, own=True)


def _end_request_lines(contract: Contract) -> Iterator[str]:
    """The client's request to end the contract early, and the day on which silence would end it."""
    if contract.end_request_at:
        yield say(
            "{name}を受けました: {end_request}。",
            name=say(platform_of(contract.platform).end_request_name),
            end_request=end_request_text(contract),
        )


def _reply_lines(case: ReportInput, facts: CaseFacts) -> Iterator[str]:
    """When the other side last spoke, and what came after it; nothing while it is not known who they are."""
    reply = last_reply(facts)
    lines = [say("{line}。", line=line) for line in turn_lines(turn(facts), case.created_at, shown=shown_name)]
    if reply.value is not None:
        label, when = reply_label(reply), reply_text(reply, time=date_text)
        lines.insert(0, say("{reply_label}は{reply}です。", reply_label=label, reply=when))
    if lines:
        yield (" " if is_english() else "").join(lines)


def _change_lines(statistics: MessageStatistics, *, own: bool) -> Iterator[str]:
    """The deletions, unless all are quoted; those of the reporter's own messages alone come last."""
    changed = statistics.facts.changed
    quoted = sum(one.is_deleted for one in statistics.quotations.value)
    for kind, line in change_lines(changed):
        sides = changed_sides(changed, kind)
        is_told = kind is ChangeKind.DELETED and sides.total() == quoted
        if kind in DELETIONS and not is_told and own == (sides.keys() == {CaseSide.REPORTER}):
            yield line + say("。")


def _last_delivery(deliveries: Sequence[Delivery]) -> Delivery | None:
    return max(deliveries, key=lambda one: (day_of(one.at) or _EARLIEST, one.number), default=None)


def _number_lines(lines: list[str]) -> list[str]:
    return [f"{number}. {line.rstrip()}" for number, line in enumerate(lines, 1)]


def _end_lines(case: ReportInput, statistics: MessageStatistics, *, has_report: bool) -> Iterator[str]:
    yield say("【お願い】")
    yield request_sentence(case, statistics)
    if has_report:
        yield ""
        yield say("【資料】01_report.pdf(Chatworkやり取り記録 報告書。1頁目に要約)")


def _field_text(stated: str | None) -> str:
    limit = _MAX_FIELD_LENGTH // 2 if is_english() else _MAX_FIELD_LENGTH  # English labels leave less room
    return stated_day(shorten_line(visible(stated), limit)) if stated else say(BLANK)


def _day_text(stated: str | None) -> str:
    return stated_day(shorten_line(visible(stated), _MAX_DAY_LENGTH)) if stated else say(BLANK)
